"""Attacks on the model: forests that scikit-learn would walk into nowhere.

The base is a valid forest of two small trees, pickled by scikit-learn 1.2.2; `edited` pickles the same
forest with a part of its state replaced. The files of the last families are assembled by hand.
"""

import io
import lzma
import pickle as python_pickle

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import GridSearchCV
from sklearn.tree import DecisionTreeRegressor
from sklearn.tree._tree import Tree

from .asm import *  # noqa: F403

MODULE = "sklearn.ensemble._forest"
VERSION = "1.2.2"


def forest():
    rows = np.array([[i % 7, i % 5, i % 3] for i in range(40)], dtype=float)
    labels = (rows[:, 0] + rows[:, 1] > 5).astype(int)
    model = RandomForestClassifier(n_estimators=2, max_depth=2, random_state=0, bootstrap=False)
    return model.fit(rows, labels)


BASE = forest()


class Editor(python_pickle.Pickler):
    """Pickles a model, passing parts of it through edits.

    `edit_tree` gets the constructor arguments and the state of one tree, `version_of` gives the
    version each estimator says it was written by.
    """

    def __init__(self, file, target, edit_tree, version_of):
        super().__init__(file, protocol=4)
        self.target = target
        self.edit_tree = edit_tree
        self.version_of = version_of

    def reducer_override(self, obj):
        if self.edit_tree and obj is self.target:
            cls, arguments, old = obj.__reduce__()
            arguments, new_state = self.edit_tree(list(arguments), dict(old))
            return cls, tuple(arguments), new_state
        if self.version_of and isinstance(obj, BaseEstimator):
            function, arguments, old = obj.__reduce_ex__(4)[:3]
            return function, arguments, {**old, "_sklearn_version": self.version_of(obj)}
        return NotImplemented


def edited(edit_tree=None, attributes=None, without=(), member=None, version_of=None):
    """The base forest's pickle, with the second tree, or attributes of the forest or of its second
    member, replaced."""
    model = forest()
    vars(model.estimators_[1]).update(member or {})
    target = model.estimators_[1].tree_
    vars(model).update(attributes or {})
    for attribute in without:
        delattr(model, attribute)
    file = io.BytesIO()
    Editor(file, target, edit_tree, version_of).dump(model)
    return file.getvalue()


def node(position, **fields):
    """An edit of one node's record."""
    def edit(arguments, state):
        nodes = state["nodes"].copy()
        for field, value in fields.items():
            nodes[field][position] = value
        return arguments, {**state, "nodes": nodes}
    return edit


def state(**entries):
    return lambda arguments, old: (arguments, {**old, **entries})


def value(position, *values):
    def edit(arguments, old):
        values_ = old["values"].copy()
        values_[position, 0, :] = values
        return arguments, {**old, "values": values_}
    return edit


def old_tree():
    return BASE.estimators_[1].tree_


def trees():
    tree = old_tree()
    # Node 0 is the root, node 1 its left child and a split too.
    assert tree.children_left[0] == 1 and tree.children_left[1] == 2
    leaf = 2
    assert tree.children_left[leaf] == -1
    right = int(tree.children_right[0])
    count = tree.node_count

    def case(kind, attack, error, edit):
        return at_model(f"tree-{kind}.pkl", attack, error, edited(edit))

    yield case("cycle-self", "a node that is its own left child", "tree-cycle", node(1, left_child=1))
    yield case("cycle-root", "the root as its own child", "tree-cycle", node(0, left_child=0))
    yield case("cycle-parent", "a node whose left child is its parent", "tree-cycle",
               node(1, left_child=0))
    yield case("shared-child", "two parents of one node", "tree-cycle", node(1, right_child=right))
    yield case("same-children", "a node whose two children are one", "tree-cycle",
               node(0, left_child=right))
    yield case("orphans", "a root without children in a tree of several nodes", "tree-cycle",
               node(0, left_child=-1, right_child=-1))
    for kind, child in (("far", 10**6), ("one-beyond", count), ("minus-two", -2),
                        ("smallest", -(2**63)), ("largest", 2**63 - 1), ("wraps", 2**32 + 2)):
        yield case(f"child-{kind}", f"a left child of {child:,}", "tree-child",
                   node(1, left_child=child))
    yield case("child-half-leaf", "a node with a right child only", "tree-child",
               node(1, left_child=-1))
    for kind, feature in (("one-beyond", 3), ("negative", -5), ("largest", 2**63 - 1),
                          ("wraps", 2**32)):
        yield case(f"feature-{kind}", f"a split on feature {feature:,} of 3", "tree-feature",
                   node(1, feature=feature))
    yield case("threshold-nan", "a threshold that is NaN", "tree-threshold", node(1, threshold=np.nan))
    yield case("leaf-infinite", "an infinite value in a leaf", "tree-leaf", value(leaf, np.inf, 1))
    yield case("leaf-nan", "a NaN in a leaf", "tree-leaf", value(leaf, np.nan, 1))
    yield case("leaf-overflow", "values in a leaf whose sum is infinite", "ok",
               value(leaf, 1.7e308, 1.7e308))
    yield case("root-other-counts", "a root whose values are not its weight", "inconsistent",
               value(0, 0.5, 0.5))


