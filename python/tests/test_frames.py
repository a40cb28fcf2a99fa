"""The same clients in whatever form Python has them come to the same bits: those of ``propenso score``."""

import csv
import datetime
import decimal
import gzip
import threading
import time

import numpy as np
import pytest

import propenso

pandas = pytest.importorskip("pandas")

try:
    import pyarrow
except ImportError:
    pyarrow = None

needs_arrow = pytest.mark.skipif(pyarrow is None, reason="there is no pyarrow")


def table(clients):
    frame = pandas.DataFrame(clients)
    return frame if pyarrow is None else pyarrow.Table.from_pandas(frame)


def bits(values):
    return np.ascontiguousarray(values, dtype=np.float64).view(np.uint64)


@pytest.fixture(scope="module")
def texts(portfolio):
    """The example's clients, all as text."""
    with open(portfolio, newline="", encoding="utf-8") as file:
        sample = file.read(4096)
        file.seek(0)
        return list(csv.DictReader(file, dialect=csv.Sniffer().sniff(sample, ";,\t")))


@pytest.fixture(scope="module")
def expected(root):
    """What scikit-learn answered to them."""
    with gzip.open(root / "testdata/cobranza/expected.csv.gz", "rt") as file:
        rows = list(csv.DictReader(file))
    return np.array([float(row["probability"]) for row in rows]), [int(row["class"]) for row in rows]


def forms(texts):
    typed = pandas.DataFrame(texts).replace({"": None})
    for name in ("DEUDA_TOTAL", "IMPORTE_FACTURA", "CANTIDAD_FACTURAS", "NUM_LINEAS_ACTIVAS"):
        typed[name] = pandas.to_numeric(typed[name])
    yield "dicts", texts
    yield "pandas text", pandas.DataFrame(texts)
    yield "pandas typed", typed
    yield "pandas categories", pandas.DataFrame(texts).astype({"PORTADO": "category"})
    yield "columns", {name: [row[name] for row in texts] for name in texts[0]}
    if pyarrow is None:
        return
    yield "pyarrow", pyarrow.Table.from_pylist(texts)
    yield "pyarrow batches", pyarrow.Table.from_pylist(texts).to_reader(max_chunksize=7)
    yield "pyarrow batch", pyarrow.Table.from_pylist(texts).combine_chunks().to_batches()[0]
    try:
        import polars
    except ImportError:
        return
    yield "polars", polars.DataFrame(texts)


def test_every_form_is_the_portfolio(model, texts, expected):
    probabilities, classes = expected
    for name, clients in forms(texts):
        scores = model.score(clients)
        assert (bits(scores.probability) == bits(probabilities)).all(), name
        assert scores.pays.astype(int).tolist() == classes, name
        assert scores.refused == [], name


def test_a_few_clients_are_many_cut_short(model, texts, expected):
    probabilities, _ = expected
    frame = pandas.DataFrame(texts)
    for n_rows in (1, 2, 64, 65, 4097):
        some = model.score(frame.head(n_rows), find_decimal=False)
        assert (bits(some.probability) == bits(probabilities[:n_rows])).all(), n_rows
    one = model.score(texts[0])
    assert (len(one), one.label[0]) == (1, "pagador")
    assert model.score(frame.iloc[0]).probability == one.probability
    assert model.score(frame.head(0)).probability.shape == (0,)


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_threads_change_nothing(model, texts, expected, threads):
    scores = model.score(table(texts), threads=threads)
    assert (bits(scores.probability) == bits(expected[0])).all()


def test_scores_as_tables(model, texts):
    clients = [dict(client) for client in texts[:5]]
    clients[3]["ESTADO_CLIENTE"] = "quizá"
    scores = model.score(clients)
    frame = scores.to_pandas()
    assert list(frame) == ["prob_pago", "clase", "clasificacion", "avisos", "rechazo"]
    assert frame["prob_pago"].isna().tolist() == [False, False, False, True, False]
    assert frame["clase"].isna().tolist() == [False, False, False, True, False]
    assert frame["clasificacion"].tolist()[0] == "pagador"
    assert frame["rechazo"][3].startswith("ESTADO_CLIENTE: ") and frame["rechazo"][3].endswith("(quizá)")
    assert frame["rechazo"].isna().sum() == 4


