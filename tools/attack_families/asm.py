"""Opcodes, values and numpy objects as bytes: what the families are assembled from.

Every value is a `bytes` that leaves one value on the pickle machine's stack. Nothing is pickled and
nothing is called.
"""

import struct
import zlib
from dataclasses import dataclass

MARK, STOP, POP, POP_MARK, DUP = b"(", b".", b"0", b"1", b"2"
NONE, TRUE, FALSE = b"N", b"\x88", b"\x89"
EMPTY_LIST, EMPTY_DICT, EMPTY_TUPLE, EMPTY_SET = b"]", b"}", b")", b"\x8f"
APPEND, APPENDS, ADDITEMS, SETITEM, SETITEMS = b"a", b"e", b"\x90", b"s", b"u"
LIST, DICT, TUPLE, TUPLE1, TUPLE2, TUPLE3 = b"l", b"d", b"t", b"\x85", b"\x86", b"\x87"
REDUCE, BUILD, NEWOBJ, NEWOBJ_EX = b"R", b"b", b"\x81", b"\x92"
STACK_GLOBAL, MEMOIZE, FROZENSET = b"\x93", b"\x94", b"\x91"


@dataclass
class Attack:
    """One file, and how it must be refused."""

    file: str
    attack: str
    # `pickle` or `model`: which of the two readers stops it.
    stage: str
    # The stable code of the error; `ok-inert` and `ok` are explained in attacks/README.md.
    error: str
    content: bytes
    # Budgets to run it with instead of the defaults: `opcodes=10000`.
    limits: str = ""
    note: str = ""


def pickle(body, protocol=4):
    return b"\x80" + bytes([protocol]) + body + STOP


def zipped(content):
    return zlib.compress(content, 9)


def at_pickle(file, attack, error, content, limits="", note=""):
    return Attack(file, attack, "pickle", error, content, limits, note)


def at_model(file, attack, error, content, limits="", note=""):
    return Attack(file, attack, "model", error, content, limits, note)


def inert(file, attack, content, limits="", note=""):
    """Readable, nothing happens, and what it holds is no estimator."""
    return at_model(file, attack, "ok-inert", content, limits, note)


# Values.

def u16(n):
    return struct.pack("<H", n)


def u32(n):
    return struct.pack("<I", n)


def u64(n):
    return struct.pack("<Q", n)


def integer(n):
    if 0 <= n < 256:
        return b"K" + bytes([n])
    if -(2**31) <= n < 2**31:
        return b"J" + struct.pack("<i", n)
    data = n.to_bytes(n.bit_length() // 8 + 1, "little", signed=True)
    return b"\x8a" + bytes([len(data)]) + data


def text(value):
    data = value.encode()
    return b"\x8c" + bytes([len(data)]) + data if len(data) < 256 else b"X" + u32(len(data)) + data


def binary(data):
    return b"C" + bytes([len(data)]) + data if len(data) < 256 else b"B" + u32(len(data)) + data


def put(slot):
    return b"q" + bytes([slot])


def get(slot):
    return b"h" + bytes([slot])


def frame(content, length=None):
    return b"\x95" + u64(len(content) if length is None else length) + content


def name(module, attribute):
    """GLOBAL: a class or function."""
    return b"c" + module.encode() + b"\n" + attribute.encode() + b"\n"


def sequence(*items):
    """A tuple."""
    return MARK + b"".join(items) + TUPLE


def array_of(*items):
    """A list."""
    return EMPTY_LIST + MARK + b"".join(items) + APPENDS


def mapping(**items):
    return pairs((text(key), value) for key, value in items.items())


def pairs(items):
    return EMPTY_DICT + MARK + b"".join(key + value for key, value in items) + SETITEMS


def call(function, *arguments):
    return function + sequence(*arguments) + REDUCE


def new(cls, state=None):
    return cls + EMPTY_TUPLE + NEWOBJ + (b"" if state is None else state + BUILD)


# numpy.

def dtype_of(kind):
    """A dtype before its state."""
    return call(name("numpy", "dtype"), text(kind), FALSE, TRUE)


def dtype_state(order="<", subarray=NONE, names=NONE, fields=NONE, elsize=-1, version=3):
    return sequence(integer(version), text(order), subarray, names, fields, integer(elsize),
                    integer(-1), integer(0))


def dtype(kind, **state):
    return dtype_of(kind) + dtype_state(**state) + BUILD


def record(size, fields):
    """A structured dtype; fields are (name, dtype, offset)."""
    names = sequence(*(text(field) for field, _, _ in fields))
    table = pairs((text(field), kind + integer(offset) + TUPLE2) for field, kind, offset in fields)
    return dtype(f"V{size}", order="|", names=names, fields=table, elsize=size)


def shape_of(*lengths):
    return sequence(*(integer(n) if isinstance(n, int) else n for n in lengths))


def pending_array():
    return call(name("numpy.core.multiarray", "_reconstruct"), name("numpy", "ndarray"),
                sequence(integer(0)), binary(b"b"))


def array_state(shape, kind, data, fortran=FALSE, version=1):
    return sequence(integer(version), shape, kind, fortran, data)


def ndarray(shape, kind, data):
    return pending_array() + array_state(shape, kind, data) + BUILD


F8 = dtype("f8")
OBJECT = dtype("O8", order="|")


# joblib.

def wrapper_class():
    return name("joblib.numpy_pickle", "NumpyArrayWrapper")


def wrapper_state(shape, kind, order="C", aligned=True):
    return mapping(subclass=name("numpy", "ndarray"), order=text(order), shape=shape, dtype=kind,
                   allow_mmap=FALSE, numpy_array_alignment_bytes=integer(16) if aligned else NONE)


def wrapper(shape, kind, **state):
    """The payload must follow at once."""
    return new(wrapper_class(), wrapper_state(shape, kind, **state))


def aligned(before, data):
    """Filler and data of a payload that follows `before`, which starts the file."""
    filler = 16 - (len(before) + 1) % 16
    return before + bytes([filler]) + b"\xff" * filler + data


def object_array(*items):
    """The nested pickle of an object array."""
    return pickle(ndarray(shape_of(len(items)), OBJECT, array_of(*items)), protocol=5)


def system(command="echo attacked"):
    """What every pickle exploit comes down to."""
    return call(name("posix", "system"), text(command))
