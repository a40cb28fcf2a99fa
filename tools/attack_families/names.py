"""Attacks that name something to be called, and values that refer to themselves."""

from .asm import *  # noqa: F403


def global_names():
    long_name = "n" * 10_240
    yield at_pickle("name-long.pkl", "GLOBAL with a name of 10 KB", "limit-name",
                    pickle(name("m", long_name)))
    yield at_pickle("name-long-module.pkl", "GLOBAL with a module of 10 KB", "limit-name",
                    pickle(name(long_name, "n")))
    yield at_pickle("name-long-stack.pkl", "STACK_GLOBAL with a name of 10 KB", "limit-name",
                    pickle(text("m") + text(long_name) + STACK_GLOBAL))
    yield at_pickle("name-unfinished.pkl", "GLOBAL whose line never ends", "truncated",
                    b"\x80\x04cposix\nsyst")
    yield at_pickle("name-integers.pkl", "STACK_GLOBAL with integers", "wrong-type",
                    pickle(integer(1) + integer(2) + STACK_GLOBAL))
    yield at_pickle("name-bytes.pkl", "STACK_GLOBAL with bytes", "wrong-type",
                    pickle(binary(b"posix") + binary(b"system") + STACK_GLOBAL))
    yield at_pickle("name-one.pkl", "STACK_GLOBAL with one text", "stack-underflow",
                    pickle(text("posix") + STACK_GLOBAL))
    yield at_pickle("name-invalid-utf-8.pkl", "GLOBAL that is no UTF-8", "wrong-type",
                    pickle(b"cpos\xffix\nsystem\n"))
    yield at_pickle("name-surrogate.pkl", "STACK_GLOBAL with a lone surrogate", "wrong-type",
                    pickle(text("m") + b"\x8c\x03\xed\xa0\x80" + STACK_GLOBAL))
    yield inert("name-nul.pkl", "a module name with NUL in it", pickle(name("posix\0x", "system")))
    yield inert("name-dotted.pkl", "a name with dots, which Python would follow",
                pickle(name("builtins", "object.__subclasses__")))
    yield inert("name-empty.pkl", "empty names", pickle(name("", "")))
    yield inert("name-memoized.pkl", "STACK_GLOBAL with names from the memo, to hide them",
                pickle(text("system") + put(0) + POP + text("posix") + put(1) + get(0) + STACK_GLOBAL
                       + sequence(text("echo attacked")) + REDUCE))


def execution():
    """Nothing is ever called: the file is read, the name is reported, and it is no estimator."""
    command = text("echo attacked")
    code = text("__import__('os').system('echo attacked')")

    def case(kind, attack, body, protocol=4, error="ok-inert"):
        return at_model(f"exec-{kind}.pkl", attack, error, pickle(body, protocol))

    yield case("system", "os.system by REDUCE", system())
    yield case("system-windows", "nt.system by REDUCE", call(name("nt", "system"), command))
    yield case("system-newobj", "os.system by NEWOBJ", name("posix", "system")
               + command + TUPLE1 + NEWOBJ)
    yield case("popen-newobj-ex", "subprocess.Popen by NEWOBJ_EX", name("subprocess", "Popen")
               + sequence(command) + mapping(shell=TRUE) + NEWOBJ_EX)
    yield case("eval", "builtins.eval", call(name("builtins", "eval"), code))
    yield case("eval-python2", "__builtin__.eval of protocol 2",
               call(name("__builtin__", "eval"), code), 2)
    yield case("getattr", "builtins.getattr on a module",
               call(name("builtins", "getattr"), call(name("builtins", "__import__"), text("os")),
                    text("system")))
    yield case("import", "importlib.import_module, a callable that is itself a call",
               call(call(name("operator", "attrgetter"), text("system")),
                    call(name("importlib", "import_module"), text("os"))))
    yield case("build", "BUILD that would set attributes of an object",
               new(name("m", "C"), mapping(__class__=name("posix", "system"))), error="own-class")
    yield case("setitem", "SETITEM on an object, which Python would turn into a call",
               new(name("m", "C")) + command + command + SETITEM)
    yield case("loads", "pickle.loads of a second pickle in bytes",
               call(name("_pickle", "loads"), binary(pickle(system()))))
    yield case("joblib-load", "joblib.load of another file",
               call(name("joblib.numpy_pickle", "load"), text("other.pkl")))
    yield case("open", "io.open for writing", call(name("io", "open"), text("owned"), text("w")))
    yield case("dropped", "a call whose result is dropped", system() + POP + NONE)
    yield case("reconstruct", "numpy's _reconstruct of something that is no array",
               call(name("numpy.core.multiarray", "_reconstruct"), name("posix", "system"),
                    sequence(integer(0)), binary(b"b")))
    yield case("reconstructor", "copyreg._reconstructor of os.system",
               call(name("copyreg", "_reconstructor"), name("posix", "system"),
                    name("builtins", "object"), NONE))
    yield case("scalar", "a numpy scalar that is a call",
               call(name("numpy.core.multiarray", "scalar"), OBJECT, system()))
    yield case("array-item", "a call inside an object array",
               ndarray(shape_of(1), OBJECT, array_of(system())))
    yield at_pickle("exec-dtype.pkl", "numpy.dtype of a call", "wrong-type",
                    pickle(call(name("numpy", "dtype"), system(), FALSE, TRUE)))
    yield inert("exec-joblib-array.joblib", "a call inside the nested pickle of a joblib array",
                b"\x80\x04" + wrapper(shape_of(1), OBJECT) + object_array(system()) + STOP,
                note="joblib read it without any restriction until 1.6 (GHSA-m62q-453p-gv66)")
    yield inert("exec-joblib-subclass.joblib", "os.system as the class of a joblib array",
                aligned(b"\x80\x04" + new(wrapper_class(), mapping(
                    subclass=name("posix", "system"), order=text("C"), shape=shape_of(1), dtype=F8,
                    allow_mmap=FALSE, numpy_array_alignment_bytes=integer(16))), bytes(8)) + STOP)


def cycles():
    def case(kind, attack, body, error="ok-inert"):
        return at_model(f"cycle-{kind}.pkl", attack, error, pickle(body))

    yield case("list", "a list in itself", EMPTY_LIST + put(0) + get(0) + APPEND)
    yield case("dict-value", "a dict that is its own value",
               EMPTY_DICT + put(0) + text("k") + get(0) + SETITEM)
    yield case("dict-key", "a dict that is its own key",
               EMPTY_DICT + put(0) + get(0) + NONE + SETITEM)
    yield case("set", "a set in itself", EMPTY_SET + put(0) + MARK + get(0) + ADDITEMS)
    yield case("tuple", "a tuple in a list that is in the tuple",
               EMPTY_LIST + put(0) + TUPLE1 + put(1) + POP + get(0) + get(1) + APPEND)
    yield case("state", "an object that is its own state", new(name("m", "C")) + put(0) + get(0)
               + BUILD, "own-class")
    yield case("state-attribute", "an object that is its own attribute",
               new(name("m", "C")) + put(0) + EMPTY_DICT + text("self") + get(0) + SETITEM + BUILD,
               "own-class")
    yield case("array", "an object array that is its own item",
               pending_array() + put(0) + array_state(shape_of(1), OBJECT, array_of(get(0))) + BUILD)
    yield case("two-lists", "two lists in each other",
               EMPTY_LIST + put(0) + EMPTY_LIST + put(1) + get(0) + APPEND + APPEND)


FAMILIES = [
    ("name", "Names of classes and functions", global_names),
    ("exec", "Calls: read as data, reported, never made", execution),
    ("cycle", "Values that contain themselves", cycles),
]
