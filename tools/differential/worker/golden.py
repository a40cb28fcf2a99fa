"""Golden rows: drawn from training rows and critical numbers, asked of the library, written as CSV."""

import csv
import math
import random

import numpy as np
import pandas as pd

EXTREMES = [math.nan, math.nan, math.nan, math.inf, -math.inf, 1e39, -1e39, 1e300, -1e300, 3.5e38, 1e-300, 5e-324, -0.0, 0.0, 1e-35,
            -1.0000000180025095e-35, 1.0000000180025095e-35, 1e9, -1e9, 1e12, 255.0, 256.0, 257.0, -1.0, 1.0, 2147483648.0, 1e10, 0.1, 33554433.0, 0.5]
UNSEEN = ["nunca visto", "Zamora", "1", "0.0", "MADRID", "otro"]


def draw_rows(description, table, critical):
    """Rows as lists of cells: a number, a text, or None for a missing value."""
    rng = random.Random(description["seed"])
    training = [raw_row(table, place) for place in range(table.description["rows"])]
    rows = [rng.choice(training) for _ in range(max(2, description["rows"] // 3))]
    while len(rows) < description["rows"]:
        row = list(rng.choice(training))
        for _ in range(rng.choice([1, 1, 1, 2, 3])):
            place = rng.randrange(len(row))
            row[place] = changed(table.columns[place], place, critical, rng)
        rows.append(row)
    return rows


def raw_row(table, place):
    return [raw(table.values[column["name"]][place]) for column in table.columns]


def raw(value):
    if value is None or value is pd.NaT or (isinstance(value, (float, np.floating)) and math.isnan(value)):
        return None
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (int, np.integer)):
        return int(value)
    return float(value) if isinstance(value, (float, np.floating)) else value


def changed(column, place, critical, rng):
    if column["kind"] == "category":
        return changed_category(column, rng)
    known = critical.of(place)
    if known and rng.random() < 0.62:
        return neighbour(rng.choice(known), rng)
    return raw(rng.choice(EXTREMES))


def changed_category(column, rng):
    values = column["values"]
    kind = rng.random()
    if kind < 0.3:
        return None
    if kind < 0.55:
        return rng.choice(values)
    if column.get("dtype") == "category":
        if isinstance(values[0], str):
            return rng.choice(UNSEEN)
        return rng.choice(values + [None])
    if isinstance(values[0], str):
        return rng.choice(UNSEEN)
    if isinstance(values[0], bool):
        return rng.choice(values)
    return rng.choice([max(values) + 1, -1, 0.5, 256, 257, 1e10, 300, -0.3])


def neighbour(number, rng):
    """A number, or one right beside it in float64 or float32."""
    kind = rng.randrange(7)
    if kind < 2:
        return number
    if kind < 4:
        return float(np.nextafter(number, math.inf if kind == 2 else -math.inf))
    with np.errstate(all="ignore"):
        single = np.float32(number)
        if kind == 4:
            return float(single)
        return float(np.nextafter(single, np.float32(math.inf if kind == 5 else -math.inf)))


def asked(table, rows, for_booster=False):
    """Rows in the form that the model takes. Numbers are asked as float64: the file does not say what type the rows will have."""
    values = {}
    for place, column in enumerate(table.columns):
        cells = [row[place] for row in rows]
        values[column["name"]] = column_values(column, cells, for_booster, table.blank(column))
    return table.shaped(table.framed(values))


def column_values(column, cells, for_booster, blank):
    dtype = column.get("dtype")
    if column["kind"] == "category" and dtype == "category":
        known = [cell if cell in column["values"] else None for cell in cells]
        return pd.Categorical(known, categories=column["values"], ordered=column.get("ordered", False))
    if column["kind"] == "category" and dtype == "object":
        made = np.empty(len(cells), dtype=object)
        for place, cell in enumerate(cells):
            made[place] = blank if cell is None else cell
        return made
    is_bools = column["kind"] == "category" and isinstance(column["values"][0], bool)
    if is_bools and not for_booster and all(isinstance(cell, bool) for cell in cells):
        return np.array(cells, dtype=bool)
    return np.array([math.nan if cell is None else cell for cell in cells], dtype="float64")


def cell_text(cell):
    if cell is None:
        return ""
    if isinstance(cell, float):
        return "%.17g" % cell
    return str(cell)


def write(path, table, rows, answers):
    """`answers`: a pair of class and numbers for each row, or `None` for one that is refused."""
    expected = []
    for answer in answers:
        if answer is not None:
            has_class, numbers = answer
            columns = (["expected_class"] if has_class is not None else []) + list(numbers)
            expected.extend(column for column in columns if column not in expected)
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([table.feature_name(place) for place in range(len(table.names))] + expected)
        for row, answer in zip(rows, answers):
            cells = [cell_text(cell) for cell in row]
            for column in expected:
                if answer is None:
                    cells.append("")
                elif column == "expected_class":
                    cells.append("" if answer[0] is None else answer[0])
                else:
                    cells.append("%.17g" % answer[1][column] if column in answer[1] else "")
            writer.writerow(cells)
    return len(expected) > 0
