"""Every model file of the corpus, through the wheel: the answers of the library that wrote it, as the engine's own tests have
them; what is not supported is refused.

Runs on ``testdata``, and on the folder that ``PROPENSO_CORPUS`` names when it is set.
"""

import gzip
import json
import os
import pathlib
import warnings

import numpy as np
import pytest

import propenso

ROOT = pathlib.Path(__file__).resolve().parents[2]


def answer_files():
    folders = [ROOT / "testdata/models", ROOT / "testdata/made"]
    if "PROPENSO_CORPUS" in os.environ:
        folders.append(pathlib.Path(os.environ["PROPENSO_CORPUS"]))
    for folder in folders:
        for path in sorted(folder.rglob("*.json*")):
            if path.name.endswith((".json", ".json.gz")):
                yield pytest.param(path, id=f"{path.parent.name}/{path.name}")


def read(path):
    text = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return json.loads(text)


def bits(values):
    return np.asarray(values, dtype=np.float64).view(np.uint64)


def is_near(got, want, tolerance):
    got, want = np.asarray(got, dtype=float), np.asarray(want, dtype=float)
    assert got.shape == want.shape
    if tolerance == 0:
        return bool((bits(got) == bits(want)).all())
    return bool((np.abs(got - want) <= tolerance * np.maximum(1, np.abs(want))).all())


def asked(model, clients):
    """Give probabilities or numbers, and classes."""
    predicted = model.predict(clients)
    if model._about["has_probabilities"]:
        return model.predict_proba(clients), predicted
    return None, predicted


@pytest.mark.parametrize("path", list(answer_files()))
def test_answers_of_the_original(path):
    answers = read(path)
    if not isinstance(answers, dict) or "model_file" not in answers:
        pytest.skip("a model that is itself a JSON file")
    file = path.with_name(answers["model_file"])
    try:
        model = propenso.load(file, "model", key=answers.get("key"))
    except propenso.ModelError as error:
        assert answers.get("expected", "supported") != "supported", error
        assert error.code
        return
    tolerance = max(answers.get("tolerance", 0), answers.get("tolerance_libm", 0))
    rows = answers["rows"]
    probabilities, predicted = asked(model, rows)
    if model._classes is None:
        assert is_near(predicted, answers["predict"], tolerance)
    else:
        assert model.classes_.tolist() == answers["classes"]
        assert predicted.tolist() == answers["predict"]
        if answers.get("predict_proba") is not None:
            assert is_near(probabilities, answers["predict_proba"], tolerance)
    same_in_every_form(model, rows, (probabilities, predicted))
    for refused in answers.get("refused", []):
        with pytest.warns(propenso.RefusedRowsWarning) as told:
            model.predict([refused["row"]])
        assert told[0].message.refused[0].row == 0


def same_in_every_form(model, rows, answers):
    """One row alone, a matrix, and tables with names have the bits of rows of anything."""
    probabilities, predicted = answers

    def check(clients, places=slice(None)):
        again, classes = asked(model, clients)
        assert classes.tolist() == predicted[places].tolist()
        if probabilities is not None:
            assert (bits(again) == bits(probabilities[places])).all()

    if all(type(value) in (int, float, type(None)) for row in rows for value in row):
        matrix = np.array(rows, dtype=float)
        check(matrix)
        check(np.asfortranarray(matrix))
        check(matrix[3:4], slice(3, 4))
    if len(set(map(len, rows))) != 1 or len(model._about["features"]) != len(rows[0]):
        return
    names = model._about["features"]
    check([dict(zip(names, row)) for row in rows])
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(rows, columns=names)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        check(frame.iloc[5:6], slice(5, 6))
        check(frame)