@needs_arrow
def test_scores_as_arrow(model, texts):
    clients = [dict(client) for client in texts[:5]]
    clients[3]["ESTADO_CLIENTE"] = "quizá"
    arrow = model.score(clients).to_arrow()
    assert arrow.column("prob_pago").null_count == 1
    assert arrow.column("clase").to_pylist()[3] is None
    # What has nothing to say has a column all the same.
    assert str(model.score(texts[:2]).to_arrow().schema.field("rechazo").type) == "string"


def test_a_refused_row_keeps_no_other_from_its_answer(model, texts, expected):
    clients = [dict(client) for client in texts[:4]]
    clients[1]["DEUDA_TOTAL"] = "hola"
    clients[1]["VPT"] = "tal vez"
    scores = model.score(pandas.DataFrame(clients))
    (refused,) = scores.refused
    assert refused.row == 1
    problems = {problem.column: problem for problem in refused.problems}
    assert problems["DEUDA_TOTAL"].code == "not_a_number"
    assert problems["DEUDA_TOTAL"].value == "hola"
    assert "hola" in str(refused) and "row 1" in str(refused)
    assert np.isnan(scores.probability[1]) and not scores.pays[1] and scores.label[1] is None
    others = [0, 2, 3]
    assert (bits(scores.probability[others]) == bits(expected[0][others])).all()


def test_refused_rows_of_an_estimator_are_warned_of(model):
    X = np.zeros((4, 16))
    X[2, 3] = np.nan
    X[3, 5] = np.inf
    with pytest.warns(propenso.RefusedRowsWarning, match="2 of 4 rows") as told:
        probabilities = model.predict_proba(X)
    assert [row.row for row in told[0].message.refused] == [2, 3]
    assert told[0].message.refused[0].problems[0].code == "missing"
    assert np.isnan(probabilities[2:]).all() and not np.isnan(probabilities[:2]).any()
    with pytest.warns(propenso.RefusedRowsWarning):
        assert model.predict(X).tolist()[2:] == [None, None]
    with pytest.warns(propenso.RefusedRowsWarning):
        assert np.isnan(model.predict_proba(X[2:3])).all()


def test_as_an_estimator(model):
    assert model.n_features_in_ == 16
    assert model.feature_names_in_[0] == "CANTIDAD_FACTURAS"
    assert model.classes_.tolist() == [0, 1]
    X = np.random.default_rng(7).uniform(0, 3, (500, 16))
    frame = pandas.DataFrame(X, columns=model.feature_names_in_)
    proba = model.predict_proba(X)
    assert proba.dtype == np.float64 and proba.flags.writeable
    shuffled = frame[frame.columns[::-1]]
    for clients in (frame, shuffled, X.tolist(), np.asfortranarray(X), frame.assign(OTRA="x"), table(frame)):
        assert (bits(model.predict_proba(clients)) == bits(proba)).all()
    assert (model.predict(frame) == proba.argmax(axis=1)).all()
    assert (bits(model.predict_proba(X[9])) == bits(proba[9:10])).all()
    assert (bits(model.predict_proba(frame[9:10])) == bits(proba[9:10])).all()
    ints = X.astype(np.int32)
    assert (bits(model.predict_proba(ints)) == bits(model.predict_proba(ints.astype(float)))).all()
    single = X.astype(np.float32)
    assert (bits(model.predict_proba(single)) == bits(model.predict_proba(single.astype(float)))).all()


def test_values_of_all_kinds(model, texts):
    plain = dict(texts[0], DEUDA_TOTAL="1000.5", NUM_LINEAS_ACTIVAS="2", FECHA_BPI="202311")
    debts = [1000.5, decimal.Decimal("1000.5"), np.float64(1000.5), np.float32(1000.5)]
    lines = [2, np.int8(2), 2.0, "2"]
    days = [
        datetime.date(2023, 11, 30),
        datetime.datetime(2023, 11, 30, 5),
        pandas.Timestamp("2023-11-30"),
        np.datetime64("2023-11-30"),
    ]
    wanted = model.score(plain).probability
    for debt, number, day in zip(debts, lines, days):
        client = dict(plain, DEUDA_TOTAL=debt, NUM_LINEAS_ACTIVAS=number, FECHA_BPI=day)
        assert model.score(client).probability == wanted, (debt, number, day)
    missing = [None, float("nan"), pandas.NA, pandas.NaT, "", np.float64("nan"), "N/A"]
    wanted = model.score(dict(plain, EDAD="")).probability
    for nothing in missing[:-1]:
        assert model.score(dict(plain, EDAD=nothing)).probability == wanted, nothing
    with pytest.raises(propenso.FrameError, match="row 0, column .*: a list is no value"):
        model.score([dict(plain, EDAD=[1])])


