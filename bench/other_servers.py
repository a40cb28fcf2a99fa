"""The Open Inference Protocol of propenso beside that of another server, on the same file, in one run.

    python3.11 -m venv m && m/bin/pip install -r bench/requirements-mlserver.txt
    m/bin/python bench/other_servers.py --rival mlserver target/release/propenso

    python3.11 -m venv k && k/bin/pip install -r bench/requirements-kserve.txt
    git clone --depth 1 --branch v0.20.0 https://github.com/kserve/kserve
    PYTHONPATH=kserve/python/sklearnserver k/bin/python bench/other_servers.py --rival kserve target/release/propenso

Both are asked for the same rows, in the same JSON, by `wrk` (Debian's package of that name), which knows neither; rounds take turns.
It speaks HTTP/1.1 and keeps its connections open. ApacheBench speaks HTTP/1.0, where uvicorn, which is under both of the others, closes the
connection after each answer: they would be measured with a connection for each request, and propenso without.
Its percentiles count, beside an answer that took several times the mean, the requests that would have been sent meanwhile: a stall weighs
more on the faster of the two.
That the answers are the same bits is checked first. The other has a process for each core, as its documentation advises.
"""

import argparse
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

HERE = pathlib.Path(__file__).absolute().parent
EXAMPLE = HERE.parent / "examples" / "cobranza" / "modelo_final.pkl"

sys.path.insert(0, str(HERE))

from compare.environment import machine  # noqa: E402

# In milliseconds, the units in which wrk writes times.
UNITS = {"us": 0.001, "ms": 1, "s": 1000, "m": 60_000}
PATH = "/v2/models/propenso/infer"
# KServe's server has one output, which is called so.
OUTPUTS = {"propenso": "predict_proba", "mlserver": "predict_proba", "kserve": "output-0"}
TITLES = {"mlserver": "MLServer", "kserve": "KServe"}
N_INPUTS = 16
# Features of one client, as the model knows them.
ROW = [1, 62.83, 1, 62.83, 0, 0, 29, 2, 1, 0, 0, 1, 0, 0, 0, 1]