def shapes():
    tree = old_tree()
    values = tree.value
    nodes = tree.__getstate__()["nodes"]
    fields = [field for field in nodes.dtype.names if field != "threshold"]

    def case(kind, attack, error, edit):
        return at_model(f"shape-{kind}.pkl", attack, error, edited(edit))

    def arguments(position, new_value):
        def edit(old, state_):
            old[position] = new_value
            return old, state_
        return edit

    yield case("count-larger", "node_count beyond the nodes", "inconsistent",
               state(node_count=tree.node_count + 1))
    yield case("count-negative", "node_count of -1", "wrong-type", state(node_count=-1))
    yield case("count-huge", "node_count of 2^62", "inconsistent", state(node_count=2**62))
    yield case("nodes-none", "no nodes at all", "tree-shape",
               state(node_count=0, nodes=nodes[:0], values=values[:0]))
    yield case("nodes-matrix", "nodes in two dimensions", "inconsistent",
               state(nodes=nodes.reshape(1, -1)))
    yield case("nodes-floats", "nodes that are numbers", "wrong-type",
               state(nodes=np.zeros(tree.node_count)))
    yield case("nodes-no-threshold", "nodes without thresholds", "wrong-type",
               state(nodes=np.ascontiguousarray(nodes[fields].astype(
                   [(field, nodes.dtype[field]) for field in fields]))))
    yield case("nodes-list", "nodes in a list", "wrong-type", state(nodes=[0, 1]))
    yield case("values-classes", "values for three classes", "inconsistent",
               state(values=np.ones((tree.node_count, 1, 3))))
    yield case("values-short", "values for one node less", "inconsistent", state(values=values[:-1]))
    yield case("values-flat", "values in two dimensions", "inconsistent", state(values=values[:, 0, :]))
    yield case("values-objects", "values that are objects", "wrong-type",
               state(values=values.astype(object)))
    yield case("values-text", "values that are text", "wrong-type", state(values=values.astype("U8")))
    yield case("arguments-features", "a tree of 2 features in a forest of 3", "inconsistent",
               arguments(0, 2))
    yield case("arguments-classes", "a tree of 5 classes in a forest of 2", "inconsistent",
               arguments(1, np.array([5])))
    yield case("arguments-outputs", "a tree of 2 outputs", "unsupported-variant", arguments(2, 2))
    yield at_model("shape-deep-chain.pkl", "a valid tree of 10,000 splits, one below the other", "ok",
                   lzma.compress(deep_chain(10_000), lzma.FORMAT_XZ, preset=9),
                   note="must be walked and dropped without recursion")


