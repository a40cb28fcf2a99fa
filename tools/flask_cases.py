"""The requests that `flask_oracle.py` asks: the documented call, portfolio rows, and edge cases.

A request is (case name, query string as it goes over the wire). Values in the tables below are
already percent-encoded; `None` leaves the parameter out.
"""

import csv
from urllib.parse import quote

EXAMPLE = {
    "er": "EMP", "po": "NO", "vt": "S", "cp": "8029", "ec": "A", "vf": "N", "vb": "N",
    "fb": "202310", "ed": "NaN", "cf": "3", "im": "263.68", "dt": "1000.82", "nl": "12",
}

COLUMNS = {
    "er": "ESCENARIO_RECOBRO", "po": "PORTADO", "vt": "VPT", "cp": "CODIGO_POSTAL",
    "ec": "ESTADO_CLIENTE", "vf": "VAP_SCF", "vb": "VAP_OB", "fb": "FECHA_BPI", "ed": "EDAD",
    "cf": "CANTIDAD_FACTURAS", "im": "IMPORTE_FACTURA", "dt": "DEUDA_TOTAL",
    "nl": "NUM_LINEAS_ACTIVAS",
}

# Ages inside each band of the file; 30 is in the file's first band and in none of the script's.
AGES = {
    "0-30": [30, 18, 29, 25, 0], "31-50": [31, 40, 50], "51-65": [51, 58, 65],
    "MAYOR 65": [66, 72, 101],
}

INTEGERS = ("cp", "ed", "cf", "nl")
FLOATS = ("im", "dt")
TEXTS = ("er", "po", "vt", "ec", "vf", "vb", "fb")

# No number to int() nor to float().
NOT_A_NUMBER = {
    "absent": None, "empty": "", "blank": "%20", "lower-null": "null", "upper-null": "NULL",
    "none": "None", "n-a": "N/A", "true": "true", "decimal-comma": "12,5", "spanish": "1.234,56",
    "english": "1,234.56", "euro": "12%E2%82%AC", "percent": "12%25", "hexadecimal": "0x1F",
    "fortran": "1d3", "minus-sign": "%E2%88%925", "inner-blank": "1%202", "nul": "12%00",
    "nan-blank": "NaN%20", "two-underscores": "1__0", "underscore-first": "_1", "superscript":
    "%C2%B2", "bom": "%EF%BB%BF12", "invalid-utf-8": "12%FF", "two-signs": "--5",
    "bare-percent": "12%", "bad-escape": "%zz12",
}

# Numbers to float() but not to int().
NOT_AN_INTEGER = {
    "pandas-float": "8029.0", "half": "45.5", "exponent": "1e3", "huge-exponent": "1e400",
    "inf": "inf", "minus-inf": "-inf", "infinity": "Infinity", "lower-nan": "nan",
    "upper-nan": "NAN", "trailing-dot": "12.",
}

# Numbers to both, odd as they look.
ODD_NUMBERS = {
    "negative": "-5", "blanks-around": "%2012%20", "plus-is-blank": "+5", "plus-sign": "%2B5",
    "underscore": "1_000", "full-width": "%EF%BC%91%EF%BC%92", "arabic": "%D9%A3",
    "leading-zero": "08029", "minus-zero": "-0", "tab-newline": "%0912%0A", "nbsp": "%C2%A012",
    "line-separator": "%E2%80%A812", "digits-400": "9" * 400, "mixed-digits": "1%D9%A3",
    "mathematical-digits": "%F0%9D%9F%8F%F0%9D%9F%90",
}

# Numbers only for im and dt.
ODD_FLOATS = {
    "inf": "inf", "minus-inf": "-inf", "infinity": "Infinity", "exponent": "1e2", "huge": "1e400",
    "tiny": "1e-400", "leading-dot": ".5", "trailing-dot": "12.", "minus-zero-float": "-0.0",
    "full-width-float": "%EF%BC%91%EF%BC%92.%EF%BC%95", "upper-e": "1E2", "underscores": "1_0.2_5",
}

