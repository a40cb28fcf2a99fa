"""What comes back: arrays for all rows, and reasons for those that have none."""

from dataclasses import dataclass, field

import numpy as np

# What `propenso score` calls its columns.
PROBABILITY, CLASS, LABEL, NOTES = "prob_pago", "clase", "clasificacion", "avisos"


@dataclass(frozen=True)
class Problem:
    """What is wrong with one value of a client.

    Attributes:
        column: the contract's input, or the model's column.
        value: what was sent, cut to 64 characters; ``None`` where nothing was.
        why: what is wrong; it never repeats the value. ``porque`` is the same in Spanish.
        accepted: what may be sent. ``se_admite`` is the same in Spanish.
        code: a stable name of why, such as ``"unknown_spelling"``.
    """

    column: str
    value: "str | None"
    why: str
    accepted: str
    code: str
    porque: str = field(repr=False, default="")
    se_admite: str = field(repr=False, default="")


@dataclass(frozen=True)
class Refused:
    """A row that has no answer: its place from 0, and all that is wrong with it."""

    row: int
    problems: "tuple[Problem, ...]"

    def __str__(self):
        if not self.problems:
            return f"row {self.row}: the model does not take it"
        told = (f"{p.column}: {p.why}" + ("" if p.value is None else f" ({p.value!r})") for p in self.problems)
        return f"row {self.row}: " + "; ".join(told)


@dataclass(frozen=True)
class Counterfactual:
    """The smallest change of one or two inputs that gives a client another class.

    Attributes:
        changes: dicts of ``input``, ``value`` (what was sent), ``proposed``, ``text`` and ``texto``.
        label: the class that the changed client has.
        probability: P(paying) of the changed client, by a contract with a decision; else that of its class.
    """

    changes: "list[dict]"
    label: str
    probability: "float | None"

    def __str__(self):
        return "; ".join(change["text"] for change in self.changes) + f" -> {self.label}"


def refused_of(told):
    return [Refused(row, tuple(Problem(**problem) for problem in problems)) for row, problems in told]


