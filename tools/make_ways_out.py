#!/usr/bin/env python3
"""Make the files of testdata/made/ways_out/: what analysts send by mistake, and what the refusal tells them to
send instead, with the answers that the library gives.

    python3 tools/make_ways_out.py OUTPUT_DIR PART

A file of a mistake is `<name>.dead.<ending>`; a way out is `<name>.<ending>` with `<name>.golden.csv` beside it.
PART is one environment's:

    main      Python 3.11, scikit-learn 1.6.1, numpy 2.2.6, pandas 2.2.3, joblib 1.5.3, xgboost 2.1.4,
              lightgbm 4.6.0, category_encoders 2.8.1, feature_engine 1.8.3, scikit-optimize 0.10.2
    catboost  Python 3.11, catboost 1.2.8, onnxruntime 1.32.0, onnx 1.23.2, numpy 2.4.6
    old       Python 3.11, xgboost 1.7.6, numpy 1.24.4
"""

import csv
import pickle
import sys
import warnings
from pathlib import Path

import numpy as np

COLUMNS = ["importe", "deuda", "edad", "facturas"]
N = 90


def data():
    random = np.random.RandomState(7)
    x = np.column_stack([
        random.gamma(2, 80, N).round(2),
        random.gamma(2, 200, N).round(2),
        random.randint(18, 90, N),
        random.randint(1, 13, N),
    ]).astype(float)
    y = (x[:, 1] / 400 + random.randn(N) * 0.6 < 1).astype(int)
    return x, y


def texts():
    return np.random.RandomState(8).choice(["Malaga", "Leon", "Madrid"], N)


