"""Paths of the source tree; tests that need more of it than the sdist has say that they skip."""

import os
import pathlib

import pytest

TOP = pathlib.Path(__file__).resolve().parents[3]


@pytest.fixture
def golden():
    path = TOP / "tests" / "golden" / "init.txt"
    if not path.exists():
        pytest.skip("no tests/golden here: this is an sdist")
    return path


@pytest.fixture
def command():
    path = os.environ.get("ALVOR_COMMAND", str(TOP / "build" / "release" / "alvor"))
    if not os.path.exists(path):
        pytest.skip("the command is not built (ALVOR_COMMAND)")
    return path
