"""Where the engines come from: the Python environment, the build of propenso, the machine."""

import json
import os
import platform
import subprocess
import sys
import venv
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
REQUIREMENTS = REPOSITORY / "bench" / "requirements.txt"
VENV = REPOSITORY / "bench" / ".venv"

# Without these there is no model to measure.
BASIS = ["numpy", "scipy", "scikit-learn", "joblib", "threadpoolctl"]
OTHERS = ["scikit-learn-intelex", "onnxruntime", "skl2onnx", "lightgbm", "xgboost", "treelite"]
OTHERS += ["tl2cgen", "ydf", "shap"]

READ_VERSIONS = """
import json, sys
from importlib.metadata import PackageNotFoundError, version
found = {"python": sys.version.split()[0]}
for name in sys.argv[1:]:
    try:
        found[name] = version(name)
    except PackageNotFoundError:
        pass
print(json.dumps(found))
"""


class Environment:
    """A Python that has the engines, or most of them."""

    def __init__(self, python):
        self.python = python
        command = [str(python), "-c", READ_VERSIONS, *BASIS, *OTHERS]
        self.versions = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
        missing = [name for name in BASIS if name not in self.versions]
        if missing:
            sys.exit(f"{python} lacks {', '.join(missing)}: pip install -r {REQUIREMENTS}")

    @classmethod
    def prepare(cls, python=None):
        """The environment of this Python, else bench/.venv, made and filled when it lacks something."""
        if python is not None:
            # Not resolved: a venv's Python is a link, and what it points to has none of the packages.
            return cls(Path(os.path.abspath(python)))
        folder = "Scripts" if os.name == "nt" else "bin"
        python = VENV / folder / "python"
        if not python.exists():
            say(f"making {VENV}")
            venv.create(VENV, with_pip=True)
        install(python)
        return cls(python)

    def lacking(self, engines):
        """Why engines are left out, by name: those whose packages are not there."""
        reasons = {}
        for engine in engines:
            missing = [package for package in engine.packages if package not in self.versions]
            if missing:
                reasons[engine.name] = f"{', '.join(missing)} not installed"
        return reasons


def install(python):
    """The basis must install. Each of the others may fail, so each is asked for on its own."""
    pip = [str(python), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    pip += ["--constraint", str(REQUIREMENTS)]
    if subprocess.run(pip + BASIS, stdout=sys.stderr).returncode != 0:
        sys.exit(f"scikit-learn of {REQUIREMENTS} does not install for this Python; try 3.11 to 3.13")
    for package in OTHERS:
        say(f"installing {package}")
        if subprocess.run(pip + [package], stdout=sys.stderr).returncode != 0:
            say(f"{package} does not install here: left out")


def build_propenso():
    """Builds propenso-bench as releases are built; the path of the binary."""
    command = ["cargo", "build", "--profile", "dist", "--locked", "-p", "propenso-bench"]
    command += ["--message-format", "json-render-diagnostics"]
    say("building propenso-bench")
    built = subprocess.run(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True)
    if built.returncode != 0:
        sys.exit("propenso-bench does not build; cargo says why above")
    messages = (json.loads(line) for line in built.stdout.splitlines() if line.startswith("{"))
    binaries = [message["executable"] for message in messages if message.get("executable")]
    return Path(binaries[-1])


def machine():
    return {
        "cpu": cpu_model(),
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "propenso_commit": commit(),
    }


def cpu_model():
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            for line in file:
                if line.startswith("model name"):
                    return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or "unknown"


def commit():
    command = ["git", "describe", "--always", "--dirty"]
    try:
        told = subprocess.run(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True)
    except OSError:
        return "unknown"
    return told.stdout.strip() or "unknown"


def say(text):
    print(text, file=sys.stderr, flush=True)
