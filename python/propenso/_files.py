"""What needs files alone: what a file holds, a first contract, golden rows, a whole portfolio."""

import json
import os
from dataclasses import dataclass

from propenso import _propenso
from propenso._frames import frame_of
from propenso._model import Model, contract_of, source_of


def inspect(model, *, key=None):
    """Tell what a model file holds, without running it: what ``propenso inspect --json`` prints, as a dict.

    What cannot be served is told under ``"error"``; ``"estimator"`` is ``None`` then.

    Args:
        model: a path, or the file's bytes.
        key: the key under which the file has its model, where it is a dict or a list.

    Raises:
        ModelError: it cannot even be read.
    """
    path, data = source_of(model)
    return json.loads(_propenso.inspect(path, data, key))


@dataclass(frozen=True)
class Scan:
    """What a pickle names.

    Attributes:
        names: every class and function that loading it with Python would import, and how often it names each.
        foreign: those from outside the libraries that model files are made of: what a hostile file would call is here, and
            so is a team's own code.
        error: why it could not be served, if so.
        sha256: the file's hash.
    """

    names: "dict[str, int]"
    foreign: "list[str]"
    error: "str | None"
    sha256: str

    def __str__(self):
        lines = [f"{'!' if name in self.foreign else ' '} {name} x{count}" for name, count in self.names.items()]
        if self.foreign:
            lines.append("! loading this file with pickle or joblib would import what is marked; do not, unless you know its author")
        return "\n".join(lines)


def scan(model):
    """Tell what a pickle would import, by reading it and importing nothing: a safe first look at a stranger's file.

    Args:
        model: a path, or the file's bytes.

    Returns:
        :class:`Scan`.

    Raises:
        ModelError: it cannot be read at all.
    """
    report = inspect(model)
    return Scan(
        names={name["name"]: name["count"] for name in report["names"]},
        foreign=[name["name"] for name in report["names"] if name["foreign"]],
        error=report["error"],
        sha256=report["sha256"],
    )


@dataclass(frozen=True)
class Verification:
    """What came of golden rows. It is true where they are a proof."""

    is_proof: bool
    report: dict
    text: str

    def __bool__(self):
        return self.is_proof

    def __str__(self):
        return self.text


def verify(model, golden, expected=None, *, tolerance=None, by_contract=None):
    """Compare what a model answers with what its original answered, as ``propenso verify`` does.

    Args:
        model: a :class:`Model`, or what :func:`load` takes.
        golden: a file of golden rows, or a table.
        expected: what is expected of the table's rows: the original's ``predict_proba`` (``(n, n_classes)``), its ``predict``
            (``(n,)``), or a pair of both. Without it the table has columns ``expected_class``, ``expected_proba_CLASS`` or
            ``expected_value``.
        tolerance: the largest difference that counts as rounding; by default that of the model's own arithmetic, which is 0
            for trees.
        by_contract: whether the rows are the contract's inputs; by default they are the model's own columns where they have
            all of these.

    Returns:
        :class:`Verification`.
    """
    if not isinstance(model, Model):
        model = Model(model)
    if isinstance(golden, (str, os.PathLike)):
        told = (os.fspath(golden), None)
    else:
        told = (None, frame_of(golden if expected is None else _beside(model, golden, expected)))
    report, text, is_proof = _propenso.verify(model._model, told, tolerance, by_contract)
    return Verification(is_proof, json.loads(report), text)


def _beside(model, clients, expected):
    """Put what is expected beside clients, as golden files have it."""
    import numpy as np

    if hasattr(clients, "to_pandas"):
        clients = clients.to_pandas()
    if hasattr(clients, "to_dict") and hasattr(clients, "columns"):
        columns = {str(name): clients[name].tolist() for name in clients.columns}
    elif isinstance(clients, dict):
        columns = {name: list(values) for name, values in clients.items()}
    elif isinstance(clients, list) and clients and isinstance(clients[0], dict):
        names = dict.fromkeys(name for client in clients for name in client)
        columns = {name: [client.get(name) for client in clients] for name in names}
    else:
        matrix = np.asarray(clients)
        columns = {name: matrix[:, at].tolist() for at, name in enumerate(model._about["features"])}
    for part in expected if isinstance(expected, tuple) else (expected,):
        part = np.asarray(part)
        if part.ndim == 2:
            for at, name in enumerate(model._about["class_texts"]):
                columns[f"expected_proba_{name}"] = part[:, at].tolist()
        elif model._classes is None:
            columns["expected_value"] = part.tolist()
        else:
            columns["expected_class"] = [str(value) for value in part.tolist()]
    return columns


