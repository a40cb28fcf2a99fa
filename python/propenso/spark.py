"""A portfolio in a data lake, scored by Apache Spark: the columns of ``propenso score``, with its bits.

>>> from propenso import spark
>>> scored = spark.score(df, "modelo_final.pkl", explain=3)
>>> scored.where("rechazo is null").orderBy("rango").write.parquet("lista")
>>> scored.where("rechazo is not null").select("CUST_CODE", "rechazo")

The model goes to the executors as the file's bytes, is read there as it is anywhere, and is kept ready in each Python worker.
What is scored depends on the row alone: not on partitions, batches, order, or on what else is installed on a worker.
"""

import threading
from collections import OrderedDict

from propenso._model import Model, load
from propenso._propenso import control_group
from propenso.errors import ContractError, FrameError

__all__ = ["predict_udf", "rank", "score"]

# Bins of the probability, within which clients are sorted.
BINS = 1 << 12

# Models that a worker keeps ready: this month's and last month's.
CAPACITY = 2

_models = OrderedDict()
_lock = threading.Lock()


def score(
    df,
    model,
    contract=None,
    explain=0,
    id="CUST_CODE",
    *,
    columns=None,
    decimal=None,
    amount=None,
    rank=True,
    control_share=None,
    seed_key=None,
):
    """Score a ``DataFrame`` of clients.

    Args:
        df: a ``pyspark.sql.DataFrame``, of a stream too.
        model: a :class:`propenso.Model`, a path on the driver, or a model file's bytes.
        contract: as :func:`propenso.load` takes it. It must decide who pays.
        explain: how many reasons to write beside each score.
        id: the column with the clients' ids; a client with several rows has one place, by the best of them. ``None`` where each
            row is a client.
        columns: columns named otherwise, as ``{"Cód. Postal": "CODIGO_POSTAL"}``.
        decimal: ``"comma"`` or ``"point"``: what stands before the decimals of numbers that are texts. A worker sees some rows of
            a file only, so nothing is found out from the others: without it, each number is read by itself.
        amount: the column with the debt, a number; by default the contract's, where it is there as a number.
        rank: whether to add ``decil`` and ``rango``; never for a stream. Clients are counted before they are placed, so that they are
            scored twice, unless the frame is kept: of very many, write them with ``rank=False`` and :func:`rank` what was written.
        control_share: the share of clients who are put aside to measure against, as ``"10%"``; with ``seed_key``, a secret text.

    Returns:
        The frame with these columns behind its own (a name that is taken gets a number): ``prob_pago``, ``clase``,
        ``clasificacion``, ``recuperacion_esperada`` where the debt is known, ``grupo`` with a control group, ``avisos``,
        ``motivo_1`` …, ``rechazo``: what is wrong with a row that has no score; and ``decil`` and ``rango``. Clients with the same
        probability are in the order of their ids.

    Raises:
        ModelError, ContractError: on the driver, before anything runs.
        FrameError: a column that the contract needs is missing.
        UnsupportedError: reasons are asked of a model that has none.
    """
    model = _model(model, contract)
    if not model._about.get("labels") or not model._about["has_probabilities"]:
        raise ContractError(
            "the model and its contract do not say how likely a client is to pay; a contract with [decision] says which class pays"
        )
    _check(df, model, columns, explain)
    scoring = _Scoring.of(df, model, explain, columns, decimal)
    if control_share is not None:
        scoring.put_aside(df, id, control_share, seed_key)
    scored = df.mapInArrow(scoring, scoring.schema(df))
    scored = _expected(scored, scoring, df, amount or model._about["amount_column"])
    if rank and not df.isStreaming:
        scored = _ranked(scored, scoring.names, id if id in df.columns else None, scoring.control is not None)
    return scored


def rank(scored, id="CUST_CODE"):
    """Add ``decil`` and ``rango`` to what :func:`score` gave and was written: then nobody is scored again to be placed.

    >>> spark.score(df, "modelo_final.pkl", rank=False).write.parquet("scored")
    >>> spark.rank(session.read.parquet("scored")).write.parquet("lista")

    Args:
        scored: a frame with ``prob_pago``, and ``grupo`` where a control group was put aside.
        id: the column with the clients' ids, or ``None``, as :func:`score` takes it.

    Returns:
        The frame with ``decil`` and ``rango`` behind its own columns, as :func:`score` adds them.

    Raises:
        FrameError: a column is missing.
    """
    if "prob_pago" not in scored.columns:
        raise FrameError("there is no column 'prob_pago'; score the clients first, with rank=False")
    if id is not None and id not in scored.columns:
        raise FrameError(f"there is no column {id!r} with the clients' ids; name it with id=, or say id=None")
    names = {"prob_pago": "prob_pago", "grupo": "grupo"}
    for name in ("decil", "rango"):
        names[name] = _unused(name, [*scored.columns, *names.values()])
    return _ranked(scored, names, id, "grupo" in scored.columns)


