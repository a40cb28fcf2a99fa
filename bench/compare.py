#!/usr/bin/env python3
"""Measure propenso beside other engines for tree models, in one run on this machine.

    python3 bench/compare.py             all cases
    python3 bench/compare.py --quick     a smoke run with small models

Makes bench/.venv with the versions of bench/requirements.txt (`--python` takes an environment that
exists), builds propenso-bench, trains the models once into target/compare, checks that answers agree,
prints a table, and writes the time of every round to bench/results. Each engine is a process of its
own; they take turns, round by round, so that a noisy machine disturbs all alike. Needs Python 3.9 and
nothing else to start; the environment wants 3.11 or later.

Exit status 1 when an engine's answers differ by more than its tolerance, or propenso cannot answer.
"""

import argparse
import sys
from pathlib import Path

from compare.cases import ENGINES, cases
from compare.chart import draw
from compare.comparison import Comparison
from compare.environment import REPOSITORY, Environment, build_propenso, machine
from compare.report import Report


def parse_arguments():
    parser = argparse.ArgumentParser(description="Measure propenso beside other engines.")
    parser.add_argument("--quick", action="store_true", help="small models, few rows, two rounds")
    parser.add_argument("--rounds", type=int, help="rounds; figures are their medians [5; quick: 2]")
    parser.add_argument("--seconds", type=float, help="time of one turn [0.5; quick: 0.03]")
    parser.add_argument("--cases", help="only these, by name, with commas between")
    parser.add_argument("--python", type=Path, help="Python of an environment that has the engines")
    parser.add_argument("--propenso", type=Path, help="a propenso-bench that is built already")
    parser.add_argument("--results", type=Path, default=REPOSITORY / "bench" / "results")
    # What compare.py starts itself as, with the environment's Python.
    parser.add_argument("--make", metavar="MODEL", help=argparse.SUPPRESS)
    parser.add_argument("--rival", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--model", help=argparse.SUPPRESS)
    return parser.parse_args()


def select_cases(arguments):
    all_cases = cases(arguments.quick)
    if not arguments.cases:
        return all_cases
    wanted = arguments.cases.split(",")
    unknown = set(wanted) - {case.name for case in all_cases}
    if unknown:
        names = ", ".join(case.name for case in all_cases)
        sys.exit(f"no case {', '.join(sorted(unknown))}; there are {names}")
    return [case for case in all_cases if case.name in wanted]


def run(arguments):
    selected = select_cases(arguments)
    environment = Environment.prepare(arguments.python)
    propenso = arguments.propenso or build_propenso()
    rounds = arguments.rounds or (2 if arguments.quick else 5)
    seconds = arguments.seconds or (0.03 if arguments.quick else 0.5)
    settings = {"quick": arguments.quick, "rounds": rounds, "seconds_per_turn": seconds}
    report = Report(machine(), environment.versions, settings)
    report.left_out = environment.lacking(ENGINES)
    comparison = Comparison(environment, propenso, settings)
    for case in selected:
        report.add(comparison.run(case))
        print(report.table_of(case.name), flush=True)
        # After each case: a run takes long, and one that is interrupted keeps what it measured.
        written = report.write(arguments.results)
        charts = draw(report.results[case.name], report.date(), arguments.results)
        print("\n".join(f"chart: {path}" for path in charts), file=sys.stderr)
    print(report.footer())
    print(f"raw results: {written}", file=sys.stderr)
    return 1 if report.failed() else 0


def main():
    arguments = parse_arguments()
    if arguments.make:
        from compare.models import make

        return make(arguments.make, arguments.folder, arguments.quick)
    if arguments.rival:
        from compare.worker import work

        return work(arguments.rival, arguments.folder, arguments.model)
    return run(arguments)


if __name__ == "__main__":
    sys.exit(main())
