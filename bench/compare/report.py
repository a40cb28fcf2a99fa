"""The tables, and the raw results."""

import json
import statistics
import sys
import time
from dataclasses import asdict

from compare.comparison import PROPENSO


class Report:
    def __init__(self, machine, versions, settings):
        self.machine, self.versions, self.settings = machine, versions, settings
        self.unix_time = int(time.time())
        self.left_out = {}
        self.results = {}

    def add(self, result):
        self.results[result.case.name] = result

    def disagreements(self):
        return [(name, engine) for name, result in self.results.items()
                for engine, agreement in result.agreements.items() if agreement.holds is False]

    def failed(self):
        """Whether answers differ, or propenso could not answer."""
        ours = (engine for result in self.results.values() for engine in result.failures)
        return bool(self.disagreements()) or any(engine.startswith(PROPENSO) for engine in ours)

    def table_of(self, name):
        result = self.results[name]
        lines = [f"\n## {result.case.title}"]
        for what in dict.fromkeys(what for _, what in result.case.calls):
            calls = [call for call in result.case.calls if call[1] == what]
            lines += ["", *table(result, calls)]
        lines += [f"\n{engine}: left out, {why}" for engine, why in result.failures.items()]
        return "\n".join(lines)

    def footer(self):
        machine = self.machine
        versions = ", ".join(f"{name} {version}" for name, version in self.versions.items())
        lines = [
            f"\nMedians of {self.settings['rounds']} rounds on {machine['cpu']}, {machine['cores']} cores,"
            f" {machine['system']}. In brackets: the engine's time over propenso's, median of the rounds.",
            f"propenso {machine['propenso_commit']}; {versions}.",
        ]
        lines += [f"{engine}: {why}." for engine, why in self.left_out.items()]
        lines += [f"ANSWERS DIFFER: {engine} in {case}." for case, engine in self.disagreements()]
        return "\n".join(lines)

    def write(self, folder):
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"compare-{self.date()}-{self.unix_time}.json"
        path.write_text(json.dumps(self.raw(), indent=1) + "\n", encoding="utf-8")
        return path

    def date(self):
        return time.strftime("%Y-%m-%d", time.gmtime(self.unix_time))

    def raw(self):
        return {
            "machine": self.machine,
            "versions": self.versions,
            "settings": self.settings,
            "unix_time": self.unix_time,
            "left_out": self.left_out,
            "cases": [raw_case(result) for result in self.results.values()],
        }


def raw_case(result):
    return {
        "name": result.case.name,
        "title": result.case.title,
        "failures": result.failures,
        "agreement": {engine: asdict(agreement) for engine, agreement in result.agreements.items()},
        "seconds": [
            {"engine": engine, "rows": n_rows, "threads": what, "rounds": rounds}
            for (engine, (n_rows, what)), rounds in result.seconds.items()
        ],
    }


def table(result, calls):
    """Engines down, calls across; time per call, or per row where calls explain one."""
    what = calls[0][1]
    heads = [f"{n_rows:,} row{'s' if n_rows > 1 else ''}" for n_rows, _ in calls]
    first = f"{what} threads" if what not in (1, "explain") else "one thread"
    if what == "explain":
        heads = [f"one of {n_rows} rows" for n_rows, _ in calls]
    yield f"| {first} | answers | {' | '.join(heads)} |"
    yield f"|---|---|{'---:|' * len(calls)}"
    for engine in dict.fromkeys(engine for engine, _ in result.seconds):
        agreement = result.agreements.get(engine)
        cells = [cell(result, engine, call) for call in calls]
        yield f"| {engine} | {agreement.text() if agreement else ''} | {' | '.join(cells)} |"


def cell(result, engine, call):
    rounds = result.seconds.get((engine, call))
    if not rounds:
        return "-"
    text = duration(statistics.median(rounds))
    ours = result.seconds.get((PROPENSO, call))
    if engine.startswith(PROPENSO) or not ours:
        return text
    ratio = statistics.median(theirs / mine for theirs, mine in zip(rounds, ours))
    return f"{text} ({ratio:.3g}x)"


def duration(seconds):
    for unit, factor in (("s", 1), ("ms", 1e3)):
        if seconds * factor >= 1:
            return f"{seconds * factor:.3g} {unit}"
    return f"{seconds * 1e6:.3g} µs"
