"""One engine's process: started, asked line by line, ended."""

import subprocess
import sys
import threading

from compare.environment import REPOSITORY

# Training, converting or compiling a large model takes minutes.
READY_SECONDS = 1_800
ANSWER_SECONDS = 600


class EngineFailed(Exception):
    """An engine cannot load the model, or ended; says why in a line."""


class EngineProcess:
    def __init__(self, command, log):
        self.log = log
        with log.open("wb") as errors:
            self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                            stderr=errors, text=True)

    def wait_until_ready(self):
        line = self.read_line(READY_SECONDS)
        if not line.startswith("ready"):
            raise EngineFailed(f"said {line.strip()!r} instead of `ready`")

    def seconds_per_call(self, n_rows, what, seconds):
        try:
            self.process.stdin.write(f"{n_rows} {what} {seconds}\n")
            self.process.stdin.flush()
        except OSError as error:
            raise EngineFailed(self.last_words()) from error
        return float(self.read_line(ANSWER_SECONDS))

    def read_line(self, seconds):
        """Kills the process when it takes longer, which ends the reading."""
        timer = threading.Timer(seconds, self.process.kill)
        timer.start()
        line = self.process.stdout.readline()
        timer.cancel()
        if not line:
            self.process.wait()
            raise EngineFailed(self.last_words())
        return line

    def last_words(self):
        lines = self.log.read_text(encoding="utf-8", errors="replace").split("\n")
        said = [line for line in lines if line.strip() and not line.startswith(" ")]
        return said[-1][:200] if said else f"ended without a word after {READY_SECONDS} s at most"

    def end(self):
        self.process.stdin.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()


def answers_path(folder, model, engine):
    """Where an engine leaves its answers, as raw doubles."""
    return folder / f"{model}.{engine.replace(' ', '-')}.answers"


def own_command(python, *arguments):
    """compare.py itself, with the environment's Python."""
    return [str(python), str(REPOSITORY / "bench" / "compare.py"), *map(str, arguments)]


def make_model(python, name, folder, quick):
    if (folder / f"{name}.pkl").exists():
        return
    print(f"making {name}", file=sys.stderr, flush=True)
    command = own_command(python, "--make", name, "--folder", folder)
    made = subprocess.run(command + (["--quick"] if quick else []))
    if made.returncode != 0:
        raise EngineFailed(f"the model {name} cannot be made")
