"""Recipes: models as plain JSON values, and what is made of them.

A recipe can be written down, made again, and shrunk. An estimator in it is a *node*:

    {"class": "sklearn.linear_model.Ridge", "params": {"alpha": 0.5}}

Values that JSON lacks are objects with one key: {"float": "nan"}, {"dtype": "float32"},
{"function": "numpy.log1p"}, {"tuple": [...]}, {"slice": [0, 2]}, {"mask": [true, false]}, {"array": [...]}.
"""

import importlib


def node(path, params=None, **extra):
    made = {"class": path, "params": params or {}}
    made.update(extra)
    return made


def nan():
    return {"float": "nan"}


def dtype(name):
    return {"dtype": name}


def function(path):
    return {"function": path}


def pair(*values):
    return {"tuple": list(values)}


def find(path):
    module, name = path.rsplit(".", 1)
    return getattr(importlib.import_module(module), name)


def build(value):
    """What a value of a recipe stands for."""
    import numpy as np

    if isinstance(value, list):
        return [build(part) for part in value]
    if not isinstance(value, dict):
        return value
    if "class" in value:
        return build_estimator(value)
    [(kind, content)] = value.items()
    if kind == "float":
        return float(content)
    if kind == "dtype":
        return getattr(np, content)
    if kind == "function":
        return find(content)
    if kind == "tuple":
        return tuple(build(part) for part in content)
    if kind == "slice":
        return slice(*content)
    if kind == "mask":
        return np.array(content, dtype=bool)
    if kind == "array":
        return np.array(build(content))
    if kind == "object array":
        return np.array(build(content), dtype=object)
    if kind == "dict":
        return {name: build(part) for name, part in content.items()}
    raise ValueError("no such kind of value: %s" % kind)


def build_estimator(made):
    if made["class"].startswith("sklearn.experimental") or made.get("experimental"):
        importlib.import_module("sklearn.experimental." + made["experimental"])
    estimator = find(made["class"])(**{name: build(value) for name, value in made["params"].items()})
    if "output" in made:
        estimator.set_output(transform=made["output"])
    if made.get("fitted"):
        estimator.is_to_be_fitted_first = True
    return estimator


def nodes(value):
    """Every node of a recipe's value, outermost first."""
    if isinstance(value, list):
        for part in value:
            yield from nodes(part)
    elif isinstance(value, dict):
        if "class" in value:
            yield value
        for part in value.values():
            yield from nodes(part)


def class_name(made):
    return made["class"].rsplit(".", 1)[1]
