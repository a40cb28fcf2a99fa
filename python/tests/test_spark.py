"""Spark: the bits of ``propenso score``, whatever batches, partitions and order; what is hostile stops on the driver."""

import csv
import gzip
import os
import sys

import numpy as np
import pytest

import propenso

pytest.importorskip("pyspark")

from pyspark.sql import SparkSession  # noqa: E402
from pyspark.sql import functions as F  # noqa: E402

from propenso import spark as propenso_spark  # noqa: E402


@pytest.fixture(scope="module")
def session():
    os.environ["PYSPARK_PYTHON"] = sys.executable
    builder = SparkSession.builder.master("local[2,4]").appName("propenso").config("spark.ui.enabled", "false")
    for name, value in {
        "spark.sql.shuffle.partitions": "3",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.sql.execution.arrow.pyspark.enabled": "true",
        "spark.task.maxFailures": "4",
    }.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


@pytest.fixture(scope="module")
def clients(session, portfolio):
    return session.read.csv(str(portfolio), sep=";", header=True).cache()


@pytest.fixture(scope="module")
def expected(root):
    """The answers of scikit-learn, which are those of ``propenso score``."""
    with gzip.open(root / "testdata/cobranza/expected.csv.gz", "rt") as file:
        return [(row["CUST_CODE"], float(row["probability"]).hex()) for row in csv.DictReader(file)]


def scored_by_id(frame):
    rows = frame.select("CUST_CODE", "prob_pago").collect()
    return sorted((row.CUST_CODE, row.prob_pago.hex()) for row in rows)


@pytest.mark.parametrize("batch, partitions", [(1, 2), (7, 5), (10_000, 1)])
def test_the_bits_of_the_command(session, clients, example, expected, batch, partitions):
    session.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", str(batch))
    # A batch a row is slow to hand over: some rows will do.
    some = clients if batch > 1 else clients.limit(500)
    scored = propenso_spark.score(some.repartition(partitions), example, rank=False)
    found = scored_by_id(scored)
    if batch > 1:
        assert found == sorted(expected)
    else:
        assert set(found) <= set(expected) and len(found) == 500
    session.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", "10000")


