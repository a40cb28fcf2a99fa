"""Random choices, all from one generator, and the versions they depend on."""

import random


class Versions:
    """The versions of the libraries of this environment, as tuples of two numbers."""

    def __init__(self):
        import lightgbm
        import numpy
        import pandas
        import sklearn
        import xgboost

        modules = {"sklearn": sklearn, "xgboost": xgboost, "lightgbm": lightgbm, "numpy": numpy, "pandas": pandas}
        self.texts = {name: module.__version__ for name, module in modules.items()}
        for name, text in self.texts.items():
            major, minor = text.split(".")[:2]
            setattr(self, name, (int(major), int(minor)))
        try:
            import imblearn

            self.texts["imblearn"] = imblearn.__version__
        except ImportError:
            pass

    @property
    def has_imblearn(self):
        return "imblearn" in self.texts


class Draw:
    """A generator of choices. The same seed gives the same choices in the same environment."""

    def __init__(self, seed, versions):
        self.random = random.Random(seed)
        self.versions = versions

    def chance(self, probability):
        return self.random.random() < probability

    def pick(self, options):
        options = list(options)
        return options[self.random.randrange(len(options))]

    def weighted(self, options):
        """One of the keys, each as often as its number says."""
        return self.random.choices(list(options), weights=list(options.values()))[0]

    def whole(self, low, high):
        """A whole number, both ends included."""
        return self.random.randint(low, high)

    def real(self, low, high):
        return self.random.uniform(low, high)

    def some(self, options, at_least=1):
        """A random part of the options, in their order."""
        options = list(options)
        chosen = set(self.random.sample(range(len(options)), self.whole(min(at_least, len(options)), len(options))))
        return [option for place, option in enumerate(options) if place in chosen]

    def params(self, rate=0.35, **options):
        """Each parameter with one of its values, or, mostly, left to the library's default."""
        return {name: self.pick(values) for name, values in options.items() if self.chance(rate)}

    def sklearn(self, *version):
        """Whether scikit-learn is at least of this version."""
        return self.versions.sklearn >= version