def deep_chain(depth):
    def edit(arguments, old):
        nodes = np.zeros(2 * depth + 1, old["nodes"].dtype)
        splits = np.arange(depth)
        nodes["left_child"], nodes["right_child"] = -1, -1
        nodes["feature"], nodes["threshold"] = -2, -2.0
        nodes["left_child"][2 * splits] = 2 * splits + 1
        nodes["right_child"][2 * splits] = 2 * splits + 2
        nodes["feature"][2 * splits] = 0
        nodes["threshold"][2 * splits] = splits
        nodes["n_node_samples"], nodes["weighted_n_node_samples"] = 2, 2.0
        values = np.ones((len(nodes), 1, 2))
        return arguments, {"max_depth": depth, "node_count": len(nodes), "nodes": nodes,
                           "values": values}
    return edited(edit)


def estimators():
    def case(kind, attack, error, content):
        return at_model(f"model-{kind}.pkl", attack, error, content)

    other = DecisionTreeRegressor(max_depth=1, random_state=0).fit([[0, 0, 0], [1, 1, 1]], [0.0, 1.0])
    cells = {"n_estimators": 2}
    yield case("no-trees", "an empty list of trees", "inconsistent",
               edited(attributes={"estimators_": []}))
    yield case("trees-missing", "a forest that was not fitted", "missing-attribute",
               edited(without=["estimators_"]))
    yield case("trees-none", "None among the trees", "wrong-type",
               edited(attributes={"estimators_": [None]}))
    yield case("trees-regressor", "a regression tree in a classifier", "wrong-type",
               edited(attributes={"estimators_": [other]}))
    yield case("trees-forest", "a forest in the place of a tree", "wrong-type",
               edited(attributes={"estimators_": [BASE]}))
    yield case("tree-missing", "a tree that was not fitted", "wrong-type",
               edited(member={"tree_": None}))
    yield case("tree-other-version", "a tree of another scikit-learn version in the forest",
               "inconsistent",
               edited(version_of=lambda obj: VERSION if hasattr(obj, "estimators_") else "1.3.2"))
    yield case("classes-three", "three class labels for trees of two", "inconsistent",
               edited(attributes={"classes_": np.array([0, 1, 2])}))
    yield case("classes-none", "no class labels", "inconsistent",
               edited(attributes={"classes_": np.array([], dtype=int)}))
    yield case("classes-missing", "a classifier without classes", "missing-attribute",
               edited(without=["classes_"]))
    yield case("classes-matrix", "class labels in two dimensions", "inconsistent",
               edited(attributes={"classes_": np.array([[0, 1]])}))
    yield case("classes-lists", "the class labels of several outputs", "unsupported-variant",
               edited(attributes={"classes_": [np.array([0, 1])] * 2}))
    yield case("classes-objects", "class labels that are objects", "wrong-type",
               edited(attributes={"classes_": np.array([None, cells], dtype=object)}))
    yield case("outputs", "two outputs", "unsupported-variant", edited(attributes={"n_outputs_": 2}))
    yield case("features-negative", "-3 features", "wrong-type",
               edited(attributes={"n_features_in_": -3}))
    yield case("features-huge", "2^62 features", "unsupported-variant",
               edited(attributes={"n_features_in_": 2**62}))
    yield case("features-missing", "no number of features", "missing-attribute",
               edited(without=["n_features_in_"]))
    yield case("names-short", "two names for three features", "inconsistent",
               edited(attributes={"feature_names_in_": np.array(["a", "b"], dtype=object)}))
    yield case("names-integers", "feature names that are numbers", "wrong-type",
               edited(attributes={"feature_names_in_": np.array([1, 2, 3], dtype=object)}))
    yield case("version-future", "written by scikit-learn 9.9.9", "unsupported-version",
               edited(version_of=lambda obj: "9.9.9"))
    yield case("version-not-text", "a version that is no text", "wrong-type",
               edited(version_of=lambda obj: 1))
    yield case("version-lie", "counts in a file that says 1.4.2, where they are fractions",
               "inconsistent", edited(version_of=lambda obj: "1.4.2"))
    yield case("search-not-fitted", "a search without best_estimator_", "inconsistent",
               python_pickle.dumps(GridSearchCV(RandomForestClassifier(), cells), 4))
    yield case("other-module", "a forest of another library", "own-class",
               edited().replace(MODULE.encode(), b"elsewhere.ensemble._trees"[:len(MODULE)]))


