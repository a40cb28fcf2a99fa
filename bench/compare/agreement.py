"""Whether two engines answered the same."""

import sys
from array import array
from dataclasses import dataclass


@dataclass
class Agreement:
    """Differences between the answers of an engine and propenso's, over all rows of a case."""

    most: float
    mean: float
    share_beyond: float
    # None where the engine's answers are not meant to be the same.
    holds: bool
    note: str

    @classmethod
    def of(cls, ours_path, theirs_path, n_columns, engine):
        """`n_columns`: values per row in our file, of which the last is theirs."""
        ours = read_doubles(ours_path)[n_columns - 1 :: n_columns]
        theirs = read_doubles(theirs_path)
        if len(ours) != len(theirs):
            return cls(float("inf"), float("inf"), 1.0, False, f"{len(theirs)} answers for {len(ours)}")
        allowed = engine.tolerance.difference if engine.tolerance else 0.0
        differences = [abs(a - b) for a, b in zip(ours, theirs)]
        # So written that NaN is beyond.
        share = sum(not difference <= allowed for difference in differences) / len(differences)
        holds = None if engine.tolerance is None else share <= engine.tolerance.share_beyond
        return cls(max(differences), sum(differences) / len(differences), share, holds, engine.note)

    def text(self):
        if self.holds is None:
            return f"{self.note}; mean difference {self.mean:.1g}"
        if not self.holds:
            return f"DIFFERS: {self.share_beyond:.2%} of rows, most {self.most:.1g} {self.note}"
        if self.most == 0:
            return "equal"
        if self.share_beyond:
            return f"{self.share_beyond:.3%} of rows beyond"
        return f"within {self.most:.0e}"


def read_doubles(path):
    values = array("d")
    values.frombytes(path.read_bytes())
    if sys.byteorder == "big":
        values.byteswap()
    return values
