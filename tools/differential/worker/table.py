"""Training tables: drawn as a description, then filled with rows from the description's seed."""

import numpy as np
import pandas as pd

NUMBER_NAMES = ["deuda", "importe", "edad", "antigüedad", "llamadas", "pagos", "saldo", "dias_mora", "cuota", "ingresos"]
TEXT_NAMES = ["provincia", "canal", "producto", "cartera", "código postal"]
WORDS = ["Madrid", "León", "Cádiz", "Ávila", "Lugo", "Soria", "A Coruña", "Jaén", "Huesca", "Teruel", "x", "Ñ", "0", "01", "1.5", "sí", "no"]


def draw_number(draw, name, missing=0.0):
    column = {
        "name": name,
        "kind": "number",
        "shape": draw.weighted({"normal": 5, "lognormal": 2, "few": 2, "grid": 2, "zeros": 2, "constant": 0.5, "two": 0.7, "tied": 1}),
        "dtype": draw.weighted({"float64": 6, "float32": 2.5, "int64": 2}),
        "scale": draw.weighted({1.0: 8, 100.0: 3, 1e-8: 0.6, 1e-5: 0.4, 1e4: 1, 1e9: 0.6, 1e-3: 0.6}),
        "mean": draw.weighted({0.0: 6, 1.0: 1, 50.0: 1, -3.0: 1, 1e6: 0.4, 1e9: 0.3}),
        "missing": 0.0,
    }
    if column["dtype"] == "int64":
        column["scale"] = max(column["scale"], 2.0)
    if draw.chance(0.05):
        return {**column, "shape": "two", "dtype": "bool", "scale": 1.0, "mean": 0.0}
    if missing and draw.chance(0.5):
        column["missing"] = draw.pick([0.05, 0.2, 0.5])
        column["sentinel"] = draw.weighted({None: 6, -1: 1, 0: 1, 999: 0.6})
        if column["sentinel"] is None and column["dtype"] == "int64":
            column["dtype"] = "float64"
    return column


def draw_text(draw, name, missing=0.0):
    n_values = draw.weighted({2: 2, 3: 3, 5: 3, 8: 2, 40: 1.2})
    kind = draw.weighted({"words": 6, "codes": 2, "numbers": 1, "bools": 0.4, "odd": 0.7})
    if kind == "words":
        values = draw.random.sample(WORDS, min(n_values, len(WORDS)))
        if n_values > len(values):
            values = ["%05d" % (28000 + 7 * place) for place in range(n_values)]
    elif kind == "odd":
        values = draw.random.sample(["nan", "None", "NA", "null", "a b", "á", "a", "A", "B'", 'c"d', "e,f", "-", "?"], min(n_values, 8))
    elif kind == "bools":
        values = [False, True]
    elif kind == "codes":
        values = list(range(n_values))
    else:
        values = [round(draw.real(-5, 5), 2) for _ in range(n_values)]
    is_text = kind in ("words", "odd")
    column = {"name": name, "kind": "category", "values": values, "dtype": "object" if is_text else None, "missing": 0.0}
    if kind == "codes" and draw.chance(0.2):
        column["dtype"] = "object"
    if missing and draw.chance(0.5):
        column["missing"] = draw.pick([0.05, 0.2])
        column["blank"] = draw.weighted({"nan": 4, "none": 3, "both": 0.5, "?": 0.5}) if is_text else "nan"
    if column["dtype"] is None and column["missing"]:
        column["dtype"] = "float64" if kind != "bools" else "object"
    return column


def draw_table(draw, n_numbers, n_texts, missing=0.0, rows=None):
    numbers = draw.random.sample(NUMBER_NAMES, min(n_numbers, len(NUMBER_NAMES)))
    texts = draw.random.sample(TEXT_NAMES, min(n_texts, len(TEXT_NAMES)))
    columns = [draw_number(draw, name, missing) for name in numbers] + [draw_text(draw, name, missing) for name in texts]
    draw.random.shuffle(columns)
    return {
        "rows": rows or draw.pick([20, 30, 45, 70]),
        "seed": draw.whole(0, 2**31 - 1),
        "columns": columns,
        "form": draw.weighted({"frame": 7, "unnamed frame": 1, "array": 2}),
        "infers_text": draw.versions.pandas >= (3, 0) and draw.chance(0.5),
    }


def number_values(column, rng, rows):
    shape, scale, mean = column["shape"], column["scale"], column["mean"]
    if shape == "normal":
        values = rng.normal(size=rows) * scale + mean
    elif shape == "lognormal":
        values = np.exp(rng.normal(size=rows)) * scale
    elif shape == "few":
        values = rng.randint(0, 6, size=rows) * scale + mean
    elif shape == "grid":
        values = np.round(rng.normal(size=rows), 1) * scale
    elif shape == "tied":
        values = rng.choice(rng.normal(size=8), size=rows) * scale + mean
    elif shape == "zeros":
        values = np.where(rng.rand(rows) < 0.6, 0.0, rng.normal(size=rows) * scale)
    elif shape == "two":
        values = np.where(rng.rand(rows) < 0.5, mean, mean + scale)
    else:
        values = np.full(rows, mean if mean else scale)
    if column.get("positive"):
        values = np.abs(values) + scale * 1e-3
    if column["dtype"] == "int64":
        values = np.clip(np.round(values), -(2**53), 2**53)
    values = values.astype(column["dtype"])
    if column["missing"]:
        sentinel = column.get("sentinel")
        values[rng.rand(rows) < column["missing"]] = np.nan if sentinel is None else sentinel
    return values


