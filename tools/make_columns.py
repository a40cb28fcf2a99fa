#!/usr/bin/env python3
"""Make testdata/made/columns/VERSION: models whose columns are easily read wrong, with golden rows.

    python3.10 -m venv .venv-1.2.2
    .venv-1.2.2/bin/pip install scikit-learn==1.2.2 numpy==1.26.4 pandas==2.1.4 joblib==1.6.0
    .venv-1.2.2/bin/python tools/make_columns.py
    python3.11 -m venv .venv-1.9.1
    .venv-1.9.1/bin/pip install scikit-learn==1.9.1 numpy==2.4.6 pandas==3.1.1 joblib==1.6.0 pyarrow==26.0.1
    .venv-1.9.1/bin/python tools/make_columns.py

Run `python3 tools/select_testdata.py --manifest-only` afterwards. Each NAME.pkl has a NAME.csv as tools/write_golden.py
writes it; where pyarrow is, the models on booleans also have their rows as NAME.parquet.
"""

from importlib.util import find_spec
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
import sklearn
from sklearn.compose import make_column_transformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder

from write_golden import write_golden

FOLDER = Path(__file__).resolve().parent.parent / "testdata" / "made" / "columns" / sklearn.__version__
N_TRAINED = 200
N_GOLDEN = 24


def forest():
    return RandomForestClassifier(n_estimators=4, max_depth=4, random_state=0)


def one_hot():
    return OneHotEncoder(handle_unknown="ignore", sparse_output=False)


def write(name, model, X, y):
    model.fit(X, y)
    joblib.dump(model, FOLDER / f"{name}.pkl", compress=3)
    write_golden(model, X.head(N_GOLDEN), FOLDER / f"{name}.csv")
    if "bool" in name and find_spec("pyarrow"):
        X.head(N_GOLDEN).to_parquet(FOLDER / f"{name}.parquet", index=False)


def clients(rng):
    return pd.DataFrame(
        {
            "importe": (rng.gamma(2, 400, N_TRAINED) + 20).round(2),
            "deuda": (rng.gamma(2, 1500, N_TRAINED) + 20).round(2),
            "facturas": rng.integers(1, 9, N_TRAINED),
        }
    )


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(0)
    numbers = clients(rng)
    flags = {name: rng.random(N_TRAINED) < 0.4 for name in ["movil", "domiciliado", "recurrente", "avisado"]}
    provinces = np.array(["Málaga", "Malaga", "MALAGA", "León", "Leon"], dtype=object)
    province = pd.Series(rng.choice(provinces, N_TRAINED), dtype=object)
    weight = province.map({"Málaga": 3, "Malaga": -3, "MALAGA": 1, "León": 2, "Leon": -2}).astype(float)
    score = numbers.importe / 800 - numbers.deuda / 3000 + weight + 2 * flags["movil"] - 2 * flags["domiciliado"]
    score = score + flags["recurrente"] - flags["avisado"] + rng.normal(0, 0.3, N_TRAINED)
    y = (score > score.median()).astype(int)

    # What get_dummies writes since pandas 2, and what it wrote before. Names that differ in accents and case only.
    dummies = numbers.join(pd.get_dummies(province, prefix="PROV"))
    write("dummies_bool", forest(), dummies.astype({c: bool for c in dummies if c.startswith("PROV")}), y)
    write("accents", forest(), dummies.astype({c: int for c in dummies if c.startswith("PROV")}), y)

    # Encoders fitted on booleans of both kinds, and on booleans that became texts.
    table = numbers.assign(
        movil=flags["movil"],
        domiciliado=pd.Series(flags["domiciliado"].tolist(), dtype=object),
        recurrente=flags["recurrente"],
        avisado=pd.Series([str(flag) for flag in flags["avisado"]], dtype=object),
    )
    ordinal = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1)
    prepared = make_column_transformer(
        (one_hot(), ["movil", "domiciliado", "avisado"]), (ordinal, ["recurrente"]), remainder="passthrough"
    )
    write("encoders_bool", make_pipeline(prepared, forest()), table, y)

    # A pipeline's own columns: numbers, and a text.
    own = numbers.assign(provincia=province)
    prepared = make_column_transformer((one_hot(), ["provincia"]), remainder="passthrough")
    write("own_numbers", make_pipeline(prepared, forest()), own, y)

    # Missing values that became the text `nan` before the encoder saw them; that it saw as missing; and that it never
    # saw, among texts and among numbers.
    gaps = rng.random((N_TRAINED, 2)) < 0.2
    missing = numbers.assign(
        provincia=province.mask(gaps[:, 0], "nan").astype(object),
        escenario=pd.Series(np.where(gaps[:, 1], np.nan, province.to_numpy()), dtype=object),
        zona=pd.Series(np.where(flags["movil"], "norte", "sur"), dtype=object),
        lineas=rng.integers(1, 4, N_TRAINED).astype(float),
    )
    prepared = make_column_transformer(
        (one_hot(), ["provincia", "escenario", "zona", "lineas"]), remainder="passthrough"
    )
    write("missing_text", make_pipeline(prepared, forest()), missing, y)


if __name__ == "__main__":
    main()
