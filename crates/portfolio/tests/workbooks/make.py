"""Makes one portfolio in every form of workbook, and as text: `python make.py`, with openpyxl and LibreOffice at hand.

openpyxl writes it, and LibreOffice 7.4 calculates its formulas and saves it as .xlsx, .ods and .xls. Nobody in it lives.

formulas.xls is by xlwt 1.3, which calculates nothing: a sheet with the example's header, and a client whose
DEUDA_TOTAL is `xlwt.Formula("C2*2")`.

continued.xls is by hand: a text that goes on in two more records, one letter in two bytes and in one again, with runs of
fonts that are cut, and one with phonetic signs.

small.xls is by hand: a workbook of less than 4,096 bytes, which is in the stream of small streams, its pieces from the
last to the first.
"""

import csv
import datetime
import subprocess
import tempfile
from pathlib import Path

from openpyxl import Workbook

HEADER = (
    "CUST_CODE CANTIDAD_FACTURAS IMPORTE_FACTURA ESCENARIO_RECOBRO DEUDA_TOTAL PORTADO VPT CODIGO_POSTAL "
    "NUM_LINEAS_ACTIVAS ESTADO_CLIENTE VAP_SCF VAP_OB FECHA_BPI EDAD NOMBRE ALTA VISTO ACTIVO CUOTA DOBLE NOTA"
).split()


def client(id, name, debt, postcode, day, active, note):
    return [
        id, 2, 62.83, "PER", debt, "NO", "S", postcode, 2, "A", "N", "N", None, "51-65",
        name, day, datetime.datetime(2024, 2, 29, 14, 5, 9), active, 0.05, "=E{row}*2", note,
    ]  # fmt: skip


MADRID = [
    client(101, "Muñoz Ávila, José", 1250.5, 28001, datetime.date(2023, 12, 31), True, "  dos  blancos "),
    client(1234567, "O'Brien & Hijos <S.L.>", 98.25, 8001, datetime.date(1999, 1, 2), False, "una línea\ny otra"),
    client(20, "Peña «la Niña» €", 1e6, 29151, None, True, None),
]
SEVILLA = [
    client(3000, "Íñigo Ñandú", 0.1, 41001, datetime.date(2024, 2, 29), None, "=IF(E4>1,\"mucho\",\"poco\")"),
    None,
    client(3001, "", 1250, 1001, datetime.date(2020, 3, 1), False, "\tsangrada"),
]


def write(sheet, clients, first):
    for column, name in enumerate(HEADER, 1):
        sheet.cell(first, column, name)
    for row, cells in enumerate(clients, first + 1):
        for column, value in enumerate(cells or [], 1):
            if isinstance(value, str):
                value = value.replace("{row}", str(row))
            cell = sheet.cell(row, column, value)
            if column == 1:
                cell.number_format = "0000000"
            if column == 8:
                cell.number_format = "00000"
            if column == 16:
                cell.number_format = "dd/mm/yyyy"
            if column == 17:
                cell.number_format = "dd/mm/yyyy hh:mm"
            if column == 19:
                cell.number_format = "0%"


def text(column, value, cells):
    """What a Spanish Excel shows, with decimal points."""
    if value is None:
        return ""
    if column in (0, 7):
        return str(value).zfill(7 if column == 0 else 5)
    if isinstance(value, bool):
        return "VERDADERO" if value else "FALSO"
    if isinstance(value, datetime.datetime):
        return value.strftime("%d/%m/%Y %H:%M:%S")
    if isinstance(value, datetime.date):
        return value.strftime("%d/%m/%Y")
    if str(value).startswith("=E"):
        value = cells[4] * 2
    if str(value).startswith("=IF"):
        return "poco"
    return str(value).removesuffix(".0")


book = Workbook()
book.active.title = "Portada"
book.active["B2"] = "Cartera de hoy"
write(book.create_sheet("Madrid"), MADRID, 1)
sevilla = book.create_sheet("Sevilla")
sevilla["A1"] = "Sur"
write(sevilla, SEVILLA, 3)
old = book.create_sheet("Antigua")
old.sheet_state = "hidden"
write(old, MADRID[:1], 1)

here = Path(__file__).parent
with open(here / "cartera.csv", "w", encoding="utf-8-sig", newline="") as file:
    table = csv.writer(file, delimiter=";")
    table.writerow(HEADER)
    for cells in filter(None, MADRID + SEVILLA):
        table.writerow(text(column, value, cells) for column, value in enumerate(cells))
with tempfile.TemporaryDirectory() as folder:
    made = Path(folder) / "cartera.xlsx"
    book.save(made)
    for form in ["xlsx", "ods", "xls:MS Excel 97"]:
        subprocess.run(
            ["soffice", "--headless", "--convert-to", form, "--outdir", here, made],
            check=True,
        )
