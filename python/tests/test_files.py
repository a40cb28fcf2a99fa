"""What needs files alone: a model file's bytes, a stranger's pickle, golden rows, drafts, whole portfolios."""

import csv
import os
import pickle
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

import propenso


def attacks(root):
    with open(root / "attacks/MANIFEST.tsv", encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def test_bytes_and_paths(example, model):
    from_bytes = propenso.load(example.read_bytes())
    assert from_bytes.sha256 == propenso.load(str(example)).sha256 == model.sha256
    assert (from_bytes.contract, model.contract) == ("casas-cobranzas", "casas-cobranzas")
    assert propenso.load(memoryview(example.read_bytes()), "model").contract == "model"
    with pytest.raises(FileNotFoundError, match="nichts.pkl"):
        propenso.load("nichts.pkl")
    with pytest.raises(OSError, match="MLmodel"):
        propenso.load(example.parent)


def test_a_model_goes_to_other_processes_by_its_file(example, model):
    again = pickle.loads(pickle.dumps(model))
    assert again.sha256 == model.sha256 and again.contract == model.contract
    assert b"RandomForest" not in pickle.dumps(propenso._model._again)
    X = np.ones((3, 16))
    assert (again.predict_proba(X) == model.predict_proba(X)).all()


def test_contracts(example, root, tmp_path):
    text = (root / "contracts/casas-cobranzas.toml").read_text(encoding="utf-8")
    file = tmp_path / "mine.toml"
    file.write_text(text, encoding="utf-8")
    assert propenso.load(example, file).contract == propenso.load(example, text).contract == "casas-cobranzas"
    with pytest.raises(propenso.ContractError, match="there is no contract named"):
        propenso.load(example, "nadie")
    with pytest.raises(propenso.ContractError):
        propenso.load(example, 'base = "model"\nnada = 1\n')
    # What ships is for other models: this one is taken by its own columns.
    other = next(iter(sorted((root / "testdata/models/1.9.1").glob("*rf*.pkl*")) or sorted((root / "testdata/models/1.9.1").glob("*.pkl"))))
    assert propenso.load(other).contract == "model"
    with pytest.raises(propenso.ContractError, match='contract="model"'):
        propenso.load(other, "casas-cobranzas")


def test_no_attack_does_anything(root):
    """Each is refused, or read without being run; none raises anything else."""
    before = set(sys.modules)
    served = 0
    for attack in attacks(root):
        file = root / "attacks" / attack["file"]
        try:
            propenso.load(file, "model")
            served += 1
        except propenso.ModelError as error:
            assert error.code, file
            assert str(error), file
        except propenso.ContractError:
            served += 1
    assert served < len(attacks(root))
    new = {name for name in set(sys.modules) - before if not name.startswith(("propenso", "encodings"))}
    assert not new, new


def test_a_first_look_at_a_strangers_file(root, example):
    looked = propenso.scan(root / "attacks/exec-system.pkl")
    assert any(name in ("os.system", "posix.system") for name in looked.foreign)
    assert "system" in str(looked) and "do not" in str(looked)
    honest = propenso.scan(example)
    assert honest.foreign == [] and honest.error is None
    assert any(name.startswith("sklearn.") for name in honest.names)
    with pytest.raises(propenso.ModelError):
        propenso.scan(b"no pickle")

    class Hostile:
        def __reduce__(self):
            return os.system, ("touch /tmp/propenso-was-here",)

    looked = propenso.scan(pickle.dumps(Hostile()))
    assert looked.foreign and not os.path.exists("/tmp/propenso-was-here")


def test_inspect(example):
    report = propenso.inspect(example)
    assert report["estimator"]["class"] == "RandomForestClassifier"
    assert report["estimator"]["trees"]["trees"] == 200
    assert report["sha256"] == propenso.load(example).sha256


def test_golden_rows(root, model, example):
    golden = sorted((root / "testdata/made/golden").rglob("*.csv*"))
    assert golden
    proofs = 0
    for file in golden:
        models = [path for path in file.parent.iterdir() if path.name.startswith(file.name.split(".")[0] + ".")]
        models = [path for path in models if ".csv" not in path.name and ".json.gz" not in path.name]
        for path in models:
            proofs += bool(propenso.verify(propenso.load(path, "model"), file))
    assert proofs > 0
    X = np.random.default_rng(3).uniform(0, 3, (40, 16))
    expected = model.predict_proba(X)
    for told in (expected, model.predict(X), (expected, model.predict(X))):
        proof = propenso.verify(model, X, told)
        assert proof and proof.report["rows"] == 40, str(proof)
    wrong = expected.copy()
    wrong[7] = wrong[7, ::-1]
    proof = propenso.verify(example, X, wrong)
    assert not proof and proof.report["different"] == 1
    assert proof.report["listed"][0]["row"] == 7
    assert "row 7" in str(proof)


def test_a_drafted_contract(example, portfolio, tmp_path):
    text = propenso.contract_draft(example, portfolio, tmp_path / "c.toml")
    assert (tmp_path / "c.toml").read_text(encoding="utf-8") == text and "PREGUNTA" in text
    assert propenso.load(example, text)
    assert "QUESTION" in propenso.contract_draft(example, language="en")
    with pytest.raises(FileExistsError):
        propenso.contract_draft(example, output=tmp_path / "c.toml")


def rows_of(file):
    with open(file, newline="", encoding="utf-8-sig") as opened:
        return list(csv.DictReader(opened, delimiter=";"))


def test_a_whole_portfolio(model, portfolio, tmp_path):
    told = []
    report = propenso.score_file(
        portfolio, tmp_path / "lista.csv", model=model, capacity=100, progress=lambda *place: told.append(place)
    )
    assert report["summary"]["scored"]["rows"] == 7339
    listed = rows_of(tmp_path / "lista.csv")
    assert len(listed) == 7339 and sum(row["cabe"] == "SI" for row in listed) == 100
    # The same bits, row by row.
    scores = model.score(rows_of(portfolio))
    by_id = {}
    for row, probability in zip(rows_of(portfolio), scores.probability):
        by_id.setdefault(row["CUST_CODE"], set()).add(repr(float(probability)))
    for row in listed[:500]:
        assert repr(float(row["prob_pago"].replace(",", "."))) in by_id[row["CUST_CODE"]]
    assert {stage for stage, *_ in told} <= {"scoring", "writing"}


def test_the_command_writes_the_same(model, portfolio, tmp_path):
    propenso_command = os.environ.get("PROPENSO")
    if not propenso_command:
        pytest.skip("PROPENSO names no command")
    example = portfolio.with_name("modelo_final.pkl")
    lines = portfolio.read_bytes().splitlines(keepends=True)
    portfolio = tmp_path / "cartera.csv"
    portfolio.write_bytes(b"".join(lines[:301]))
    command = [propenso_command, "score", str(portfolio), "-o", "lista.csv", "--model", str(example), "--explain", "2", "--quiet"]
    subprocess.run(command, cwd=tmp_path, check=True)
    propenso.score_file(portfolio, tmp_path / "otra.csv", model=model, explain=2)
    assert (tmp_path / "lista.csv").read_bytes() == (tmp_path / "otra.csv").read_bytes()


def test_wrong_options_and_files(model, portfolio, tmp_path):
    with pytest.raises(TypeError, match="`nada` is no field"):
        propenso.score_file(portfolio, tmp_path / "l.csv", model=model, nada=1)
    with pytest.raises(TypeError, match="`explain` cannot be `0`"):
        propenso.score_file(portfolio, tmp_path / "l.csv", model=model, explain=0)
    with pytest.raises(propenso.FileError, match=r"\.pdf"):
        propenso.score_file(portfolio, tmp_path / "l.pdf", model=model)
    with pytest.raises(FileNotFoundError):
        propenso.score_file(tmp_path / "nadie.csv", tmp_path / "l.csv", model=model)
    with pytest.raises(TypeError, match="has its contract already"):
        propenso.score_file(portfolio, tmp_path / "l.csv", model=model, contract="model")
    assert list(tmp_path.iterdir()) == []


def large(portfolio, file, times):
    header, *rows = portfolio.read_bytes().splitlines(keepends=True)
    file.write_bytes(header + b"".join(rows) * times)


def test_ctrl_c_ends_a_run(model, portfolio, tmp_path):
    large(portfolio, tmp_path / "large.csv", 60)
    # Python hears of none where whoever started it ignores them, as shells do for what they run in the background.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    timer = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    start = time.monotonic()
    try:
        with pytest.raises(KeyboardInterrupt):
            propenso.score_file(tmp_path / "large.csv", tmp_path / "lista.csv", model=model)
    finally:
        signal.signal(signal.SIGINT, before)
    assert time.monotonic() - start < 20
    assert not (tmp_path / "lista.csv").exists()


def test_what_progress_raises_ends_a_run(model, portfolio, tmp_path):
    large(portfolio, tmp_path / "large.csv", 20)

    def stop(*_):
        raise RuntimeError("enough")

    with pytest.raises(RuntimeError, match="enough"):
        propenso.score_file(tmp_path / "large.csv", tmp_path / "lista.csv", model=model, progress=stop)
    assert not (tmp_path / "lista.csv").exists()


def test_a_bar(model, portfolio, tmp_path):
    tqdm = pytest.importorskip("tqdm").tqdm
    bars = []

    class Bar(tqdm):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, file=open(os.devnull, "w"), **kwargs)
            bars.append(self)

        def close(self):
            super().close()
            self.fp.close() if not self.fp.closed else None

    large(portfolio, tmp_path / "large.csv", 10)
    propenso.score_file(tmp_path / "large.csv", tmp_path / "lista.csv", model=model, progress=Bar)
    assert bars and all(bar.n > 0 or bar.total for bar in bars)