def body(n_rows, output):
    values = [value + (at // N_INPUTS if at % N_INPUTS in (1, 3) else 0) for at, value in enumerate(ROW * n_rows)]
    tensor = {"name": "all", "shape": [n_rows, N_INPUTS], "datatype": "FP64", "data": values}
    return json.dumps({"inputs": [tensor], "outputs": [{"name": output}]})


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


def kserve(folder):
    """The same of its scikit-learn server, quiet: by default it writes some lines about each request."""
    port = free_port()
    (folder / "model").mkdir()
    (folder / "model" / EXAMPLE.name).symlink_to(EXAMPLE)
    (folder / "log.json").write_text(json.dumps({"version": 1, "root": {"level": "WARNING"}}))
    command = ["env", "PREDICT_PROBA=true", sys.executable, "-m", "sklearnserver", "--model_name", "propenso"]
    command += ["--model_dir", folder / "model", "--http_port", port, "--enable_grpc", "false", "--workers", os.cpu_count()]
    return [*command, "--enable_latency_logging", "false", "--log_config_file", folder / "log.json"], port


def propenso(program):
    port = free_port()
    return [program.absolute(), "serve", "--contract", "model", "--listen", f"127.0.0.1:{port}", EXAMPLE], port


def start(command, port, text, folder):
    """The server's process, once it answers. What it leaves where it runs (MLServer: .envs, .metrics) goes with the folder."""
    command = [str(part) for part in command]
    paths = [os.path.abspath(path) for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(paths)}
    process = subprocess.Popen(command, cwd=folder, env=environment, start_new_session=True, **quiet)
    for _ in range(600):
        try:
            if ask(port, text)[0] == 200:
                return process
        except OSError:
            pass
        if process.poll() is not None:
            break
        time.sleep(0.1)
    if process.poll() is None:
        stop(process)
    raise SystemExit(f"{' '.join(command)} does not answer")


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
        pass
    try:
        # It, or what it leaves of its processes.
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()


def script(text):
    """What wrk sends, in its Lua."""
    return f'wrk.method = "POST"\nwrk.headers["Content-Type"] = "application/json"\nwrk.body = [==[{text}]==]\n'


def load(port, file, clients, seconds):
    """Requests a second, and the 99th percentile in milliseconds."""
    command = ["wrk", "--threads", 1, "--connections", clients, "--duration", f"{seconds}s", "--timeout", "10s", "--latency"]
    command += ["--script", file, f"http://127.0.0.1:{port}{PATH}"]
    told = subprocess.run([str(part) for part in command], check=True, capture_output=True, text=True).stdout
    # The answers that it did not wait for are given before another is measured.
    time.sleep(0.5)
    if "Non-2xx" in told or "Socket errors" in told:
        raise SystemExit(told)
    p99, unit = re.search(r"^ +99% +([\d.]+)([a-z]+) *$", told, re.MULTILINE).groups()
    return float(re.search(r"^Requests/sec: +([\d.]+)$", told, re.MULTILINE).group(1)), float(p99) * UNITS[unit]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("propenso", type=pathlib.Path)
    parser.add_argument("--rival", choices=sorted(TITLES), default="mlserver")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--results", type=pathlib.Path)
    asked = parser.parse_args()
    rival = asked.rival
    cases = [(clients, rows) for rows in (1, 16) for clients in (1, 4, 16)]
    measured = {case: {"propenso": [], rival: []} for case in cases}
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        for name in ("propenso", rival):
            (folder / name).mkdir()
        prepare = {"mlserver": mlserver, "kserve": kserve}[rival]
        commands = {"propenso": propenso(asked.propenso), rival: prepare(folder / rival)}
        ports = {name: port for name, (_, port) in commands.items()}
        servers = []
        try:
            for name, command in commands.items():
                servers.append(start(*command, body(1, OUTPUTS[name]), folder / name))
            answers = [json.loads(ask(port, body(64, OUTPUTS[name]))[1])["outputs"][0]["data"] for name, port in ports.items()]
            assert answers[0] == answers[1], "the answers differ"
            print(f"64 clients, the same bits: {len(answers[0])} probabilities")
            for name in ports:
                for rows in (1, 16):
                    (folder / f"{name}-{rows}.lua").write_text(script(body(rows, OUTPUTS[name])))
                # The first answer of a server of several processes tells of one of them.
                load(ports[name], folder / f"{name}-1.lua", 16, max(5, asked.seconds))
            for turn in range(asked.rounds):
                for clients, rows in cases:
                    for name in sorted(ports, reverse=turn % 2 == 1):
                        file = folder / f"{name}-{rows}.lua"
                        measured[clients, rows][name].append(load(ports[name], file, clients, asked.seconds))
        finally:
            for server in servers:
                stop(server)
    print(f"rows  clients   propenso/s  p99 ms {TITLES[rival] + '/s':>12}  p99 ms    rate  p99")
    figures = []
    for (clients, rows), taken in measured.items():
        rate, p99 = ({name: statistics.median(one[at] for one in taken[name]) for name in taken} for at in (0, 1))
        times = statistics.median(ours[0] / theirs[0] for ours, theirs in zip(taken["propenso"], taken[rival], strict=True))
        share = statistics.median(ours[1] / theirs[1] for ours, theirs in zip(taken["propenso"], taken[rival], strict=True))
        print(
            f"{rows:4} {clients:8} {rate['propenso']:12.0f} {p99['propenso']:7.2f} {rate[rival]:12.0f} {p99[rival]:7.2f}"
            f" {times:6.0f}x  1/{1 / share:.0f}"
        )
        figures.append({"rows": rows, "clients": clients, "rounds": taken, "rate": times, "p99": share})
    if asked.results:
        name = f"{rival}-{time.strftime('%Y-%m-%d')}-{int(time.time())}.json"
        result = {"machine": machine(), "figures": figures}
        asked.results.mkdir(parents=True, exist_ok=True)
        (asked.results / name).write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
