"""What the example's model is asked of the example's clients, as an analyst would make it with pandas."""

import pandas

NUMBERS = ["CANTIDAD_FACTURAS", "IMPORTE_FACTURA", "DEUDA_TOTAL", "CODIGO_POSTAL", "NUM_LINEAS_ACTIVAS"]


def read(portfolio, n_rows=None):
    """The clients of a file, or its first ones."""
    return pandas.read_csv(
        portfolio,
        sep=";",
        nrows=n_rows,
        dtype={"CUST_CODE": str},
        keep_default_na=False,
        na_values={name: [""] for name in NUMBERS},
    )


def features(clients):
    """A column for each of the model's, in its order."""
    table = pandas.DataFrame(
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
        table[feature] = (age == band).astype(int)
    return table
