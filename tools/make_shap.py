#!/usr/bin/env python3
"""Makes testdata/shap/: what the shap package says of test models, row by row.

Needs scikit-learn 1.7.2, shap 0.51.0, lightgbm 4.7.0 and xgboost 3.2.0, which load the models below.
For models whose answer is another function of the trees' scores, the package's contributions to the score
are carried over to the answer along the straight line from the expected score: all times the same number.
"""

import gzip
import json
import math
import pathlib
import warnings

import joblib
import numpy as np
import shap

TESTDATA = pathlib.Path(__file__).resolve().parent.parent / "testdata"
ROWS = 3


def identity(score):
    return score


def logistic(score):
    return 1 / (1 + math.exp(-score))


# Model, class, link from score to answer, tolerance. XGBoost explains in f32.
MODELS = [
    ("1.4.2/a_dt_3class_text", 1, identity, 1e-9),
    ("1.4.2/a_dt_regressor", 0, identity, 1e-9),
    ("1.4.2/a_rf_bin", 1, identity, 1e-9),
    ("1.4.2/a_rf_nan", 1, identity, 1e-9),
    ("1.6.1/a_dt_nan", 0, identity, 1e-9),
    ("1.6.1/a_dt_rootonly", 1, identity, 1e-9),
    ("1.6.1/a_etr", 0, identity, 1e-9),
    ("1.6.1/a_gb_early", 1, logistic, 1e-9),
    ("1.6.1/a_gbr_huber", 0, identity, 1e-9),
    ("1.6.1/a_hgbr_poisson", 0, math.exp, 1e-9),
    ("1.6.1/a_rf_weighted", 1, identity, 1e-9),
    ("1.9.1/a_et_nan", 1, identity, 1e-9),
    ("1.9.1/a_rf_bin_float", 0, identity, 1e-9),
    ("1.9.1/a_rf_nan_deep", 1, identity, 1e-9),
    ("boosters-new/c_lgb_zero_missing", 1, logistic, 1e-9),
    ("boosters-new/c_xgb_bin_nan", 1, logistic, 2e-6),
    ("boosters-new/c_xgb_regressor", 0, identity, 2e-6),
    ("boosters-old/c_xgb_bin", 1, logistic, 2e-6),
]


def main():
    warnings.filterwarnings("ignore")
    folder = TESTDATA / "shap"
    folder.mkdir(exist_ok=True)
    for name, position, link, tolerance in MODELS:
        path = TESTDATA / "models" / f"{name}.json.gz"
        answers = json.loads(gzip.decompress(path.read_bytes()))
        model = joblib.load(path.parent / answers["model_file"])
        explained = explain(model, answers["rows"], position, link)
        explained["model_file"] = f"models/{path.parent.name}/{answers['model_file']}"
        explained["class"] = position
        explained["tolerance"] = tolerance
        target = folder / f"{name.replace('/', '__')}.json.gz"
        text = json.dumps(explained, separators=(",", ":")).encode()
        target.write_bytes(gzip.compress(text, 9, mtime=0))
        print(name, len(explained["rows"]), "rows")


def explain(model, rows, position, link):
    explainer = shap.TreeExplainer(model, feature_perturbation="tree_path_dependent")
    kept = {"rows": [], "base": None, "contributions": []}
    for row in rows:
        if len(kept["rows"]) == ROWS:
            break
        values = np.array([[np.nan if value is None else value for value in row]], dtype=float)
        try:
            answer = answer_of(model, values, position)
        except ValueError:
            continue
        score, contributions = of_score(explainer, values, position)
        moved = contributions.sum()
        # Rows that the package, which compares in another width, sends down other branches.
        if abs(link(score + moved) - answer) > 1e-6:
            continue
        slope = (link(score + moved) - link(score)) / moved if moved else 1.0
        kept["rows"].append(row)
        kept["base"] = link(score)
        kept["contributions"].append([round(slope * c, 11) for c in contributions.tolist()])
    return kept


def answer_of(model, values, position):
    if hasattr(model, "predict_proba"):
        return model.predict_proba(values)[0, position]
    return model.predict(values)[0]


def of_score(explainer, values, position):
    contributions = np.asarray(explainer.shap_values(values, check_additivity=False))[0]
    expected = np.atleast_1d(explainer.expected_value)
    if contributions.ndim == 2:
        return float(expected[position]), contributions[:, position].astype(float)
    return float(expected[-1]), contributions.astype(float)


if __name__ == "__main__":
    main()
