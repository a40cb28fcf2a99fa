#!/usr/bin/env python3
"""Write the hostile files of `attacks/`, their manifest and their README.

    .venv/bin/python tools/make_attacks.py

Files are assembled from opcodes (`attack_families/asm.py`); only the families `tree`, `shape`,
`model`, `forest` and `graph` start from models that scikit-learn 1.2.2 pickled, so this needs
`tools/requirements.txt`. Nothing written here is ever loaded with Python. The folder is emptied
first: what is in it is what this script makes, except for `found-*`, which are findings of fuzzing
and are listed in `tools/attacks_found.tsv`.
"""

import csv
import sys
from pathlib import Path

from attack_families import arrays, containers, graphs, machine, models, names, native, wrapped
from attack_families.asm import Attack

REPOSITORY = Path(__file__).resolve().parent.parent
TARGET = REPOSITORY / "attacks"
FOUND = Path(__file__).resolve().with_name("attacks_found.tsv")
BUDGET = 1_100_000

COLUMNS = ["file", "attack", "stage", "error", "limits", "note"]
LIMITS = {"opcodes", "nodes", "memo", "stack", "globals", "output", "owned", "decode_steps"}

README = """\
# Hostile files

Each file here attacks the reader of model files in one way, and each is refused in the way that
[`MANIFEST.tsv`](MANIFEST.tsv) names. A test reads them all. **Do not open them with Python**: some would run
a command (`echo attacked`).

| column | meaning |
| --- | --- |
| `file` | the file; the part before the first `-` is its family |
| `attack` | what it tries |
| `stage` | who stops it: `pickle`, the inert reader, or `model`, the importers of estimators and of other libraries' files |
| `error` | the stable code of the error, or one of the two below |
| `limits` | budgets to read it with instead of the defaults, `name=value` with commas between |
| `note` | why it matters, where that is not plain |

| error | meaning |
| --- | --- |
| `ok-inert` | read without an error, at little cost and with nothing called; refused as `not-an-estimator` by the model stage |
| `ok` | read, imported, and served: what is odd about it does no harm |

The names in `limits` are `opcodes`, `nodes`, `memo` (entries), `stack` (depth), `globals`, `output` (bytes),
`owned` (bytes) and `decode_steps` of `propenso_pickle::Limits`.

## Tables

[`tables/`](tables) attacks the readers of portfolios in the same way: workbooks, Parquet and text that are small and become large, or
contradict themselves. In their manifest `answer` is a part of the error, or `rejected` where each row is refused instead; a test
(`crates/portfolio/tests/it/hostile.rs`) scores them all.

## Families

{families}

## Adding one

Add a case to the family's function in `tools/attack_families/`, run `tools/make_attacks.py`, and run
the tests. A file that fuzzing found goes in as `found-<what>.pkl`, with a line of the same columns in
`tools/attacks_found.tsv`.
"""


def all_families():
    for module in (machine, names, arrays, containers, models, graphs, native, wrapped):
        yield from module.FAMILIES


def read_found():
    if not FOUND.exists():
        return []
    with FOUND.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    return [Attack(**row, content=(TARGET / row["file"]).read_bytes()) for row in rows]


def check(attack):
    assert attack.stage in ("pickle", "model"), attack.file
    assert "\t" not in attack.attack + attack.note, attack.file
    for limit in filter(None, attack.limits.split(",")):
        key, _, number = limit.partition("=")
        assert key in LIMITS and number.isdigit(), attack.file


def main():
    table = []
    attacks = []
    for prefix, title, cases in all_families():
        made = list(cases())
        assert all(attack.file.startswith(prefix + "-") for attack in made), prefix
        table.append((prefix, title, len(made)))
        attacks += made
    found = read_found()
    if found:
        table.append(("found", "Found by fuzzing", len(found)))
        attacks += found
    files = [attack.file for attack in attacks]
    assert len(set(files)) == len(files), [file for file in files if files.count(file) > 1]

    TARGET.mkdir(exist_ok=True)
    for old in TARGET.iterdir():
        if old.is_file() and not old.name.startswith("found-"):
            old.unlink()
    for attack in attacks:
        check(attack)
        (TARGET / attack.file).write_bytes(attack.content)
    with (TARGET / "MANIFEST.tsv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter="\t", lineterminator="\n", quoting=csv.QUOTE_NONE)
        writer.writerow(COLUMNS)
        writer.writerows([getattr(attack, column) for column in COLUMNS] for attack in attacks)
    lines = [f"| `{prefix}` | {title} | {count} |" for prefix, title, count in table]
    families = "\n".join(["| family | what | files |", "| --- | --- | --- |", *lines])
    (TARGET / "README.md").write_text(README.format(families=families), encoding="utf-8")

    total = sum(path.stat().st_size for path in TARGET.iterdir() if path.is_file())
    print(f"{len(attacks)} attacks, {total:,} bytes of {BUDGET:,}")
    if total > BUDGET:
        sys.exit("over the budget")


if __name__ == "__main__":
    main()
