"""What the library answers to golden rows, one at a time."""

import numpy as np

from . import golden

REFUSED, NOT_FINITE = "refused", "not finite"


def label_text(label):
    if isinstance(label, (float, np.floating)):
        return repr(float(label))
    return str(label)


class Asker:
    """Asks a fitted estimator for its class, probabilities or value."""

    def __init__(self, model, table):
        self.model = model
        self.table = table
        self.labels = None
        if hasattr(model, "classes_") and not is_regressor(model):
            self.labels = [label_text(label) for label in np.asarray(model.classes_).tolist()]
        self.has_probabilities = self.labels is not None and self.gives_probabilities()

    def gives_probabilities(self):
        if not hasattr(self.model, "predict_proba"):
            return False
        try:
            self.model.predict_proba(self.table.inputs())
            return True
        except (AttributeError, NotImplementedError):
            return False

    def before_the_last(self, rows):
        """What a pipeline's last step gets: it tells rows apart that have one class. `None` where there is no such thing."""
        try:
            made = self.model[:-1].transform(rows)
        except Exception:
            return None
        return np.asarray(made.toarray() if hasattr(made, "toarray") else made).tolist()

    def answers(self, rows):
        """For each row of an input: its class or none, the numbers expected of it by column."""
        predicted = np.asarray(self.model.predict(rows))
        if self.labels is None:
            for value in predicted.ravel():
                yield None, {"expected_value": float(value)}
            return
        probabilities = self.model.predict_proba(rows) if self.has_probabilities else [None] * len(predicted)
        for label, row in zip(predicted.tolist(), probabilities):
            numbers = {} if row is None else {"expected_proba_" + name: float(value) for name, value in zip(self.labels, row)}
            yield label_text(label), numbers


def is_regressor(model):
    try:
        from sklearn.base import is_regressor as asks

        return asks(model)
    except Exception:
        return False


def ask(asker, table, rows, for_booster=False, may_batch=False):
    """Each row's answer, or `None` where the library refuses or gives no finite number; and how many of each."""
    answers, counts = [None] * len(rows), {REFUSED: 0, NOT_FINITE: 0}
    unfinite = []
    if may_batch:
        # Where no BLAS sums, a row's answer does not depend on the rows beside it.
        try:
            answers = list(asker.answers(golden.asked(table, rows, for_booster)))
        except Exception:
            may_batch = False
    for place, row in enumerate(rows):
        answer = answers[place]
        if not may_batch:
            try:
                [answer] = list(asker.answers(golden.asked(table, [row], for_booster)))
            except Exception:
                counts[REFUSED] += 1
                answer = None
        if answer is not None and not all(np.isfinite(value) for value in answer[1].values()):
            counts[NOT_FINITE] += 1
            unfinite.append(place + 2)
            answer = None
        answers[place] = answer
    return answers, counts, unfinite
