"""Attacks on numpy dtypes and arrays, and on joblib's array wrappers."""

from .asm import *  # noqa: F403

HEAD = b"\x80\x04"


def arrays():
    def case(kind, attack, error, body, **more):
        return at_pickle(f"array-{kind}.pkl", attack, error, pickle(body), **more)

    data = binary(bytes(8))
    invalid = "invalid-array"
    yield case("overflow", "a shape whose product overflows", invalid,
               ndarray(shape_of(2**62, 2**62), F8, data))
    yield case("overflow-bytes", "a shape whose size in bytes overflows", invalid,
               ndarray(shape_of(2**61, 4), F8, data))
    yield case("overflow-wraps", "a shape whose product is 0 when it wraps around", invalid,
               ndarray(shape_of(2**32, 2**32), F8, binary(b"")))
    yield case("overflow-zero", "an empty shape whose strides overflow", invalid,
               ndarray(shape_of(0, 2**62, 2**62), F8, binary(b"")))
    yield case("negative", "a negative length", invalid, ndarray(shape_of(-1), F8, data))
    yield case("negative-twice", "two negative lengths, whose product fits", invalid,
               ndarray(shape_of(-1, -1), F8, data))
    yield case("bool", "a length that is True", "wrong-type", ndarray(shape_of(TRUE), F8, data))
    yield case("float", "a length that is 1.0", "wrong-type",
               ndarray(shape_of(b"G" + bytes.fromhex("3ff0000000000000")), F8, data))
    yield case("big-integer", "a length of 160 bits", "wrong-type",
               ndarray(shape_of(2**150), F8, data))
    yield case("shape-list", "a shape that is a list", "wrong-type",
               ndarray(array_of(integer(1)), F8, data))
    yield case("no-bytes", "2^40 items of no bytes", invalid,
               ndarray(shape_of(2**40), dtype("V0", order="|", elsize=0), binary(b"")))
    yield case("no-characters", "2^40 texts of no characters", invalid,
               ndarray(shape_of(2**40), dtype("U0", elsize=0), binary(b"")))
    yield case("65-dimensions", "65 dimensions", "limit-dimensions",
               ndarray(shape_of(*[1] * 65), F8, data))
    yield case("33-dimensions", "33 dimensions, one more than numpy 1 allows", "limit-dimensions",
               ndarray(shape_of(*[1] * 33), F8, data))
    yield case("too-short", "data shorter than the shape", invalid, ndarray(shape_of(2), F8, data))
    yield case("too-long", "data longer than the shape", invalid,
               ndarray(shape_of(1), F8, binary(bytes(16))))
    yield case("objects-missing", "fewer objects than the shape", invalid,
               ndarray(shape_of(10**9), OBJECT, array_of(NONE)))
    yield case("objects-bytes", "addresses where objects should be", "wrong-type",
               ndarray(shape_of(1), OBJECT, binary(b"\x41" * 8)),
               note="numpy would read the bytes as pointers")
    yield case("objects-buffer", "an object array made from a buffer", invalid,
               call(name("numpy.core.numeric", "_frombuffer"), binary(b"\x41" * 8), OBJECT,
                    shape_of(1), text("C")))
    yield case("axis-order", "an axis order that repeats an axis", invalid,
               call(name("numpy._core.numeric", "_frombuffer"), data, F8, shape_of(1, 1), text("K"),
                    shape_of(0, 0)))
    yield case("memory-order", "an unknown memory order", invalid,
               call(name("numpy.core.numeric", "_frombuffer"), data, F8, shape_of(1), text("Z")))
    yield case("state-short", "a state of two values", invalid,
               pending_array() + sequence(integer(1), shape_of(1)) + BUILD)
    yield case("state-dict", "a state that is a dict", "wrong-type",
               pending_array() + EMPTY_DICT + BUILD)
    yield case("second-state", "the state of an array set twice", "second-build",
               ndarray(shape_of(1), F8, data) + array_state(shape_of(1), F8, data) + BUILD)
    yield case("scalar-short", "a scalar of too few bytes", invalid,
               call(name("numpy.core.multiarray", "scalar"), F8, binary(b"abc")))
    yield inert("array-list-changed.pkl", "the list of an object array grows after the array is made",
                pickle(EMPTY_LIST + put(0) + NONE + APPEND + POP + pending_array()
                       + array_state(shape_of(1), OBJECT, get(0)) + BUILD + put(1) + POP + get(0)
                       + MARK + NONE * 100 + APPENDS + POP + get(1)))