def contract_draft(model, sample=None, output=None, *, name=None, language="es"):
    """Draft a first contract for a model, from what its file says and what a sample of clients shows.

    Args:
        model: a path, or the file's bytes.
        sample: a file of clients, or a table.
        output: where to write it; a file that is there already is not touched.
        name: what the contract is called; by default as the file.
        language: ``"es"`` or ``"en"``, of its comments and questions.

    Returns:
        The contract's TOML. Lines with ``PREGUNTA`` or ``QUESTION`` are what nobody but a person can know.

    Raises:
        FileExistsError: the output is there already.
    """
    if isinstance(sample, (str, os.PathLike)):
        sample = (os.fspath(sample), None)
    else:
        sample = (None, None if sample is None else frame_of(sample))
    text, _ = _propenso.contract_draft(source_of(model), sample, name, language)
    if output is not None:
        with open(output, "x", encoding="utf-8") as file:
            file.write(text)
    return text


def score_file(input, output, *, model, contract=None, progress=None, columns=None, **options):
    """Score a whole file into a ranked one, as ``propenso score`` does, in memory that does not grow with it.

    Args:
        input: CSV in any dialect, ``.xlsx``, ``.ods``, ``.xls``, Parquet, JSON lines.
        output: where the list goes; its name says its form. It is there when it is whole, or not at all.
        model: a :class:`Model`, or what :func:`load` takes.
        contract: as :func:`load` takes it.
        progress: ``True`` for a bar of ``tqdm``, a class like ``tqdm``, or a function of stage, rows, done and total.
        columns: columns named otherwise, as ``{"Cód. Postal": "CODIGO_POSTAL"}``.
        options: those of ``propenso score`` by their names, as ``capacity=500``, ``explain=3``, ``suppress="bajas.csv"``,
            ``control_share="10%"``; docs/portfolios.md has them.

    Returns:
        The report, as a dict.

    Raises:
        FileError: the file cannot be scored; the output is as it was before.
        TypeError: there is no such option, or it cannot have that value.
        KeyboardInterrupt: somebody pressed Ctrl-C; the output is as it was before.
    """
    if not isinstance(model, Model):
        model = Model(model, contract)
    elif contract is not None:
        raise TypeError("the model has its contract already; load it with the other, or leave contract out")
    asked = [(name, _option(value)) for name, value in options.items() if value is not None]
    asked += [("map", f"{column}={name}") for column, name in (columns or {}).items()]
    files = (os.fspath(input), os.fspath(output))
    with _Progress(progress) as told:
        return json.loads(_propenso.score_file(model._model, files, asked, told))


def _option(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


class _Progress:
    """How far a run is, for a bar or for a function."""

    def __init__(self, progress):
        if progress is True:
            from tqdm.auto import tqdm as progress
        self._kind = progress if hasattr(progress, "update") else None
        self._told = progress
        self._bar = self._stage = None

    def __enter__(self):
        if not self._told:
            return None
        return self._to_bar if self._kind else self._told

    def __exit__(self, *_):
        self._close()

    def _to_bar(self, stage, rows, done, total):
        if stage != self._stage:
            self._close()
            unit = "B" if stage == "scoring" else "rows"
            self._stage, self._bar = stage, self._kind(total=total, unit=unit, unit_scale=True, desc=stage)
        self._bar.update(done - self._bar.n)

    def _close(self):
        if self._bar is not None:
            self._bar.close()
            self._bar = None


__all__ = ["Scan", "Verification", "contract_draft", "contract_of", "inspect", "scan", "score_file", "verify"]
