"""The wheel inside Python, beside scikit-learn and shap, in one run.

    python3.11 -m venv v && v/bin/pip install -r bench/requirements-portfolio.txt shap==0.44.1 target/wheels/propenso-*.whl
    v/bin/python bench/python.py

Both answer the example's forest on the same rows; rounds take turns, so a noisy machine disturbs both alike. The versions of the
libraries are those that wrote the model. That the answers are the same bits is checked first.
"""

import argparse
import json
import pathlib
import statistics
import sys
import time
import warnings

import joblib
import numpy as np
import pandas as pd

import propenso

HERE = pathlib.Path(__file__).parent
EXAMPLE = HERE.parent / "examples" / "cobranza" / "modelo_final.pkl"

sys.path.insert(0, str(HERE))

from compare.environment import machine  # noqa: E402


def seconds(call, times=1):
    start = time.perf_counter()
    for _ in range(times):
        call()
    return (time.perf_counter() - start) / times


def beside(ours, theirs, rounds, times=(1, 1)):
    """Medians of rounds that take turns."""
    ours(), theirs()
    pairs = [(seconds(ours, times[0]), seconds(theirs, times[1])) for _ in range(rounds)]
    return [statistics.median(side) for side in zip(*pairs)]


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--rows", type=int, default=200_000)
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--results", type=pathlib.Path)
    options = arguments.parse_args()
    warnings.simplefilter("ignore")
    forest = joblib.load(EXAMPLE)
    forest.n_jobs = 2
    model = propenso.load(EXAMPLE)
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.uniform(0, 3, (options.rows, 16)), columns=model.feature_names_in_)
    # With several threads scikit-learn adds its trees in whatever order they end, and its last digits are chance.
    forest.n_jobs = 1
    assert (model.predict_proba(frame) == forest.predict_proba(frame)).all()
    forest.n_jobs = 2
    figures = {"machine": machine(), "rows": options.rows}

    def tell(name, ours, theirs, other, unit, scale):
        figures[name] = {"propenso": ours, other: theirs}
        print(f"| {name} | {ours * scale:.3g} {unit} | {theirs * scale:.3g} {unit} ({other}) | {theirs / ours:.3g}x |", flush=True)

    pair = beside(lambda: model.predict_proba(frame), lambda: forest.predict_proba(frame), options.rounds)
    tell(f"predict_proba, pandas, {options.rows} rows", *pair, "scikit-learn", "ms", 1e3)
    matrix = frame.to_numpy(copy=True)
    pair = beside(lambda: model.predict_proba(matrix), lambda: forest.predict_proba(matrix), options.rounds)
    tell(f"predict_proba, numpy, {options.rows} rows", *pair, "scikit-learn", "ms", 1e3)
    forest.n_jobs = 1
    one, row = frame.iloc[7:8], matrix[7:8]
    pair = beside(lambda: model.predict_proba(one), lambda: forest.predict_proba(one), options.rounds, (5_000, 20))
    tell("predict_proba, pandas, one row", *pair, "scikit-learn", "µs", 1e6)
    pair = beside(lambda: model.predict_proba(row), lambda: forest.predict_proba(row), options.rounds, (20_000, 20))
    tell("predict_proba, numpy, one row", *pair, "scikit-learn", "µs", 1e6)
    try:
        import shap
    except ImportError:
        print("shap is not installed: explanations were left out")
    else:
        own = propenso.load(EXAMPLE, "model")
        explainer = shap.TreeExplainer(forest)
        ours = statistics.median(seconds(lambda: own.explain(frame[:2_000])) / 2_000 for _ in range(options.rounds))
        theirs = statistics.median(seconds(lambda: explainer.shap_values(frame[:40])) / 40 for _ in range(options.rounds))
        tell("explain, a row of many", ours, theirs, "shap", "ms", 1e3)
    if options.results:
        options.results.mkdir(parents=True, exist_ok=True)
        file = options.results / f"python-{time.strftime('%Y-%m-%d')}.json"
        file.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
