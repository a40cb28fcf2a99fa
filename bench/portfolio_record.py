"""What the record of decisions costs a portfolio, and how fast it replays: propenso beside itself, in one go.

    python3 bench/portfolio_record.py --propenso target/release/propenso

The same portfolio is scored by a registry's champion, in turns without a record and with one; each row has an amount and a client
of its own. Then two more versions have scored a third of the rows each, and all that is on record is scored again by
`propenso decisions replay`. Needs Linux: children are measured with wait4.
"""

import argparse
import datetime
import json
import pathlib
import subprocess
import sys
import tempfile

from portfolio import EXAMPLE, HERE, machine, measure, write_portfolio

MODELS = HERE.parent / "testdata"
MORE = [MODELS / "cobranza" / "modelo_2.pkl", MODELS / "models" / "1.2.2" / "a_rf_bin.pkl"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--propenso", type=pathlib.Path, default=HERE.parent / "target" / "dist" / "propenso")
    parser.add_argument("--results", type=pathlib.Path, default=HERE / "results")
    arguments = parser.parse_args()
    # Beside the results rather than in a folder that may be memory: the disk is what is measured.
    with tempfile.TemporaryDirectory(dir=pathlib.Path.cwd()) as folder:
        folder = pathlib.Path(folder)
        for mode in ("off", "required"):
            (folder / f"{mode}.toml").write_text(f'data_dir = "data"\n[record]\nmode = "{mode}"\n')
        portfolio, part = folder / "cartera.csv", folder / "parte.csv"
        write_portfolio(portfolio, arguments.rows, True)
        write_portfolio(part, arguments.rows // 3, True)

        def propenso(mode, *words):
            return [arguments.propenso, *words, "--config", folder / f"{mode}.toml"]

        def score(mode, clients):
            return propenso(mode, "score", clients, "-o", folder / "lista.csv", "--quiet", "--one-per-client=no")

        def serve(model, number):
            subprocess.run(propenso("off", "models", "add", model), check=True, stdout=subprocess.DEVNULL)
            subprocess.run(propenso("off", "models", "promote", str(number)), check=True, stdout=subprocess.DEVNULL)

        serve(EXAMPLE / "modelo_final.pkl", 1)
        runs = {"off": [], "required": []}
        for turn in range(arguments.runs):
            # Another one goes first each time.
            for mode in sorted(runs, reverse=turn % 2 == 1):
                runs[mode].append(measure(score(mode, portfolio)))
                print(f"{mode:10} {runs[mode][-1]}", flush=True)
        median = {mode: sorted(run["seconds"] for run in of_one)[len(of_one) // 2] for mode, of_one in runs.items()}
        decisions = arguments.rows * arguments.runs
        size = sum(file.stat().st_size for file in (folder / "data" / "decisions").glob("????-??.db"))
        for number, model in enumerate(MORE, 2):
            serve(model, number)
            measure(score("required", part))
            decisions += arguments.rows // 3
        replay = measure(propenso("required", "decisions", "replay"))
        result = {
            "date": datetime.date.today().isoformat(),
            "rows": arguments.rows,
            "environment": machine(),
            "runs": runs,
            "median_seconds": median,
            "ratio": round(median["required"] / median["off"], 3),
            "bytes_per_decision": round(size / (arguments.rows * arguments.runs), 1),
            "replayed": decisions,
            "replay": replay,
            "replayed_per_second": round(decisions / replay["seconds"]),
        }
        print(f"{result['ratio']} of the time without a record, {result['bytes_per_decision']} bytes a decision")
        print(f"{result['replayed_per_second']} decisions replayed a second")
        path = arguments.results / f"{result['date']}-portfolio-record-{arguments.rows // 1000}k.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(result, indent=2) + "\n")
        print(path)


if __name__ == "__main__":
    sys.exit(main())
