"""What an analyst would write: a portfolio read with pandas, scored with scikit-learn by two jobs, ranked, sorted, written.

    python3 bench/portfolio_pandas.py cartera.csv modelo_final.pkl salida.csv
"""

import sys

import joblib
from portfolio_features import features, read

portfolio, model, output = sys.argv[1:]
clients = read(portfolio)
forest = joblib.load(model)
forest.n_jobs = 2

clients["prob_pago"] = forest.predict_proba(features(clients))[:, 1]
clients["clase"] = (clients.prob_pago > 0.5).astype(int)
clients["rango"] = clients.prob_pago.rank(method="first", ascending=False).astype(int)
clients["decil"] = (clients.rango - 1) * 10 // len(clients) + 1
clients["recuperacion_esperada"] = clients.prob_pago * clients.DEUDA_TOTAL
clients.sort_values("rango", inplace=True)
clients.to_csv(output, sep=";", index=False)
