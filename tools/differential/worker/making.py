"""A recipe made: table filled, model fitted, saved, asked."""

import os
import pickle

import numpy as np

from . import absence, asking, critical, golden, native, tolerance
from .recipe import build, nodes
from .table import Table


def make(recipe, folder):
    """Writes the model and its golden rows into a folder; gives what the orchestrator needs to judge them."""
    os.makedirs(folder, exist_ok=True)
    # What takes no `random_state`, or is given none, draws from here.
    np.random.seed(recipe["table"]["seed"])
    table = Table(recipe["table"], recipe["task"])
    is_booster = "native" in recipe
    table.keeps_numbers = recipe.get("model", {"class": ""})["class"].startswith(("xgboost", "lightgbm"))
    if is_booster:
        path, booster = native.train(recipe["native"], table, folder)
        asker = native.BoosterModel(recipe["native"], booster, recipe["task"]["labels"])
        thresholds = critical.Critical()
        reader = critical.of_xgboost if recipe["native"]["library"] == "xgboost" else critical.of_lightgbm
        reader(booster, lambda place: place, thresholds)
    else:
        model = fit(recipe["model"], table)
        path, model = save(model, recipe["container"], folder)
        asker = asking.Asker(model, table)
        thresholds = critical.of_model(model, table)
    classes = {made["class"].split(".")[0] for made in nodes(recipe.get("model"))}
    rows = golden.draw_rows(recipe["golden"], table, thresholds)
    if "only" in recipe["golden"]:
        rows = [rows[place] for place in recipe["golden"]["only"]]
    if "cells" in recipe["golden"]:
        rows = recipe["golden"]["cells"]
    for_booster = is_booster or "lightgbm" in classes
    absence.learn(asker, table, rows, list(nodes(recipe.get("model"))), for_booster)
    allowed = tolerance.of_recipe(recipe)
    answers, counts, unfinite = asking.ask(asker, table, rows, for_booster, may_batch=allowed == 0.0)
    golden_path = os.path.join(folder, "golden.csv")
    if not golden.write(golden_path, table, rows, answers):
        raise ValueError("the library refuses every row")
    return {"model": path, "golden": golden_path, "tolerance": allowed, "rows": len(rows), "counts": counts, "unfinite": unfinite, "cells": rows,
            "notes": [] if is_booster else critical.notes(model)}


def fit(made, table):
    model = build(made)
    inputs, target = table.inputs(), table.target
    for part in list(parts(model)):
        if getattr(part, "is_to_be_fitted_first", False):
            del part.is_to_be_fitted_first
            part.fit(inputs, target)
    options = dict(made.get("fit", {}))
    if made.get("stops_early"):
        half = slice(0, len(target), 2)
        held = inputs.iloc[half] if hasattr(inputs, "iloc") else inputs[half]
        options["eval_set"] = [(held, np.roll(target[half], 1))]
        if made["class"].startswith("lightgbm"):
            import lightgbm

            options["callbacks"] = [lightgbm.early_stopping(2, verbose=False)]
        else:
            model.set_params(early_stopping_rounds=2)
            options["verbose"] = False
    model.fit(inputs, target, **options)
    return model


def parts(model):
    """An estimator and the estimators among its parameters."""
    yield model
    for value in vars(model).values():
        if hasattr(value, "get_params") and not isinstance(value, type):
            yield from parts(value)


def save(model, container, folder):
    """Saves a fitted model; gives the file, and the model as the library reads it from there."""
    if "native" in container:
        path = os.path.join(folder, "model." + container["native"])
        model.save_model(path)
        read = type(model)()
        read.load_model(path)
        return path, read
    path = os.path.join(folder, "model." + ("pkl" if "pickle" in container else "joblib"))
    if "pickle" in container:
        with open(path, "wb") as file:
            pickle.dump(model, file, protocol=container["pickle"])
    else:
        import joblib

        compress = container["joblib"]
        joblib.dump(model, path, compress=tuple(compress) if isinstance(compress, list) else compress, protocol=container.get("protocol"))
    return path, model
