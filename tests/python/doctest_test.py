# SPDX-License-Identifier: BSD-3-Clause
"""What docstrings and doc/python.md show is so."""
import doctest
import importlib
import os
import pathlib

import pytest
from mpi4py import MPI

import fanout

FOLDER = pathlib.Path(fanout.__file__).parent
MANUAL = pathlib.Path(__file__).resolve().parents[2] / "doc/python.md"
GLOBALS = {"fanout": fanout, "MPI": MPI}


@pytest.mark.parametrize("name", sorted(path.stem for path in FOLDER.glob("*.py")))
def test_docstrings(name):
    module = importlib.import_module("fanout" if name == "__init__" else f"fanout.{name}")
    assert module.__doc__
    assert doctest.testmod(module, extraglobs=GLOBALS).failed == 0


def test_there_are_examples():
    tests = doctest.DocTestFinder().find(fanout.bcast) + doctest.DocTestFinder().find(fanout.load)
    assert sum(len(test.examples) for test in tests) >= 4


def test_the_manual(folder, comm):
    before = os.getcwd()
    os.chdir(folder)
    try:
        results = doctest.testfile(str(MANUAL), module_relative=False, globs=dict(GLOBALS))
    finally:
        os.chdir(before)
    assert results.failed == 0 and results.attempted > 5


def test_everything_public_is_documented():
    text = MANUAL.read_text(encoding="utf-8")
    for name in fanout.__all__:
        assert getattr(fanout, name).__doc__
        assert f"`{name}" in text or f"fanout.{name}" in text, name
