"""A model file and a contract, ready to score."""

import os
import pathlib
import warnings

import numpy as np

from propenso import _propenso
from propenso._answers import Counterfactual, Explanations, Refused, Scores, refused_of
from propenso._frames import frame_of, numbers_of
from propenso.errors import FrameError, RefusedRowsWarning, UnsupportedError


def load(model, contract=None, *, key=None):
    """Read a model file and bind a contract to it. Nothing that the file names is imported or called.

    Args:
        model: a path, or the file's bytes.
        contract: the name of a contract that ships, ``"model"`` for the model's own columns, a ``.toml`` file, or a contract's
            own text. By default ``casas-cobranzas`` where that fits the model, else ``"model"``.
        key: the key under which the file has its model, where it is a dict or a list.

    Raises:
        ModelError: the file is damaged, hostile, or holds what cannot be served; ``error.code`` says which.
        ContractError: the contract is wrong or does not go with the model.
        OSError: the file cannot be read.
    """
    return Model(model, contract, key=key)


def source_of(model):
    """Give a path and bytes, one of which is None."""
    if isinstance(model, (bytes, bytearray, memoryview)):
        return None, bytes(model)
    return os.fspath(model), None


def contract_of(contract):
    """Give a contract's name and its text, as far as they are said."""
    if contract is None:
        return {"name": None, "text": None}
    contract = os.fspath(contract)
    if "\n" in contract:
        return {"name": None, "text": contract}
    return {"name": contract, "text": None}


