"""Steps that take categories: encoders, and the imputers before them."""

from ..recipe import dtype, nan, node

P = "sklearn.preprocessing."


def explicit(draw, column):
    """The categories written out, some left out or more than training has."""
    values = [value for value in column["values"]]
    if all(isinstance(value, str) for value in values):
        extra = values + ["otra"]
        return draw.pick([values, extra, list(reversed(values))])
    return sorted(values) if draw.chance(0.5) else sorted(values) + [max(values) + 1] if not isinstance(values[0], bool) else values


def one_hot(draw, columns):
    params = {}
    if draw.sklearn(1, 6):
        unknown = ["ignore", "error", "infrequent_if_exist", "warn", "warn"]
    elif draw.sklearn(1, 1):
        unknown = ["ignore", "ignore", "error", "infrequent_if_exist"]
    else:
        unknown = ["ignore", "ignore", "error"]
    if draw.chance(0.85):
        params["handle_unknown"] = draw.pick(unknown)
    sparse = "sparse_output" if draw.sklearn(1, 2) else "sparse"
    params.update(draw.params(0.35, **{sparse: [False, False, True]}))
    params.update(draw.params(0.25, dtype=[dtype("float32"), dtype("float64"), dtype("int32"), dtype("int8")]))
    if draw.sklearn(1, 1):
        params.update(draw.params(0.2, min_frequency=[2, 5, 0.1], max_categories=[2, 3]))
    if draw.chance(0.2) and (draw.sklearn(1, 0) or params.get("handle_unknown", "error") == "error"):
        params["drop"] = draw.pick(["first", "if_binary"])
    if draw.chance(0.12) and not {"min_frequency", "max_categories"} & set(params):
        params["categories"] = [{"object array": explicit(draw, column)} if isinstance(column["values"][0], str) else explicit(draw, column) for column in columns]
        if draw.chance(0.2):
            params["drop"] = {"object array": [column["values"][0] for column in columns]}
    return node(P + "OneHotEncoder", params)


def ordinal(draw, columns):
    params = {}
    if draw.chance(0.75):
        params["handle_unknown"] = "use_encoded_value"
        params["unknown_value"] = draw.pick([-1, -1, nan(), 99])
    if draw.sklearn(1, 1):
        params.update(draw.params(0.25, encoded_missing_value=[nan(), -2, -1]))
    if draw.sklearn(1, 3):
        params.update(draw.params(0.15, min_frequency=[2, 5], max_categories=[2, 3]))
    params.update(draw.params(0.25, dtype=[dtype("float32"), dtype("float64")]))
    if draw.chance(0.12) and not {"min_frequency", "max_categories"} & set(params):
        params["categories"] = [explicit(draw, column) for column in columns]
    return node(P + "OrdinalEncoder", params)


def encoder(draw, columns):
    if draw.chance(0.03) and draw.sklearn(1, 3):
        return node(P + "TargetEncoder", {"cv": 2, "random_state": 0})
    return one_hot(draw, columns) if draw.chance(0.62) else ordinal(draw, columns)


def text_imputer(draw, columns):
    blanks = {column.get("blank") for column in columns if column["missing"]}
    params = {"strategy": draw.pick(["most_frequent", "constant"])}
    if draw.chance(0.5) and params["strategy"] == "constant":
        params["fill_value"] = draw.pick(["otro", "missing", columns[0]["values"][0] if isinstance(columns[0]["values"][0], str) else "otro"])
    if "none" in blanks and draw.chance(0.5):
        params["missing_values"] = None
    elif "?" in blanks and draw.chance(0.8):
        params["missing_values"] = "?"
    elif draw.chance(0.05):
        params["missing_values"] = draw.pick(["?", "x", None])
    params.update(draw.params(0.15, add_indicator=[True]))
    if draw.sklearn(1, 2):
        params.update(draw.params(0.15, keep_empty_features=[True]))
    return node("sklearn.impute.SimpleImputer", params)


def number_category_imputer(draw):
    return node("sklearn.impute.SimpleImputer", {"strategy": draw.pick(["most_frequent", "median"])})
