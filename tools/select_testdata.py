#!/usr/bin/env python3
"""Copy the committed part of the test data out of the full corpus.

Makes `examples/cobranza/` (two plain files), `testdata/cobranza/` (gzipped), `testdata/models/`
(what `tools/testdata_models.txt` lists, answers gzipped) and both manifests. Files written by hand
(`README.md`) and by other tools (`testdata/flask/`) stay; the manifest covers them too, so run this
script last.

    python3 tools/select_testdata.py CORPUS_DIR COBRANZA_DIR
    python3 tools/select_testdata.py --manifest-only

CORPUS_DIR holds `MANIFEST.tsv` and a folder per writing version; COBRANZA_DIR holds `cartera.csv`,
`modelo_final.pkl`, `expected.csv` and the same for the second month. Needs Python 3.9 and nothing
else; model files are copied, never loaded.
"""

import argparse
import csv
import gzip
import hashlib
import lzma
import shutil
import sys
import zlib
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
EXAMPLE = REPOSITORY / "examples" / "cobranza"
TESTDATA = REPOSITORY / "testdata"
SELECTION = Path(__file__).resolve().with_name("testdata_models.txt")

# All files of examples/ and testdata/ together.
BUDGET = 9_400_000

TREE_FAMILIES = ("DecisionTree", "ExtraTree", "RandomForest")
CONTAINERS = ["joblib-" + c for c in "none zlib3 gzip bz2 lzma xz lz4".split()]
CONTAINERS += ["pickle-p" + p for p in "2345"]


def copy(source, target):
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def copy_gzipped(source, target):
    """Without a name or time in the header, so that remaking a file gives the same bytes."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(gzip.compress(source.read_bytes(), 9, mtime=0))


def read_selection():
    lines = (line.strip() for line in SELECTION.read_text(encoding="utf-8").splitlines())
    selection = [line for line in lines if line and not line.startswith("#")]
    if len(set(selection)) != len(selection):
        sys.exit(f"{SELECTION.name} lists a model twice")
    return selection


def read_tsv(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def write_tsv(path, columns, rows):
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, delimiter="\t", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def copy_cobranza(source):
    copy(source / "cartera.csv", EXAMPLE / "cartera.csv")
    copy(source / "modelo_final.pkl", EXAMPLE / "modelo_final.pkl")
    target = TESTDATA / "cobranza"
    # As joblib's compress=("xz", 9) would have written it: less than half the size.
    pickle = zlib.decompress((source / "modelo_2.pkl").read_bytes())
    target.mkdir(parents=True, exist_ok=True)
    (target / "modelo_2.pkl").write_bytes(lzma.compress(pickle, preset=9))
    for name in ("expected.csv", "cartera_2.csv", "expected_2.csv"):
        copy_gzipped(source / name, target / f"{name}.gz")


def copy_models(corpus):
    """Remakes testdata/models from nothing; gives the manifest's lines."""
    target = TESTDATA / "models"
    if target.exists():
        shutil.rmtree(target)
    available = {f"{row['folder']}/{row['name']}": row for row in read_tsv(corpus / "MANIFEST.tsv")}
    chosen = []
    for name in read_selection():
        if name not in available:
            sys.exit(f"{name}: not in the corpus")
        row = available[name]
        folder = corpus / row["folder"]
        copy(folder / row["model_file"], target / row["folder"] / row["model_file"])
        copy_gzipped(folder / f"{row['name']}.json", target / row["folder"] / f"{row['name']}.json.gz")
        chosen.append(row)
    chosen.sort(key=lambda row: (list(available).index(f"{row['folder']}/{row['name']}")))
    write_tsv(target / "MANIFEST.tsv", list(chosen[0]), chosen)
    return chosen


def check_coverage(rows):
    """What the comment in the selection promises."""
    promised = []
    for container in CONTAINERS:
        promised.append((container, 2, [row for row in rows if row["container"] == container]))
    trees = [row for row in rows if is_tree_model(row)]
    for version in sorted({row["folder"] for row in trees}):
        here = [row for row in trees if row["folder"] == version]
        kinds = {
            "rf_bin": lambda row: row["note"] == "rf_bin",
            "a regressor": lambda row: row["estimator"].endswith("Regressor"),
            "extra trees": lambda row: row["estimator"].startswith("ExtraTrees"),
            "a search": lambda row: row["note"].startswith("search_"),
        }
        for kind, is_kind in kinds.items():
            promised.append((f"{version}: {kind}", 1, [row for row in here if is_kind(row)]))
    for ending in ("text", "bool", "float", "nan", "monotonic", "weighted", "rngobject", "rootonly"):
        promised.append((ending, 1, [row for row in trees if row["note"].endswith(ending)]))
    missing = [what for what, count, found in promised if len(found) < count]
    if missing:
        sys.exit("the selection lacks: " + ", ".join(missing))


def is_tree_model(row):
    searched = row["note"].startswith("search_") and not row["note"].endswith("_lr")
    return row["estimator"].startswith(TREE_FAMILIES) or searched


def write_manifest():
    """path, bytes and sha256 of each file of both folders; gives the sum of the bytes."""
    manifest = TESTDATA / "MANIFEST.tsv"
    files = [path for folder in (EXAMPLE, TESTDATA) for path in folder.rglob("*") if path.is_file()]
    rows = []
    for path in sorted(files, key=lambda path: path.relative_to(REPOSITORY).as_posix()):
        if path == manifest:
            continue
        content = path.read_bytes()
        rows.append({
            "path": path.relative_to(REPOSITORY).as_posix(),
            "bytes": len(content),
            "sha256": hashlib.sha256(content).hexdigest(),
        })
    write_tsv(manifest, ["path", "bytes", "sha256"], rows)
    return sum(row["bytes"] for row in rows) + manifest.stat().st_size


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpus", nargs="?", type=Path, metavar="CORPUS_DIR")
    parser.add_argument("cobranza", nargs="?", type=Path, metavar="COBRANZA_DIR")
    parser.add_argument("--manifest-only", action="store_true", help="only list what is there")
    arguments = parser.parse_args()
    if not arguments.manifest_only:
        if arguments.corpus is None or arguments.cobranza is None:
            parser.error("CORPUS_DIR and COBRANZA_DIR are needed")
        copy_cobranza(arguments.cobranza)
        rows = copy_models(arguments.corpus)
        check_coverage(rows)
        trees = sum(is_tree_model(row) for row in rows)
        print(f"{len(rows)} models, {trees} of them trees, forests and searches over forests")
    total = write_manifest()
    print(f"examples/ and testdata/: {total:,} bytes of {BUDGET:,}")
    if total > BUDGET:
        sys.exit("over the budget: take models out of the selection")


if __name__ == "__main__":
    main()
