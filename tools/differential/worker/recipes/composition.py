"""Pipelines, `ColumnTransformer` and `FeatureUnion` around a predictor."""

from ..recipe import node, pair
from . import encoders, steps

PIPELINE = "sklearn.pipeline.Pipeline"


def pipeline(draw, made, final=None, rate=0.03):
    """A pipeline of nodes; nested in another now and then."""
    made = list(made)
    if len(made) > 1 and draw.chance(0.08):
        made = [pipeline(draw, made[:2], rate=0)] + made[2:]
    named = [pair("s%d" % place, step) for place, step in enumerate(made)]
    if draw.chance(0.05):
        named.insert(draw.whole(0, len(named)), pair("pasa", "passthrough"))
    if final is not None:
        named.append(pair("modelo", final))
    path = PIPELINE
    if final is not None and draw.versions.has_imblearn and draw.chance(0.12):
        path = "imblearn.pipeline.Pipeline"
        if draw.chance(0.6) and task_is_classification(final):
            named.insert(len(named) - 1, pair("muestra", node("imblearn.under_sampling.RandomUnderSampler", {"random_state": 0})))
    extra = {"output": "pandas"} if draw.sklearn(1, 2) and draw.chance(rate) else {}
    return node(path, {"steps": named}, **extra)


def task_is_classification(final):
    return "Class" in final["class"] or "Logistic" in final["class"] or final["class"].endswith(("NB", "SVC"))


def numeric_steps(draw, columns, is_regression, accepts_missing):
    """Steps for number columns: an imputer where values are missing, then one or two others."""
    made = []
    sentinels = [column.get("sentinel") for column in columns if column["missing"]]
    if sentinels:
        for sentinel in sorted({value for value in sentinels if value is not None}):
            if draw.chance(0.7):
                made.append(steps.imputer(draw, sentinel))
        if None in sentinels and not (accepts_missing and draw.chance(0.5)):
            made.append(steps.imputer(draw))
    elif draw.chance(0.25):
        made.append(steps.imputer(draw))
    positive = all(column.get("positive") for column in columns)
    for _ in range(draw.weighted({0: 3, 1: 6, 2: 2, 3: 0.5})):
        if draw.chance(0.08):
            made.append(union(draw, is_regression))
        else:
            made.append(steps.numeric_step(draw, is_regression, positive))
    return made


def union(draw, is_regression):
    parts = [pair("u%d" % place, steps.numeric_step(draw, is_regression)) for place in range(draw.whole(1, 3))]
    if draw.sklearn(1, 1) and draw.chance(0.2):
        parts.append(pair("igual", "passthrough"))
    params = {"transformer_list": parts}
    if draw.chance(0.2):
        params["transformer_weights"] = {"dict": {"u0": draw.pick([0.5, 2.0, 0])}}
    return node("sklearn.pipeline.FeatureUnion", params)


def one_or_pipeline(draw, made):
    if not made:
        return "passthrough"
    return made[0] if len(made) == 1 and draw.chance(0.8) else pipeline(draw, made, rate=0)


def chosen(draw, table, columns):
    """How a `ColumnTransformer` is told of some columns."""
    names = [column["name"] for column in table["columns"]]
    places = [names.index(column["name"]) for column in columns]
    is_named = table["form"] == "frame"
    kinds = {"positions": 2, "mask": 1}
    if is_named:
        kinds["names"] = 6
        if table["form"] == "frame" and draw.chance(0.3):
            kinds["selector"] = 2
    if places == list(range(places[0], places[0] + len(places))):
        kinds["slice"] = 1
        if is_named:
            kinds["name slice"] = 1
    kind = draw.weighted(kinds)
    if kind == "names":
        return [column["name"] for column in columns]
    if kind == "positions":
        return [place - len(names) if draw.chance(0.1) else place for place in places]
    if kind == "mask":
        mask = [place in places for place in range(len(names))]
        return {"mask": mask} if draw.chance(0.6) else mask
    if kind == "slice":
        return {"slice": [places[0], places[-1] + 1]}
    if kind == "name slice":
        return {"slice": [names[places[0]], names[places[-1]]]}
    pattern = "^(%s)$" % "|".join(column["name"] for column in columns)
    return node("sklearn.compose.make_column_selector", {"pattern": pattern})


