"""What people are shown runs: the notebook from its first cell to its last, and the program of docs/python.md."""

import json
import re

import numpy as np
import pytest

import propenso


def test_the_notebook(root, portfolio, tmp_path, monkeypatch, capsys):
    pytest.importorskip("sklearn")
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    monkeypatch.setenv("PROPENSO_EJEMPLO", str(portfolio))
    monkeypatch.setenv("PROPENSO_SALIDA", str(tmp_path / "envio"))
    notebook = json.loads((root / "python/examples/para_el_analista.ipynb").read_text(encoding="utf-8"))
    names = {}
    for number, cell in enumerate(notebook["cells"]):
        if cell["cell_type"] == "code":
            # Nothing that somebody once ran stays in it.
            assert cell["outputs"] == []
            exec(compile("".join(cell["source"]), f"cell {number}", "exec"), names)
    made = {path.name for path in (tmp_path / "envio").iterdir()}
    assert made >= {"modelo.joblib", "modelo.golden.csv", "contrato.toml", "modelo.png", "lista.csv"}
    assert names["informe"]["summary"]["scored"]["rows"] == 7339
    assert len(names["puntuados"].refused) == 1


def test_the_program_of_the_docs(root, monkeypatch, capsys):
    monkeypatch.chdir(root)
    text = (root / "docs/python.md").read_text(encoding="utf-8")
    program = re.search(r"```python\n(.*?)```", text, re.DOTALL).group(1)
    exec(compile(program, "docs/python.md", "exec"), {})
    assert re.match(r"(no )?pagador 0\.\d+ EDAD: ", capsys.readouterr().out)


def test_docs_name_what_there_is(root):
    text = (root / "docs/python.md").read_text(encoding="utf-8")
    for name in re.findall(r"propenso\.(\w+)\(", text):
        assert hasattr(propenso, name), name


def test_duckdb(model, portfolio):
    duckdb = pytest.importorskip("duckdb")
    query = f"select * from read_csv('{portfolio}', delim=';', all_varchar=true)"
    scores = [model.score(batch, find_decimal=False).probability for batch in duckdb.sql(query).to_arrow_reader(1000)]
    assert len(np.concatenate(scores)) == 7339
