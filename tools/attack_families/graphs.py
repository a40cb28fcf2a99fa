"""Attacks on pipelines and on estimators other than forests: parts that contradict each other, or
refer to each other without end. Fitted by scikit-learn 1.2.2, then changed."""

import pickle

import numpy as np
import pandas as pd
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import (
    AdaBoostClassifier,
    BaggingClassifier,
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    StackingClassifier,
    VotingClassifier,
)
from sklearn.feature_selection import SelectKBest
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    KBinsDiscretizer,
    OneHotEncoder,
    OrdinalEncoder,
    PolynomialFeatures,
    StandardScaler,
)
from sklearn.tree import DecisionTreeClassifier

from .asm import at_model

ROWS = np.array([[i % 7, i % 5, (i * i) % 11] for i in range(60)], dtype=float)
LABELS = (ROWS[:, 0] + ROWS[:, 1] > 5).astype(int)
TABLE = pd.DataFrame({"a": ROWS[:, 0], "b": [["x", "y", "z"][i % 3] for i in range(60)]})


def case(kind, attack, model, error="inconsistent", note=""):
    return at_model(f"graph-{kind}.pkl", attack, error, pickle.dumps(model, protocol=4), "", note)


def changed(model, **attributes):
    for name, value in attributes.items():
        setattr(model, name, value)
    return model


def linear():
    return LogisticRegression().fit(ROWS, LABELS)


def piped(transformer, rows=ROWS):
    return Pipeline([("t", transformer), ("m", LogisticRegression())]).fit(rows, LABELS)


def step(model, **attributes):
    changed(model.steps[0][1], **attributes)
    return model


def voting():
    return VotingClassifier([("a", LogisticRegression()), ("b", GaussianNB())]).fit(ROWS, LABELS)


def cycles():
    loop = voting()
    loop.estimators_[0] = loop
    yield case("voting-itself", "a committee that is its own member", loop, "unsupported-variant")
    pipe = piped(StandardScaler())
    pipe.steps[1] = ("m", pipe)
    yield case("pipeline-itself", "a pipeline that is its own last step", pipe, "unsupported-variant")
    pipe = piped(StandardScaler())
    pipe.steps[0] = ("t", pipe)
    yield case("transformer-itself", "a pipeline that is its own first step", pipe, "unsupported-variant")
    fan = voting()
    for _ in range(20):
        outer = voting()
        outer.estimators_ = [fan] * 10
        fan = outer
    yield case("voting-fan", "10^20 members from twenty lists of ten", fan, "limit-decode-bytes")
    stack = StackingClassifier([("a", GaussianNB())]).fit(ROWS, LABELS)
    stack.final_estimator_ = stack
    yield case("stacking-itself", "a stack that is its own final estimator", stack, "inconsistent")


def shapes():
    model = linear()
    yield case("coefficients-nan", "coefficients that are no numbers",
               changed(model, coef_=model.coef_ * np.nan))
    yield case("coefficients-short", "fewer coefficients than columns",
               changed(linear(), coef_=np.zeros((1, 2))), "unsupported-variant")
    yield case("coefficients-scores", "more scores than classes",
               changed(linear(), coef_=np.zeros((5, 3))), "unsupported-variant")
    yield case("intercepts", "more intercepts than classes", changed(linear(), intercept_=np.zeros(4)))
    yield case("classes-one", "a classifier of one class", changed(linear(), classes_=np.array([1])),
               "unsupported-variant")
    yield case("classes-none", "a classifier without classes",
               changed(linear(), classes_=np.array([], dtype=int)))
    bayes = GaussianNB().fit(ROWS, LABELS)
    yield case("variance-zero", "a variance of 0", changed(bayes, var_=bayes.var_ * 0))
    network = MLPClassifier((4,), max_iter=5, random_state=0).fit(ROWS, LABELS)
    yield case("layers", "layers that do not fit each other",
               changed(network, coefs_=[np.zeros((3, 4)), np.zeros((5, 1))]))
    boosting = GradientBoostingClassifier(n_estimators=2, random_state=0).fit(ROWS, LABELS)
    yield case("stages", "stages for more scores than the classes need",
               changed(boosting, estimators_=np.hstack([boosting.estimators_] * 2)))
    boosting = GradientBoostingClassifier(n_estimators=2, random_state=0).fit(ROWS, LABELS)
    yield case("stage-other", "a stage that is no tree",
               changed(boosting, estimators_=np.array([[linear()]], dtype=object)), "wrong-type")
    bagging = BaggingClassifier(n_estimators=2, random_state=0).fit(ROWS, LABELS)
    yield case("bagging-columns", "a member's column beyond the row",
               changed(bagging, estimators_features_=[np.array([0, 1, 9])] * 2))
    ada = AdaBoostClassifier(n_estimators=2, random_state=0).fit(ROWS, LABELS)
    yield case("weights-nan", "weights that are no numbers",
               changed(ada, estimator_weights_=np.array([np.nan, 1.0])))
    calibrated = CalibratedClassifierCV(GaussianNB(), method="isotonic", cv=2).fit(ROWS, LABELS)
    curve = calibrated.calibrated_classifiers_[0].calibrators[0]
    curve.X_thresholds_ = curve.X_thresholds_[::-1].copy()
    yield case("curve", "a calibration curve that falls", calibrated)
    yield case("prior", "more priors than classes",
               changed(DummyClassifier().fit(ROWS, LABELS), class_prior_=np.ones(9)))


