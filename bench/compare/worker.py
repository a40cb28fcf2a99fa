"""A rival in a process of its own, driven line by line as `propenso-bench engine` is.

`ready ROWS` once the model is loaded and its answers are written; then for each line `ROWS THREADS
SECONDS` the seconds that the median call took. `ROWS explain SECONDS` explains one row per call,
`ROWS explain-all SECONDS` all of them in one, and tells the time per row.
"""

import os
import statistics
import sys
import time

import joblib
import numpy as np

from compare.process import answers_path
from compare.rivals import RIVALS

# Rows that calls for a single row go round, a different one each time.
SINGLES = 1_000

MIN_CALLS = 3

# A call that takes longer is timed at once, and not repeated.
MOST_SECONDS = 4


def work(engine, folder, name):
    out = own_stdout()
    n_inputs = joblib.load(folder / f"{name}.pkl").n_features_in_
    rows = np.fromfile(folder / f"{name}.f64", dtype="<f8").reshape(-1, n_inputs)
    rival = RIVALS[engine](folder, name)
    rival.set_threads(1)
    answers = np.asarray(rival.predict(rival.prepare(rows)), dtype="<f8")
    answers.tofile(answers_path(folder, name, engine))
    print(f"ready {len(rows)}", file=out, flush=True)
    turns = Turns(rival, rows)
    for line in sys.stdin:
        n_rows, what, seconds = line.split()
        print(turns.take(int(n_rows), what, float(seconds)), file=out, flush=True)


def own_stdout():
    """Standard output for the answers alone: what libraries print goes to standard error."""
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    return out


class Turns:
    def __init__(self, rival, rows):
        self.rival, self.rows, self.batches = rival, rows, {}

    def take(self, n_rows, what, seconds):
        if what == "explain":
            return self.median(self.singles(n_rows), seconds)
        if what == "explain-all":
            return self.median(self.block(n_rows), seconds) / n_rows
        self.rival.set_threads(int(what))
        return self.median(self.singles(SINGLES) if n_rows == 1 else self.block(n_rows), seconds)

    def block(self, n_rows):
        if n_rows not in self.batches:
            self.batches[n_rows] = [self.rival.prepare(self.rows[:n_rows])]
        return self.batches[n_rows]

    def singles(self, n_rows):
        key = ("singles", n_rows)
        if key not in self.batches:
            self.batches[key] = [self.rival.prepare(row[None, :]) for row in self.rows[:n_rows]]
        return self.batches[key]

    def median(self, batches, seconds):
        """Of as many calls as fit the time, after one that does not count unless it takes very long."""
        predict = self.rival.predict
        before = time.perf_counter()
        predict(batches[0])
        first = time.perf_counter() - before
        if first >= MOST_SECONDS:
            return first
        calls, start = [], time.perf_counter()
        while True:
            batch = batches[len(calls) % len(batches)]
            before = time.perf_counter()
            predict(batch)
            after = time.perf_counter()
            calls.append(after - before)
            spent = after - start
            if spent >= seconds and (len(calls) >= MIN_CALLS or spent >= MOST_SECONDS):
                return statistics.median(calls)