def dtypes():
    def case(kind, attack, body, error="invalid-dtype"):
        return at_pickle(f"dtype-{kind}.pkl", attack, error, pickle(body))

    deep = F8
    for _ in range(8):
        deep = record(8, [("f", deep, 0)])
    wide = [(f"f{i}", F8, 0) for i in range(300)]
    own_field = sequence(text("f")), EMPTY_DICT + text("f") + get(0) + integer(0) + TUPLE2 + SETITEM
    yield case("field-beyond", "a field that ends beyond its record", record(8, [("f", F8, 1)]))
    yield case("field-far-beyond", "a field at offset 2^62", record(8, [("f", F8, 2**62)]))
    yield case("field-negative", "a field at offset -8", record(8, [("f", F8, -8)]))
    yield case("field-object", "an object in a record", record(8, [("f", OBJECT, 0)]))
    yield case("field-itself", "a record that is its own field",
               dtype_of("V8") + put(0) + dtype_state(order="|", names=own_field[0],
                                                     fields=own_field[1], elsize=8) + BUILD)
    yield case("field-not-ready", "a field whose dtype has no state yet",
               record(8, [("f", dtype_of("f8"), 0)]))
    yield case("field-integer", "a field whose dtype is an integer",
               record(8, [("f", integer(1), 0)]), "wrong-type")
    yield case("deep", "records nested eight deep", deep, "limit-dtype-depth")
    yield case("wide", "300 fields on the same bytes", record(8, wide))
    yield case("names-differ", "names that are not those of the fields",
               dtype("V8", order="|", names=sequence(text("a")), elsize=8,
                     fields=pairs([(text("b"), F8 + integer(0) + TUPLE2)])))
    yield case("names-only", "names without fields",
               dtype("V8", order="|", names=sequence(text("a")), elsize=8))
    yield case("fields-on-float", "fields of a float",
               dtype("f8", names=sequence(text("a")),
                     fields=pairs([(text("a"), F8 + integer(0) + TUPLE2)])))
    yield case("subarray", "a sub-array of 2^62 items",
               dtype("V8", order="|", subarray=sequence(F8, shape_of(2**62)), elsize=8))
    yield case("two-sizes", "an item size other than the type's", dtype("f8", elsize=4))
    yield case("huge-text", "texts of 2^70 characters", dtype_of("U" + str(2**70)))
    yield case("huge-text-bytes", "texts whose size in bytes overflows", dtype_of("U" + str(2**63)))
    yield case("unknown", "a type that does not exist", dtype_of("f3"))
    yield case("empty", "an empty type text", dtype_of(""))
    yield case("no-arguments", "numpy.dtype of nothing", call(name("numpy", "dtype")))
    yield case("byte-order", "an unknown byte order", dtype("f8", order="?"))
    yield case("state-version", "a state of version 9", dtype("f8", version=9))
    yield case("state-short", "a state of one value", dtype_of("f8") + sequence(integer(3)) + BUILD)
    yield case("no-state", "an array of a dtype without state",
               ndarray(shape_of(1), dtype_of("f8"), binary(bytes(8))))
    yield case("second-state", "the state of a dtype set twice, to change the byte order later",
               F8 + dtype_state(order=">") + BUILD, "second-build")


