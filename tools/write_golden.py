#!/usr/bin/env python3
"""Write the golden rows that `propenso verify` reads: inputs, and what the model answers to them.

In the notebook that has the fitted model and a table of clients:

    from write_golden import write_golden
    write_golden(model, X.sample(500), "golden.csv")

or from the shell, for a file of clients that pandas reads as the model was trained:

    python tools/write_golden.py modelo.pkl clientes.csv golden.csv

Then `propenso verify modelo.pkl golden.csv`. Only load model files you trust: Python executes what is
in them, propenso does not.
"""

import sys

import numpy as np
import pandas as pd


def write_golden(model, X, path):
    """X: the rows as `model.predict` takes them, a DataFrame or a 2-D array."""
    if isinstance(X, pd.DataFrame):
        table = X.reset_index(drop=True).copy()
    else:
        table = pd.DataFrame(np.asarray(X), columns=[f"f{i}" for i in range(np.asarray(X).shape[1])])
    if hasattr(model, "classes_"):
        table["expected_class"] = model.predict(X)
        if hasattr(model, "predict_proba"):
            for label, column in zip(model.classes_, model.predict_proba(X).T):
                table[f"expected_proba_{label}"] = column
    else:
        table["expected_value"] = model.predict(X)
    # 17 significant digits are enough for every double to come back with its own bits.
    table.to_csv(path, index=False, float_format="%.17g")


if __name__ == "__main__":
    import joblib

    model_path, rows_path, golden_path = sys.argv[1:]
    write_golden(joblib.load(model_path), pd.read_csv(rows_path, sep=None, engine="python"), golden_path)
