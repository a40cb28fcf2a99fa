"""The hunt: models made, verified and sorted on several threads until the time or the number is up."""

import json
import shutil
import tempfile
import threading
import time
from pathlib import Path

import findings
import outcome
import shrink
import unseeable
from crew import Crew

# Models a thread makes in one environment before it looks for another.
CHUNK = 25
PROGRESS_SECONDS = 20


class Hunt:
    """`settings`: seed, minutes, models, family, jobs, propenso, out, shrink."""

    def __init__(self, settings, environments, tally):
        self.settings = settings
        self.environments = environments
        self.tally = tally
        self.lock = threading.Lock()
        self.next = {environment.name: 0 for environment in environments}
        self.spent = {environment.name: 0.0 for environment in environments}
        self.n_shrunk = {}
        self.deadline = time.time() + 60 * settings.minutes if settings.minutes else None
        self.log = []

    def run(self):
        threads = [threading.Thread(target=self.work) for _ in range(self.settings.jobs)]
        for thread in threads:
            thread.start()
        told = time.time()
        while any(thread.is_alive() for thread in threads):
            threads[0].join(1)
            time.sleep(0.2)
            if time.time() - told > PROGRESS_SECONDS:
                told = time.time()
                with self.lock:
                    print(self.tally.progress(), flush=True)

    def chunk(self):
        """An environment and the indices of its next models; `None` when the hunt is over."""
        with self.lock:
            if self.deadline and time.time() > self.deadline:
                return None
            environment = min(self.environments, key=lambda environment: self.next[environment.name])
            start = self.next[environment.name]
            stop = start + CHUNK
            if self.settings.models:
                stop = min(stop, self.settings.models)
            if start >= stop:
                return None
            self.next[environment.name] = stop
            return environment, range(start, stop)

    def work(self):
        crew = Crew()
        folder = Path(tempfile.mkdtemp(prefix="differential-"))
        try:
            while True:
                chunk = self.chunk()
                if chunk is None:
                    return
                environment, indices = chunk
                for index in indices:
                    if self.deadline and time.time() > self.deadline:
                        return
                    self.one(crew, environment, index, folder / "model")
        finally:
            crew.stop()
            shutil.rmtree(folder, ignore_errors=True)

    def one(self, crew, environment, index, folder):
        """Makes, verifies and sorts one model; shrinks and writes down what is wrong."""
        request = {"seed": self.settings.seed, "index": index, "family": self.settings.family}
        reply, result = self.make(crew, environment, request, folder)
        family = reply.get("recipe", {}).get("family", "?")
        with self.lock:
            self.tally.add(environment.name, family, result)
            self.tally.seconds[environment.name] += reply.get("seconds", 0)
            key = (environment.name, family, result.kind)
            may_shrink = self.n_shrunk.get(key, 0) < self.settings.shrink
            if result.is_failure:
                self.n_shrunk[key] = self.n_shrunk.get(key, 0) + 1
        if result.is_failure:
            self.write_down(crew, environment, index, reply, result, folder, may_shrink)

    def make(self, crew, environment, request, folder):
        shutil.rmtree(str(folder), ignore_errors=True)
        reply = crew.ask(environment, {**request, "folder": str(folder)})
        if reply["status"] != "made":
            return reply, outcome.Outcome(outcome.UNMADE, reply["reason"])
        result = outcome.verify(self.settings.propenso, reply)
        if result.is_failure:
            reason = unseeable.reason(reply, crew.versions(environment), result)
            if reason:
                result = outcome.Outcome(outcome.UNSEEABLE, reason, result.lines)
        return reply, result

    def write_down(self, crew, environment, index, reply, result, folder, may_shrink):
        recipe = reply["recipe"]
        if may_shrink:
            recipe = self.smallest(crew, environment, recipe, result, folder)
        # Made once more: what was tried last may not have shown the fault.
        reply, again = self.make(crew, environment, {"recipe": recipe}, folder)
        if not again.is_failure:
            print("%s %d: not the same when made again" % (environment.name, index), flush=True)
            return
        made = {"environment": environment.name, "versions": crew.versions(environment), "seed": self.settings.seed, "index": index, "outcome": again,
                "recipe": recipe, "reply": reply}
        with self.lock:
            path = findings.write(self.settings.out, made)
            print("%s  %s  %s\n    %s\n    %s" % (again.kind, environment.name, " ".join(findings.classes(recipe)), again.message[:160], path), flush=True)

    def smallest(self, crew, environment, recipe, result, folder):
        def is_still_wrong(smaller):
            if self.deadline and time.time() > self.deadline + 60:
                return False
            return self.make(crew, environment, {"recipe": smaller}, folder)[1].kind == result.kind

        recipe = shrink.shrink(recipe, is_still_wrong)
        reply, again = self.make(crew, environment, {"recipe": recipe}, folder)
        if again.kind == result.kind and again.lines:
            one_row = shrink.to_one_row(recipe, reply, again.lines)
            if is_still_wrong(one_row):
                recipe = one_row
        return recipe


def again(settings, environments, path):
    """Makes one recipe again, from the JSON beside a finding."""
    about = json.loads(Path(path).read_text(encoding="utf-8"))
    environment = environments[about["environment"]]
    folder = Path(settings.out) / "again"
    crew = Crew()
    try:
        hunt = Hunt(settings, [environment], None)
        reply, result = hunt.make(crew, environment, {"recipe": about["recipe"]}, folder)
    finally:
        crew.stop()
    print("%s: %s\n%s" % (result.kind, result.message, reply.get("model", reply.get("reason"))))
    return result