# Values of one parameter, each a case of its own: name, parameter, value.
SINGLE = [
    ("ed-30-no-band", "ed", "30"), ("ed-29", "ed", "29"), ("ed-31", "ed", "31"),
    ("ed-50", "ed", "50"), ("ed-51", "ed", "51"), ("ed-65", "ed", "65"), ("ed-66", "ed", "66"),
    ("ed-150", "ed", "150"), ("ed-band-0-30", "ed", "0-30"), ("ed-band-31-50", "ed", "31-50"),
    ("ed-band-51-65", "ed", "51-65"), ("ed-band-mayor-65", "ed", "MAYOR%2065"),
    ("cp-nan", "cp", "NaN"), ("cp-province", "cp", "28"), ("cp-letters", "cp", "AD500"),
    ("cp-zero", "cp", "0"),
    # Whole numbers are divided before they are rounded to a double: 9007199254740993 / 52 is not
    # float(9007199254740993) / 52.
    ("cp-beyond-double", "cp", "9007199254740993"), ("cp-beyond-i64", "cp", "18446744073709551617"),
    # 52 times the largest float32, and what rounds up beyond it.
    ("cp-float32-max", "cp", str(52 * (2**128 - 2**104))),
    ("cp-float32-rounds-down", "cp", str(52 * (2**128 - 2**103) - 2**90)),
    ("cp-float32-overflow", "cp", str(52 * (2**128 - 2**103))),
    ("cp-1e40", "cp", "1" + "0" * 40), ("cp-minus-1e41", "cp", "-1" + "0" * 41),
    ("cp-double-overflow", "cp", "1" + "0" * 311), ("cp-digits-400", "cp", "9" * 400),
    ("cf-digits-4301", "cf", "1" * 4301),
    ("cf-nan", "cf", "NaN"), ("cf-zero", "cf", "0"), ("cf-four", "cf", "4"),
    ("nl-nan", "nl", "NaN"), ("nl-zero", "nl", "0"), ("nl-two", "nl", "2"), ("nl-three", "nl", "3"),
    ("im-nan", "im", "NaN"), ("im-zero", "im", "0"), ("im-cap", "im", "314.24"),
    ("im-above-cap", "im", "314.25"), ("dt-nan", "dt", "NaN"), ("dt-cap", "dt", "628.83"),
    ("dt-lower-nan", "dt", "nan"), ("im-lower-nan", "im", "nan"), ("im-minus-nan", "im", "-nan"),
    ("im-plus-nan", "im", "%2Bnan"), ("dt-upper-nan", "dt", "NAN"), ("dt-blank-nan", "dt", "%20NaN"),
    ("er-per", "er", "PER"), ("er-fu", "er", "FU"), ("er-lower", "er", "per"),
    ("er-trailing-blank", "er", "PER%20"), ("er-unknown", "er", "XYZ"), ("er-nan", "er", "NaN"),
    ("er-invalid-utf-8", "er", "%FF%FE"), ("er-nul", "er", "PER%00"),
    ("po-si", "po", "SI"), ("po-n", "po", "N"), ("po-n-a", "po", "N/A"),
    ("po-n-a-blank", "po", "N/A%20"), ("po-n-a-plus", "po", "N/A+"), ("po-bajas-i", "po", "BAJAS_I"),
    ("po-bajas-i-blank", "po", "BAJAS_I%20"), ("po-bajas-ii", "po", "BAJAS_II"),
    ("po-bajas-ii-blank", "po", "BAJAS_II%20"), ("po-lower", "po", "no"), ("po-nan", "po", "NaN"),
    ("po-empty", "po", ""), ("vt-si", "vt", "SI"), ("vt-n", "vt", "N"), ("vt-no", "vt", "NO"),
    ("vt-lower", "vt", "si"), ("vt-accent", "vt", "S%C3%8D"), ("vt-nan", "vt", "NaN"),
    ("vf-si", "vf", "SI"), ("vf-s", "vf", "S"), ("vb-si", "vb", "SI"), ("vb-s", "vb", "S"),
    ("ec-b", "ec", "B"), ("ec-lower", "ec", "a"), ("ec-leading-blank", "ec", "%20A"),
    ("fb-nan", "fb", "NaN"), ("fb-empty", "fb", ""), ("fb-lower-nan", "fb", "nan"),
    ("fb-null", "fb", "null"), ("fb-nan-blank", "fb", "NaN%20"),
]


