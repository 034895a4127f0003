# SPDX-License-Identifier: BSD-3-Clause
"""With FANOUT_CHECK=1, what is wrong on one rank only is an error on all ranks."""
import os

import numpy
import pytest
from mpi4py import MPI

import fanout
from common import LARGE, outcome, works

pytestmark = pytest.mark.skipif(
    os.environ.get("FANOUT_CHECK") != "1" or MPI.COMM_WORLD.size == 1,
    reason="for several ranks with FANOUT_CHECK=1",
)


def disagrees(error):
    disagreement = fanout.error_class(fanout.ErrorKind.DISAGREEMENT)
    return isinstance(error, MPI.Exception) and error.Get_error_class() == disagreement


def fill(offset, view):
    view[:] = bytes(len(view))


WRONG = {
    "no buffer": (TypeError, lambda bad, comm: fanout.bcast(5 if bad else bytearray(LARGE), 0, comm)),
    "gaps": (
        BufferError,
        lambda bad, comm: fanout.bcast(numpy.zeros(2 * LARGE)[:: 2 if bad else 1], 0, comm),
    ),
    "count": (
        ValueError,
        lambda bad, comm: fanout.bcast([bytearray(LARGE), -1 if bad else 5, MPI.BYTE], 0, comm),
    ),
    "ibcast": (
        TypeError,
        lambda bad, comm: fanout.ibcast(5 if bad else bytearray(LARGE), 0, comm).wait(),
    ),
    "length": (TypeError, lambda bad, comm: fanout.stream("x" if bad else 9, fill, None, 0, comm)),
    "info": (
        TypeError,
        lambda bad, comm: fanout.stream(9, fill, None, 0, comm, "x" if bad else None),
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_argument_on_one_rank(comm, name):
    kind, call = WRONG[name]
    for rank in range(comm.size):
        error = outcome(call, comm.rank == rank, comm)
        assert isinstance(error, kind) if comm.rank == rank else disagrees(error)
        assert works(comm)


def test_read_only_memory_on_one_rank(comm):
    error = outcome(fanout.bcast, bytes(LARGE) if comm.rank < 2 else bytearray(LARGE), 0, comm)
    assert isinstance(error, BufferError) if comm.rank == 1 else disagrees(error)
    assert works(comm)


def test_ranks_that_disagree(comm):
    assert disagrees(outcome(fanout.bcast, bytearray(LARGE), comm.rank, comm))
    assert disagrees(outcome(fanout.bcast_object, 5, comm.rank, comm))
    assert works(comm)