class Model:
    """A model file and a contract, ready to score; see :func:`load`.

    ``predict`` and ``predict_proba`` are the model's own, as its estimator has them: they take the model's columns
    (``feature_names_in_``) and give the model's classes (``classes_``). ``score``, ``explain`` and ``counterfactual`` take
    what clients send (``inputs``) and give P(paying), by the contract. With ``contract="model"`` both take the same.

    Clients are a table of pandas, polars, pyarrow or anything with ``__arrow_c_stream__``; a numpy matrix (columns in
    their order); a dict (of one client, or of columns); a list of dicts. Columns that are not asked for are passed over. A
    row that has no answer is told of with its reasons and does not keep the others from theirs. Python's lock is not held
    while scoring, and one model may be used by many threads.
    """

    # What scikit-learn asks before it calls `predict`.
    _estimator_type = None

    def __init__(self, model, contract=None, *, key=None):
        path, data = source_of(model)
        self._model = _propenso.Model.load(path, data, contract_of(contract), key)
        about = self._about = self._model.about()
        self._path, self._data, self._key = path, data, key
        self._classes = np.array(about["classes"]) if about["classes"] else None
        if self._classes is not None and self._classes.dtype.kind == "U":
            self._classes = self._classes.astype(object)
        self._n_features = len(about["features"])
        self._estimator_type = "classifier" if about["classes"] else "regressor"

    def __repr__(self):
        about = self._about
        return f"<propenso.Model {about['class']} ({about['library']} {about['version']}), contract {about['contract']!r}>"

    def __reduce__(self):
        # Copies go to other processes by the file, never by what was made of it.
        return _again, (self.to_bytes(), self._about["contract_text"] or self._about["contract"], self._key)

    def to_bytes(self):
        """Give the model file's bytes, as they were read."""
        if self._data is not None:
            return self._data
        data = pathlib.Path(self._path).read_bytes()
        import hashlib

        if hashlib.sha256(data).hexdigest() != self.sha256:
            raise FileNotFoundError(f"{self._path} is another file by now than the model was loaded from; load it again")
        return data

    @property
    def classes_(self):
        """The model's classes in the order of ``predict_proba``'s columns. ``(n_classes,)``; AttributeError of a regressor."""
        if self._classes is None:
            raise AttributeError("a regressor has no classes_")
        return self._classes

    @property
    def feature_names_in_(self):
        """The names of the model's columns. ``object (n_features_in_,)``; AttributeError where it knows them by position."""
        if not self._about["is_named"]:
            raise AttributeError("the model knows its columns by position only")
        return np.array(self._about["features"], dtype=object)

    @property
    def n_features_in_(self):
        """How many columns the model takes."""
        return self._n_features

    @property
    def inputs(self):
        """What the contract takes, in its order: dicts with ``name``, ``kind``, ``accepted``, ``is_required`` and more."""
        return self._about["inputs"]

    @property
    def contract(self):
        """The contract's name; ``"model"`` for the model's own columns."""
        return self._about["contract"]

    @property
    def sha256(self):
        """The model file's hash."""
        return self._about["sha256"]

    def predict(self, X):
        """Give the class of each row, or a regressor's number, as the model's own ``predict`` does.

        Args:
            X: the model's columns, ``(n, n_features_in_)``.

        Returns:
            ``(n,)`` of the classes' dtype, or ``float64``. Where rows were refused they are ``None`` among objects (NaN among
            numbers), and a :class:`RefusedRowsWarning` says why.
        """
        one = self._one(X)
        if one is not None:
            return one[1][:1] if self._classes is None else self._classes[one[0] : one[0] + 1]
        told = self._ask(self._model.score, X, is_own=True)
        refused = self._refused(told)
        if self._classes is None:
            return np.frombuffer(told["values"], dtype=np.float64)
        predicted = self._classes[np.frombuffer(told["classes"], dtype=np.uint32)]
        if refused:
            predicted = predicted.astype(object)
            predicted[[row.row for row in refused]] = None
        return predicted

    def predict_proba(self, X):
        """Give the probability of each class, as the model's own ``predict_proba`` does, bit for bit where it is made of trees.

        Args:
            X: the model's columns, ``(n, n_features_in_)``.

        Returns:
            ``float64 (n, n_classes)`` in the order of ``classes_``. Rows that were refused are NaN, and a
            :class:`RefusedRowsWarning` says why.

        Raises:
            UnsupportedError: the model gives no probabilities.
            FrameError: a column is missing.
        """
        if not self._about["has_probabilities"]:
            raise UnsupportedError(f"a {self._about['class']} gives no probabilities; ask for predict")
        one = self._one(X)
        if one is not None:
            return one[1].reshape(1, -1)
        told = self._ask(self._model.score, X, is_own=True)
        self._refused(told)
        return np.frombuffer(told["values"], dtype=np.float64).reshape(-1, len(self._classes))

    def score(self, X, *, columns=None, decimal=None, find_decimal=True, threads=None):
        """Score clients by the contract: P(paying), whether they are payers, and what is wrong with those who have no score.

        Args:
            X: what clients send, by the names of ``inputs`` or as people write them (case, accents, blanks do not matter).
            columns: columns named otherwise, as ``{"Cód. Postal": "CODIGO_POSTAL"}``.
            decimal: ``"comma"`` or ``"point"``: what stands before the decimals of numbers that are texts.
            find_decimal: without ``decimal``, ask all numbers of the table that are texts. ``False`` reads each by itself, so that
                a row's score does not depend on the others.
            threads: threads to work on; by default as many as there are cores.

        Returns:
            :class:`Scores`, with the bits of ``propenso score``.

        Raises:
            FrameError: a column that the contract needs is missing, or two could be meant.
        """
        return Scores(self, self._ask(self._model.score, X, columns, decimal, find_decimal, threads))

    def explain(self, X, *, reasons=3, columns=None, decimal=None, find_decimal=True, threads=None):
        """Score clients and tell what each input added (exact Shapley values of the model's trees).

        Args:
            X: as :meth:`score` takes it, and so are the others.
            reasons: of each row, how many of the strongest inputs to put in words.

        Returns:
            :class:`Explanations`.

        Raises:
            UnsupportedError: the model is not made of trees, or its file does not say how training data went through them.
        """
        told = self._ask(self._model.explain, X, columns, decimal, find_decimal, threads, more=(reasons,))
        return Explanations(self, told)

    def counterfactual(self, X, *, columns=None, decimal=None, find_decimal=True, threads=None):
        """Search the smallest change of one or two inputs that gives each client another class: up to tenths of a second each.

        Returns:
            A list: a :class:`Counterfactual`, ``None`` where none was found, or :class:`Refused`.

        Raises:
            UnsupportedError: the model predicts a number.
        """
        told = self._ask(self._model.counterfactual, X, columns, decimal, find_decimal, threads)
        found = []
        for row, (change, problems) in enumerate(told):
            if problems is not None:
                found.append(refused_of([(row, problems)])[0])
            else:
                found.append(Counterfactual(**change) if change is not None else None)
        return found

    def get_params(self, deep=True):
        """Give what the model was made with: scikit-learn asks it of estimators."""
        return {"model": self._path or self._data, "contract": self._about["contract_text"] or self._about["contract"]}

    def _one(self, X):
        """Answer one row of numbers by the shortest way; None where it has to take the other."""
        if type(X) is not np.ndarray:
            X = _few_numbers(X, self._about["features"])
            if X is None:
                return None
        if X.ndim == 1:
            n_rows, n_columns = 1, X.shape[0]
        elif X.ndim == 2:
            n_rows, n_columns = X.shape
        else:
            return None
        if n_rows != 1 or n_columns != self._n_features:
            return None
        if X.dtype != np.float64:
            if X.dtype.kind not in "fiu":
                return None
            X = X.astype(np.float64)
        answered = self._model.row(X.tobytes())
        if answered is None:
            return None
        return answered[0], np.array(answered[1])

    def _ask(self, ask, X, columns=None, decimal=None, find_decimal=True, threads=None, *, is_own=False, more=()):
        reading = (is_own, list((columns or {}).items()), decimal, find_decimal, threads)
        return ask(frame_of(X), reading, *more)

    def _refused(self, told):
        """Tell of rows that have no answer."""
        refused = refused_of(told["refused"])
        if refused:
            first = "; ".join(map(str, refused[:3]))
            more = "" if len(refused) <= 3 else f"; and {len(refused) - 3} more"
            text = f"{len(refused)} of {len(told['classes']) // 4} rows have no answer: {first}{more}"
            warnings.warn(RefusedRowsWarning(text, refused), stacklevel=3)
        return refused


def _few_numbers(X, names):
    """Give a table of pandas with one row and exactly the model's columns, all numbers of one type, as an array; else None."""
    if getattr(X, "ndim", None) != 2 or not hasattr(X, "iloc") or len(X) != 1:
        return None
    if X.columns.tolist() != names:
        return None
    values = X.to_numpy()
    return values if values.dtype.kind in "fiu" else None


def _again(data, contract, key):
    return Model(data, contract, key=key)


__all__ = ["FrameError", "Model", "Refused", "load", "numbers_of"]
