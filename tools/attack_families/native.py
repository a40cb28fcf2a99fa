"""Hostile files of other libraries' own formats: LightGBM text, XGBoost JSON and UBJSON, Keras, ONNX."""

import io
import json
import struct
import zipfile

from .asm import at_model, at_pickle


def case(file, attack, content, error="malformed", note=""):
    return at_model(file, attack, error, content, "", note)


# LightGBM text.

def lightgbm(head=None, tree=None, end="\nend of trees\n\npandas_categorical:[]\n"):
    """A model of one stump over two features, with some lines replaced."""
    lines = {
        "version": "v4", "num_class": "1", "num_tree_per_iteration": "1", "label_index": "0",
        "max_feature_idx": "1", "objective": "binary sigmoid:1", "feature_names": "a b",
        "feature_infos": "[0:1] [0:1]", **(head or {}),
    }
    stump = {
        "num_leaves": "2", "num_cat": "0", "split_feature": "0", "threshold": "0.5",
        "decision_type": "2", "left_child": "-1", "right_child": "-2", "leaf_value": "0.1 -0.1",
        "is_linear": "0", "shrinkage": "1", **(tree or {}),
    }
    text = "tree\n" + "".join(f"{key}={value}\n" for key, value in lines.items())
    text += "\nTree=0\n" + "".join(f"{key}={value}\n" for key, value in stump.items())
    return (text + end).encode()


def lightgbm_files():
    def tree(kind, attack, error="malformed", **keys):
        return case(f"lightgbm-{kind}.txt", attack, lightgbm(tree=keys), error)

    yield tree("child-itself", "a node that is its own child", left_child="0")
    yield tree("child-shared", "both children the same leaf", right_child="-1")
    yield tree("child-beyond", "a child beyond the nodes", left_child="7")
    yield tree("child-overflow", "a child at the end of the integers",
               left_child="-9223372036854775808")
    yield tree("feature-beyond", "a feature beyond the row", split_feature="2")
    yield tree("feature-negative", "a negative feature", split_feature="-1")
    yield tree("threshold-nan", "a threshold that is no number", threshold="nan")
    yield tree("leaf-infinite", "an infinite leaf", leaf_value="inf 0")
    yield tree("leaves-huge", "2^62 leaves announced", num_leaves=str(1 << 62))
    yield tree("leaves-none", "no leaf", num_leaves="0")
    yield tree("lists-short", "fewer leaves than announced", num_leaves="3")
    yield tree("missing-type", "an unknown type of missing values", decision_type="14")
    yield tree("category-none", "a categorical split without categories", decision_type="1")
    yield tree("category-beyond", "a category set beyond the file's", decision_type="1",
               num_cat="1", cat_boundaries="0 1", cat_threshold="3", threshold="9")
    yield tree("category-backwards", "category sets that end before they begin", decision_type="1",
               num_cat="2", cat_boundaries="1 0 1", cat_threshold="3", threshold="0")
    yield tree("linear", "linear models in leaves", "unsupported-part", is_linear="1")
    yield case("lightgbm-category-huge.txt", "a bitset of a million categories",
               lightgbm(tree={"decision_type": "1", "num_cat": "1", "threshold": "0",
                              "cat_boundaries": "0 32770",
                              "cat_threshold": "0 " * 32769 + "1"}))
    many = 80
    def each(value):
        return " ".join([value] * many)
    yield case("lightgbm-category-shared.txt", "80 nodes that share one bitset",
               lightgbm(tree={"num_leaves": str(many + 1), "decision_type": each("1"), "threshold": each("0"),
                              "split_feature": each("0"), "left_child": each("-1"),
                              "right_child": " ".join(str(i + 1) for i in range(many - 1)) + f" -{many + 1}",
                              "leaf_value": each("0") + " 0", "num_cat": "1", "cat_boundaries": "0 100",
                              "cat_threshold": "1 " * 99 + "1"}))
    yield case("lightgbm-features-huge.txt", "2^62 features",
               lightgbm(head={"max_feature_idx": str(1 << 62)}), "unsupported-part")
    yield case("lightgbm-classes-huge.txt", "2^60 classes and no tree",
               lightgbm(head={"num_tree_per_iteration": str(1 << 60), "num_class": str(1 << 60),
                              "objective": "multiclass"}).replace(b"Tree=0", b"Forest=0"))
    yield case("lightgbm-key-twice.txt", "a key twice in one tree",
               lightgbm(tree={"num_leaves": "2\nnum_leaves=3"}))
    yield case("lightgbm-no-end.txt", "a text that is cut off", lightgbm(end="\n"))
    yield case("lightgbm-categories-deep.txt", "20,000 lists inside each other",
               lightgbm(end="\nend of trees\npandas_categorical:" + "[" * 20000 + "\n"))
    yield case("lightgbm-not-utf8.txt", "bytes that are no text", lightgbm() + b"\xff")


