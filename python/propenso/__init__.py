"""Payment-propensity models in Python: the answers of the original, without running the model file.

A model file (``.pkl``, ``.joblib``, skops, XGBoost's, LightGBM's, Keras's or ONNX's own) is read and never run: nothing
that it names is imported or called. What comes back has the bits of ``propenso score`` and ``propenso verify``.

>>> import propenso
>>> model = propenso.load("modelo_final.pkl")
>>> model.predict_proba(frame)                       # the model's own columns, as its estimator
>>> model.score(clients).to_pandas()                 # what clients send, by the contract: P(paying), reasons for refusals
>>> model.explain(clients).reasons[0]                # what moved a score
>>> propenso.score_file("cartera.csv", "lista.xlsx", model=model)
>>> propenso.scan("from_a_stranger.pkl")             # what a pickle would import, read without importing it
"""

from propenso._answers import Counterfactual, Explanations, Problem, Refused, Scores
from propenso._files import Scan, Verification, contract_draft, inspect, scan, score_file, verify
from propenso._model import Model, load
from propenso._propenso import __version__
from propenso.errors import (
    ContractError,
    FileError,
    FrameError,
    ModelError,
    PropensoError,
    RefusedRowsWarning,
    UnsupportedError,
)

__all__ = [
    "ContractError",
    "Counterfactual",
    "Explanations",
    "FileError",
    "FrameError",
    "Model",
    "ModelError",
    "Problem",
    "PropensoError",
    "Refused",
    "RefusedRowsWarning",
    "Scan",
    "Scores",
    "UnsupportedError",
    "Verification",
    "__version__",
    "contract_draft",
    "inspect",
    "load",
    "scan",
    "score_file",
    "verify",
]
