"""A Windows under wine, programs in it, and servers that are asked: for `try` and `try-installed`."""

import http.client
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
EXAMPLE = REPOSITORY / "examples/cobranza"
DOCUMENTED = (
    "/prediccion?er=EMP&po=NO&vt=S&cp=8029&ec=A&vf=N&vb=N&fb=202310&ed=NaN&cf=3&im=263.68&dt=1000.82&nl=12"
)
WINE = "/usr/lib/wine/wine64"
PATIENCE = 120


def fail(text):
    sys.exit(f"FAILED: {text}")


def until(what, found, patience=PATIENCE):
    """Waits for something, and gives it."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        value = found()
        if value:
            return value
        time.sleep(0.1)
    fail(f"in {patience} s there was no {what}")


def ask(port, target, body=None, status=200, headers=None):
    """Asks a server on this machine, and gives what it answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    connection.request("GET" if body is None else "POST", target, body, headers or {})
    answer = connection.getresponse()
    data = answer.read()
    if status is not None and answer.status != status:
        fail(f"{target} answers {answer.status}: {data.decode()}")
    return data


def run(words, text=None, folder=None, patience=300):
    """Runs a program to its end, and gives what it printed, and its status. By files: what wine starts beside it holds pipes open."""
    with tempfile.TemporaryFile() as typed, tempfile.TemporaryFile() as told:
        typed.write(text or b"")
        typed.seek(0)
        status = subprocess.run(words, stdin=typed, stdout=told, stderr=subprocess.STDOUT, cwd=folder, timeout=patience).returncode
        told.seek(0)
        return told.read(), status


class Windows:
    """A folder of wine's disk C:, and the program in it."""

    def __init__(self, program):
        disk = Path(os.environ["WINEPREFIX"]) / "drive_c"
        self.folder = disk / "propenso prueba" / "mañana y año"
        self.folder.mkdir(parents=True, exist_ok=True)
        self.program = self.folder / "propenso.exe"
        shutil.copy(program, self.program)
        self.disk = disk

    def path(self, path):
        """As Windows names it: of its own disk, or of this machine's, which is Z: there."""
        own = path.is_relative_to(self.disk)
        return ("C:\\" + str(path.relative_to(self.disk)) if own else f"Z:{path}").replace("/", "\\")

    def words(self, arguments):
        arguments = [self.path(word) if isinstance(word, Path) else word for word in arguments]
        return [WINE, str(self.program), *arguments]

    def run(self, *arguments, status=0, text=None):
        """Runs a command to its end, and gives what it printed."""
        told, ended = run(self.words(arguments), text, self.folder)
        if ended != status:
            fail(f"{arguments} ended with {ended}: {told.decode(errors='replace')}")
        return told

    def serve(self, *arguments):
        return Server(self.words(["serve", *arguments]), self.folder)


class Server:
    """A server that answers, on a port that the system chose."""

    def __init__(self, words, folder=None):
        words = [*map(str, words), "--listen", "127.0.0.1:0", "--log-format", "json"]
        # Not a pipe, which would stop it when it is full.
        self.errors = tempfile.TemporaryFile()
        self.process = subprocess.Popen(words, cwd=folder, stdout=subprocess.DEVNULL, stderr=self.errors)
        self.port = int(until("address", self.address))

    def log(self):
        self.errors.seek(0)
        return self.errors.read().decode(errors="replace")

    def address(self):
        found = re.search(r'"address":"127\.0\.0\.1:(\d+)"', self.log())
        if not found and self.process.poll() is not None:
            fail(f"the server ended: {self.log()}")
        return found and found.group(1)

    def ask(self, target, body=None, status=200, headers=None):
        return ask(self.port, target, body, status, headers)

    def model(self):
        """The number of the version that answers, and 0 while none does."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        connection.request("GET", DOCUMENTED)
        answer = connection.getresponse()
        answer.read()
        return int((answer.getheader("x-propenso-model") or "0").split(" ")[0])

    def end(self, how=signal.SIGKILL):
        """Ends it by a signal. Wine gives SIGINT on as Ctrl-C."""
        self.process.send_signal(how)
        return self.process.wait(timeout=PATIENCE)