def category_values(column, rng, rows):
    values = column["values"]
    weights = 1.0 / np.arange(1, len(values) + 1)
    places = rng.choice(len(values), size=rows, p=weights / weights.sum())
    places[: min(len(values), rows)] = np.arange(min(len(values), rows))
    rng.shuffle(places)
    dtype = column.get("dtype") or (np.array(values).dtype.name if not column["missing"] else "float64")
    made = np.empty(rows, dtype=object)
    for row, place in enumerate(places):
        made[row] = values[place]
    if column["missing"]:
        blank = column.get("blank", "nan")
        for row in np.flatnonzero(rng.rand(rows) < column["missing"]):
            kind = blank if blank != "both" else ("nan", "none")[rng.randint(2)]
            made[row] = {"nan": np.nan, "none": None, "?": "?"}[kind]
    if dtype == "category":
        return pd.Categorical(made, categories=values, ordered=column.get("ordered", False))
    return made if dtype == "object" else made.astype(dtype)


class Table:
    """A filled table: the columns as the model is trained on them, and the target."""

    def __init__(self, description, task):
        self.description = description
        self.columns = description["columns"]
        self.names = [column["name"] for column in self.columns]
        rows = description["rows"]
        # Whether the model is a booster by itself.
        self.keeps_numbers = False
        self.values = {}
        # What empty fields stand for, where it is not NaN or has been asked (absence.py).
        self.blanks = {}
        for place, column in enumerate(self.columns):
            rng = np.random.RandomState((description["seed"] + 7919 * place) % 2**32)
            fill = number_values if column["kind"] == "number" else category_values
            self.values[column["name"]] = fill(column, rng, rows)
        self.target = draw_target(self, task, np.random.RandomState((description["seed"] + 1) % 2**32))

    @property
    def is_named(self):
        return self.description["form"] == "frame"

    def frame(self):
        return self.framed(self.values)

    def framed(self, values):
        """A DataFrame; texts stay objects, `None` and all, unless the recipe wants pandas 3's own text type."""
        made = {}
        for column in self.columns:
            is_object = column["kind"] == "category" and column.get("dtype") == "object"
            dtype = "str" if self.is_text_type(column) else object if is_object else None
            made[column["name"]] = pd.Series(values[column["name"]], dtype=dtype)
        return pd.DataFrame(made, columns=self.names)

    def blank(self, column):
        """What an empty field of a column stands for."""
        return self.blanks.get(column["name"], float("nan"))

    def is_text_type(self, column):
        """Whether a column is of pandas 3's text type, which knows NaN and no `None`."""
        return bool(self.description.get("infers_text")) and column.get("dtype") == "object" and isinstance(column["values"][0], str)

    def inputs(self):
        """The training rows in the form that the model gets them."""
        return self.shaped(self.frame())

    def shaped(self, frame):
        form = self.description["form"]
        if form == "frame":
            return frame
        if form == "unnamed frame":
            return frame.set_axis(range(len(self.names)), axis=1)
        if self.is_array_of_objects:
            return frame.astype(object).to_numpy()
        dtypes = {column.get("dtype") for column in self.columns}
        array = frame.to_numpy()
        return array.astype("float32") if dtypes == {"float32"} and array.dtype == "float32" else array.astype("float64")

    @property
    def is_array_of_objects(self):
        return any(column["kind"] == "category" and column.get("dtype") in ("object", "category") for column in self.columns)

    def feature_name(self, place):
        """What the model calls a column. Boosters keep the numbers by which a DataFrame without names calls its own."""
        if self.is_named:
            return self.names[place]
        return str(place) if self.keeps_numbers and self.description["form"] == "unnamed frame" else "f%d" % place


def draw_target(table, task, rng):
    rows = table.description["rows"]
    score = rng.normal(size=rows) * 0.5
    for column in table.columns:
        values = table.values[column["name"]]
        if column["kind"] == "number":
            values = np.nan_to_num(values.astype("float64"))
            spread = values.std()
            score += rng.normal() * ((values - values.mean()) / spread if spread > 0 else 0)
        else:
            effect = {str(value): rng.normal() for value in column["values"]}
            score += np.array([effect.get(str(value), 0.5) for value in values])
    labels = task.get("labels")
    if labels is None:
        if task.get("counts"):
            return np.floor(np.exp(np.clip(score, -3, 3)))
        target = score * task.get("scale", 1.0) + task.get("mean", 0.0)
        return np.abs(target) + 0.01 if task.get("positive") else target
    places = np.argsort(np.argsort(score)) * len(labels) // rows
    return np.array([labels[place] for place in places])
