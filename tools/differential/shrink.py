"""The smallest recipe that still shows a fault: reductions tried one by one, those kept that leave the fault."""

import copy

# Makes of a recipe at most, for one fault.
BUDGET = 70
SMALLEST = {"n_estimators": 1, "max_iter": 1, "n_values": 2}


def shrink(recipe, is_still_wrong, budget=BUDGET):
    """`is_still_wrong(recipe)` makes a recipe and tells whether it shows the same fault."""
    tried = 0
    progress = True
    while progress and tried < budget:
        progress = False
        for smaller in reductions(recipe):
            if tried >= budget:
                break
            tried += 1
            if is_still_wrong(smaller):
                recipe, progress = smaller, True
                break
    return recipe


def reductions(recipe):
    """Smaller recipes, the largest steps first."""
    yield from simpler_models(recipe)
    yield from smaller_tables(recipe)
    yield from fewer_parameters(recipe)
    yield from plainer_columns(recipe)


def changed(recipe, path, change):
    """A copy in which `change` was applied to what is at a path; `None` when there is nothing to change."""
    copied = copy.deepcopy(recipe)
    place = copied
    for key in path[:-1]:
        place = place[key]
    change(place, path[-1])
    return copied


def replace(value):
    def change(place, key):
        place[key] = copy.deepcopy(value)

    return change


def remove(place, key):
    del place[key]


def walk(value, path=()):
    """Every place of a recipe's model, outermost first."""
    yield path, value
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in parts:
        yield from walk(part, path + (key,))


def is_node(value):
    return isinstance(value, dict) and "class" in value


def is_named_part(value):
    return isinstance(value, dict) and "tuple" in value and isinstance(value["tuple"][0], str)


def simpler_models(recipe):
    if "model" not in recipe:
        return
    model = recipe["model"]
    for path, value in walk(model, ("model",)):
        if is_node(value):
            # An estimator gives way to one inside it.
            for inner_path, inner in walk(value, path):
                if inner_path != path and is_node(inner) and len(inner_path) <= len(path) + 5:
                    yield changed(recipe, path, replace(inner))
        if isinstance(value, list) and len(value) > 1 and all(is_named_part(part) for part in value):
            for place in range(len(value)):
                yield changed(recipe, path + (place,), remove)
        if is_named_part(value) and is_node(value["tuple"][1]):
            yield changed(recipe, path + ("tuple", 1), replace("passthrough"))


def smaller_tables(recipe):
    table = recipe["table"]
    if table["rows"] > 8:
        yield changed(recipe, ("table", "rows"), replace(max(8, table["rows"] // 2)))
    for place, column in enumerate(table["columns"]):
        if len(table["columns"]) > 1:
            smaller = changed(recipe, ("table", "columns", place), remove)
            yield without_name(smaller, column["name"])
    if recipe["task"].get("labels") and len(recipe["task"]["labels"]) > 2:
        yield changed(recipe, ("task", "labels"), replace(recipe["task"]["labels"][:2]))


def without_name(recipe, name):
    """Takes a column out of the lists that a `ColumnTransformer` was given."""
    for path, value in list(walk(recipe.get("model", {}), ("model",))):
        if isinstance(value, list) and name in value and len(value) > 1:
            recipe = changed(recipe, path, replace([part for part in value if part != name]))
    return recipe


def fewer_parameters(recipe):
    root = "model" if "model" in recipe else "native"
    for path, value in walk(recipe[root], (root,)):
        if not isinstance(value, dict) or not isinstance(value.get("params"), dict):
            continue
        for name, setting in value["params"].items():
            at = path + ("params", name)
            if name in SMALLEST and setting != SMALLEST[name]:
                yield changed(recipe, at, replace(SMALLEST[name]))
            elif not is_node(setting) and name not in ("steps", "transformers", "estimators", "n_jobs", "random_state", "n_estimators", "verbose"):
                yield changed(recipe, at, remove)
        for extra in ("output", "stops_early"):
            if value.get(extra):
                yield changed(recipe, path + (extra,), remove)
    if recipe.get("container", {"pickle": 4}) != {"pickle": 4} and "native" not in recipe["container"]:
        yield changed(recipe, ("container",), replace({"pickle": 4}))


PLAIN = {"missing": 0.0, "shape": "normal", "scale": 1.0, "mean": 0.0, "dtype": "float64"}


def plainer_columns(recipe):
    for place, column in enumerate(recipe["table"]["columns"]):
        if column["kind"] == "number":
            for name, value in PLAIN.items():
                if column.get(name) != value:
                    yield changed(recipe, ("table", "columns", place, name), replace(value))
        elif len(column["values"]) > 3:
            yield changed(recipe, ("table", "columns", place, "values"), replace(column["values"][:3]))
    if recipe["table"]["form"] != "frame":
        yield changed(recipe, ("table", "form"), replace("frame"))


def to_one_row(recipe, reply, lines):
    """The same recipe with the one golden row that shows the fault."""
    return changed(recipe, ("golden", "cells"), replace([reply["cells"][lines[0] - 2]]))