# XGBoost.

def stump(**over):
    return {
        "left_children": [1, -1, -1], "right_children": [2, -1, -1], "split_indices": [0, 0, 0],
        "split_conditions": [0.5, 0.1, -0.1], "default_left": [0, 0, 0], "split_type": [0, 0, 0],
        "categories": [], "categories_nodes": [], "categories_segments": [], "categories_sizes": [],
        "tree_param": {"num_deleted": "0", "size_leaf_vector": "1"}, **over,
    }


def xgboost(trees=None, model=None, params=None, learner=None):
    trees = trees or [stump()]
    return {
        "learner": {
            "attributes": {}, "feature_names": [], "feature_types": [],
            "gradient_booster": {"name": "gbtree", "model": {
                "gbtree_model_param": {"num_parallel_tree": "1"},
                "tree_info": [0] * len(trees), "trees": trees, **(model or {})}},
            "learner_model_param": {"base_score": "5E-1", "num_class": "0", "num_feature": "2",
                                    "num_target": "1", **(params or {})},
            "objective": {"name": "binary:logistic"}, **(learner or {}),
        },
        "version": [3, 2, 0],
    }


def ubjson(value):
    """UBJSON as XGBoost writes it."""
    def text(value):
        return b"L" + struct.pack(">q", len(value)) + value.encode()
    if isinstance(value, dict):
        return b"{" + b"".join(text(k) + ubjson(v) for k, v in value.items()) + b"}"
    if isinstance(value, list):
        return b"[" + b"".join(map(ubjson, value)) + b"]"
    if isinstance(value, str):
        return b"S" + text(value)
    if isinstance(value, int):
        return b"l" + struct.pack(">i", value)
    if isinstance(value, float):
        return b"d" + struct.pack(">f", value)
    return value.content


class Raw:
    """Bytes that are put into UBJSON as they are."""

    def __init__(self, content):
        self.content = content


def xgboost_files():
    def as_json(kind, attack, document, error="malformed"):
        return case(f"xgboost-{kind}.json", attack, json.dumps(document).encode(), error)

    def tree(kind, attack, **over):
        return as_json(kind, attack, xgboost([stump(**over)]))

    yield tree("child-itself", "a node that is its own child", left_children=[0, -1, -1])
    yield tree("child-beyond", "a child beyond the nodes", left_children=[9, -1, -1])
    yield tree("child-shared", "both children the same node", right_children=[1, -1, -1])
    yield tree("child-orphan", "a node that nothing leads to", left_children=[-1, -1, -1])
    yield tree("feature-beyond", "a feature beyond the row", split_indices=[2, 0, 0])
    yield tree("lists-differ", "lists of different lengths", split_conditions=[0.5])
    yield tree("empty", "a tree without nodes", left_children=[], right_children=[],
               split_indices=[], split_conditions=[], default_left=[])
    yield tree("category-beyond", "categories beyond the file's", split_type=[1, 0, 0],
               categories_nodes=[0], categories_segments=[5], categories_sizes=[5])
    yield tree("category-huge", "category 2^31", split_type=[1, 0, 0], categories=[1 << 31],
               categories_nodes=[0], categories_segments=[0], categories_sizes=[1])
    yield tree("category-overlap", "two segments of categories that overlap", split_type=[1, 0, 0],
               categories=[1, 2], categories_nodes=[0, 1], categories_segments=[0, 0], categories_sizes=[2, 2])
    yield as_json("score-beyond", "a tree that adds to a class that does not exist",
                  xgboost(model={"tree_info": [3]}))
    yield as_json("base-score", "a base score that is no number",
                  xgboost(params={"base_score": "one half"}))
    yield as_json("base-score-one", "a base score whose logit is infinite",
                  xgboost(params={"base_score": "1"}))
    yield as_json("features-huge", "2^60 features", xgboost(params={"num_feature": str(1 << 60)}),
                  "unsupported-part")
    yield as_json("classes-huge", "2^60 classes",
                  xgboost(params={"num_class": str(1 << 60)},
                          learner={"objective": {"name": "multi:softprob"}}), "unsupported-part")
    yield as_json("objective", "an objective of one's own",
                  xgboost(learner={"objective": {"name": "custom"}}), "unsupported-part")
    yield as_json("booster", "another kind of booster",
                  xgboost(learner={"gradient_booster": {"name": "gblinear"}}), "unsupported-part")
    yield case("xgboost-deep.json", "20,000 lists inside each other",
               b'{"learner":' + b"[" * 20000)
    yield case("xgboost-cut.json", "a file that is cut off",
               json.dumps(xgboost()).encode()[:500])
    yield case("xgboost-leaf-nan.ubj", "a leaf that is no number",
               ubjson(xgboost([stump(split_conditions=[0.5, float("nan"), 0.1])])))
    yield case("xgboost-threshold-nan.ubj", "a threshold that is no number",
               ubjson(xgboost([stump(split_conditions=[float("nan"), 0.2, 0.1])])))
    learner = b"{" + b"L" + struct.pack(">q", 7) + b"learner"
    yield case("xgboost-length.ubj", "a typed list of 2^62 bytes",
               learner + b"[$U#L" + struct.pack(">q", 1 << 62))
    yield case("xgboost-nulls.ubj", "2^62 values that take no bytes",
               learner + b"[$Z#L" + struct.pack(">q", 1 << 62))
    yield case("xgboost-negative.ubj", "a text of a negative length",
               learner + b"SL" + struct.pack(">q", -1))
    yield case("xgboost-deep.ubj", "20,000 lists inside each other", learner + b"[" * 20000)
    yield case("xgboost-catboost.cbm", "a CatBoost file", b"CBM1" + bytes(64), "unsupported-part")


