"""Compares propenso with the libraries themselves on random models. See README.md."""

import argparse
import os
import random
import sys
from pathlib import Path

import environments
import hunt
from tally import Tally

ROOT = Path(__file__).resolve().parent.parent.parent


def arguments():
    parser = argparse.ArgumentParser(prog="differential", description=__doc__)
    parser.add_argument("--minutes", type=float, help="stop after so many minutes [default: 5, unless --models is given]")
    parser.add_argument("--models", type=int, help="stop after so many models in each environment")
    parser.add_argument("--seed", type=int, help="draw the same models again [default: a fresh one, printed]")
    parser.add_argument("--environment", action="append", metavar="NAME", help="one of %s; may be given again [default: all]" % ", ".join(environments.known(".")))
    parser.add_argument("--family", metavar="REGEX", help="only families that match, such as LightGBM or ^Linear")
    parser.add_argument("--propenso", default=str(ROOT / "target" / "debug" / ("propenso.exe" if os.name == "nt" else "propenso")), help="the program [default: target/debug/propenso]")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="threads, each with its own workers [default: one a processor]")
    parser.add_argument("--out", help="folder for what is found [default: findings in the cache]")
    parser.add_argument("--cache", default=os.environ.get("PROPENSO_DIFFERENTIAL", str(ROOT / "target" / "differential")),
                        help="folder of the environments; also PROPENSO_DIFFERENTIAL [default: target/differential]")
    parser.add_argument("--shrink", type=int, default=2, metavar="N", help="shrink so many of each environment, family and kind of fault [default: 2]")
    parser.add_argument("--again", metavar="FILE.recipe.json", help="make the recipe of one finding again")
    settings = parser.parse_args()
    if settings.minutes is None and settings.models is None:
        settings.minutes = 5.0
    settings.out = settings.out or str(Path(settings.cache) / "findings")
    return parser, settings


def prepared(parser, settings):
    """The environments asked for; those that cannot be made are left out loudly."""
    known = environments.known(settings.cache)
    chosen = []
    for name in settings.environment or list(known):
        if name not in known:
            parser.error("no such environment: %s; there are %s" % (name, ", ".join(known)))
        try:
            known[name].prepare(lambda text: print(text, flush=True))
            chosen.append(known[name])
        except environments.Unavailable as reason:
            print("LEFT OUT: %s" % reason, flush=True)
    return chosen


def main():
    parser, settings = arguments()
    if not Path(settings.propenso).is_file():
        parser.error("%s is not there; build it with `cargo build` or name another with --propenso" % settings.propenso)
    if settings.again:
        return int(hunt.again(settings, environments.known(settings.cache), settings.again).is_failure)
    if settings.seed is None:
        settings.seed = random.SystemRandom().randrange(2**31)
    print("seed %d" % settings.seed, flush=True)
    chosen = prepared(parser, settings)
    if not chosen:
        print("the differential tester WAS LEFT OUT: no environment can be made here")
        return 3
    tally = Tally()
    hunt.Hunt(settings, chosen, tally).run()
    print("\n%s\n\n%s\n\nseed %d: %s" % (tally.table(), tally.reasons(), settings.seed, tally.progress()))
    return int(tally.n_failures() > 0)


if __name__ == "__main__":
    sys.exit(main())
