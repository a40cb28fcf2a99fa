"""Attacks on what models are wrapped in: networks inside pickles, dill's constructors, dicts around models."""

import io
import struct
import zipfile
from pathlib import Path

from .asm import *  # noqa: F403

MODELS = Path(__file__).resolve().parent.parent.parent / "testdata" / "models"
ARCHIVE = (MODELS / "keras-2.12" / "c_keras_small_tanh_v3.keras").read_bytes()


def reader():
    return name("keras.src.saving.pickle_utils", "deserialize_model_from_bytecode")


def network(content=ARCHIVE):
    return call(reader(), binary(content))


def logistic():
    return new(name("sklearn.linear_model._logistic", "LogisticRegression"), mapping(C=integer(1)))


def archive(**members):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as file:
        for member, data in members.items():
            file.writestr(zipfile.ZipInfo(member.replace("__", ".")), data, zipfile.ZIP_DEFLATED, 9)
    return content.getvalue()


def keras_pickles():
    def case(kind, attack, error, body):
        return at_model(f"wrapped-{kind}.pkl", attack, error, pickle(body))

    yield case("keras-no-bytes", "a network without its bytes", "unsupported-part", reader() + EMPTY_TUPLE + REDUCE)
    yield case("keras-text", "a network whose bytes are a text", "wrong-type", call(reader(), text("PK")))
    yield case("keras-nested", "a network whose file is a pickle", "unsupported-part", network(pickle(system())))
    bomb = archive(config__json=b"{}", model__weights__h5=bytes(2 << 20))
    yield case("keras-bomb", "weights that unpack to a thousand times the archive", "malformed", network(bomb))
    shared = network() + put(0) + POP + MARK + get(0) * 400 + LIST
    voting = name("sklearn.ensemble._voting", "VotingClassifier")
    classes = ndarray(shape_of(2), dtype("i8"), binary(struct.pack("<qq", 0, 1)))
    state = mapping(estimators_=shared, n_features_in_=integer(16), classes_=classes, voting=text("soft"),
                    _sklearn_version=text("1.2.2"))
    yield at_model("wrapped-keras-fan.pkl", "400 members that are one network", "limit-decode-bytes",
                   zipped(pickle(new(voting, state))))
    method = call(name("builtins", "getattr"), name("keras.src.models.sequential", "Sequential"),
                  text("_unpickle_model"))
    yield case("keras-no-buffer", "Keras 3's reader of a model, without a buffer", "wrong-type", call(method, NONE))
    scikeras = name("scikeras.wrappers", "KerasClassifier")
    state = mapping(n_features_in_=integer(4), model_=NONE)
    yield case("scikeras-no-encoder", "scikeras's wrapper without its encoders", "missing-attribute",
               new(scikeras, state))
    other = call(name("builtins", "getattr"), name("keras.src.models.sequential", "Sequential"),
                 text("from_config"))
    yield inert("wrapped-getattr-other.pkl", "another method of a class of Keras", pickle(call(other, NONE)))
    module = call(name("builtins", "getattr"), name("keras", "utils"), text("_unpickle_model.__globals__"))
    yield inert("wrapped-getattr-deep.pkl", "attributes of the method that Keras 3 names", pickle(module))


def dill_files():
    create = name("dill._dill", "_create_array")
    reconstruct = name("numpy.core.multiarray", "_reconstruct")
    inner = sequence(name("numpy", "ndarray"), sequence(integer(0)), binary(b"b"))

    def state(shape, data):
        return sequence(integer(1), shape, F8, FALSE, binary(data))

    yield inert("wrapped-dill-call.pkl", "an array of dill's that is a call of os.system",
                pickle(call(create, name("posix", "system"), sequence(text("echo attacked")), NONE)))
    yield at_pickle("wrapped-dill-overflow.pkl", "an array of dill's whose shape overflows", "invalid-array",
                    pickle(call(create, reconstruct, inner, state(shape_of(1 << 40, 1 << 40), b""))))
    yield at_pickle("wrapped-dill-short.pkl", "an array of dill's with too few bytes", "invalid-array",
                    pickle(call(create, reconstruct, inner, state(shape_of(3), bytes(8)))))
    yield inert("wrapped-dill-function.pkl", "a function of dill's, with its code",
                pickle(call(name("dill._dill", "_create_function"), call(name("dill._dill", "_create_code"),
                                                                       integer(0), binary(b"d\0S\0")), EMPTY_DICT)))
    yield inert("wrapped-dill-type.pkl", "the type of functions, by dill's name",
                pickle(call(call(name("dill._dill", "_load_type"), text("FunctionType")), NONE)))


def bundles():
    def case(kind, attack, error, *entries):
        pairs = b"".join(text(key) + value for key, value in entries)
        return at_model(f"wrapped-{kind}.pkl", attack, error, pickle(EMPTY_DICT + MARK + pairs + SETITEMS))

    loop = EMPTY_LIST + put(7) + get(7) + APPEND
    yield case("dict-cycle", "a list in itself beside a model", "bundle-incomplete", ("model", logistic()), ("x", loop))
    laughs = MARK + NONE * 10 + LIST + put(0) + POP
    for depth in range(8):
        laughs += MARK + get(depth) * 10 + LIST + put(depth + 1) + POP
    yield case("dict-laughs", "lists of lists that are 10^9 values, beside a model", "bundle-incomplete",
               ("model", logistic()), ("x", laughs + get(8)))
    yield case("dict-twice", "a key twice, once with a model", "inconsistent",
               ("model", integer(1)), ("model", logistic()))
    yield case("dict-call", "a call beside a model", "bundle-incomplete", ("model", logistic()), ("x", system()))
    yield case("dict-broken", "a model that is none, in a dict", "unsupported-version", ("model", logistic()))


def cases():
    yield from keras_pickles()
    yield from dill_files()
    yield from bundles()


FAMILIES = [("wrapped", "Networks inside pickles, dill's constructors, models in dicts", cases)]
