"""Differences that nothing in a model file tells of: each a predicate, as small as is honest, and why.

The same list, for users, is in docs/models.md under "What cannot be seen". A difference that is none of these is a fault.
"""

import csv
import math
import re


class Case:
    """What the predicates look at."""

    def __init__(self, reply, versions, outcome):
        recipe = reply["recipe"]
        self.versions = versions
        self.golden = reply["golden"]
        self.notes = reply["notes"]
        self.outcome = outcome
        text = repr(recipe.get("model", recipe.get("native")))
        self.classes = set(re.findall(r"'class': '[\w.]*\.(\w+)'", text))
        self.functions = set(re.findall(r"'function': 'numpy\.(\w+)'", text))
        # The highest power of an input that the model makes.
        self.degree = max([2] + [int(degree) for degree in re.findall(r"'degree': (\d+)", text)]) if "PolynomialFeatures" in self.classes else 1

    def is_at_least(self, library, *version):
        found = tuple(int(part) for part in self.versions[library].split(".")[:2])
        return found >= version

    def rows(self):
        """The input cells of the lines that differ."""
        with open(self.golden, newline="", encoding="utf-8") as file:
            lines = list(csv.reader(file))
        inputs = [place for place, name in enumerate(lines[0]) if not name.startswith("expected_")]
        return [[lines[line - 1][place] for place in inputs] for line in self.outcome.lines]

    def numbers(self):
        for row in self.rows():
            numbers = []
            for cell in row:
                try:
                    numbers.append(float(cell))
                except ValueError:
                    pass
            yield numbers

    def difference(self):
        """How far the worst listed number is off, relative as `verify` counts; `None` where a class differs."""
        found = re.search(r"answered (\S+), expected (\S+)$", self.outcome.message)
        if not found:
            return None
        answered, expected = (float(part) for part in found.groups())
        return abs(answered - expected) / max(1.0, abs(expected))


def power_of_numpy(case):
    return "PowerTransformer" in case.classes and not case.is_at_least("sklearn", 1, 9) and (
        case.difference() is not None and case.difference() < 1e-6 or bool(case.classes & BY_THRESHOLD))


# Predictors that compare: the last digit of what goes in may send a row another way.
BY_THRESHOLD = {name + kind for name in ("DecisionTree", "ExtraTree", "RandomForest", "ExtraTrees", "GradientBoosting", "HistGradientBoosting", "LGBM", "XGB", "XGBRF",
                                         "AdaBoost", "Bagging") for kind in ("Classifier", "Regressor")} | {"KBinsDiscretizer", "Binarizer"}
SUMS = {"LinearRegression", "Ridge", "RidgeCV", "Lasso", "LassoCV", "ElasticNet", "ElasticNetCV", "BayesianRidge", "ARDRegression", "HuberRegressor", "Lars",
        "LassoLars", "LassoLarsIC", "SGDRegressor", "SGDClassifier", "LogisticRegression", "LogisticRegressionCV", "MLPClassifier", "MLPRegressor", "LinearSVR",
        "PassiveAggressiveRegressor", "PoissonRegressor", "GammaRegressor", "PCA", "TruncatedSVD"}


def order_of_sums(case):
    """Products far larger than their sum, whose rounding depends on the order in which BLAS adds."""
    difference = case.difference()
    if not case.classes & SUMS or difference is None:
        return False
    largest = [max((abs(number) for number in numbers if math.isfinite(number)), default=0.0) for numbers in case.numbers()]
    products = [min(number, 1e12) ** case.degree for number in largest]
    # The last bits of the largest product, as far as that can be a client's.
    allowed = max(1e-6, 2**-52 * min(max(products, default=0.0), 1e12))
    return difference < allowed and all(product >= 1e9 for product in products)


def overflow_in_a_sum(case):
    """A sum whose terms overflow: whether to infinity or to NaN depends on the order."""
    return bool(case.classes & SUMS) and case.difference() is None and all(
        any(abs(number) >= 1e150 for number in numbers if math.isfinite(number)) for numbers in case.numbers())


def within_last_bits(case, n_bits, note):
    """Whether a sum is off by no more than so many last bits of the largest number that the worker noted so."""
    noted = [float(text[len(note):]) for text in case.notes if text.startswith(note)]
    difference = case.difference()
    return bool(case.classes & SUMS) and difference is not None and bool(noted) and difference <= n_bits * 2**-53 * max(noted)


def largest_term(case):
    """A sum far smaller than its intercept, off by a few last bits of that: of which, depends on the order again."""
    return within_last_bits(case, 8, "an intercept of ")


def steep_calibration(case):
    """A sum's last bits, as many times over as an isotonic calibration is steep."""
    return within_last_bits(case, 16, "a calibration as steep as ")


# Functions that turn the last bit of a large number into any number between -1 and 1.
WAVES = {"sin", "cos", "tan"}


def wave_of_a_large_number(case):
    return bool(case.functions & WAVES) and all(any(abs(number) >= 1e9 for number in numbers) for numbers in case.numbers())


def noise_of_pca(case):
    """A direction in which training had no spread but rounding: whitened, or compared with thresholds, it is any number."""
    return "a component of rounding noise" in case.notes


UNSEEABLE = [
    (noise_of_pca, "components of a PCA that are rounding noise"),
    (power_of_numpy, "PowerTransformer up to scikit-learn 1.8 calls numpy's pow, whose last bit depends on the processor"),
    (wave_of_a_large_number, "the last bit of a number of 1e9 and beyond, whose sine or cosine is taken"),
    (overflow_in_a_sum, "the order in which BLAS sums terms that overflow"),
    (largest_term, "the order in which BLAS sums: off by the last bits of a term far larger than the sum"),
    (steep_calibration, "the order in which BLAS sums, before an isotonic calibration that is steep there"),
    (order_of_sums, "the order in which BLAS sums, for inputs (or products of them) of 1e9 and beyond"),
]


def reason(reply, versions, outcome):
    """Why a difference cannot be seen, or `None`. `reply` is what the worker made."""
    case = Case(reply, versions, outcome)
    for predicate, text in UNSEEABLE:
        if predicate(case):
            return text
    return None
