"""What an analyst would write: a portfolio read with pandas, scored with scikit-learn by two jobs, ranked, sorted, written.

    python3 bench/portfolio_pandas.py cartera.csv modelo_final.pkl salida.csv
"""

import sys

import joblib
import pandas

portfolio, model, output = sys.argv[1:]
numbers = ["CANTIDAD_FACTURAS", "IMPORTE_FACTURA", "DEUDA_TOTAL", "CODIGO_POSTAL", "NUM_LINEAS_ACTIVAS"]
clients = pandas.read_csv(
    portfolio,
    sep=";",
    dtype={"CUST_CODE": str},
    keep_default_na=False,
    na_values={name: [""] for name in numbers},
)
forest = joblib.load(model)
forest.n_jobs = 2

features = pandas.DataFrame(
    {
        "CANTIDAD_FACTURAS": clients.CANTIDAD_FACTURAS.clip(1, 3.5) / 3.5,
        "IMPORTE_FACTURA": clients.IMPORTE_FACTURA.fillna(71.99).clip(0, 314.24) / 314.24,
        "ESCENARIO_RECOBRO": clients.ESCENARIO_RECOBRO.isin(["PER", "FU"]).astype(int),
        "DEUDA_TOTAL": clients.DEUDA_TOTAL.clip(0, 628.83) / 628.83,
        "PORTADO": (clients.PORTADO == "SI").astype(int),
        "VPT": (clients.VPT != "N").astype(int),
        "CODIGO_POSTAL": (clients.CODIGO_POSTAL // 1000).fillna(28) / 52,
        "NUM_LINEAS_ACTIVAS": clients.NUM_LINEAS_ACTIVAS.clip(0, 2.5) / 2.5,
        "ESTADO_CLIENTE": (clients.ESTADO_CLIENTE == "A").astype(int),
        "VAP_SCF": (clients.VAP_SCF != "N").astype(int),
        "VAP_OB": (clients.VAP_OB != "N").astype(int),
        "BAJA": (clients.FECHA_BPI != "").astype(int),
    }
)
age = clients.EDAD.replace("", "51-65")
for feature, band in (("0_30", "0-30"), ("31_50", "31-50"), ("51_65", "51-65"), ("MAYOR_65", "MAYOR 65")):
    features[feature] = (age == band).astype(int)

clients["prob_pago"] = forest.predict_proba(features)[:, 1]
clients["clase"] = (clients.prob_pago > 0.5).astype(int)
clients["rango"] = clients.prob_pago.rank(method="first", ascending=False).astype(int)
clients["decil"] = (clients.rango - 1) * 10 // len(clients) + 1
clients["recuperacion_esperada"] = clients.prob_pago * clients.DEUDA_TOTAL
clients.sort_values("rango", inplace=True)
clients.to_csv(output, sep=";", index=False)
