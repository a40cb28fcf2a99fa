"""What an empty field of a column stands for: NaN, or `None` where the model knows `None` there.

To scikit-learn they are two things, and a model file does not say which of them a table will hold. propenso takes an empty
field for `None` where an encoder or an imputer of that column knows `None`, else for NaN (docs/models.md, "What cannot be seen");
golden rows must mean the same. Which columns those are the model itself is asked: it knows `None` where it answers otherwise to it
than to a value it never saw, or answers at all, where it refuses NaN. Where it has `None` among the categories that it lumps together
with what it never saw, its answers do not tell: if it takes NaN for something else yet, no row leaves that column empty.
"""

from . import golden

BASES = 4


def learn(asker, table, rows, recipe_nodes, for_booster):
    """Notes in the table what its columns' empty fields stand for."""
    imputes_none = any(made["params"].get("missing_values", "") is None for made in recipe_nodes)
    for place, column in enumerate(table.columns):
        name = column["name"]
        had_none = any(value is None for value in table.values[name])
        is_object = column["kind"] == "category" and column.get("dtype") == "object" and not table.is_text_type(column)
        if is_object and (had_none or imputes_none):
            known = knows_none(asker, table, rows, place, for_booster)
            if known is None:
                leave_none_empty(column, rows, place)
            if not known:
                table.blanks[name] = float("nan")
        elif imputes_none and column["kind"] == "category":
            # A table has NaN in a column of numbers; an imputer that knows `None` is taken to know it there too.
            leave_none_empty(column, rows, place)


def leave_none_empty(column, rows, place):
    for row in rows:
        if row[place] is None:
            row[place] = column["values"][0]


def knows_none(asker, table, rows, place, for_booster):
    """Whether the model knows `None` in a column; `None` where its answers do not tell, and the difference would."""
    is_text = isinstance(table.columns[place]["values"][0], str)
    unseen = "never seen" if is_text else 987654
    bases = [row for row in rows if all(cell is not None for cell in row)][:BASES] or rows[:BASES]

    def reply(row, cell, blank=None):
        changed = list(row)
        changed[place] = cell
        table.blanks[table.names[place]] = blank
        try:
            asked = golden.asked(table, [changed], for_booster)
            return list(asker.answers(asked)), asker.before_the_last(asked)
        except Exception:
            return None

    is_open = False
    for row in bases:
        answer = reply(row, None)
        is_open = is_open or repr(answer) != repr(reply(row, None, float("nan")))
        if answer is not None and (repr(answer) != repr(reply(row, unseen)) or reply(row, None, float("nan")) is None):
            table.blanks[table.names[place]] = None
            return True
    return None if is_open else False
