#!/usr/bin/env python3
"""Pack a library that cargo has built as a wheel, for tests: maturin would compile everything again by itself.

    python3 python/wheel.py target/debug/lib_propenso.so FOLDER

What is given out is maturin's: ``just wheel``.
"""

import base64
import hashlib
import pathlib
import sys
import tomllib
import zipfile

HERE = pathlib.Path(__file__).resolve().parent
NAMES = {".so": "_propenso.abi3.so", ".dylib": "_propenso.abi3.so", ".dll": "_propenso.pyd"}


def main(library, folder):
    project = tomllib.loads((HERE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    workspace = tomllib.loads((HERE.parent / "Cargo.toml").read_text(encoding="utf-8"))["workspace"]
    version = workspace["package"]["version"]
    info = f"propenso-{version}.dist-info"
    extras = project["optional-dependencies"]
    metadata = [
        "Metadata-Version: 2.1",
        "Name: propenso",
        f"Version: {version}",
        f"Summary: {project['description']}",
        f"Requires-Python: {project['requires-python']}",
        *(f"Requires-Dist: {need}" for need in project["dependencies"]),
        *(f"Provides-Extra: {name}" for name in extras),
        *(f"Requires-Dist: {need}; extra == '{name}'" for name, needs in extras.items() for need in needs),
    ]
    files = {path.relative_to(HERE).as_posix(): path.read_bytes() for path in package()}
    files["propenso/" + NAMES[library.suffix]] = library.read_bytes()
    files[f"{info}/METADATA"] = "\n".join(metadata).encode() + b"\n"
    files[f"{info}/WHEEL"] = b"Wheel-Version: 1.0\nGenerator: propenso\nRoot-Is-Purelib: false\nTag: cp310-abi3-" + platform() + b"\n"
    record = [f"{name},sha256={digest(content)},{len(content)}" for name, content in files.items()]
    files[f"{info}/RECORD"] = "\n".join([*record, f"{info}/RECORD,,"]).encode() + b"\n"
    folder.mkdir(parents=True, exist_ok=True)
    wheel = folder / f"propenso-{version}-cp310-abi3-{platform().decode()}.whl"
    # Not compressed: it is unpacked right after.
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    print(wheel)


def package():
    for path in sorted((HERE / "propenso").rglob("*")):
        if path.is_file() and path.suffix in (".py", ".pyi", ".typed", "") and "__pycache__" not in path.parts:
            yield path


def platform():
    import sysconfig

    return sysconfig.get_platform().replace("-", "_").replace(".", "_").encode()


def digest(content):
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