# Keras.

def keras_archive(config, weights=b"\x89HDF\r\n\x1a\n" + bytes(64), level=zipfile.ZIP_DEFLATED):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", level) as archive:
        for name, content in [("config.json", config), ("model.weights.h5", weights)]:
            # Without the time, so that remaking a file gives the same bytes.
            archive.writestr(zipfile.ZipInfo(name), content, level)
    return buffer.getvalue()


def keras_files():
    sequential = {"class_name": "Sequential", "config": {"layers": []}}
    yield case("keras-weights.keras", "weights that are no HDF5 file",
               keras_archive(json.dumps(sequential), b"weights"))
    yield case("keras-superblock.keras", "an HDF5 file of zeros", keras_archive(json.dumps(sequential)))
    yield case("keras-config-bomb.keras", "a configuration of 64 MiB of blanks",
               keras_archive(" " * (64 << 20)))
    yield case("keras-signature.h5", "the signature of HDF5 and nothing else", b"\x89HDF\r\n\x1a\n")
    yield case("keras-addresses.h5", "an HDF5 superblock whose addresses are beyond the file",
               b"\x89HDF\r\n\x1a\n" + bytes([0, 0, 0, 0, 0, 8, 8, 0, 4, 0, 16, 0]) + b"\0" * 4
               + b"\x7f" * 64)
    yield at_pickle("keras-zip-empty.keras", "a zip archive without a model", "file-document",
                    keras_zip_other())


def keras_zip_other():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(zipfile.ZipInfo("readme.txt"), "hello")
    return buffer.getvalue()


# ONNX.

def varint(value):
    value &= (1 << 64) - 1
    content = b""
    while True:
        content += bytes([value & 0x7F | (0x80 if value > 0x7F else 0)])
        value >>= 7
        if not value:
            return content


def field(number, content):
    if isinstance(content, int):
        return varint(number << 3) + varint(content)
    content = content.encode() if isinstance(content, str) else content
    return varint(number << 3 | 2) + varint(len(content)) + content


def attribute(name, floats=None, ints=None, strings=None, text=None):
    content = field(1, name)
    if floats is not None:
        content += field(7, b"".join(struct.pack("<f", x) for x in floats))
    if ints is not None:
        content += b"".join(field(8, i) for i in ints)
    if strings is not None:
        content += b"".join(field(9, s) for s in strings)
    if text is not None:
        content += field(4, text)
    return field(5, content)