def joblib():
    def case(kind, attack, error, content, **more):
        return at_pickle(f"joblib-{kind}.joblib", attack, error, content, **more)

    def array(shape, data, kind=F8, **state):
        return aligned(HEAD + wrapper(shape, kind, **state), data)

    def nested(payload):
        return HEAD + wrapper(shape_of(1), OBJECT) + payload + STOP

    def attributes(items):
        return aligned(HEAD + new(wrapper_class(), items), bytes(8)) + STOP

    complete = dict(order=text("C"), shape=shape_of(1), dtype=F8)
    invalid = "invalid-array"
    yield case("huge-shape", "2^40 doubles announced, 8 bytes there", "truncated",
               array(shape_of(2**40), bytes(8)) + STOP)
    yield case("huge-shape-zlib", "the same in a zlib stream", "limit-output",
               zipped(array(shape_of(2**40), bytes(8)) + STOP))
    yield case("overflow", "a shape whose product overflows", invalid,
               array(shape_of(2**62, 2**62), bytes(8)) + STOP)
    yield case("no-bytes", "2^40 items of no bytes", invalid,
               array(shape_of(2**40), b"", dtype("V0", order="|", elsize=0)) + STOP)
    yield case("cut-short", "a file that ends inside an array", "truncated",
               array(shape_of(100), bytes(500)))
    yield case("filler", "200 bytes of filler, in which a program could hide", invalid,
               HEAD + wrapper(shape_of(1), F8) + b"\xc8" + bytes(208) + STOP)
    yield case("order", "an unknown memory order", invalid,
               array(shape_of(1), bytes(8), order="Z") + STOP)
    yield case("wrapper-again", "the wrapper taken from the memo after its array is read",
               "wrapper-reused",
               aligned(HEAD + wrapper_class() + EMPTY_TUPLE + NEWOBJ + put(0)
                       + wrapper_state(shape_of(1), F8) + BUILD, bytes(8)) + get(0) + TUPLE2 + STOP)
    yield case("second-state", "a second state for the array that was read", "second-build",
               array(shape_of(1), bytes(8)) + wrapper_state(shape_of(1), F8) + BUILD + STOP)
    yield case("in-frame", "array data while bytes of the frame are unread", "payload-in-frame",
               HEAD + frame(wrapper(shape_of(1), F8) + b"\x01\xff" + bytes(8) + STOP))
    yield case("no-dtype", "a wrapper without a dtype", invalid,
               attributes(mapping(order=text("C"), shape=shape_of(1))))
    yield case("two-shapes", "a wrapper with two shapes", invalid,
               attributes(pairs([(text(k), v) for k, v in complete.items()]
                                + [(text("shape"), shape_of(2**40))])))
    yield case("many-attributes", "a wrapper with 1,000 attributes", invalid,
               attributes(mapping(**complete, **{f"a{i}": NONE for i in range(1_000)})))
    yield case("state-tuple", "a wrapper whose state is a tuple", "wrong-type",
               attributes(sequence(NONE)))
    yield inert("joblib-no-state.joblib", "a wrapper that never gets its state",
                HEAD + new(wrapper_class()) + STOP)

    yield case("nested-wrapper", "a wrapper inside the pickle of an object array", "wrapper-nested",
               nested(HEAD + wrapper(shape_of(1), OBJECT) + object_array(NONE) + STOP))
    made_by_a_call = (HEAD + name("copyreg", "_reconstructor") + name("joblib.numpy_pickle", "NumpyArrayWrapper")
                      + name("builtins", "object") + NONE + TUPLE3 + REDUCE)
    state = wrapper(shape_of(1), OBJECT)
    yield case("nested-deep", "20,000 nested pickles, each by a wrapper made with a call",
               "wrapper-nested", zipped((made_by_a_call + state[state.index(EMPTY_DICT):]) * 20_000))
    yield case("nested-not-array", "a nested pickle that is no array", invalid, nested(pickle(NONE)))
    yield case("nested-other-shape", "a nested pickle of another shape", invalid,
               nested(object_array(NONE, NONE)))
    yield case("nested-outer-memo", "a nested pickle that reads the outer memo", "memo-missing",
               HEAD + NONE + put(0) + POP + wrapper(shape_of(1), OBJECT) + pickle(get(0)) + STOP)
    yield case("nested-outer-stack", "a nested pickle that pops the outer stack", "stack-underflow",
               HEAD + NONE + wrapper(shape_of(1), OBJECT) + pickle(POP) + STOP)
    yield case("nested-no-header", "a nested pickle without a header", "not-a-pickle",
               nested(NONE + STOP))
    yield case("nested-protocol", "a nested pickle of protocol 9", "protocol",
               nested(pickle(NONE, 9)))
    yield case("nested-bomb", "a nested pickle with many opcodes", "limit-opcodes",
               nested(pickle((NONE + POP) * 6_000 + NONE)), limits="opcodes=10000")
    many = (wrapper(shape_of(1), OBJECT) + object_array(NONE) + POP) * 200
    yield case("nested-many", "200 object arrays: the budget is one for all", "limit-opcodes",
               zipped(HEAD + many + NONE + STOP), limits="opcodes=10000")
    yield case("nested-memo", "memo entries in 300 nested pickles", "limit-memo",
               zipped(HEAD + (wrapper(shape_of(1), OBJECT) + pickle(MEMOIZED_ARRAY) + POP) * 300 + NONE
                      + STOP), limits="memo=1000")

    for cls, arguments in (("NDArrayWrapper", 3), ("ZNDArrayWrapper", 3)):
        legacy = name("joblib.numpy_pickle", cls) + sequence(*[NONE] * arguments) + REDUCE
        state = mapping(filename=text("../../secret_01.npy"), subclass=name("numpy", "ndarray"))
        yield case(f"legacy-{cls.lower()}", f"{cls} of joblib 0.9, which names a file to open",
                   "legacy-joblib", pickle(legacy + state + BUILD, 3))
    yield case("legacy-newobj", "the same by NEWOBJ", "legacy-joblib",
               pickle(new(name("joblib.numpy_pickle", "NDArrayWrapper")), 3))
    yield case("legacy-zfile", "a Z-file of joblib 0.9 that announces 2^64 bytes", "legacy-joblib",
               b"ZF0xffffffffffffffff " + zipped(pickle(NONE)))


MEMOIZED_ARRAY = (pending_array() + MEMOIZE + array_state(
    shape_of(1), OBJECT + MEMOIZE, array_of(NONE + MEMOIZE) + MEMOIZE) + MEMOIZE + BUILD)


FAMILIES = [
    ("array", "numpy arrays", arrays),
    ("dtype", "numpy dtypes", dtypes),
    ("joblib", "joblib's array wrappers, nested pickles and old formats", joblib),
]