def write_golden(folder, name, header, rows, classes, probabilities, labels):
    with (folder / f"{name}.golden.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([*header, "expected_class", *(f"expected_proba_{label}" for label in labels)])
        for row, label, values in zip(rows, classes, probabilities):
            cells = [value if isinstance(value, str) else repr(float(value)) for value in row]
            writer.writerow([*cells, label, *(repr(float(value)) for value in values)])


def golden(folder, name, model, frame, labels=None):
    """The answers of something with predict_proba to the first rows of a table."""
    frame = frame[:20]
    rows = frame.values if hasattr(frame, "values") else frame
    header = list(frame.columns) if hasattr(frame, "columns") else COLUMNS
    probabilities = model.predict_proba(frame)
    labels = list(model.classes_) if labels is None else labels
    write_golden(folder, name, header, rows, model.predict(frame), probabilities, labels)


def main_part(folder):
    import joblib
    import pandas
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    x, y = data()
    frame = pandas.DataFrame(x, columns=COLUMNS)

    scaler = StandardScaler().fit(frame)
    model = LogisticRegression().fit(scaler.transform(frame), y)
    with (folder / "two_dumps.dead.pkl").open("wb") as file:
        pickle.dump(model, file)
        pickle.dump(scaler, file)
    joblib.dump(scaler, folder / "lone_scaler.dead.joblib")
    joblib.dump(make_pipeline(StandardScaler()).fit(frame), folder / "lone_pipeline.dead.joblib")
    joblib.dump(LogisticRegression(), folder / "not_fitted.dead.joblib")
    joblib.dump(make_pipeline(StandardScaler(), LogisticRegression()), folder / "not_fitted_pipeline.dead.joblib")
    one = make_pipeline(StandardScaler(), LogisticRegression()).fit(frame, y)
    joblib.dump(one, folder / "one_pipeline.joblib")
    golden(folder, "one_pipeline", one, frame)

    own_class(folder, frame, y)
    other_libraries(folder, frame, y)
    nested(folder, frame, y)
    boosters(folder, frame, y)


def own_class(folder, frame, y):
    import joblib
    from sklearn.base import BaseEstimator, TransformerMixin
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    class RatioAdder(TransformerMixin, BaseEstimator):
        def fit(self, x, y=None):
            return self

        def transform(self, x):
            return np.column_stack([x, x.iloc[:, 0] / x.iloc[:, 1]])

    # As a notebook's own class, and as one of a module that is only where the model was trained.
    steps = [RatioAdder(), StandardScaler(), LogisticRegression()]
    for module, name in (("__main__", "own_class"), ("cobros.features", "own_module")):
        RatioAdder.__module__, RatioAdder.__qualname__ = module, "RatioAdder"
        holder = sys.modules.setdefault(module, type(sys)(module))
        holder.RatioAdder = RatioAdder
        sys.modules.setdefault(module.split(".")[0], type(sys)(module.split(".")[0]))
        joblib.dump(make_pipeline(*steps).fit(frame, y), folder / f"{name}.dead.joblib")
    wide = frame.assign(ratio=frame.importe / frame.deuda)
    out = make_pipeline(StandardScaler(), LogisticRegression()).fit(wide, y)
    joblib.dump(out, folder / "own_columns.joblib")
    golden(folder, "own_columns", out, wide)


def other_libraries(folder, frame, y):
    import category_encoders
    import joblib
    from feature_engine.imputation import MeanMedianImputer
    from sklearn.compose import make_column_transformer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder
    from skopt import BayesSearchCV

    mixed = frame.assign(provincia=texts())
    dead = make_pipeline(category_encoders.OneHotEncoder(cols=["provincia"]), LogisticRegression(max_iter=2000))
    joblib.dump(dead.fit(mixed, y), folder / "category_encoders.dead.joblib")
    encode = make_column_transformer((OneHotEncoder(handle_unknown="ignore"), ["provincia"]), remainder="passthrough")
    out = make_pipeline(encode, LogisticRegression(max_iter=2000)).fit(mixed, y)
    joblib.dump(out, folder / "one_hot.joblib")
    golden(folder, "one_hot", out, mixed)

    dead = make_pipeline(MeanMedianImputer(), LogisticRegression(max_iter=2000))
    joblib.dump(dead.fit(frame, y), folder / "feature_engine.dead.joblib")

    search = BayesSearchCV(LogisticRegression(max_iter=2000), {"C": (0.1, 10.0)}, n_iter=2, cv=2, random_state=0)
    search.fit(frame, y)
    joblib.dump(search, folder / "bayes_search.dead.joblib", compress=9)
    joblib.dump(search.best_estimator_, folder / "best_estimator.joblib")
    golden(folder, "best_estimator", search.best_estimator_, frame)


def nested(folder, frame, y):
    import joblib
    import pandas
    from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
    from sklearn.feature_selection import SelectFromModel
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LinearRegression, LogisticRegression
    from sklearn.naive_bayes import GaussianNB
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler
    from sklearn.tree import DecisionTreeClassifier

    select = SelectFromModel(DecisionTreeClassifier(max_depth=2, random_state=0))
    joblib.dump(make_pipeline(select, LogisticRegression()).fit(frame, y), folder / "select_from_model.dead.joblib")
    target = TransformedTargetRegressor(LinearRegression(), func=np.log1p, inverse_func=np.expm1)
    joblib.dump(target.fit(frame, frame.importe), folder / "transformed_target.dead.joblib")
    chosen = pandas.Series(["importe", "edad"])
    columns = ColumnTransformer([("escala", StandardScaler(), chosen)])
    joblib.dump(make_pipeline(columns, LogisticRegression()).fit(frame, y), folder / "series_columns.dead.joblib")
    columns = ColumnTransformer([("escala", StandardScaler(), list(chosen))])
    out = make_pipeline(columns, LogisticRegression()).fit(frame, y)
    joblib.dump(out, folder / "list_columns.joblib")
    golden(folder, "list_columns", out, frame)
    # A code of digits, which one step takes for text and another for a number.
    codes = frame.assign(codigo=frame.edad.astype(int).astype(str))
    columns = ColumnTransformer([("uno", StandardScaler(), ["codigo"]), ("dos", OneHotEncoder(), ["codigo"])])
    joblib.dump(make_pipeline(columns, LogisticRegression()).fit(codes, y), folder / "both_readings.dead.joblib")
    # Where None is the commonest, nothing tells whether the others are texts or numbers, among which a 1 could be.
    zones = np.where(np.arange(len(y)) % 3, None, np.where(y == 1, "norte", "sur"))
    some = pandas.DataFrame({"zona": pandas.Series(zones, dtype=object), "provincia": pandas.Series(texts(), dtype=object)})
    impute = make_pipeline(SimpleImputer(missing_values=1, strategy="most_frequent"), OneHotEncoder(handle_unknown="ignore"))
    joblib.dump(make_pipeline(impute, LogisticRegression()).fit(some, y), folder / "none_is_commonest.dead.joblib")
    clean = make_pipeline(FunctionTransformer(np.nan_to_num), LogisticRegression()).fit(frame, y)
    joblib.dump(clean, folder / "nan_to_num.dead.joblib")
    joblib.dump(GaussianNB().fit(frame[y == 1], y[y == 1]), folder / "one_class.dead.joblib")


def boosters(folder, frame, y):
    import joblib
    import lightgbm
    import xgboost
    from sklearn.compose import make_column_transformer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder

    model = xgboost.XGBClassifier(n_estimators=3, max_depth=2, n_jobs=1).fit(frame, y)
    booster = model.get_booster()
    booster.dump_model(folder / "xgb_dump.dead.json", dump_format="json")
    booster.dump_model(folder / "xgb_dump.dead.txt")
    (folder / "xgb_config.dead.json").write_text(booster.save_config(), encoding="utf-8")
    model.save_model(folder / "xgb_saved.json")
    golden(folder, "xgb_saved", model, frame.astype(np.float32))

    mixed = frame.assign(provincia=texts())
    categories = mixed.astype({"provincia": "category"})
    dead = xgboost.XGBClassifier(n_estimators=3, max_depth=2, n_jobs=1, enable_categorical=True).fit(categories, y)
    dead.save_model(folder / "xgb_categories.dead.json")
    encode = make_column_transformer(
        (OneHotEncoder(handle_unknown="ignore", sparse_output=False), ["provincia"]), remainder="passthrough")
    out = make_pipeline(encode, xgboost.XGBClassifier(n_estimators=3, max_depth=2, n_jobs=1)).fit(mixed, y)
    joblib.dump(out, folder / "xgb_one_hot.joblib", compress=9)
    golden(folder, "xgb_one_hot", out, mixed)

    light = {"n_estimators": 3, "num_leaves": 4, "verbose": -1, "n_jobs": 1}
    model = lightgbm.LGBMClassifier(**light).fit(frame, y)
    import json
    text = json.dumps(model.booster_.dump_model())
    (folder / "lgb_dump.dead.json").write_text(text, encoding="utf-8")
    model.booster_.save_model(folder / "lgb_saved.txt")
    golden(folder, "lgb_saved", model, frame)

    def own_loss(labels, scores):
        p = 1 / (1 + np.exp(-scores))
        return p - labels, p * (1 - p)

    dead = lightgbm.LGBMClassifier(objective=own_loss, **light).fit(frame, y)
    dead.booster_.save_model(folder / "lgb_own_objective.dead.txt")
    joblib.dump(lightgbm.LGBMClassifier(**light), folder / "not_fitted_lgb.dead.joblib")
    joblib.dump(xgboost.XGBClassifier(), folder / "not_fitted_xgb.dead.joblib")


def catboost_part(folder):
    import catboost
    import onnxruntime

    x, y = data()
    options = {"iterations": 5, "depth": 2, "learning_rate": 0.3, "verbose": False, "thread_count": 1,
               "allow_writing_files": False, "random_seed": 0}
    with_missing = np.where(np.random.RandomState(9).rand(*x.shape) < 0.1, np.nan, x)
    three = (x[:, 0] > 100).astype(int) + (x[:, 1] > 400)
    cases = (
        ("catboost_binary", catboost.CatBoostClassifier(**options), x, y),
        ("catboost_missing", catboost.CatBoostClassifier(nan_mode="Max", **options), with_missing, y),
        ("catboost_text", catboost.CatBoostClassifier(**options), x, np.where(y == 1, "paga", "no paga")),
        ("catboost_three", catboost.CatBoostClassifier(**options), x, three),
    )
    for name, model, inputs, labels in cases:
        model.fit(inputs, labels)
        model.save_model(str(folder / f"{name}.onnx"), format="onnx")
        onnx_golden(onnxruntime, folder, name, model, inputs)
    dead = catboost.CatBoostClassifier(boost_from_average=True, **options).fit(x, y)
    dead.save_model(str(folder / "catboost_bias.dead.onnx"), format="onnx")
    small = catboost.CatBoostClassifier(**{**options, "iterations": 1}).fit(x, y)
    small.save_model(str(folder / "catboost.dead.cbm"))
    pickle.dump(small, (folder / "catboost.dead.pkl").open("wb"))


def edges(model, rows):
    """Rows beside the first tests' thresholds, as float32 has them."""
    borders = [(feature, border) for feature, values in enumerate(model.get_borders().values()) for border in values]
    for position, (feature, border) in enumerate(borders[:8]):
        for value in (np.nextafter(np.float32(border), np.float32(-np.inf)), np.float32(border),
                      np.nextafter(np.float32(border), np.float32(np.inf))):
            row = rows[position].copy()
            row[feature] = value
            yield row


def onnx_golden(onnxruntime, folder, name, model, inputs):
    """ONNX Runtime's answers, which must be CatBoost's own to float32."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(
        str(folder / f"{name}.onnx"), options, providers=["CPUExecutionProvider"])
    rows = inputs[:20].astype(np.float32)
    rows = np.vstack([rows, *edges(model, rows)])
    classes, maps = session.run(None, {"features": rows})
    labels = list(maps[0])
    probabilities = np.array([[found[label] for label in labels] for found in maps])
    assert np.abs(probabilities - model.predict_proba(rows.astype(float))).max() < 1e-6, name
    cells = [["" if np.isnan(value) else value for value in row] for row in rows]
    write_golden(folder, name, [f"f{i}" for i in range(rows.shape[1])], cells, classes, probabilities, labels)


def old_part(folder):
    import xgboost

    x, y = data()
    model = xgboost.XGBClassifier(n_estimators=3, max_depth=2, n_jobs=1).fit(x, y)
    dead = folder / "xgb_old_binary.dead.model"
    model.save_model(dead)
    again = xgboost.XGBClassifier()
    again.load_model(dead)
    again.save_model(folder / "xgb_old_saved.json")
    rows = x[:20].astype(np.float32)
    write_golden(folder, "xgb_old_saved", [f"f{i}" for i in range(4)], rows, again.predict(rows),
                 again.predict_proba(rows), [0, 1])


if __name__ == "__main__":
    warnings.filterwarnings("ignore")
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    {"main": main_part, "catboost": catboost_part, "old": old_part}[sys.argv[2]](target)
