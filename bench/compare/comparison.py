"""Runs a case: engines start, answers are compared, and the engines take turns."""

import sys
import time

from compare.agreement import Agreement
from compare.environment import REPOSITORY
from compare.process import EngineFailed, EngineProcess, answers_path, make_model, own_command

PROPENSO = "propenso"

# Between turns, for threads that spin a while after their last call.
PAUSE_SECONDS = 0.02


class CaseResult:
    """What a case gave, as it goes into the raw results."""

    def __init__(self, case):
        self.case = case
        self.agreements = {}
        self.failures = {}
        # Per engine and call, the seconds of each round.
        self.seconds = {}

    def record(self, engine, call, seconds):
        self.seconds.setdefault((engine, call), []).append(seconds)


class Comparison:
    def __init__(self, environment, propenso, settings):
        self.environment, self.propenso, self.settings = environment, propenso, settings
        kind = "quick" if settings["quick"] else "full"
        version = environment.versions["scikit-learn"]
        self.folder = REPOSITORY / "target" / "compare" / f"scikit-learn-{version}-{kind}"

    def run(self, case):
        result = CaseResult(case)
        processes = {}
        try:
            for name in case.models + case.alone:
                make_model(self.environment.python, name, self.folder, self.settings["quick"])
            processes = self.start(case, result)
            if all(label(case, name) in processes for name in case.models):
                self.check_answers(case, result, processes)
            self.take_turns(case, result, processes)
        except EngineFailed as failed:
            result.failures["the case"] = str(failed)
        finally:
            for process in processes.values():
                process.end()
        return result

    def start(self, case, result):
        """One engine after the other, because some train or compile on all cores."""
        processes = {}
        lacking = self.environment.lacking(case.rivals)
        commands = [(label(case, name), self.propenso_command(case, name)) for name in case.models + case.alone]
        for rival in case.rivals:
            if rival.name in lacking:
                result.failures[rival.name] = lacking[rival.name]
            else:
                commands.append((rival.name, self.rival_command(rival, case.models[0])))
        for engine, command in commands:
            print(f"{case.name}: starting {engine}", file=sys.stderr, flush=True)
            process = EngineProcess(command, self.folder / f"{case.name}.{engine.replace(' ', '-')}.log")
            processes[engine] = process
            try:
                process.wait_until_ready()
            except EngineFailed as failed:
                self.drop(engine, failed, result, processes)
        return processes

    def propenso_command(self, case, name):
        option = "--explanations" if explains(case) else "--answers"
        answers = answers_path(self.folder, name, PROPENSO)
        paths = [self.folder / f"{name}.pkl", self.folder / f"{name}.f64", option, answers]
        return [str(self.propenso), "engine", *map(str, paths)]

    def rival_command(self, rival, name):
        options = ["--rival", rival.name, "--folder", self.folder, "--model", name]
        return own_command(self.environment.python, *options)

    @staticmethod
    def drop(engine, failed, result, processes):
        print(f"{engine}: {failed}", file=sys.stderr, flush=True)
        result.failures[engine] = str(failed)
        processes.pop(engine).end()

    def check_answers(self, case, result, processes):
        name = case.models[0] if case.models else None
        n_columns = 1 if explains(case) else 2
        for rival in case.rivals:
            if rival.name in processes:
                paths = [answers_path(self.folder, name, engine) for engine in (PROPENSO, rival.name)]
                result.agreements[rival.name] = Agreement.of(*paths, n_columns, rival)

    def take_turns(self, case, result, processes):
        for call in case.calls:
            for n_round in range(self.settings["rounds"]):
                print(f"{case.name}: {call[0]} rows, {call[1]}, round {n_round + 1}", file=sys.stderr,
                      flush=True)
                # Each round begins with another, so that nobody follows the same one every time.
                order = list(processes)
                first = n_round % max(len(order), 1)
                for engine in order[first:] + order[:first]:
                    self.take_turn(engine, call, result, processes)

    def take_turn(self, engine, call, result, processes):
        n_rows, what = call
        if engine == "shap block":
            what = "explain-all"
        time.sleep(PAUSE_SECONDS)
        try:
            seconds = processes[engine].seconds_per_call(n_rows, what, self.settings["seconds_per_turn"])
            result.record(engine, call, seconds)
        except EngineFailed as failed:
            self.drop(engine, failed, result, processes)


def label(case, name):
    """The case's own model goes by the engine's name; further ones by what they differ in."""
    if name in case.models:
        return PROPENSO
    if name == "example":
        return f"{PROPENSO}, modelo_final.pkl"
    _, kind, number = name.split("-")
    return f"{PROPENSO}, {'any number of' if number == '0' else number} {kind}"


def explains(case):
    return any(what == "explain" for _, what in case.calls)