def assembled():
    """Forests put together by hand, for what no pickler writes."""
    forest_class = name(MODULE, "RandomForestClassifier")
    search_class = name("sklearn.model_selection._search", "GridSearchCV")
    version = (text("_sklearn_version"), text(VERSION))
    features = (text("n_features_in_"), integer(3))
    outputs = (text("n_outputs_"), integer(1))
    classes = (text("classes_"), ndarray(shape_of(2), dtype("i8"), binary(bytes(8) + b"\1" + bytes(7))))

    def fitted(*more, cls=forest_class):
        return new(cls, pairs([version, features, outputs, classes, *more]))

    def case(kind, attack, error, body, **more):
        return at_model(f"forest-{kind}.pkl", attack, error, pickle(body), **more)

    yield case("no-state", "a forest without attributes", "unsupported-version", new(forest_class))
    yield case("state-list", "a forest whose state is a list", "wrong-type",
               new(forest_class, EMPTY_LIST))
    yield case("second-version", "two versions in one object: readers may pick either",
               "duplicate-attribute",
               new(forest_class, pairs([version, (text("_sklearn_version"), text("1.4.2"))])))
    yield case("second-attribute", "an attribute given twice", "duplicate-attribute",
               fitted(features))
    yield case("features-bool", "True features", "wrong-type",
               new(forest_class, pairs([version, (text("n_features_in_"), TRUE)])))
    yield case("features-big", "a number of features of 160 bits", "wrong-type",
               new(forest_class, pairs([version, (text("n_features_in_"), integer(2**150))])))
    yield at_pickle("forest-second-state.pkl", "a forest whose state is set twice", "second-build",
                    pickle(fitted() + EMPTY_DICT + BUILD))
    yield case("own-member", "a forest that is its own tree", "wrong-type",
               forest_class + EMPTY_TUPLE + NEWOBJ + put(0) + pairs([
                   version, features, outputs, classes, (text("estimators_"), array_of(get(0)))])
               + BUILD)
    yield case("call-member", "a call in the place of a tree", "wrong-type",
               fitted((text("estimators_"), array_of(system()))))
    yield case("call-trees", "a call in the place of the list of trees", "wrong-type",
               fitted((text("estimators_"), system())))
    yield case("class-is-a-call", "an object whose class is a call", "ok-inert",
               new(system(), pairs([version, features])))
    yield case("own-best", "a search that is its own best estimator", "unsupported-variant",
               search_class + EMPTY_TUPLE + NEWOBJ + put(0)
               + pairs([(text("best_estimator_"), get(0))]) + BUILD)
    deep = fitted()
    for _ in range(1_000):
        deep = new(search_class, pairs([(text("best_estimator_"), deep)]))
    yield at_model("forest-searches.pkl", "1,000 searches inside each other", "unsupported-variant",
                   zipped(pickle(deep)))
    yield case("call-best", "a search whose best estimator is a call", "ok-inert",
               new(search_class, pairs([(text("best_estimator_"), system())])))

    sound = edited()
    # PROTO and FRAME are 11 bytes; the file ends with SETITEMS, BUILD and STOP of the forest.
    assert sound[2:3] == b"\x95" and sound.endswith(b"ub.")
    yield case("call-unused", "a sound forest with a call among attributes nobody needs", "ok",
               sound[11:-3] + text("hook") + system() + b"ub", note="the name is reported")
    same = edited(attributes={"estimators_": [BASE.estimators_[0]] * 20_000})
    yield at_model("forest-same-tree.pkl", "20,000 references to one tree, in less than 2 KB",
                   "limit-decode-bytes", zipped(same),
                   note="would become 20,000 trees")


FAMILIES = [
    ("tree", "Trees that cannot be walked", trees),
    ("shape", "Trees whose parts do not fit", shapes),
    ("model", "Estimators whose parts do not fit", estimators),
    ("forest", "Estimators assembled by hand: cycles, calls, attributes given twice", assembled),
]
