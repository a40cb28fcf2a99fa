"""The example's clients, and what /v1/predict says of them: what all programs here compare with."""

import csv
import json
import pathlib
import ssl
import urllib.request

import numpy

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
PORTFOLIO = REPOSITORY / "examples" / "cobranza" / "cartera.csv"
MODEL = "propenso"


def clients(inputs, most):
    """The example's first clients, as texts by input."""
    with open(PORTFOLIO, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))[:most]
    return [{name: row[name] for name in inputs} for row in rows]


def predicted(address, key, instances, certificate=None):
    """What /v1/predict says of the same."""
    body = json.dumps({"instances": instances}).encode()
    scheme = "https" if certificate else "http"
    request = urllib.request.Request(f"{scheme}://{address}/v1/predict", data=body)
    if key:
        request.add_header("x-api-key", key)
    context = ssl.create_default_context(cafile=certificate) if certificate else None
    with urllib.request.urlopen(request, context=context) as answer:
        predictions = json.load(answer)["predictions"]
    return ([p["class"] for p in predictions], numpy.array([p["probability"] for p in predictions]))


def same(answer, expected):
    """Holds an answer of Triton's clients against what was predicted, bit for bit."""
    classes, probabilities = expected
    assert answer.as_numpy("predict").ravel().tolist() == classes
    answered = answer.as_numpy("probability").ravel()
    assert answered.view("uint64").tolist() == probabilities.view("uint64").tolist()