def predict_udf(spark, model, contract=None, *, result="probability", columns=None, decimal=None):
    """Make a function of columns, for those who know MLflow's ``spark_udf``.

    >>> pays = spark.predict_udf(session, "modelo_final.pkl")
    >>> df.withColumn("prob_pago", pays(struct(*df.columns)))

    Args:
        spark: the ``SparkSession``.
        model, contract, columns, decimal: as :func:`score` takes them.
        result: ``"probability"``: P(paying) by a contract with a decision, else that of the last class, or a regressor's number,
            as ``double``; ``"label"``: the contract's word or the model's class, as ``string``.

    Returns:
        A function of one struct, whose fields have names, or of as many columns as the contract has inputs, in their order. A row
        that has no score is null.
    """
    import pandas
    from pyspark.sql.functions import pandas_udf

    if result not in ("probability", "label"):
        raise ValueError('result is "probability" or "label"')
    model = _model(model, contract)
    scoring = _Scoring(_Shipped.of(model), 0, tuple((columns or {}).items()), decimal)
    names = [about["name"] for about in model.inputs]

    def predict(*columns: pandas.Series) -> pandas.Series:
        return _predict(scoring, names, result, columns)

    return pandas_udf(predict, "double" if result == "probability" else "string")


class _Shipped:
    """A model on its way to the workers: its bytes and its contract's text."""

    def __init__(self, data, contract, key):
        self.data, self.contract, self.key = data, contract, key

    @classmethod
    def of(cls, model):
        data = model.to_bytes()
        contract = model._about["contract_text"] or "model"
        return cls(data, contract, (model.sha256, model._about["contract_digest"], model._key))

    def model(self):
        """Give the model, read by this process once."""
        with _lock:
            model = _models.pop(self.key, None)
            if model is None:
                model = load(self.data, self.contract, key=self.key[2])
            _models[self.key] = model
            while len(_models) > CAPACITY:
                _models.popitem(last=False)
            return model


class _Scoring:
    """What a worker does with batches of rows."""

    def __init__(self, shipped, explain, columns, decimal):
        self.shipped, self.explain, self.columns, self.decimal = shipped, explain, columns, decimal
        self.names = {}
        self.control = None

    @classmethod
    def of(cls, df, model, explain, columns, decimal):
        scoring = cls(_Shipped.of(model), explain, tuple((columns or {}).items()), decimal)
        reasons = [f"motivo_{number}" for number in range(1, explain + 1)]
        added = ["prob_pago", "clase", "clasificacion", "grupo", "avisos", *reasons, "rechazo"]
        used = list(df.columns)
        for name in [*added, "recuperacion_esperada", "decil", "rango"]:
            scoring.names[name] = _unused(name, used)
            used.append(scoring.names[name])
        scoring.added = [name for name in added if name != "grupo"]
        return scoring

    def put_aside(self, df, id, share, key):
        if id not in df.columns:
            raise FrameError(f"a control group is drawn by the clients' ids, and there is no column {id!r}; name it with id=")
        if key is None:
            raise ValueError("control_share needs seed_key: a secret text that names the experiment")
        control_group([], str(share), key)
        self.control = (df.columns.index(id), str(share), key)
        self.added.insert(self.added.index("avisos"), "grupo")

    def schema(self, df):
        from pyspark.sql.types import DoubleType, LongType, StringType, StructField, StructType

        kinds = {"prob_pago": DoubleType(), "clase": LongType()}
        added = [StructField(self.names[name], kinds.get(name, StringType())) for name in self.added]
        return StructType([*df.schema.fields, *added])

    def scores(self, clients):
        model = self.shipped.model()
        asked = {"columns": dict(self.columns), "decimal": self.decimal, "find_decimal": False, "threads": 1}
        if self.explain:
            return model.explain(clients, reasons=self.explain, **asked)
        return model.score(clients, **asked)

    def __call__(self, batches):
        import pyarrow

        for batch in batches:
            scores = self.scores(batch)
            added = scores.to_arrow().combine_chunks()
            columns = {name: _whole(added.column(name)) for name in added.column_names}
            for number in range(1, self.explain + 1):
                texts = [row[number - 1]["texto"] if len(row) >= number else None for row in scores.reasons]
                columns[f"motivo_{number}"] = pyarrow.array(texts, pyarrow.string())
            if self.control:
                at, share, key = self.control
                ids = [None if id is None else str(id) for id in batch.column(at).to_pylist()]
                groups = ["control" if is_in else "gestión" for is_in in control_group(ids, share, key)]
                columns["grupo"] = pyarrow.array(groups, pyarrow.string())
            names = [*batch.schema.names, *(self.names[name] for name in self.added)]
            arrays = [*batch.columns, *(columns[name] for name in self.added)]
            yield pyarrow.RecordBatch.from_arrays(arrays, names=names)