def test_columns_and_places(clients, example, model):
    scored = propenso_spark.score(clients.withColumn("DEUDA_TOTAL", F.col("DEUDA_TOTAL").cast("double")), example, explain=2)
    assert scored.columns[len(clients.columns) :] == [
        "prob_pago", "clase", "clasificacion", "avisos", "motivo_1", "motivo_2", "rechazo", "recuperacion_esperada", "decil", "rango",
    ]  # fmt: skip
    rows = scored.where("rango is not null").orderBy("rango").collect()
    assert [row.rango for row in rows] == list(range(1, len(rows) + 1))
    assert len(rows) == clients.select("CUST_CODE").distinct().count()
    probabilities = [row.prob_pago for row in rows]
    assert probabilities == sorted(probabilities, reverse=True)
    assert [row.decil for row in rows] == [(place * 10) // len(rows) + 1 for place in range(len(rows))]
    first = rows[0]
    assert first.clase == 1 and first.clasificacion == "pagador" and "puntos" in first.motivo_1
    assert first.recuperacion_esperada == first.prob_pago * first.DEUDA_TOTAL
    alone = model.explain(clients.where(F.col("CUST_CODE") == first.CUST_CODE).toPandas(), reasons=2)
    texts = [[reason["texto"] for reason in reasons] for reasons in alone.reasons]
    assert [first.motivo_1, first.motivo_2] in texts


def test_places_do_not_depend_on_order(clients, example):
    def places(frame):
        return sorted(tuple(row) for row in propenso_spark.score(frame, example).select("CUST_CODE", "rango", "prob_pago").collect() if row.rango)

    some = clients.limit(1500).cache()
    assert places(some.repartition(4)) == places(some.orderBy(F.rand(3)).repartition(1))


def test_what_was_written_is_ranked_as_what_is_scored(session, clients, example, tmp_path):
    twice = clients.unionByName(clients.limit(40))
    at_once = propenso_spark.score(twice, example, control_share="10%", seed_key="secreto")
    propenso_spark.score(twice, example, control_share="10%", seed_key="secreto", rank=False).write.parquet(str(tmp_path / "scored"))
    later = propenso_spark.rank(session.read.parquet(str(tmp_path / "scored")))
    assert later.columns == at_once.columns

    def told(frame):
        return sorted(tuple(map(str, row)) for row in frame.select("CUST_CODE", "prob_pago", "grupo", "decil", "rango").collect())

    assert told(later) == told(at_once)
    places = sorted(row.rango for row in later.select("rango").collect() if row.rango)
    assert places == list(range(1, len(places) + 1)) and len(places) > 6_000
    with pytest.raises(propenso.FrameError, match="rank=False"):
        propenso_spark.rank(clients)
    with pytest.raises(propenso.FrameError, match="id="):
        propenso_spark.rank(later, id="NADIE")


def test_a_filthy_row_is_rejected_with_its_reason(session, clients, example):
    filthy = clients.limit(3).withColumn("ESTADO_CLIENTE", F.lit("quizá")).withColumn("DEUDA_TOTAL", F.lit("hola"))
    scored = propenso_spark.score(clients.limit(20).unionByName(filthy), example)
    rejected = scored.where("rechazo is not null").collect()
    assert len(rejected) == 3
    for row in rejected:
        assert "ESTADO_CLIENTE" in row.rechazo and "(hola)" in row.rechazo
        assert row.prob_pago is None and row.rango is None and row.clase is None
    assert scored.where("prob_pago is not null").count() == 20


def test_what_cannot_be_scored_stops_on_the_driver(clients, example, root):
    hostile = root / "attacks/exec-system.pkl"
    for model in (hostile, hostile.read_bytes()):
        with pytest.raises((propenso.ModelError, propenso.ContractError)):
            propenso_spark.score(clients, model)
    with pytest.raises(propenso.FrameError, match="DEUDA_TOTAL"):
        propenso_spark.score(clients.drop("DEUDA_TOTAL"), example)
    with pytest.raises(propenso.ContractError, match="decision"):
        propenso_spark.score(clients, example, contract="model")


def test_a_control_group_by_the_same_hash(clients, example, portfolio, tmp_path, model):
    scored = propenso_spark.score(clients, example, control_share="10%", seed_key="marzo")
    rows = scored.select("CUST_CODE", "grupo", "rango").collect()
    spark_group = {row.CUST_CODE for row in rows if row.grupo == "control"}
    assert all(row.rango is None for row in rows if row.grupo == "control")
    propenso.score_file(portfolio, tmp_path / "lista.csv", model=model, control_share="10%", seed_key="marzo")
    with open(tmp_path / "lista.csv", encoding="utf-8-sig", newline="") as file:
        listed = list(csv.DictReader(file, delimiter=";"))
    assert spark_group == {row["CUST_CODE"] for row in listed if row["grupo"] == "control"}
    assert {row["CUST_CODE"] for row in listed} == {row.CUST_CODE for row in rows}


def test_a_killed_worker(session, clients, example, expected, tmp_path):
    """A Python worker that is killed in the middle costs a try, and no row."""
    mark = tmp_path / "killed"
    scoring = propenso_spark._Scoring.of(clients, propenso.load(example), 0, None, None)

    def once(batches):
        import os
        import signal

        for number, batch in enumerate(scoring(batches)):
            if number == 1:
                try:
                    os.close(os.open(mark, os.O_CREAT | os.O_EXCL))
                except FileExistsError:
                    pass
                else:
                    os.kill(os.getpid(), signal.SIGKILL)
            yield batch

    session.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", "500")
    scored = clients.repartition(2).mapInArrow(once, scoring.schema(clients))
    found = scored_by_id(scored)
    assert mark.exists()
    assert found == sorted(expected)
    session.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", "10000")


def test_names_that_are_taken(clients, example):
    scored = propenso_spark.score(clients.limit(5).withColumn("prob_pago", F.lit("x")), example, rank=False)
    assert "prob_pago_2" in scored.columns
    assert all(row.prob_pago == "x" and row.prob_pago_2 is not None for row in scored.collect())


def test_for_those_who_know_mlflows(session, clients, example, expected):
    pays = propenso_spark.predict_udf(session, example)
    scored = clients.withColumn("prob_pago", pays(F.struct(*[F.col(f"`{name}`") for name in clients.columns])))
    assert scored_by_id(scored) == sorted(expected)
    word = propenso_spark.predict_udf(session, example, result="label")
    inputs = [about["name"] for about in propenso.load(example).inputs]
    named = {name.replace(" ", "_"): name for name in clients.columns}
    labelled = clients.limit(10).select(word(*[F.col(f"`{named.get(name, name)}`") for name in inputs]).alias("label"))
    assert {row.label for row in labelled.collect()} <= {"pagador", "no pagador"}


def test_a_stream(session, clients, example, expected, tmp_path):
    clients.repartition(2).write.parquet(str(tmp_path / "in"))
    stream = session.readStream.schema(clients.schema).parquet(str(tmp_path / "in"))
    scored = propenso_spark.score(stream, example)
    assert "rango" not in scored.columns
    query = scored.writeStream.format("memory").queryName("scored").trigger(availableNow=True).start()
    query.awaitTermination(120)
    assert scored_by_id(session.table("scored")) == sorted(expected)


def test_a_worker_keeps_two_models(example, root):
    propenso_spark._models.clear()
    second = root / "testdata/cobranza/modelo_2.pkl"
    models = [propenso.load(example), propenso.load(second), propenso.load(example, "model")]
    for model in models * 2:
        shipped = propenso_spark._Shipped.of(model)
        assert shipped.model().sha256 == model.sha256
        assert shipped.model() is shipped.model()
        assert len(propenso_spark._models) <= propenso_spark.CAPACITY
    assert np.isfinite(models[0].predict_proba(np.ones((1, 16)))).all()
