"""The Open Inference Protocol of propenso beside that of MLServer, on the same file, in one run.

    python3.11 -m venv v && v/bin/pip install -r bench/requirements-mlserver.txt
    v/bin/python bench/mlserver.py target/release/propenso

Both are asked for the same rows, in the same JSON, by ApacheBench (`ab`, of apache2-utils), which knows neither; rounds take turns.
That the answers are the same bits is checked first. MLServer has a process for each core, as its documentation advises.
"""

import argparse
import csv
import http.client
import json
import os
import pathlib
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).parent
EXAMPLE = HERE.parent / "examples" / "cobranza" / "modelo_final.pkl"

sys.path.insert(0, str(HERE))

from compare.environment import machine  # noqa: E402

PATH = "/v2/models/propenso/infer"
N_INPUTS = 16
# Features of one client, as the model knows them.
ROW = [1, 62.83, 1, 62.83, 0, 0, 29, 2, 1, 0, 0, 1, 0, 0, 0, 1]


def body(n_rows):
    values = [value + (at // N_INPUTS if at % N_INPUTS in (1, 3) else 0) for at, value in enumerate(ROW * n_rows)]
    tensor = {"name": "all", "shape": [n_rows, N_INPUTS], "datatype": "FP64", "data": values}
    return json.dumps({"inputs": [tensor], "outputs": [{"name": "predict_proba"}]})


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def mlserver(folder):
    """The command that serves the file, and where."""
    ports = {name: free_port() for name in ("http_port", "grpc_port", "metrics_port")}
    settings = {"debug": False, "host": "127.0.0.1", "parallel_workers": os.cpu_count(), **ports}
    (folder / "settings.json").write_text(json.dumps(settings))
    # Its runtime loads by joblib what is named so.
    model = {"uri": str(EXAMPLE), "version": "v1"}
    model = {"name": "propenso", "implementation": "mlserver_sklearn.SKLearnModel", "parameters": model}
    (folder / "model-settings.json").write_text(json.dumps(model))
    return [pathlib.Path(sys.executable).parent / "mlserver", "start", folder], ports["http_port"]


def propenso(program):
    port = free_port()
    return [program, "serve", "--contract", "model", "--listen", f"127.0.0.1:{port}", EXAMPLE], port


def start(command, port):
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    for _ in range(600):
        try:
            if ask(port, body(1))[0] == 200:
                return process
        except OSError:
            pass
        if process.poll() is not None:
            break
        time.sleep(0.1)
    raise SystemExit(f"{command[0]} does not answer")


def ask(port, text):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("POST", PATH, text, {"Content-Type": "application/json"})
    answer = connection.getresponse()
    return answer.status, answer.read()


def stop(process):
    os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)


def load(port, file, clients, seconds):
    """Requests a second, and the 99th percentile in milliseconds."""
    with tempfile.NamedTemporaryFile() as percentiles:
        command = ["ab", "-q", "-k", "-c", clients, "-t", seconds, "-n", 10_000_000, "-p", file, "-T", "application/json"]
        command += ["-e", percentiles.name, f"http://127.0.0.1:{port}{PATH}"]
        told = subprocess.run([str(part) for part in command], check=True, capture_output=True, text=True).stdout
        with open(percentiles.name, newline="") as rows:
            p99 = next(float(row[1]) for row in csv.reader(rows) if row[0] == "99")
    failed = int(re.search(r"Non-2xx responses: *(\d+)", told).group(1)) if "Non-2xx" in told else 0
    assert failed == 0, told
    return float(re.search(r"Requests per second: *([\d.]+)", told).group(1)), p99


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("propenso", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--results", type=pathlib.Path)
    asked = parser.parse_args()
    cases = [(clients, rows) for rows in (1, 16) for clients in (1, 4, 16)]
    measured = {case: {"propenso": [], "mlserver": []} for case in cases}
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "mlserver").mkdir()
        commands = {"propenso": propenso(asked.propenso), "mlserver": mlserver(folder / "mlserver")}
        servers = {name: start(*command) for name, command in commands.items()}
        ports = {name: port for name, (_, port) in commands.items()}
        try:
            answers = [json.loads(ask(port, body(64))[1])["outputs"][0]["data"] for port in ports.values()]
            assert answers[0] == answers[1], "the answers differ"
            print(f"64 clients, the same bits: {len(answers[0])} probabilities")
            for turn in range(asked.rounds):
                for clients, rows in cases:
                    file = folder / f"{rows}.json"
                    file.write_text(body(rows))
                    for name in sorted(ports, reverse=turn % 2 == 1):
                        measured[clients, rows][name].append(load(ports[name], file, clients, asked.seconds))
        finally:
            for server in servers.values():
                stop(server)
    print("rows  clients   propenso/s  p99 ms   MLServer/s  p99 ms    rate  p99")
    figures = []
    for (clients, rows), taken in measured.items():
        rate, p99 = ({name: statistics.median(one[at] for one in taken[name]) for name in taken} for at in (0, 1))
        times = statistics.median(ours[0] / theirs[0] for ours, theirs in zip(taken["propenso"], taken["mlserver"], strict=True))
        share = statistics.median(ours[1] / theirs[1] for ours, theirs in zip(taken["propenso"], taken["mlserver"], strict=True))
        print(
            f"{rows:4} {clients:8} {rate['propenso']:12.0f} {p99['propenso']:7.2f} {rate['mlserver']:12.0f} {p99['mlserver']:7.2f}"
            f" {times:6.0f}x  1/{1 / share:.0f}"
        )
        figures.append({"rows": rows, "clients": clients, "rounds": taken, "rate": times, "p99": share})
    if asked.results:
        name = f"mlserver-{time.strftime('%Y-%m-%d')}-{int(time.time())}.json"
        result = {"machine": machine(), "figures": figures}
        (asked.results / name).write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