def _predict(scoring, names, result, columns):
    """Score columns of pandas, as a worker has them."""
    import numpy as np
    import pandas

    if len(columns) == 1 and isinstance(columns[0], pandas.DataFrame):
        clients = columns[0]
    elif len(columns) == len(names):
        clients = pandas.concat(columns, axis=1, keys=names)
    else:
        raise FrameError(f"there are {len(columns)} columns, and the contract has {len(names)} inputs; give a struct")
    scores = scoring.scores(clients)
    if result == "label":
        return pandas.Series([None if label is None else str(label) for label in scores.label], dtype=object)
    if scores.probability is not None:
        return pandas.Series(scores.probability)
    return pandas.Series(np.ascontiguousarray(scores.values[:, -1]))


def _model(model, contract):
    if isinstance(model, Model):
        if contract is not None:
            raise TypeError("the model has its contract already; load it with the other, or leave contract out")
        return model
    return load(model, contract)


def _check(df, model, columns, explain):
    """Ask the driver's model about no rows of these columns: what is missing is told before anything runs."""
    from propenso._propenso import Frame

    names = [str(name) for name in df.columns]
    clients = Frame.of_rows(names, [], len(names))
    asked = {"columns": columns, "find_decimal": False, "threads": 1}
    if explain:
        model.explain(clients, reasons=explain, **asked)
    else:
        model.score(clients, **asked)


def _expected(scored, scoring, df, amount):
    from pyspark.sql import functions as F
    from pyspark.sql.types import NumericType

    kinds = {field.name: field.dataType for field in df.schema.fields}
    if not isinstance(kinds.get(amount), NumericType):
        return scored
    expected = F.col(_quoted(scoring.names["prob_pago"])) * F.col(_quoted(amount)).cast("double")
    return scored.withColumn(scoring.names["recuperacion_esperada"], expected)


def _ranked(scored, names, id, has_control):
    """Add each client's place, and the tenth that it is in: whoever has no score or no place has neither.

    A place is the number of those in better bins and the place among those of the same bin, so that no task has everybody to sort.
    """
    from pyspark.sql import Window
    from pyspark.sql import functions as F

    probability = F.col(_quoted(names["prob_pago"]))
    # Clients of one probability and one id are told apart by the rest of them: never by where they were.
    rest = F.xxhash64(*(F.col(_quoted(name)) for name in scored.columns))
    order = [probability.desc_nulls_last(), *([F.col(_quoted(id)).asc_nulls_last()] if id else []), rest.asc()]
    has_place = probability.isNotNull()
    if has_control:
        has_place = has_place & (F.col(_quoted(names["grupo"])) != "control")
    if id:
        first = F.row_number().over(Window.partitionBy(_quoted(id)).orderBy(*order))
        has_place = has_place & ((first == 1) | F.col(_quoted(id)).isNull())
    # Nobody who has no place is in the way of those who have one.
    place_bin = F.when(has_place, F.floor(probability * BINS).cast("int"))
    apart = F.when(has_place, F.lit(0)).otherwise(F.pmod(rest, F.lit(BINS)).cast("int"))
    placed = scored.withColumns({"__bin": place_bin, "__apart": apart})
    better = Window.orderBy(F.col("__bin").desc()).rowsBetween(Window.unboundedPreceding, -1)
    counts = placed.where("__bin is not null").groupBy("__bin").agg(F.count(F.lit(1)).alias("__n"))
    before = F.coalesce(F.sum("__n").over(better), F.lit(0))
    everybody = F.sum("__n").over(Window.partitionBy())
    counts = counts.select("__bin", before.alias("__before"), everybody.alias("__everybody"))
    place = F.row_number().over(Window.partitionBy("__bin", "__apart").orderBy(*order)).cast("long") + F.col("__before")
    placed = placed.join(F.broadcast(counts), "__bin", "left").withColumn("__place", place)
    decile = F.floor((F.col("__place") - 1) * 10 / F.col("__everybody")).cast("long") + 1
    added = {names["decil"]: decile, names["rango"]: F.col("__place")}
    return placed.withColumns(added).select(*(_quoted(name) for name in scored.columns), *added)


def _whole(column):
    import pyarrow

    return column.combine_chunks() if isinstance(column, pyarrow.ChunkedArray) else column


def _unused(name, used):
    taken = {name.lower() for name in used}
    if name.lower() not in taken:
        return name
    return next(f"{name}_{n}" for n in range(2, len(used) + 3) if f"{name.lower()}_{n}" not in taken)


def _quoted(name):
    return "`" + name.replace("`", "``") + "`"
