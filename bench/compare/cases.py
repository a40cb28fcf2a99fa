"""What is measured: models, numbers of rows and threads, and each engine's tolerance."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Tolerance:
    """How far an engine's answers may be from propenso's, and what share of them may be farther."""

    difference: float = 0.0
    share_beyond: float = 0.0


@dataclass(frozen=True)
class Engine:
    """Another engine. Without a tolerance its answers are reported and not judged; `note` says why."""

    name: str
    packages: tuple
    tolerance: Tolerance = None
    note: str = ""


# scikit-learn's forests, bit for bit.
SAME_BITS = Tolerance()
# Sums of doubles in the same order; only the last call of exp may round otherwise.
DOUBLES = Tolerance(1e-12)
# Doubles, except that a value close to a threshold may go the other way: seen of one row in thousands.
CLOSE_THRESHOLDS = Tolerance(1e-12, 1e-3)
# Leaves and sums in single precision: 500 additions may each be wrong by 2^-24.
SINGLES = Tolerance(3e-5)
# Thresholds in single precision too: a value close to one may go the other way.
SINGLE_THRESHOLDS = Tolerance(3e-5, 1e-3)

SKLEARN = Engine("scikit-learn", ("scikit-learn",), SAME_BITS)
HISTOGRAM = Engine("scikit-learn", ("scikit-learn",), DOUBLES)
ONEDAL = Engine("oneDAL", ("scikit-learn-intelex",), note="a forest it trained itself")
ONNX = Engine("ONNX Runtime", ("onnxruntime", "skl2onnx"), SINGLE_THRESHOLDS)
TREELITE = Engine("treelite", ("treelite",), DOUBLES)
TREELITE_SINGLE = Engine("treelite", ("treelite",), SINGLES)
TL2CGEN = Engine("tl2cgen", ("treelite", "tl2cgen"), CLOSE_THRESHOLDS)
TL2CGEN_SINGLE = Engine("tl2cgen", ("treelite", "tl2cgen"), SINGLES)
YDF = Engine("YDF", ("ydf",), note="its importer makes trees vote")
LIGHTGBM = Engine("LightGBM", ("lightgbm",), DOUBLES)
XGBOOST = Engine("XGBoost", ("xgboost",), SINGLES)
ONEDAL_BUILDER = Engine("oneDAL builder", ("scikit-learn-intelex",), SINGLE_THRESHOLDS)
SHAP = Engine("shap", ("shap",), Tolerance(1e-9))
SHAP_BLOCK = Engine("shap block", ("shap",), Tolerance(1e-9))

ENGINES = [SKLEARN, ONEDAL, ONNX, TREELITE, TL2CGEN, YDF, LIGHTGBM, XGBOOST, SHAP]

FORESTS = (SKLEARN, ONEDAL, ONNX, TREELITE, YDF)


@dataclass(frozen=True)
class Case:
    """Models that are measured together, most often one, and the calls they are measured by."""

    name: str
    title: str
    models: tuple
    rivals: tuple = ()
    # Pairs of rows per call and threads; instead of threads, `explain` or `explain-all`.
    calls: tuple = ()
    # Models that only propenso is asked for.
    alone: tuple = ()


@dataclass(frozen=True)
class Sizes:
    """Of the models and the rows; `models.py` makes them so."""

    rows: int = 200_000
    forest_trees: int = 200
    deep_trees: int = 500
    # As many train the deep forest.
    deep_rows: int = 50_000
    boosted_trees: int = 300
    explained_rows: int = 256
    # Pairs of trees and rows that train them: forests of noise, grown to the end.
    noise: tuple = ((240, 60_000), (1_000, 60_000), (240, 500_000))
    noise_rows: int = 50_000


def sizes(quick):
    return Sizes(2_000, 20, 20, 2_000, 30, 32, ((10, 1_000),), 1_000) if quick else Sizes()


def cases(quick):
    size = sizes(quick)
    example = f"{size.forest_trees} trees, depth 11, 16 features"
    deep = f"{size.deep_trees} trees without a limit of depth, 30 features"
    boosted = f"{size.boosted_trees} trees, 16 features"
    found = [
        Case("forest", f"random forest on the example's data: {example}", ("forest",),
             FORESTS + (TL2CGEN,), calls_of(size.rows), ("example",)),
        Case("deep", f"random forest: {deep}", ("deep",), FORESTS, calls_of(size.deep_rows)),
        Case("lightgbm", f"LGBMClassifier: {boosted}", ("lightgbm",),
             (LIGHTGBM, ONEDAL_BUILDER, TREELITE, TL2CGEN), calls_of(size.rows)),
        Case("xgboost", f"XGBClassifier: {boosted}", ("xgboost",),
             (XGBOOST, ONEDAL_BUILDER, TREELITE_SINGLE, TL2CGEN_SINGLE), calls_of(size.rows)),
        Case("histogram", f"HistGradientBoostingClassifier: {boosted}", ("histogram",),
             (HISTOGRAM, TREELITE), calls_of(size.rows)),
        Case("explain", f"Shapley values of the forest on the example's data: {example}", ("explain",),
             (SHAP, SHAP_BLOCK), ((size.explained_rows, "explain"),)),
    ]
    found += [noise_case(size, n_trees, n_rows) for n_trees, n_rows in size.noise]
    growth_calls = ((1, 1), (1_000, 1))
    for kind, numbers in growth(quick).items():
        models = tuple(f"growth-{kind}-{number}" for number in numbers)
        base = ", ".join(f"{number} {other}" for other, number in GROWTH_BASE.items() if other != kind)
        title = f"propenso alone: random forests with more and more {kind}; {base}"
        found.append(Case(f"growth-{kind}", title, (), (), growth_calls, models))
    return found


def calls_of(most):
    sizes = [1, 16, 1_000] + ([most] if most > 1_000 else [])
    return tuple((n_rows, threads) for threads in (1, 2) for n_rows in sizes)


def noise_case(size, n_trees, n_rows):
    """What people really train, and the calls that a server gets."""
    name = f"noise-{n_trees}-{n_rows}"
    title = f"random forest, scikit-learn's defaults: {n_trees:,} trees on {n_rows:,} rows of 20 columns of noise"
    sizes = [n_rows for n_rows in (1, 2, 16, 128, 1_000, 50_000) if n_rows <= size.noise_rows]
    calls = tuple((n_rows, threads) for threads in (1, 2) for n_rows in sizes)
    return Case(name, title, (name,), (SKLEARN, ONEDAL, ONNX), calls)


# What stays when the other two grow.
GROWTH_BASE = {"trees": 100, "levels": 8, "features": 16}


def growth(quick):
    """Sizes of the models that only propenso is asked for; 0 levels are no limit."""
    if quick:
        return {"trees": (10, 40), "levels": (4, 8), "features": (8, 32)}
    return {
        "trees": (10, 30, 100, 300, 1_000),
        "levels": (2, 4, 8, 12, 16, 0),
        "features": (8, 16, 32, 64, 128),
    }
