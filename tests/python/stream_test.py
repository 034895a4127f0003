# SPDX-License-Identifier: BSD-3-Clause
"""Streams."""
import threading

import numpy
import pytest
from mpi4py import MPI

import fanout
from common import outcome, works

LENGTH = 1_000_001


def pattern(offset, count):
    return (numpy.arange(offset, offset + count) % 251).astype("u1")


class Flow:
    """A source, and a sink that keeps what it gets."""

    def __init__(self, length=LENGTH):
        self.length, self.received, self.calls = length, bytearray(), []

    def source(self, offset, view):
        self.calls.append(threading.get_ident())
        view[:] = pattern(offset, len(view))

    def reader(self, offset, view):
        count = min(len(view), self.length - offset)
        view[:count] = pattern(offset, count)
        return count

    def sink(self, offset, view):
        assert offset == len(self.received) and view.readonly
        self.received += view

    def complete(self):
        return self.received == pattern(0, self.length).tobytes()


def test_each_root(comm):
    for root in range(comm.size):
        flow = Flow()
        source = flow.source if comm.rank == root else None
        assert fanout.stream(LENGTH, source, flow.sink, root, comm) == LENGTH
        assert flow.complete()
        assert bool(flow.calls) == (comm.rank == root)
        assert set(flow.calls) <= {threading.get_ident()}


@pytest.mark.parametrize("length", [0, 1, LENGTH])
def test_of_unknown_length(comm, length):
    flow = Flow(length)
    assert fanout.stream(None, flow.reader, flow.sink, comm.size - 1, comm) == length
    assert flow.complete()


def test_nothing(comm):
    assert fanout.stream(0, None, None, 0, comm) == 0


def test_a_rank_that_only_relays(comm):
    flow = Flow()
    sink = flow.sink if comm.rank == comm.size - 1 else None
    fanout.stream(LENGTH, flow.source, sink, 0, comm, {"chunk_bytes": 65536})
    assert flow.complete() or sink is None


def test_the_interpreter_is_free_while_it_waits(comm):
    """The root's source waits for another thread of its process, and the others for the root."""
    flow, ready = Flow(), threading.Event()

    def source(offset, view):
        assert ready.wait(60)
        flow.source(offset, view)

    timer = threading.Timer(0.2, ready.set)
    timer.start()
    fanout.stream(LENGTH, source, flow.sink, 0, comm)
    # Without the lock this thread could not have run where only the stream waited.
    assert ready.wait(60) and flow.complete()
    timer.join()


class Stop(BaseException):
    """Not even an Exception."""


@pytest.mark.parametrize("kind", [ValueError, Stop, KeyboardInterrupt])
@pytest.mark.parametrize("length", [LENGTH, None])
def test_a_source_that_raises(comm, kind, length):
    def source(offset, view):
        if offset > 0 or comm.size == 1:  # one rank may get all in one piece
            raise kind("no more")
        view[:] = bytes(len(view))
        return len(view)

    root = comm.size - 1
    try:
        fanout.stream(length, source, lambda *_: None, root, comm, {"chunk_bytes": 65536})
        raise AssertionError("it did not fail")
    except kind as error:
        assert comm.rank == root and str(error) == "no more"
    except MPI.Exception as error:
        assert comm.rank != root
        assert error.Get_error_class() == fanout.error_class(fanout.ErrorKind.SOURCE)
    assert works(comm)


def test_a_sink_that_raises_stops_its_rank_only(comm):
    flow = Flow()

    def sink(offset, view):
        if comm.rank == comm.size - 1 and offset > 0:
            raise ValueError("full")
        flow.sink(offset, view)

    error = outcome(fanout.stream, LENGTH, flow.source, sink, 0, comm, {"chunk_bytes": 65536})
    if comm.rank == comm.size - 1:
        assert isinstance(error, ValueError) and str(error) == "full"
    else:
        assert error is None and flow.complete()
    assert works(comm)


def test_what_is_no_callable(comm):
    error = outcome(fanout.stream, LENGTH, 5 if comm.rank == 0 else None, None, 0, comm)
    if comm.rank == 0:
        assert isinstance(error, TypeError) and "source" in str(error)
    else:
        assert error.Get_error_class() == fanout.error_class(fanout.ErrorKind.SOURCE)
    error = outcome(fanout.stream, LENGTH, Flow().source, "sink", 0, comm)
    assert isinstance(error, TypeError) and "sink" in str(error)
    assert works(comm)


@pytest.mark.parametrize("wrong", [-1, None, "all", 1 << 40])
def test_a_source_that_says_something_wrong(comm, wrong):
    error = outcome(fanout.stream, None, lambda offset, view: wrong, None, 0, comm)
    assert isinstance(error, (TypeError, ValueError) if comm.rank == 0 else MPI.Exception)
    assert works(comm)


def test_a_wrong_length(comm):
    for wrong in (-1, "5", 1.5):
        error = outcome(fanout.stream, wrong, Flow().source, None, 0, comm)
        assert isinstance(error, (MPI.Exception, TypeError))
    assert works(comm)


def test_a_view_is_not_valid_afterwards(comm):
    kept = []
    fanout.stream(1000, lambda offset, view: view.__setitem__(slice(None), bytes(len(view))),
                  lambda offset, view: kept.append(view), 0, comm)
    with pytest.raises(ValueError, match="released"):
        bytes(kept[0])


def test_calls_from_a_callable_are_errors(comm):
    found = []

    def sink(offset, view):
        found.append(outcome(fanout.bcast, bytearray(100_000), 0, comm))

    flow = Flow()
    fanout.stream(LENGTH, flow.source, sink, 0, comm)
    assert comm.size == 1 or all(isinstance(error, MPI.Exception) for error in found)
