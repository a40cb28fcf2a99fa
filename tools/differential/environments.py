"""Environments of pinned libraries: one file each in `environments/`, a virtual environment each, made when first asked for."""

import hashlib
import os
import re
import shutil
import subprocess
from pathlib import Path

FOLDER = Path(__file__).parent / "environments"


class Unavailable(Exception):
    """An environment that cannot be made here."""


class Environment:
    """A list of pinned packages, and where they are installed."""

    def __init__(self, requirements, cache):
        self.requirements = requirements
        self.name = requirements.stem
        self.folder = Path(cache) / self.name

    @property
    def python_version(self):
        first = self.requirements.read_text(encoding="utf-8").splitlines()[0]
        return re.fullmatch(r"# python (3\.\d+)", first).group(1)

    @property
    def python(self):
        is_windows = os.name == "nt"
        return self.folder / ("Scripts/python.exe" if is_windows else "bin/python")

    def digest(self):
        return hashlib.sha256(self.requirements.read_bytes()).hexdigest()

    def is_ready(self):
        mark = self.folder / "installed.txt"
        return mark.is_file() and mark.read_text(encoding="utf-8") == self.digest()

    def prepare(self, tell):
        """Installs the packages unless they are there.

        Raises `Unavailable` without the right Python, or when pip fails, as it does without a network.
        """
        if self.is_ready():
            return
        interpreter = find_python(self.python_version)
        if interpreter is None:
            raise Unavailable("%s needs Python %s, which is neither on PATH nor in pyenv" % (self.name, self.python_version))
        tell("installing %s with Python %s" % (self.name, self.python_version))
        run([interpreter, "-m", "venv", "--clear", str(self.folder)], self.name)
        # The lists are complete, so that nothing is resolved and XGBoost's GPU libraries stay away.
        pip = [str(self.python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary", ":all:"]
        run(pip + ["-r", str(self.requirements)], self.name)
        # A list that lacks a package shows here, not in every model.
        run([str(self.python), "-I", "-c", "import lightgbm, pandas, sklearn, xgboost"], self.name)
        (self.folder / "installed.txt").write_text(self.digest(), encoding="utf-8")


def run(command, name):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True)
    if done.returncode != 0:
        last = done.stdout.strip().splitlines()[-1:] or ["no message"]
        raise Unavailable("%s cannot be installed: %s" % (name, last[0]))


def find_python(version):
    """A Python of a version: from PATH, else from pyenv."""
    candidates = [shutil.which("python" + version)]
    root = os.environ.get("PYENV_ROOT") or os.path.expanduser("~/.pyenv")
    for folder in sorted(Path(root, "versions").glob(version + ".*"), reverse=True):
        candidates.append(str(folder / "bin" / "python"))
    for candidate in candidates:
        if candidate and says(candidate) == version:
            return candidate
    return None


def says(python):
    """A pyenv shim may be on PATH and still refuse to run."""
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    try:
        done = subprocess.run([python, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, universal_newlines=True, timeout=60)
    except OSError:
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def known(cache):
    """All environments, by name."""
    found = [Environment(path, cache) for path in FOLDER.glob("*.txt")]
    return {environment.name: environment for environment in sorted(found, key=lambda environment: [int(part) for part in re.findall(r"\d+", environment.name)])}