class Scores:
    """The scores of some clients, in their order.

    Attributes:
        probability: P(paying), 0 to 1, by a contract with a decision; ``None`` without one. ``float64 (n,)``, NaN where a
            row was refused.
        pays: whether the client is a payer by the contract's decision; ``None`` without one. ``bool (n,)``
        label: the contract's word, or the model's class, or a regressor's number; ``None`` where a row was refused.
            ``object (n,)``
        values: the model's own probabilities in ``classes_`` order, or a regressor's numbers. ``float64 (n, n_values)``
        notes: what the contract did to a row's inputs, in Spanish as in ``avisos``; ``None`` where nothing. ``list (n)``
        refused: the rows that have no answer, as :class:`Refused`.
    """

    def __init__(self, model, told):
        self._model = model
        n_values = model._about["n_values"]
        self.classes = np.frombuffer(told["classes"], dtype=np.uint32)
        n_rows = len(self.classes)
        self.values = np.frombuffer(told["values"], dtype=np.float64).reshape(n_rows, n_values)
        self.refused = refused_of(told["refused"])
        self._refused_rows = np.fromiter((row.row for row in self.refused), dtype=np.intp, count=len(self.refused))
        self.pays = self.probability = None
        if "pays" in told:
            self.pays = np.frombuffer(told["pays"], dtype=np.bool_)
            if model._about["has_probabilities"]:
                self.probability = np.frombuffer(told["probability"], dtype=np.float64)
        self._notes = told["notes"]

    def __len__(self):
        return len(self.classes)

    def __repr__(self):
        return f"<Scores of {len(self)} clients, {len(self.refused)} refused>"

    @property
    def label(self):
        about = self._model._about
        if self.pays is not None:
            labels = np.array(about["labels"], dtype=object)[self.pays.astype(np.intp)]
        elif about["classes"]:
            labels = np.array(about["class_texts"], dtype=object)[self.classes]
        else:
            labels = self.values[:, 0].astype(object)
        labels[self._refused_rows] = None
        return labels

    @property
    def notes(self):
        notes = [None] * len(self)
        for row, text in self._notes:
            notes[row] = text
        return notes

    def columns(self):
        """Give what ``propenso score`` adds to a row by itself: columns by their names, ``rechazo`` with what is wrong."""
        columns = {}
        is_refused = np.zeros(len(self), dtype=bool)
        is_refused[self._refused_rows] = True
        if self.pays is not None:
            if self.probability is not None:
                columns[PROBABILITY] = np.ma.masked_array(self.probability, is_refused)
            columns[CLASS] = np.ma.masked_array(self.pays.astype(np.int64), is_refused)
        elif not self._model._about["classes"]:
            columns["valor"] = np.ma.masked_array(self.values[:, 0], is_refused)
        columns[LABEL] = self.label.tolist() if self._model._about["classes"] else None
        columns[NOTES] = self.notes
        columns["rechazo"] = rejections(self.refused, len(self))
        return {name: column for name, column in columns.items() if column is not None}

    def to_pandas(self, index=None):
        """Give a ``pandas.DataFrame`` of :meth:`columns`."""
        import pandas

        columns = {}
        for name, column in self.columns().items():
            if isinstance(column, np.ma.MaskedArray):
                is_refused = np.ma.getmaskarray(column)
                if column.dtype.kind == "f":
                    column = column.filled(np.nan)
                else:
                    column = pandas.array(column.filled(0), dtype="Int64")
                    column[is_refused] = pandas.NA
            else:
                # Texts or nothing: of nothing alone pandas would make numbers.
                column = pandas.Series(column, dtype=object, index=index)
            columns[name] = column
        return pandas.DataFrame(columns, index=index)

    def to_arrow(self):
        """Give a ``pyarrow.Table`` of :meth:`columns`."""
        import pyarrow

        table = {}
        for name, column in self.columns().items():
            if isinstance(column, np.ma.MaskedArray):
                table[name] = pyarrow.array(column.data, mask=np.ma.getmaskarray(column))
            else:
                table[name] = pyarrow.array(column, type=pyarrow.string())
        return pyarrow.table(table)

    def to_polars(self):
        """Give a ``polars.DataFrame`` of :meth:`columns`."""
        import polars

        return polars.from_arrow(self.to_arrow())


class Explanations(Scores):
    """Scores taken apart. ``base`` and a row of ``contributions`` add up to the score.

    What is explained is P(paying) by a contract with a decision, else the probability of the row's own class, else a
    regressor's number.

    Attributes:
        base: what the model says when nothing is known. ``float64 (n,)``, NaN where a row was refused.
        contributions: what each input added, in the order of ``inputs``. ``float64 (n, n_inputs)``
        inputs: their names.
        reasons: of each row the strongest inputs, as dicts of ``input``, ``value``, ``contribution``, ``text``, ``texto``.
    """

    def __init__(self, model, told):
        super().__init__(model, told)
        self.inputs = [about["name"] for about in model.inputs]
        self.base = np.frombuffer(told["bases"], dtype=np.float64)
        contributions = np.frombuffer(told["contributions"], dtype=np.float64)
        self.contributions = contributions.reshape(len(self), len(self.inputs))
        self.reasons = told["reasons"]

    def __repr__(self):
        return f"<Explanations of {len(self)} clients, {len(self.refused)} refused>"


def rejections(refused, n_rows):
    """Give what is wrong with each row in Spanish, as a list; ``None`` for rows in order."""
    told = [None] * n_rows
    for row in refused:
        problems = (
            f"{problem.column}: {problem.porque}" + ("" if problem.value is None else f" ({problem.value})")
            for problem in row.problems
        )
        told[row.row] = "; ".join(problems) or "el modelo no admite esta fila"
    return told
