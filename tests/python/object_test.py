# SPDX-License-Identifier: BSD-3-Clause
"""Broadcasts of objects."""
import pickle
import sys

import numpy
import pytest

import fanout
from common import LARGE, outcome, works

OBJECTS = {
    "none": None,
    "number": 2**100,
    "text": "Grüße",
    "bytes": b"\0" * LARGE,
    "bytearray": bytearray(b"x" * LARGE),
    "nested": {"a": [1, (2, 3)], "b": {4: None}},
    "type": int,
    "long": list(range(50_000)),
}


@pytest.mark.parametrize("name", OBJECTS)
def test_each_root(comm, name):
    for root in range(comm.size):
        given = OBJECTS[name] if comm.rank == root else "not this"
        found = fanout.bcast_object(given, root, comm)
        assert found == OBJECTS[name] and type(found) is type(OBJECTS[name])
        assert comm.rank != root or found is given


def arrays():
    return {
        "small": numpy.arange(10),
        "large": numpy.arange(LARGE),
        "fortran": numpy.asfortranarray(numpy.arange(90_000.0).reshape(300, 300)),
        "gaps": numpy.arange(LARGE)[::2],
        "structure": numpy.zeros(LARGE, "i4,f8"),
        "scalar": numpy.array(5.0),
        "nothing": numpy.zeros((0, 3)),
        "objects": numpy.array([None, "a"], dtype=object),
        "other order": numpy.arange(LARGE).astype(">i8"),
    }


def test_arrays(comm):
    wanted = arrays()
    found = fanout.bcast_object(arrays() if comm.rank == 0 else None, 0, comm)
    assert list(found) == list(wanted)
    for name, array in wanted.items():
        assert found[name].dtype == array.dtype and found[name].shape == array.shape
        assert (found[name] == array).all()
    assert found["fortran"].flags.f_contiguous
    assert found["large"].flags.writeable
    found["large"][0] = comm.rank  # each rank has its own


def test_read_only_arrays_stay_so(comm):
    array = numpy.arange(LARGE)
    array.flags.writeable = False
    assert not fanout.bcast_object(array, 0, comm).flags.writeable


def test_arrays_that_are_the_same_stay_the_same(comm):
    array = numpy.arange(LARGE)
    one, two = fanout.bcast_object([array, array], 0, comm)
    assert one is two


def test_large_arrays_are_not_in_the_pickle(comm, monkeypatch):
    sizes, loads = [], pickle.loads
    monkeypatch.setattr(
        pickle, "loads", lambda data, **named: sizes.append(len(data)) or loads(data, **named)
    )
    fanout.bcast_object([numpy.ones(LARGE), numpy.ones(LARGE)], 0, comm)
    assert sizes == ([] if comm.rank == 0 else sizes) and all(size < 10_000 for size in sizes)


def test_what_cannot_be_pickled_is_the_same_error_on_all_ranks(comm):
    for given in (sys, lambda: None, (number for number in range(3))):
        error = outcome(fanout.bcast_object, given if comm.rank == 0 else None, 0, comm)
        assert isinstance(error, (TypeError, AttributeError, pickle.PicklingError)), error
        assert len(set(comm.allgather(str(error)))) == 1
    assert works(comm)


class Stubborn(Exception):
    """An exception that cannot be made again from what it says."""

    def __init__(self, one, two):
        super().__init__(f"{one} and {two}")


class Unwilling:
    def __reduce__(self):
        raise Stubborn("this", "that")


def test_an_exception_that_cannot_be_pickled(comm):
    error = outcome(fanout.bcast_object, Unwilling() if comm.rank == 0 else None, 0, comm)
    assert isinstance(error, Stubborn if comm.rank == 0 else RuntimeError)
    assert "this and that" in str(error)
    assert works(comm)


class Deceptive:
    """What can be pickled, but not made again."""

    def __reduce__(self):
        return int, ("no number",)


def test_what_cannot_be_made_again(comm):
    error = outcome(fanout.bcast_object, Deceptive() if comm.rank == 0 else None, 0, comm)
    assert comm.rank == 0 or isinstance(error, ValueError)
    assert works(comm)


def test_no_memory_on_one_rank_is_an_error_on_all(comm, monkeypatch):
    if comm.size == 1:
        pytest.skip("nobody receives")

    def refuse(lengths):
        raise MemoryError

    if comm.rank == comm.size - 1:
        monkeypatch.setattr("fanout._parcel._allocate", refuse)
    error = outcome(fanout.bcast_object, [numpy.ones(LARGE), numpy.ones(LARGE)], 0, comm)
    monkeypatch.undo()
    if comm.rank == comm.size - 1:
        assert isinstance(error, MemoryError) and str(error)
    else:
        assert isinstance(error, RuntimeError) and f"rank {comm.size - 1}" in str(error)
    assert works(comm)
