"""The other engines, each asked in the way that suits it best.

A rival loads the model, takes rows in the type it likes (made before the clock runs), and answers
P(class 1) for them with so many threads.
"""

import os

# Before OpenMP starts: threads that wait for work sleep, and leave the cores to whose turn it is.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import joblib
import numpy as np


class Rival:
    dtype = np.float64

    def __init__(self, folder, name):
        self.folder, self.name = folder, name
        self.load(folder / f"{name}.pkl")

    def load(self, path):
        self.model = joblib.load(path)

    def prepare(self, rows):
        return np.ascontiguousarray(rows, dtype=self.dtype)

    def set_threads(self, n_threads):
        self.n_threads = n_threads

    def predict(self, rows):
        raise NotImplementedError


class Sklearn(Rival):
    """Forests get single precision, which they would convert to themselves."""

    def load(self, path):
        super().load(path)
        self.is_forest = hasattr(self.model, "estimators_")
        self.dtype = np.float32 if self.is_forest else np.float64

    def set_threads(self, n_threads):
        if self.is_forest:
            self.model.n_jobs = n_threads
        else:
            from threadpoolctl import threadpool_limits

            threadpool_limits(n_threads, user_api="openmp")

    def predict(self, rows):
        return self.model.predict_proba(rows)[:, 1]


class OneDal(Rival):
    """It cannot take scikit-learn's forest: it trains one with the same parameters and data."""

    def load(self, path):
        from sklearnex.ensemble import RandomForestClassifier

        parameters = joblib.load(path).get_params()
        train = np.load(self.folder / f"{self.name}.train.npz")
        self.model = RandomForestClassifier(**parameters).fit(train["X"], train["y"])

    def set_threads(self, n_threads):
        import daal4py

        daal4py.daalinit(n_threads)
        self.model.n_jobs = n_threads

    def predict(self, rows):
        return self.model.predict_proba(rows)[:, 1]


class OneDalBuilder(Rival):
    """oneDAL's gradient boosting, built from the trees of another library."""

    def load(self, path):
        from daal4py.mb import convert_model

        self.model = convert_model(booster(joblib.load(path)))

    def set_threads(self, n_threads):
        import daal4py

        daal4py.daalinit(n_threads)

    def predict(self, rows):
        return self.model.predict_proba(rows)[:, 1]


class OnnxRuntime(Rival):
    dtype = np.float32

    def load(self, path):
        from skl2onnx import to_onnx

        file = path.with_suffix(".onnx")
        if not file.exists():
            model = joblib.load(path)
            example = np.zeros((1, model.n_features_in_), dtype=np.float32)
            options = {"zipmap": False}
            unfinished = file.with_suffix(".onnx-part")
            unfinished.write_bytes(to_onnx(model, example, options=options).SerializeToString())
            unfinished.replace(file)
        self.file, self.sessions = str(file), {}
        self.set_threads(1)

    def set_threads(self, n_threads):
        import onnxruntime

        if n_threads not in self.sessions:
            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = n_threads
            # Threads that spin between calls would spin through the others' turns.
            options.add_session_config_entry("session.force_spinning_stop", "1")
            self.sessions[n_threads] = onnxruntime.InferenceSession(
                self.file, options, providers=["CPUExecutionProvider"])
        self.session = self.sessions[n_threads]
        self.input = self.session.get_inputs()[0].name
        self.output = [self.session.get_outputs()[1].name]

    def predict(self, rows):
        return self.session.run(self.output, {self.input: rows})[0][:, 1]


class Treelite(Rival):
    def load(self, path):
        model = joblib.load(path)
        self.model = treelite_model(model)
        self.dtype = treelite_dtype(model)

    def predict(self, rows):
        import treelite

        answers = treelite.gtil.predict(self.model, rows, nthread=self.n_threads)
        return answers.reshape(len(rows), -1)[:, -1]


class Tl2cgen(Rival):
    """The model as C, compiled. The conversion of rows is left out of the time."""

    def load(self, path):
        import tl2cgen

        model = joblib.load(path)
        self.dtype = treelite_dtype(model)
        self.library = str(path.with_suffix(".so"))
        if not os.path.exists(self.library):
            options = {"parallel_comp": 16}
            tl2cgen.export_lib(treelite_model(model), toolchain="gcc", libpath=self.library,
                               params=options, nthread=os.cpu_count())
        self.predictors = {}
        self.set_threads(1)

    def prepare(self, rows):
        import tl2cgen

        return tl2cgen.DMatrix(super().prepare(rows), dtype=np.dtype(self.dtype).name)

    def set_threads(self, n_threads):
        import tl2cgen

        if n_threads not in self.predictors:
            self.predictors[n_threads] = tl2cgen.Predictor(self.library, nthread=n_threads)
        self.predictor = self.predictors[n_threads]

    def predict(self, rows):
        answers = self.predictor.predict(rows)
        return answers.reshape(len(answers), -1)[:, -1]


class Ydf(Rival):
    dtype = np.float32

    def load(self, path):
        import ydf

        self.model = ydf.from_sklearn(joblib.load(path))

    def prepare(self, rows):
        return {"features": super().prepare(rows)}

    def predict(self, rows):
        return self.model.predict(rows, num_threads=self.n_threads)


class LightGbm(Rival):
    def load(self, path):
        self.model = joblib.load(path).booster_

    def predict(self, rows):
        return self.model.predict(rows, num_threads=self.n_threads)


class XgBoost(Rival):
    dtype = np.float32

    def load(self, path):
        self.model = joblib.load(path).get_booster()

    def set_threads(self, n_threads):
        self.model.set_param("nthread", n_threads)

    def predict(self, rows):
        return self.model.inplace_predict(rows)


class Shap(Rival):
    """Answers the base and what each input adds to P(class 1), row after row."""

    def load(self, path):
        import shap

        self.explainer = shap.TreeExplainer(joblib.load(path), feature_perturbation="tree_path_dependent")
        self.base = np.atleast_1d(self.explainer.expected_value)[-1]

    def predict(self, rows):
        values = self.explainer.shap_values(rows, check_additivity=False)[:, :, 1]
        return np.column_stack([np.full(len(rows), self.base), values])


def booster(model):
    return model.booster_ if hasattr(model, "booster_") else model.get_booster()


def treelite_model(model):
    import treelite

    if hasattr(model, "booster_"):
        return treelite.frontend.from_lightgbm(model.booster_)
    if hasattr(model, "get_booster"):
        return treelite.frontend.from_xgboost(model.get_booster())
    return treelite.sklearn.import_model(model)


def treelite_dtype(model):
    """What the model's own library would compare: doubles in LightGBM and histogram boosting."""
    doubles = hasattr(model, "booster_") or hasattr(model, "_predictors")
    return np.float64 if doubles else np.float32


RIVALS = {
    "scikit-learn": Sklearn,
    "oneDAL": OneDal,
    "oneDAL builder": OneDalBuilder,
    "ONNX Runtime": OnnxRuntime,
    "treelite": Treelite,
    "tl2cgen": Tl2cgen,
    "YDF": Ydf,
    "LightGBM": LightGbm,
    "XGBoost": XgBoost,
    "shap": Shap,
    "shap block": Shap,
}
