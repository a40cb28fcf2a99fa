"""The wheel on Apache Spark beside what a data engineer would write with scikit-learn, in one run.

    python3.11 -m venv v && v/bin/pip install -r bench/requirements-spark.txt target/wheels/propenso-*.whl
    v/bin/python bench/spark.py --rows 1000000 --master 'local-cluster[2,1,1024]'

Both score the same rows: the example's clients, repeated under ids of their own. Rounds take turns. That both give each client the same
bits is checked first, in batches of 1, 7 and 10,000 rows. With ``--growth`` it is measured how the rate grows with partitions, and drawn.
Needs Java 17.
"""

import argparse
import json
import os
import pathlib
import statistics
import sys
import time

import joblib
import numpy
import pandas
import pyspark
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

import propenso
from propenso import spark as propenso_spark

HERE = pathlib.Path(__file__).resolve().parent
EXAMPLE = HERE.parent / "examples" / "cobranza"

sys.path.insert(0, str(HERE))

from compare.environment import machine  # noqa: E402
from portfolio_features import NUMBERS, features, read  # noqa: E402


def session(master):
    os.environ["PYSPARK_PYTHON"] = sys.executable
    os.environ["SPARK_HOME"] = str(pathlib.Path(pyspark.__file__).parent)
    settings = {
        "spark.ui.enabled": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.executorEnv.PYTHONPATH": str(HERE),
        "spark.sql.execution.arrow.pyspark.enabled": "true",
        "spark.sql.adaptive.enabled": "false",
    }
    builder = SparkSession.builder.master(master).appName("propenso bench")
    for name, value in settings.items():
        builder = builder.config(name, value)
    made = builder.getOrCreate()
    made.sparkContext.setLogLevel("ERROR")
    return made


def write_rows(n_rows, folder):
    """The example's clients again and again, each with an id of its own, as Parquet."""
    path = folder / f"clients-{n_rows}.parquet"
    if not path.exists():
        clients = read(EXAMPLE / "cartera.csv")
        times = -(-n_rows // len(clients))
        many = pandas.concat([clients] * times, ignore_index=True)[:n_rows]
        many["CUST_CODE"] = [f"C{at}" for at in range(n_rows)]
        many.to_parquet(path, index=False, row_group_size=50_000)
    return str(path)


class Rival:
    """scikit-learn in a pandas function: the model is loaded once a worker, as one that knows Spark does."""

    forest = None

    def __init__(self, path):
        self.path = str(path)

    def __call__(self, batches):
        if Rival.forest is None:
            Rival.forest = joblib.load(self.path)
            Rival.forest.n_jobs = 1
        for clients in batches:
            clients[NUMBERS] = clients[NUMBERS].astype(float)
            probability = Rival.forest.predict_proba(features(clients))[:, 1]
            yield pandas.DataFrame({"CUST_CODE": clients.CUST_CODE, "prob_pago": probability})


def theirs(rows):
    return rows.mapInPandas(Rival(EXAMPLE / "modelo_final.pkl"), "CUST_CODE string, prob_pago double")


def ours(rows):
    return propenso_spark.score(rows, str(EXAMPLE / "modelo_final.pkl"), rank=False)


def seconds(scored):
    start = time.perf_counter()
    # Everything is worked out, and nothing is written.
    scored.write.format("noop").mode("overwrite").save()
    return time.perf_counter() - start


def fingerprint(scored):
    """A number of all ids and bits, whatever their order."""
    bits = F.xxhash64("CUST_CODE", "prob_pago").cast("decimal(38,0)")
    return scored.agg(F.sum(bits).alias("sum"), F.count("prob_pago").alias("rows")).first()


def check(spark, rows, n_small):
    few = rows.limit(n_small).cache()
    expected = fingerprint(theirs(few))
    assert expected.rows == n_small, expected
    for batch in (1, 7, 10_000):
        spark.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", str(batch))
        found = fingerprint(ours(few.repartition(5)))
        assert found == expected, (batch, found, expected)
    few.unpersist()
    print(f"{n_small} clients have the same bits in batches of 1, 7 and 10,000")


def beside(rows, rounds):
    seconds(ours(rows.limit(20_000))), seconds(theirs(rows.limit(20_000)))
    taken = {"propenso": [], "pandas and scikit-learn": []}
    for _ in range(rounds):
        taken["propenso"].append(seconds(ours(rows)))
        taken["pandas and scikit-learn"].append(seconds(theirs(rows)))
    ratio = statistics.median(b / a for a, b in zip(*taken.values(), strict=True))
    return taken, ratio


def growth(rows, rounds):
    """Seconds by how many partitions the rows are in."""
    taken = {}
    for partitions in (1, 2, 4, 8, 16, 32, 64, 128):
        parted = rows.repartition(partitions).cache()
        parted.count()
        seconds(ours(parted))
        taken[partitions] = statistics.median(seconds(ours(parted)) for _ in range(rounds))
        parted.unpersist()
        print(f"{partitions:4} partitions: {taken[partitions]:.2f} s")
    return taken


def draw(taken, n_rows, path):
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "propenso"
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(7, 4))
    axes.plot(list(taken), [n_rows / value / 1000 for value in taken.values()], marker="o")
    axes.set_xscale("log", base=2)
    axes.set_xticks(list(taken), [str(partitions) for partitions in taken])
    axes.set_ylim(bottom=0)
    axes.set_xlabel("partitions")
    axes.set_ylabel("thousand clients a second")
    axes.set_title(f"{n_rows:,} clients, two cores")
    axes.grid(alpha=0.3)
    figure.savefig(path, metadata={"Date": None}, bbox_inches="tight")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--master", default="local[2]")
    parser.add_argument("--growth", action="store_true", help="measure partitions too, and draw them")
    parser.add_argument("--results", type=pathlib.Path)
    asked = parser.parse_args()
    folder = HERE.parent / "target" / "spark"
    folder.mkdir(parents=True, exist_ok=True)
    path = write_rows(asked.rows, folder)
    spark = session(asked.master)
    rows = spark.read.parquet(path).repartition(8).cache()
    assert rows.count() == asked.rows
    check(spark, rows, 5_000)
    found, expected = fingerprint(ours(rows)), fingerprint(theirs(rows))
    assert found == expected and found.rows == asked.rows, (found, expected)
    print(f"all {asked.rows} have the same bits")
    taken, ratio = beside(rows, asked.rounds)
    for name, values in taken.items():
        median = statistics.median(values)
        print(f"{name:24} {median:7.2f} s, {asked.rows / median:9.0f} clients/s")
    print(f"{ratio:.1f}x, {asked.master}")
    result = {"machine": machine(), "master": asked.master, "rows": asked.rows, "seconds": taken, "ratio": ratio}
    result["versions"] = {module.__name__: module.__version__ for module in (pyspark, pandas, numpy, propenso)}
    if asked.growth:
        result["partitions"] = growth(rows, asked.rounds)
    if asked.results:
        name = f"spark-{time.strftime('%Y-%m-%d')}-{int(time.time())}"
        asked.results.mkdir(parents=True, exist_ok=True)
        (asked.results / f"{name}.json").write_text(json.dumps(result, indent=1) + "\n")
        if asked.growth:
            draw(result["partitions"], asked.rows, asked.results / f"{name}.svg")
    spark.stop()


if __name__ == "__main__":
    main()