def onnx_trees(**over):
    lists = {
        "nodes_treeids": [0, 0, 0], "nodes_nodeids": [0, 1, 2], "nodes_featureids": [0, 0, 0],
        "nodes_truenodeids": [1, 0, 0], "nodes_falsenodeids": [2, 0, 0],
        "class_treeids": [0, 0], "class_nodeids": [1, 2], "class_ids": [0, 0],
        "classlabels_int64s": [0, 1],
    }
    values = {"nodes_values": [0.5, 0.0, 0.0], "class_weights": [0.2, 0.8]}
    modes = over.pop("nodes_modes", ["BRANCH_LEQ", "LEAF", "LEAF"])
    for key, value in over.items():
        (lists if key in lists else values)[key] = value
    node = field(1, "X") + field(2, "label") + field(2, "probabilities") + field(3, "trees")
    node += field(4, "TreeEnsembleClassifier") + field(7, "ai.onnx.ml")
    node += b"".join(attribute(key, ints=value) for key, value in lists.items())
    node += b"".join(attribute(key, floats=value) for key, value in values.items())
    return node + attribute("nodes_modes", strings=modes)


def onnx(nodes, initializers=(), columns=2, graphs=1):
    shape = field(1, field(2, "N")) + field(1, field(1, columns))
    value = field(1, "X") + field(2, field(1, field(1, 1) + field(2, shape)))
    graph = b"".join(field(1, node) for node in nodes)
    graph += b"".join(field(5, tensor) for tensor in initializers)
    graph += field(11, value) + field(12, field(1, "probabilities"))
    return field(1, 8) + field(2, "skl2onnx") + field(7, graph) * graphs


def onnx_files():
    def trees(kind, attack, error="malformed", **over):
        return case(f"onnx-{kind}.onnx", attack, onnx([onnx_trees(**over)]), error)

    yield trees("child-itself", "a node that is its own child", nodes_truenodeids=[0, 0, 0])
    yield trees("child-beyond", "a child beyond the nodes", nodes_truenodeids=[9, 0, 0])
    yield trees("feature-beyond", "a feature beyond the row", nodes_featureids=[2, 0, 0])
    yield trees("feature-negative", "a negative feature", nodes_featureids=[-1, 0, 0])
    yield trees("threshold-nan", "a threshold that is no number",
                nodes_values=[float("nan"), 0.0, 0.0])
    yield trees("weight-infinite", "an infinite weight", class_weights=[float("inf"), 0.1])
    yield trees("lists-differ", "lists of different lengths", nodes_treeids=[0])
    yield trees("votes-beyond", "a vote for a class that does not exist", class_ids=[0, 1 << 40],
                error="malformed")
    yield trees("mode", "an unknown mode", "unsupported-part", nodes_modes=["BRANCH_NEQ", "LEAF", "LEAF"])
    yield trees("number-twice", "two nodes of one number", nodes_nodeids=[0, 1, 1])
    yield case("onnx-columns.onnx", "2^60 columns", onnx([onnx_trees()], columns=1 << 60),
               "unsupported-part")
    yield case("onnx-two-graphs.onnx", "two graphs", onnx([onnx_trees()], graphs=2))
    yield case("onnx-length.onnx", "a message longer than the file",
               field(1, 8) + varint(7 << 3 | 2) + varint(1 << 60))
    yield case("onnx-varint.onnx", "a number without an end", field(1, 8) + b"\x3a" + b"\xff" * 40)
    yield case("onnx-external.onnx", "weights in another file, by a path of the author's choice",
               onnx([onnx_trees()], [field(8, "w") + field(13, field(1, "location") + field(2, "/etc/passwd"))]))
    branch = field(1, "X") + field(2, "probabilities") + field(4, "If")
    yield case("onnx-subgraph.onnx", "an operator with graphs inside", onnx([branch]), "unsupported-part")
    yield case("onnx-nodes.onnx", "5,000 operators",
               onnx([field(1, "X") + field(2, f"y{i}") + field(4, "Identity") for i in range(5000)]),
               "unsupported-part")
    yield case("onnx-tensor-twice.onnx", "a tensor that is computed twice",
               onnx([field(1, "X") + field(2, "X") + field(4, "Identity")]))


FAMILIES = [
    ("lightgbm", "LightGBM's text", lightgbm_files),
    ("xgboost", "XGBoost's JSON and UBJSON, and CatBoost's files", xgboost_files),
    ("keras", "Keras archives and HDF5 files", keras_files),
    ("onnx", "ONNX graphs", onnx_files),
]
