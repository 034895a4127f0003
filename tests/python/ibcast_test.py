# SPDX-License-Identifier: BSD-3-Clause
"""Nonblocking broadcasts."""
import gc
import weakref

import numpy
import pytest
from mpi4py import MPI

import fanout
from common import LARGE, outcome, works


def filled(comm, root, value, count=LARGE):
    return numpy.full(count, value if comm.rank == root else -1)


def test_wait(comm):
    for root in range(comm.size):
        for count in (10, LARGE):
            data = filled(comm, root, root, count)
            request = fanout.ibcast(data, root, comm)
            assert request.wait() is None
            assert (data == root).all()
            request.wait()
            assert request.test()


def test_test(comm):
    data = filled(comm, 0, 3)
    request = fanout.ibcast([data, MPI.LONG], 0, comm)
    while not request.test():
        pass
    assert (data == 3).all()


def test_several(comm):
    arrays = [filled(comm, i % comm.size, i) for i in range(5)]
    requests = [fanout.ibcast(array, i % comm.size, comm) for i, array in enumerate(arrays)]
    for request in reversed(requests):
        request.wait()
    assert all((array == i).all() for i, array in enumerate(arrays))


def test_as_a_context(comm):
    data = filled(comm, 0, 4)
    with fanout.ibcast(data, 0, comm) as request:
        assert isinstance(request, fanout.Request)
    assert (data == 4).all()


def test_derived_datatypes(comm):
    data = numpy.full((1000, 300), float(comm.rank))
    column = MPI.DOUBLE.Create_vector(1000, 100, 300).Commit()
    request = fanout.ibcast([data, 1, column], 0, comm)
    column.Free()
    request.wait()
    assert (data[:, :100] == 0).all() and (data[:, 100:] == comm.rank).all()


class Memory(numpy.ndarray):
    """Arrays that can be watched going."""


def test_the_buffer_lives_as_long_as_the_broadcast(comm):
    data = filled(comm, 0, 5).view(Memory)
    gone = weakref.ref(data)
    request = fanout.ibcast(data, 0, comm)
    del data
    gc.collect()
    assert gone() is not None
    request.wait()
    gc.collect()
    assert gone() is None


def test_a_request_that_nobody_keeps(comm):
    data = filled(comm, 0, 6).view(Memory)
    gone = weakref.ref(data)
    fanout.ibcast(data, 0, comm)
    gc.collect()
    del data
    # Those of one communicator are done in order: this one ends after that one.
    assert works(comm)
    fanout.ibcast(bytearray(10), 0, comm).wait()
    gc.collect()
    assert gone() is None


def test_a_failed_start_keeps_nothing(comm):
    data = numpy.zeros(10).view(Memory)
    gone = weakref.ref(data)
    assert isinstance(outcome(fanout.ibcast, data, -1, comm), MPI.Exception)
    del data
    gc.collect()
    assert gone() is None


@pytest.mark.parametrize("count", [10, LARGE])
def test_others_go_on(comm, count):
    """One rank waits for a broadcast before it sends an object, the others after that."""
    data = filled(comm, 0, 7, count)
    request = fanout.ibcast(data, 0, comm)
    if comm.rank % 2:
        request.wait()
    big = fanout.bcast_object(numpy.ones(LARGE), comm.size - 1, comm)
    request.wait()
    assert (data == 7).all() and big.sum() == LARGE