def test_the_decimals_of_texts(model, texts):
    clients = [dict(client, DEUDA_TOTAL="1.000", IMPORTE_FACTURA="1.000") for client in texts[:3]]
    clients[1]["DEUDA_TOTAL"] = "2,5"
    of_table = model.score(clients)
    said = model.score(clients, decimal="comma")
    alone = model.score(clients, find_decimal=False)
    assert (bits(of_table.probability) == bits(said.probability)).all()
    assert alone.notes[0] is not None and "dos maneras" in alone.notes[0]
    assert said.notes[0] is None or "dos maneras" not in said.notes[0]
    with pytest.raises(ValueError, match="comma"):
        model.score(clients, decimal="punto")


def test_columns_by_other_names(model, texts):
    frame = pandas.DataFrame(texts[:9]).rename(columns={"DEUDA_TOTAL": "Pendiente", "CODIGO_POSTAL": "código postal"})
    with pytest.raises(propenso.FrameError, match=r'no column for DEUDA_TOTAL; .*columns=\{"COLUMN": "INPUT"\}'):
        model.score(frame)
    named = model.score(frame, columns={"Pendiente": "DEUDA_TOTAL"})
    assert (bits(named.probability) == bits(model.score(texts[:9]).probability)).all()


def test_what_is_no_table_is_told(model):
    for clients, told in [
        (3, "a int is no table"),
        ([], "no client in an empty list"),
        ([{}, 3], "client 1 is a int"),
        ({"a": [1], "b": 2}, "this one has both"),
        ({"a": [1], "b": [2, 3]}, r"different numbers of rows: \[1, 2\]"),
        (np.zeros((2, 2, 2)), "3 dimensions"),
        ([[1, 2], [3]], "row 1 has 1 values"),
        (np.zeros((2, 3)), "3 columns without names"),
    ]:
        with pytest.raises(propenso.FrameError, match=told):
            model.score(clients)
    with pytest.raises(propenso.FrameError, match="16|inputs"):
        model.predict_proba(np.zeros((1, 3)))


def test_reasons(model, texts):
    told = model.explain(pandas.DataFrame(texts[:50]), reasons=2)
    assert told.contributions.shape == (50, len(model.inputs))
    sums = told.base + told.contributions.sum(axis=1)
    assert np.abs(sums - told.probability).max() < 1e-12
    assert all(1 <= len(reasons) <= 2 for reasons in told.reasons)
    strongest = told.reasons[0][0]
    at = told.inputs.index(strongest["input"])
    assert strongest["contribution"] == told.contributions[0, at]
    assert abs(strongest["contribution"]) == np.abs(told.contributions[0]).max()
    assert "puntos" in strongest["texto"] and "points" in strongest["text"]
    with pytest.raises(propenso.UnsupportedError):
        root = __import__("pathlib").Path(__file__).resolve().parents[2]
        linear = next(iter(sorted((root / "testdata/models/1.9.1").glob("*lr*.joblib*"))))
        own = propenso.load(linear, "model")
        own.explain(np.zeros((1, own.n_features_in_)))


def test_counterfactuals(model, texts):
    clients = [dict(texts[0]), dict(texts[1], DEUDA_TOTAL="hola")]
    found, refused = model.counterfactual(clients)
    assert isinstance(refused, propenso.Refused) and refused.row == 1
    changed = dict(texts[0])
    for change in found.changes:
        name = next(name for name in changed if name.replace(" ", "_") == change["input"])
        changed[name] = change["proposed"]
    scores = model.score(changed)
    assert scores.label[0] == found.label != model.score(texts[0]).label[0]
    assert scores.probability[0] == found.probability


def test_python_goes_on_while_rows_are_scored(model):
    """Another thread counts on while one scores: the lock is not held."""
    X = np.random.default_rng(1).uniform(0, 3, (60_000, 16))
    counted, is_over = 0, threading.Event()

    def score():
        model.predict_proba(X)
        is_over.set()

    thread = threading.Thread(target=score)
    thread.start()
    while not is_over.is_set():
        counted += 1
        time.sleep(0.001)
    thread.join()
    assert counted > 10


def test_many_threads_use_one_model(model, texts, expected):
    clients = table(texts[:2000])
    found = [None] * 4

    def score(at):
        found[at] = model.score(clients, threads=1).probability

    threads = [threading.Thread(target=score, args=(at,)) for at in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for probabilities in found:
        assert (bits(probabilities) == bits(expected[0][:2000])).all()
