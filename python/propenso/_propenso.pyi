"""The half that is not Python. Nobody calls it but the package."""

from os import PathLike
from typing import Any, Callable, Iterable, Optional, Sequence, final

__version__: str

# By the model's own columns or the contract's, columns named otherwise, the mark before the decimals of texts, whether it is
# looked for, threads.
_Reading = tuple[bool, list[tuple[str, str]], Optional[str], bool, Optional[int]]

@final
class Frame:
    @staticmethod
    def of_arrow(clients: Any) -> Frame: ...
    @staticmethod
    def of_matrix(names: Optional[list[str]], values: bytes, n_rows: int, n_columns: int, is_by_column: bool) -> Frame: ...
    @staticmethod
    def of_rows(names: Optional[list[str]], rows: Iterable[Any], n_columns: int) -> Frame: ...
    @property
    def columns(self) -> list[str]: ...
    def __len__(self) -> int: ...

@final
class Model:
    @staticmethod
    def load(
        path: Optional[str | PathLike[str]], data: Optional[bytes], contract: dict[str, Optional[str]], key: Optional[str]
    ) -> Model: ...
    def row(self, values: bytes) -> Optional[tuple[int, list[float]]]: ...
    def score(self, frame: Frame, reading: _Reading) -> dict[str, Any]: ...
    def explain(self, frame: Frame, reading: _Reading, n_reasons: int) -> dict[str, Any]: ...
    def counterfactual(
        self, frame: Frame, reading: _Reading
    ) -> list[tuple[Optional[dict[str, Any]], Optional[list[dict[str, Any]]]]]: ...
    def about(self) -> dict[str, Any]: ...

def inspect(path: Optional[str | PathLike[str]], data: Optional[bytes], key: Optional[str]) -> str: ...
def contract_draft(
    model: tuple[Optional[str | PathLike[str]], Optional[bytes]],
    sample: tuple[Optional[str], Optional[Frame]],
    name: Optional[str],
    language: str,
) -> tuple[str, int]: ...
def verify(
    model: Model, golden: tuple[Optional[str], Optional[Frame]], tolerance: Optional[float], by_contract: Optional[bool]
) -> tuple[str, str, bool]: ...
def control_group(ids: Sequence[Optional[str]], share: str, key: str) -> list[bool]: ...
def score_file(
    model: Model,
    files: tuple[str, str],
    options: list[tuple[str, str]],
    progress: Optional[Callable[[str, int, int, Optional[int]], Any]],
) -> str: ...