def query(values):
    return "&".join(f"{name}={value}" for name, value in values.items() if value is not None)


def changed(**changes):
    return query({**EXAMPLE, **changes})


def edge_cases():
    """Every way a value can be odd, spread over the parameters that read it alike."""
    yield "example", query(EXAMPLE)
    numbers = INTEGERS + FLOATS
    for position, (name, value) in enumerate(NOT_A_NUMBER.items()):
        # Absent and empty for all six; the others for two each, an int() and a float().
        everywhere = name in ("absent", "empty")
        turn = (INTEGERS[position % 4], FLOATS[position % 2])
        for parameter in numbers if everywhere else turn:
            yield f"{parameter}-{name}", changed(**{parameter: value})
    for position, (name, value) in enumerate(NOT_AN_INTEGER.items()):
        parameter = INTEGERS[position % 4]
        yield f"{parameter}-{name}", changed(**{parameter: value})
    for position, (name, value) in enumerate(ODD_NUMBERS.items()):
        # 400 digits are too many for cp alone.
        integer = ("ed", "cf", "nl")[position % 3] if name == "digits-400" else INTEGERS[position % 4]
        for parameter in (integer, FLOATS[position % 2]):
            yield f"{parameter}-{name}", changed(**{parameter: value})
    for position, (name, value) in enumerate(ODD_FLOATS.items()):
        yield f"{FLOATS[position % 2]}-{name}", changed(**{FLOATS[position % 2]: value})
    for name, parameter, value in SINGLE:
        yield name, changed(**{parameter: value})
    yield from whole_queries()


def whole_queries():
    """What the web layer makes of a query string."""
    usual = query(EXAMPLE)
    yield "no-parameters", ""
    yield "texts-absent", changed(**dict.fromkeys(TEXTS))
    yield "numbers-nan", changed(**dict.fromkeys(INTEGERS + FLOATS, "NaN"))
    yield "all-nan", query(dict.fromkeys(EXAMPLE, "NaN"))
    yield "upper-name", usual.replace("cp=", "CP=")
    yield "semicolons", usual.replace("&", ";")
    yield "one-semicolon", usual.replace("&cp=", ";cp=")
    yield "first-of-two-counts", "ed=40&" + usual
    yield "first-of-two-bad", "ed=abc&" + usual
    yield "second-of-two-bad", usual + "&ed=abc"
    yield "escaped-name", usual.replace("cp=", "%63p=")
    yield "blank-in-name", usual.replace("cp=", "cp+=")
    yield "empty-pairs", "&&" + usual.replace("&cp=", "&&&cp=") + "&"
    yield "name-without-value", usual.replace("fb=202310", "fb")
    yield "number-without-value", usual.replace("cf=3", "cf")
    yield "equals-in-value", usual.replace("er=EMP", "er=PER=1")
    yield "unknown-parameter", usual + "&zz=1"
    yield "html-escaped", usual.replace("&cp=", "&amp;cp=")
    yield "escaped-ampersand", usual.replace("er=EMP", "er=PER%26cp=1")
    yield "other-order", query(dict(reversed(EXAMPLE.items())))


def portfolio_rows(path, count):
    """Rows spread evenly over the file, written as the old platform would have sent them."""
    with open(path, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    for turn in range(count):
        number = turn * len(rows) // count
        row = rows[number]
        values = {parameter: row[column] or "NaN" for parameter, column in COLUMNS.items()}
        ages = AGES.get(row["EDAD"])
        if ages:
            values["ed"] = str(ages[turn % len(ages)])
        if turn % 10 == 9 and row["CODIGO_POSTAL"]:
            # What the caller had to send to be answered as in training.
            values["cp"] = str(int(row["CODIGO_POSTAL"]) // 1000)
        escaped = {name: quote(value, safe="/") for name, value in values.items()}
        yield f"row-{number}", query(escaped)
