"""What tests share: the repository's models, and what the installed package needs of it."""

import pathlib

import pytest

import propenso

ROOT = pathlib.Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def root():
    return ROOT


@pytest.fixture(scope="session")
def example(root):
    return root / "examples/cobranza/modelo_final.pkl"


@pytest.fixture(scope="session")
def portfolio(root):
    return root / "examples/cobranza/cartera.csv"


@pytest.fixture(scope="session")
def model(example):
    return propenso.load(example)
