"""Workers: processes inside the environments, kept alive over many models."""

import json
import os
import queue
import subprocess
import threading
from pathlib import Path

HERE = Path(__file__).parent
# What a worker may take for one answer, in seconds; it gives up by itself after less time of its processor.
PATIENCE = 240
# What its libraries may take to be imported, on a machine whose disk and processors are all busy.
START_PATIENCE = 900
ONE_THREAD = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS", "LOKY_MAX_CPU_COUNT")}


class WorkerDied(Exception):
    """A worker that ended, or did not answer in time."""


class Worker:
    """One process; answers one request after another."""

    def __init__(self, environment):
        settings = {**os.environ, **ONE_THREAD, "PYTHONHASHSEED": "0", "PYTHONPATH": str(HERE), "PYTHONDONTWRITEBYTECODE": "1"}
        self.process = subprocess.Popen(
            [str(environment.python), "-m", "worker"], cwd=str(environment.folder), env=settings, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, universal_newlines=True, encoding="utf-8")
        self.lines = queue.Queue()
        threading.Thread(target=self.listen, daemon=True).start()
        self.versions = self.read(START_PATIENCE)["versions"]

    def listen(self):
        for line in self.process.stdout:
            self.lines.put(line)
        self.lines.put("")

    def read(self, seconds):
        try:
            line = self.lines.get(timeout=seconds)
        except queue.Empty:
            line = ""
        if not line:
            self.stop()
            raise WorkerDied("the worker ended or did not answer")
        return json.loads(line)

    def ask(self, request):
        try:
            self.process.stdin.write(json.dumps(request) + "\n")
            self.process.stdin.flush()
        except OSError as error:
            self.stop()
            raise WorkerDied(str(error)) from error
        return self.read(PATIENCE)

    def stop(self):
        self.process.kill()
        self.process.wait()


class Crew:
    """The workers of one thread, one for each environment it was sent to."""

    def __init__(self):
        self.workers = {}

    def ask(self, environment, request):
        """An answer, whatever happens to the worker."""
        try:
            worker = self.workers.get(environment.name)
            if worker is None:
                worker = self.workers[environment.name] = Worker(environment)
            return worker.ask(request)
        except WorkerDied as died:
            self.workers.pop(environment.name, None)
            return {"status": "unmade", "reason": "WorkerDied: %s" % died, "seconds": PATIENCE}

    def versions(self, environment):
        worker = self.workers.get(environment.name)
        return worker.versions if worker else {}

    def stop(self):
        for worker in self.workers.values():
            worker.stop()
        self.workers = {}
