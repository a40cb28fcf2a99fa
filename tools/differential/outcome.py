"""What came of a model: `propenso verify` run on it, and its report sorted."""

import json
import re
import subprocess

EQUAL = "equal"
WITHIN = "within tolerance"
REFUSED = "refused at load"
UNUSABLE = "golden unusable"
OVER_REFUSED = "over-refused row"
NOT_FINITE = "not finite"
TIE = "tie"
WRONG = "WRONG"
ANSWERED = "answered a refusal"
CRASHED = "CRASHED"
UNSEEABLE = "unseeable"
UNMADE = "unmade"
ALL = [EQUAL, WITHIN, REFUSED, UNUSABLE, OVER_REFUSED, NOT_FINITE, TIE, UNSEEABLE, ANSWERED, WRONG, CRASHED, UNMADE]
FAILURES = {WRONG, ANSWERED, CRASHED}


class Outcome:
    """What came of one model."""

    def __init__(self, kind, message="", lines=()):
        self.kind = kind
        self.message = message
        # Lines of the golden file that made it so.
        self.lines = list(lines)

    @property
    def is_failure(self):
        return self.kind in FAILURES


def verify(propenso, reply):
    """Runs `propenso verify` on what a worker made."""
    command = [propenso, "verify", reply["model"], reply["golden"], "--contract", "model", "--json", "--tolerance", repr(reply["tolerance"])]
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True, encoding="utf-8", timeout=120)
    except subprocess.TimeoutExpired:
        return Outcome(CRASHED, "no answer within two minutes")
    if done.returncode in (0, 2) and done.stdout:
        return sort(json.loads(done.stdout), set(reply["unfinite"]))
    message = " ".join(done.stderr.split())
    if done.returncode != 1 or "panicked" in message:
        return Outcome(CRASHED, "exit %d: %s" % (done.returncode, message[:400]))
    is_about_golden = "golden.csv" in message
    return Outcome(UNUSABLE if is_about_golden else REFUSED, message)


def sort(report, unfinite):
    """The gravest of what a report lists."""
    found = {}
    for listed in report["listed"]:
        found.setdefault(sort_row(listed, unfinite), []).append(listed)
    for kind in (WRONG, ANSWERED, NOT_FINITE, TIE, OVER_REFUSED):
        if kind in found:
            return Outcome(kind, found[kind][0]["what"], [listed["line"] for listed in found[kind]])
    return Outcome(WITHIN if report["within_tolerance"] else EQUAL)


def sort_row(listed, unfinite):
    if listed["what"].startswith("refused:"):
        return OVER_REFUSED
    if listed["what"].startswith("answered, where a refusal"):
        return NOT_FINITE if listed["line"] in unfinite else ANSWERED
    # The class alone differs, and the numbers of both are the same but for the tolerance.
    return TIE if listed["what"].endswith("a tie but for rounding") else WRONG


def message_kind(message):
    """A message without what is particular to one file: paths, numbers, names in quotes."""
    message = re.sub(r"\S*/\S+", "…", message)
    message = re.sub(r"`[^`]*`", "`…`", message) if len(message) > 200 else message
    message = re.sub(r"\b\d[\d.]*(e[-+]?\d+)?\b", "#", message)
    return re.sub(r"; supported today.*", "", message)[:160]
