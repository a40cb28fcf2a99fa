"""Clients in whatever form Python has them, as a frame. What a value means is read in Rust, as a file's cells are."""

import sys

import numpy as np

from propenso._propenso import Frame
from propenso.errors import FrameError

# Small tables of pandas are read value by value: making Arrow of them takes longer than scoring them.
FEW_ROWS = 64

# What numpy calls numbers and truth values.
NUMBERS = "fiu"


def frame_of(clients):
    """Make a frame of pandas, polars, pyarrow, numpy, dicts, or anything with ``__arrow_c_stream__``."""
    if isinstance(clients, Frame):
        return clients
    if isinstance(clients, np.ndarray):
        return _of_array(clients)
    pandas = sys.modules.get("pandas")
    if pandas is not None:
        if isinstance(clients, pandas.DataFrame):
            return _of_pandas(clients, pandas)
        if isinstance(clients, pandas.Series):
            return _of_dicts([clients.to_dict()])
    if hasattr(clients, "__arrow_c_stream__") or hasattr(clients, "__arrow_c_array__"):
        return Frame.of_arrow(clients)
    if isinstance(clients, dict):
        return _of_dict(clients)
    if isinstance(clients, (list, tuple)):
        return _of_list(clients)
    if hasattr(clients, "toarray"):
        return _of_array(clients.toarray())
    raise FrameError(
        f"a {type(clients).__name__} is no table of clients; give pandas, polars, pyarrow, numpy, a dict, a list of dicts, "
        "or anything with __arrow_c_stream__"
    )


def numbers_of(clients):
    """Give a frame of numbers as bytes, rows, columns and whether it is column by column; None where it is something else."""
    if clients.dtype.kind not in NUMBERS:
        return None
    if clients.dtype != np.float64:
        clients = clients.astype(np.float64)
    n_rows, n_columns = clients.shape
    by_column = n_rows > 1 and clients.T.flags.c_contiguous
    return (clients.T if by_column else clients).tobytes(), n_rows, n_columns, by_column


def _of_array(clients, names=None):
    if clients.ndim == 1:
        clients = clients.reshape(1, -1)
    if clients.ndim != 2:
        raise FrameError(f"an array of {clients.ndim} dimensions is no table of clients; give one of two")
    if isinstance(clients, np.ma.MaskedArray):
        clients = clients.astype(np.float64).filled(np.nan)
    numbers = numbers_of(clients)
    if numbers is None:
        return Frame.of_rows(names, clients.tolist(), clients.shape[1])
    return Frame.of_matrix(names, *numbers)


def _of_pandas(clients, pandas):
    names = [str(name) for name in clients.columns.tolist()]
    n_rows, n_columns = clients.shape
    if n_rows <= FEW_ROWS or all(_is_number(kind) for kind in clients.dtypes.tolist()):
        values = clients.to_numpy()
        if values.dtype.kind in NUMBERS:
            return _of_array(values, names)
        if n_rows <= FEW_ROWS:
            return Frame.of_rows(names, values.tolist(), n_columns)
    try:
        import pyarrow
    except ImportError:
        return Frame.of_rows(names, clients.astype(object).to_numpy().tolist(), n_columns)
    if any(not isinstance(name, str) for name in clients.columns):
        clients = clients.set_axis(names, axis=1)
    try:
        return Frame.of_arrow(pyarrow.Table.from_pandas(clients, preserve_index=False))
    except (pyarrow.ArrowException, TypeError):
        # A column of several kinds of values, which Arrow has no type for.
        return Frame.of_rows(names, clients.astype(object).to_numpy().tolist(), n_columns)


def _is_number(kind):
    return isinstance(kind, np.dtype) and kind.kind in NUMBERS


def _of_dict(clients):
    """Take one client, or columns."""
    is_column = [_is_column(value) for value in clients.values()]
    if not any(is_column):
        return _of_dicts([clients])
    if not all(is_column):
        raise FrameError("a dict has either one value for each name or a list for each; this one has both")
    columns = [value.tolist() if hasattr(value, "tolist") else list(value) for value in clients.values()]
    lengths = {len(column) for column in columns}
    if len(lengths) > 1:
        raise FrameError(f"the columns have different numbers of rows: {sorted(lengths)}")
    return Frame.of_rows([str(name) for name in clients], list(zip(*columns)), len(clients))


def _is_column(value):
    return not isinstance(value, (str, bytes)) and hasattr(value, "__len__")


def _of_dicts(clients):
    names = {}
    for row, client in enumerate(clients):
        if not isinstance(client, dict):
            raise FrameError(f"client {row} is a {type(client).__name__} among dicts; give dicts only")
        names.update(dict.fromkeys(client))
    if not all(isinstance(name, str) for name in names):
        raise FrameError("the names of a client's values are texts")
    return Frame.of_rows(list(names), clients, len(names))


def _of_list(clients):
    if not clients:
        raise FrameError("there is no client in an empty list, and no columns; give a table with columns")
    if isinstance(clients[0], dict):
        return _of_dicts(clients)
    if not _is_column(clients[0]):
        clients = [clients]
    return Frame.of_rows(None, clients, len(clients[0]))
