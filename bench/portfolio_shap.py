"""The seconds that the shap package takes to explain a client, one by one as a service would ask.

    python3 bench/portfolio_shap.py cartera.csv modelo_final.pkl seconds.txt ROWS
"""

import pathlib
import sys
import time

import joblib
import shap
from portfolio_features import features, read

portfolio, model, output, n_rows = sys.argv[1:]
rows = features(read(portfolio, int(n_rows))).to_numpy()
explainer = shap.TreeExplainer(joblib.load(model), feature_perturbation="tree_path_dependent")
# The first call makes things ready.
explainer.shap_values(rows[:1], check_additivity=False)
start = time.perf_counter()
for row in range(len(rows)):
    explainer.shap_values(rows[row : row + 1], check_additivity=False)
seconds = (time.perf_counter() - start) / len(rows)
pathlib.Path(output).write_text(f"{seconds}\n")