def column_transformer(draw, table, is_regression, accepts_missing):
    numbers = [column for column in table["columns"] if column["kind"] == "number"]
    texts = [column for column in table["columns"] if column["kind"] == "category"]
    parts, remainder = [], None
    if numbers and draw.chance(0.8):
        some = draw.some(numbers) if draw.chance(0.3) else numbers
        must_fill = any(column["missing"] and column.get("sentinel") is None for column in some) and not accepts_missing
        made = numeric_steps(draw, some, is_regression, accepts_missing)
        if draw.chance(0.25) and not must_fill:
            made = []
        parts.append(("num", one_or_pipeline(draw, made), some))
        left = [column for column in numbers if column not in some]
    else:
        left = numbers
    if draw.chance(0.1) and any(column["missing"] for column in numbers):
        parts.append(("falta", steps.indicator(draw), numbers))
    are_alike = len({type(column["values"][0]) is str for column in texts}) < 2
    groups = [texts] if are_alike and not draw.chance(0.3) else [[column] for column in texts]
    for place, group in enumerate(groups):
        if group:
            parts.append(("cat%d" % place, one_or_pipeline(draw, text_steps(draw, group)), group))
    if draw.chance(0.08) and numbers:
        parts.append(("otra", draw.pick(["passthrough", "drop"]), draw.some(numbers)))
    fills = any(column["missing"] and column.get("sentinel") is None for column in left) and not accepts_missing
    if left:
        remainder = one_or_pipeline(draw, [steps.imputer(draw)]) if fills else draw.pick(["passthrough", "passthrough", "drop", steps.scaler(draw)])
    draw.random.shuffle(parts)
    params = {"transformers": [pair(name, step, chosen(draw, table, group)) for name, step, group in parts]}
    if remainder is not None:
        params["remainder"] = remainder
    params.update(draw.params(0.3, sparse_threshold=[0, 1, 0.5, 1.0]))
    if draw.sklearn(1, 0):
        params.update(draw.params(0.2, verbose_feature_names_out=[False]))
    if draw.chance(0.06):
        params["transformer_weights"] = {"dict": {parts[0][0]: draw.pick([0.5, 3.0, 0])}}
    return node("sklearn.compose.ColumnTransformer", params)


def text_steps(draw, columns):
    made = []
    is_text = isinstance(columns[0]["values"][0], str)
    is_missing = any(column["missing"] for column in columns)
    if is_text and draw.chance(0.6 if is_missing else 0.15):
        made.append(encoders.text_imputer(draw, columns))
    elif not is_text and is_missing and draw.chance(0.5) and not any(isinstance(column["values"][0], bool) for column in columns):
        made.append(encoders.number_category_imputer(draw))
    made.append(encoders.encoder(draw, columns))
    if draw.chance(0.12):
        made.append(steps.scaler(draw, sparse=True))
    if draw.chance(0.04):
        made.append(steps.projection(draw, sparse=True))
    if draw.chance(0.05):
        made.append(steps.numpy_function(draw))
    return made


def transformers(draw, table, is_regression, accepts_missing):
    """What comes before the predictor, for any table; may be nothing."""
    has_texts = any(column["kind"] == "category" for column in table["columns"])
    has_numbers = any(column["kind"] == "number" for column in table["columns"])
    if has_texts and not has_numbers and draw.chance(0.6):
        made = text_steps(draw, table["columns"])
    elif has_texts or draw.chance(0.15):
        made = [column_transformer(draw, table, is_regression, accepts_missing)]
    else:
        return numeric_steps(draw, table["columns"], is_regression, accepts_missing)
    if draw.chance(0.12):
        made.append(draw.pick([steps.scaler(draw, sparse=True), steps.selector(draw, is_regression), steps.scaler(draw), steps.imputer(draw),
                               steps.projection(draw, sparse=True), steps.numpy_function(draw), steps.numeric_step(draw, is_regression)]))
    return made
