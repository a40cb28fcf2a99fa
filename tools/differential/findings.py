"""Faults written down: the smallest model, its golden rows, and how it was made."""

import json
import re
import shutil
from pathlib import Path


def write(folder, made):
    """`made`: environment, versions, seed, index, outcome, recipe and the worker's reply. Gives the model's path."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    kind = re.sub(r"\W+", "_", made["outcome"].kind.lower())
    name = "%s-%s-%s-%s-%s" % (kind, made["recipe"]["family"], made["environment"], made["seed"], made["index"])
    model = folder / (name + Path(made["reply"]["model"]).suffix)
    shutil.copyfile(made["reply"]["model"], model)
    shutil.copyfile(made["reply"]["golden"], folder / (name + ".golden.csv"))
    about = {
        "kind": made["outcome"].kind,
        "message": made["outcome"].message,
        "lines": made["outcome"].lines,
        "tolerance": made["reply"]["tolerance"],
        "environment": made["environment"],
        "versions": made["versions"],
        "seed": made["seed"],
        "index": made["index"],
        "classes": classes(made["recipe"]),
        "recipe": made["recipe"],
    }
    (folder / (name + ".recipe.json")).write_text(json.dumps(about, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return model


def classes(recipe):
    """The classes of a recipe, in the order they are met."""
    if "native" in recipe:
        return [recipe["native"]["library"] + " " + recipe["native"]["container"]]
    found = re.findall(r'"class": "[\w.]*\.(\w+)"', json.dumps(recipe["model"]))
    return list(dict.fromkeys(found))
