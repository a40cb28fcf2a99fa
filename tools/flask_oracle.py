#!/usr/bin/env python3
"""Record what the old Flask script answered: writes `testdata/flask/requests.tsv`.

The old feature code, defects included, on the versions it ran on: Flask 2.2.5 parses the query
string, scikit-learn 1.2.2 answers. What went wrong in it ended as status 500.

    python3.11 -m venv .venv && .venv/bin/pip install -r tools/requirements.txt
    .venv/bin/python tools/flask_oracle.py

It loads `examples/cobranza/modelo_final.pkl` with joblib, which runs what a file says: never point
it at a file you do not trust. Columns: `case`, `query` (as on the wire), `status`, `class`,
`probability` (of class 1) and `features` (16, as the model was given them); the last three are
empty when the status is 500.
"""

import argparse
import csv
import logging
from collections import Counter
from pathlib import Path

import flask
import joblib
import numpy as np
import pandas as pd
import sklearn
from werkzeug.test import Client, create_environ

from flask_cases import edge_cases, portfolio_rows

REPOSITORY = Path(__file__).resolve().parent.parent
EXAMPLE = REPOSITORY / "examples" / "cobranza"
TARGET = REPOSITORY / "testdata" / "flask" / "requests.tsv"

FEATURES = [
    "CANTIDAD_FACTURAS", "IMPORTE_FACTURA", "ESCENARIO_RECOBRO", "DEUDA_TOTAL", "PORTADO", "VPT",
    "CODIGO_POSTAL", "NUM_LINEAS_ACTIVAS", "ESTADO_CLIENTE", "VAP_SCF", "VAP_OB", "BAJA",
    "0_30", "31_50", "51_65", "MAYOR_65",
]


def number(text, parse, missing):
    """Missing is the text `NaN` and no other; an absent parameter reaches int() or float() as None."""
    return missing if text == "NaN" else parse(text)


def between(value, low, high):
    """By comparison, as the script did: NaN and -0.0 pass, and whole numbers stay whole."""
    if value < low:
        return low
    if value > high:
        return high
    return value


def features_of(args):
    """The 16 features of a request. All numbers are parsed before anything else, as in the script."""
    cp = number(args.get("cp"), int, 28)
    im = number(args.get("im"), float, 71.99)
    dt = number(args.get("dt"), float, 71.99)
    cf = number(args.get("cf"), int, 2)
    nl = number(args.get("nl"), int, 1)
    ed = number(args.get("ed"), int, 65)
    return [
        between(cf, 1, 3.5) / 3.5,
        between(im, 0, 314.24) / 314.24,
        int(args.get("er") in ("PER", "FU")),
        between(dt, 0, 628.83) / 628.83,
        int(args.get("po") not in ("NO", "N", "BAJAS_I", "BAJAS_II", "N/A")),
        int(args.get("vt") == "SI"),
        # Python divides two whole numbers exactly and rounds once.
        cp / 52,
        between(nl, 0, 2.5) / 2.5,
        int(args.get("ec") == "A"),
        int(args.get("vf") == "SI"),
        int(args.get("vb") == "SI"),
        int(args.get("fb") != "NaN"),
        int(ed < 30),
        int(31 <= ed <= 50),
        int(51 <= ed <= 65),
        int(ed > 65),
    ]


def make_app(model, record):
    """The old service; what it computed on the way goes to `record`."""
    app = flask.Flask("oracle")
    app.logger.setLevel(logging.CRITICAL)

    @app.route("/prediccion")
    def prediccion():
        row = np.array(features_of(flask.request.args)).reshape(1, -1)
        data = pd.DataFrame(row, columns=FEATURES)
        answer = str(model.predict(data)[0])
        record["probability"] = float(model.predict_proba(data)[0][1])
        record["features"] = row[0].tolist()
        return answer

    return app


def ask(client, record, case, query):
    record.clear()
    environ = create_environ("/prediccion")
    environ["QUERY_STRING"] = query
    response = client.open(environ)
    if response.status_code == 500:
        return [case, query, 500, "", "", ""]
    assert response.status_code == 200, (case, response.status)
    features = " ".join(map(repr, record["features"]))
    return [case, query, 200, response.get_data(as_text=True), repr(record["probability"]), features]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=170, help="rows of the portfolio to ask for")
    arguments = parser.parse_args()
    assert sklearn.__version__ == "1.2.2", "another scikit-learn gives other answers"
    model = joblib.load(EXAMPLE / "modelo_final.pkl")
    assert list(model.feature_names_in_) == FEATURES and list(model.classes_) == [0, 1]
    model.set_params(n_jobs=1)

    requests = list(edge_cases())
    requests += portfolio_rows(EXAMPLE / "cartera.csv", arguments.rows)
    repeated = [case for case, count in Counter(case for case, _ in requests).items() if count > 1]
    assert not repeated, repeated

    record = {}
    client = Client(make_app(model, record))
    answers = [ask(client, record, case, query) for case, query in requests]
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    with TARGET.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter="\t", lineterminator="\n", quoting=csv.QUOTE_NONE)
        writer.writerow(["case", "query", "status", "class", "probability", "features"])
        writer.writerows(answers)
    statuses = Counter(answer[2] for answer in answers)
    print(f"{len(answers)} requests, {arguments.rows} of them rows; statuses {dict(statuses)}")


if __name__ == "__main__":
    main()