def histograms():
    def edited(column, value, categorical=True):
        model = HistGradientBoostingClassifier(
            max_iter=1, min_samples_leaf=2, random_state=0,
            categorical_features=[0] if categorical else None)
        model.fit(ROWS, LABELS)
        nodes = model._predictors[0][0].nodes
        nodes[column][0] = value
        return model

    yield case("histogram-child", "a histogram tree whose root is its own child",
               edited("left", 0, False), "tree-cycle")
    yield case("histogram-child-beyond", "a child beyond the nodes", edited("right", 99999, False),
               "tree-child")
    yield case("histogram-feature", "a feature beyond the row", edited("feature_idx", 77, False),
               "tree-feature")
    yield case("histogram-threshold", "a threshold that is no number",
               edited("num_threshold", np.nan, False), "tree-threshold")
    model = edited("is_categorical", 1)
    model._predictors[0][0].nodes["bitset_idx"][:] = 99999
    model._predictors[0][0].nodes["feature_idx"][0] = 0
    yield case("histogram-bitset", "a category set beyond the file's", model)


def transformers():
    yield case("scaler-short", "a scaler of fewer columns", step(piped(StandardScaler()), scale_=np.ones(2)))
    yield case("imputer-short", "an imputer of fewer columns",
               step(piped(SimpleImputer()), statistics_=np.ones(2)))
    yield case("selector-none", "a selector that keeps nothing", step(piped(SelectKBest(k=2)), k=0))
    yield case("polynomial-huge", "a polynomial of degree 10^6",
               step(piped(PolynomialFeatures()), degree=1_000_000), "unsupported-variant")
    bins = piped(KBinsDiscretizer(3, encode="ordinal"))
    edges = bins.steps[0][1].bin_edges_
    edges[0] = np.array([3.0, 1.0, 2.0, 0.0])
    yield case("bins", "bins whose edges fall", bins)
    table = ColumnTransformer([("c", OneHotEncoder(handle_unknown="ignore"), ["b"])], remainder="passthrough")
    model = piped(table, TABLE)
    model.steps[0][1].transformers_[0] = ("c", model.steps[0][1].transformers_[0][1], ["nothing"])
    yield case("column-name", "a column that the table does not have", model, "unsupported-variant")
    model = piped(ColumnTransformer([("c", StandardScaler(), [0])]))
    model.steps[0][1].transformers_[0] = ("c", model.steps[0][1].transformers_[0][1], [1 << 60])
    yield case("column-position", "a column position beyond the row", model)
    model = piped(ColumnTransformer([("c", OneHotEncoder(), ["b"])]), TABLE)
    model.steps[0][1].transformers_[0][1].categories_ = [np.array(["x", "x", "y"], dtype=object)]
    yield case("category-twice", "a category that is there twice", model)
    model = piped(ColumnTransformer([("c", OrdinalEncoder(), ["b"])]), TABLE)
    model.steps[0][1].transformers_[0][1].categories_ = [np.array(["x", 1, None], dtype=object)]
    yield case("category-mixed", "categories of numbers and texts", model, "unsupported-variant")
    model = piped(FunctionTransformer(np.log1p))
    yield case("function", "a function that is not numpy's", step(model, func=eval), "unsupported-variant",
               note="the name is read and refused; nothing is called")
    tree = Pipeline([("t", StandardScaler()), ("m", DecisionTreeClassifier(random_state=0))]).fit(ROWS, LABELS)
    tree.steps[0] = ("t", SelectKBest(k=1).fit(ROWS, LABELS))
    yield case("width", "a predictor that gets fewer columns than it was fitted on", tree)


def graphs():
    for cases in (cycles, shapes, histograms, transformers):
        yield from cases()


FAMILIES = [("graph", "Pipelines and estimators whose parts do not go together", graphs)]
