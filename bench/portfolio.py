"""A whole portfolio, read, scored, ranked and written: propenso beside pandas and scikit-learn, in one go.

    python3 -m venv v && v/bin/pip install -r bench/requirements-portfolio.txt
    v/bin/python bench/portfolio.py
    v/bin/pip install shap==0.44.1 && v/bin/python bench/portfolio.py --explain 3 --rows 100000

With --explain, propenso also says what moved each score, and its time is compared with that of the shap package for a
row, times the rows: nobody waits for it to explain them all.

Both score the example's model file on the example's portfolio, repeated. The versions of the libraries are
those that wrote the model: no later scikit-learn reads it. Needs Linux: children are measured with wait4.
"""

import argparse
import datetime
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).parent
EXAMPLE = HERE.parent / "examples" / "cobranza"
AMOUNTS = ("IMPORTE_FACTURA", "DEUDA_TOTAL")

sys.path.insert(0, str(HERE))

from compare.environment import machine  # noqa: E402


def write_portfolio(path, n_rows, distinct):
    """The example's rows again and again; with `distinct` no id and no amount comes twice but by chance."""
    header, *rows = (EXAMPLE / "cartera.csv").read_text(encoding="utf-8").splitlines(True)
    with open(path, "w", encoding="utf-8", newline="") as out:
        out.write(header)
        if not distinct:
            whole, rest = divmod(n_rows, len(rows))
            for _ in range(whole):
                out.write("".join(rows))
            out.write("".join(rows[:rest]))
            return
        names = header.rstrip("\n").split(";")
        places = [names.index(name) for name in AMOUNTS]
        chance = random.Random(0)
        for row in range(n_rows):
            cells = rows[row % len(rows)].split(";")
            cells[0] = f"{cells[0]}-{row}"
            for place in places:
                if cells[place]:
                    cells[place] = f"{chance.uniform(0.01, 999.99):.2f}"
            out.write(";".join(cells))


def measure(command):
    """Wall and processor seconds of a process, and the most memory it had."""
    start = time.monotonic()
    process = subprocess.Popen([str(word) for word in command])
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.monotonic() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{command[0]} ended with {process.returncode}")
    return {
        "seconds": round(seconds, 3),
        "cpu_seconds": round(usage.ru_utime + usage.ru_stime, 3),
        "mebibytes": round(usage.ru_maxrss / 1024, 1),
    }


def agreement(ours, theirs):
    """How the two outputs' probabilities differ."""
    import numpy
    import pandas

    read = lambda path: pandas.read_csv(path, sep=";", usecols=["prob_pago"], float_precision="round_trip")
    ours, theirs = read(ours).prob_pago.to_numpy(), read(theirs).prob_pago.to_numpy()
    if len(ours) != len(theirs):
        sys.exit(f"{len(ours)} rows beside {len(theirs)}")
    # With two jobs scikit-learn adds the trees in the order in which they are done, so that its own last bit changes
    # from run to run. That ours are those of one job is what the tests are for.
    return {
        "largest_difference": float(numpy.abs(ours - theirs).max()),
        "different_in_the_last_bits": int((ours != theirs).sum()),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--explain", type=int, metavar="K", help="write the K strongest reasons, and compare with shap")
    parser.add_argument("--shap-rows", type=int, default=200, help="rows that shap explains one by one")
    parser.add_argument("--distinct", action="store_true", help="no two rows with the same amounts")
    parser.add_argument("--propenso", type=pathlib.Path, default=HERE.parent / "target" / "dist" / "propenso")
    parser.add_argument("--propenso-only", action="store_true")
    parser.add_argument("--python", default=sys.executable, help="one with the libraries")
    parser.add_argument("--results", type=pathlib.Path, default=HERE / "results")
    arguments = parser.parse_args()
    model = EXAMPLE / "modelo_final.pkl"
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        portfolio = folder / "cartera.csv"
        write_portfolio(portfolio, arguments.rows, arguments.distinct)
        ours, theirs = folder / "propenso.csv", folder / "pandas.csv"
        commands = {
            "propenso": [arguments.propenso, "score", portfolio, "-o", ours, "--model", model, "--quiet", "--one-per-client=no"],
            "pandas": [arguments.python, HERE / "portfolio_pandas.py", portfolio, model, theirs],
        }
        if arguments.propenso_only or arguments.explain:
            del commands["pandas"]
        if arguments.explain:
            commands["propenso"] += ["--explain", str(arguments.explain)]
            command = [arguments.python, HERE / "portfolio_shap.py", portfolio, model, theirs]
            commands["shap"] = [*command, str(arguments.shap_rows)]
        runs = {name: [] for name in commands}
        for _ in range(arguments.runs):
            for name, command in commands.items():
                runs[name].append(measure(command))
                print(f"{name:10} {runs[name][-1]}", flush=True)
        median = {
            name: sorted(run["seconds"] for run in of_one)[len(of_one) // 2] for name, of_one in runs.items()
        }
        result = {
            "date": datetime.date.today().isoformat(),
            "rows": arguments.rows,
            "bytes": portfolio.stat().st_size,
            "distinct": arguments.distinct,
            "environment": machine(),
            "runs": runs,
            "median_seconds": median,
            "rows_per_second": round(arguments.rows / median["propenso"]),
        }
        if arguments.explain:
            result["explain"] = arguments.explain
            result["shap_seconds_per_row"] = float(theirs.read_text())
            result["ratio"] = round(result["shap_seconds_per_row"] * arguments.rows / median["propenso"], 2)
            print(f"{result['ratio']} times as fast as shap, row by row", flush=True)
        elif not arguments.propenso_only:
            result["ratio"] = round(median["pandas"] / median["propenso"], 2)
            print(f"{result['ratio']} times as fast, by the medians", flush=True)
            result["agreement"] = agreement(ours, theirs)
            print(result["agreement"])
            if result["agreement"]["largest_difference"] > 1e-12:
                sys.exit("the answers are not the same")
        size = f"{arguments.rows // 1000}k" + ("-distinct" if arguments.distinct else "")
        size += "-explain" if arguments.explain else ""
        path = arguments.results / f"{result['date']}-portfolio-{size}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(result, indent=2) + "\n")
        print(path)


if __name__ == "__main__":
    main()
