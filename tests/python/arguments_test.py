# SPDX-License-Identifier: BSD-3-Clause
"""Wrong arguments: the exceptions are those of mpi4py, on all ranks, and nothing hangs."""
import numpy
import pytest
from mpi4py import MPI

import fanout
from common import outcome, works

DATA = numpy.arange(12.0).reshape(3, 4)
LOCKED = numpy.zeros(10)
LOCKED.flags.writeable = False

WRONG_BUFFERS = {
    "none": None,
    "number": 5,
    "text": "abc",
    "nothing": [],
    "one item": [DATA],
    "five items": [DATA, 1, 2, 3, 4],
    "column": DATA[:, 1],
    "rows with gaps": DATA[::2],
    "unknown code": [DATA, "zz"],
    "type before count": [DATA, "d", 1],
    "negative count": [DATA, -1, MPI.DOUBLE],
    "text as count": [DATA, [], MPI.DOUBLE],
    "negative displacement": [DATA, (1, -1), MPI.DOUBLE],
    "displacement out of bounds": [DATA, (1, 50), MPI.DOUBLE],
    "displacement in nothing": [DATA, (1, 1), MPI.DATATYPE_NULL],
    "count without buffer": [None, 1, MPI.INT],
    "no type": [None, None],
    "null type": [DATA, MPI.DATATYPE_NULL],
    "null type with count": [DATA, 1, MPI.DATATYPE_NULL],
    "bottom of null type": [MPI.BOTTOM, 1, MPI.DATATYPE_NULL],
    "half of an element": [bytearray(7), MPI.INT],
    "structure": numpy.zeros(3, "i4,f8"),
    "objects": numpy.array([object()]),
    "half precision": numpy.zeros(3, "f2"),
    "times": numpy.zeros(3, "datetime64[s]"),
    "no buffer": [object(), 1, MPI.INT],
}


@pytest.mark.parametrize("name", WRONG_BUFFERS)
def test_wrong_buffer_as_mpi4py(comm, name):
    given = WRONG_BUFFERS[name]
    theirs = outcome(comm.Bcast, given, 0)
    for call in (fanout.bcast, fanout.ibcast):
        ours = outcome(call, given, 0, comm)
        assert type(ours) is type(theirs)
        assert str(ours) and str(ours) != "''"
    assert works(comm)


def test_bottom_alone(comm):
    error = outcome(fanout.bcast, MPI.BOTTOM, 0, comm)  # mpi4py 3 and 4 differ
    assert isinstance(error, TypeError) and "BOTTOM" in str(error)


def test_foreign_byte_order(comm):
    error = outcome(fanout.bcast, numpy.zeros(3, ">f8"), 0, comm)
    assert isinstance(error, BufferError) and ">d" in str(error)  # as mpi4py 4


def test_count_must_be_a_whole_number(comm):
    for count in (1.5, "3", object()):
        error = outcome(fanout.bcast, [DATA, count, MPI.DOUBLE], 0, comm)
        assert isinstance(error, TypeError) and "count" in str(error)


def test_numbers_are_not_cut_off(comm):
    assert isinstance(outcome(fanout.bcast, [DATA, 2**64, MPI.DOUBLE], 0, comm), OverflowError)
    assert isinstance(outcome(fanout.bcast, DATA, 2**32, comm), OverflowError)
    assert isinstance(outcome(fanout.stream, 2**64, None, None, 0, comm), OverflowError)
    assert isinstance(outcome(fanout.explain, 2**64, 0, comm), OverflowError)


def test_an_uncommitted_type(comm):
    datatype = MPI.DOUBLE.Create_contiguous(2)
    error = outcome(fanout.bcast, [DATA, 1, datatype], 0, comm)
    assert isinstance(error, MPI.Exception) and error.Get_error_class() == MPI.ERR_TYPE
    datatype.Free()


@pytest.mark.parametrize("read_only", [b"0123456789", LOCKED])
def test_read_only_where_data_arrive(comm, read_only):
    if comm.size == 1:
        pytest.skip("nobody receives")
    # All ranks fail: the root has another reason to.
    given = [read_only, -1, MPI.BYTE] if comm.rank == 0 else read_only
    theirs, ours = outcome(comm.Bcast, given, 0), outcome(fanout.bcast, given, 0, comm)
    assert type(ours) is type(theirs) is (ValueError if comm.rank == 0 else BufferError)
    assert works(comm)


CALLS = {
    "bcast": lambda root, comm: fanout.bcast(bytearray(10), root, comm),
    "ibcast": lambda root, comm: fanout.ibcast(bytearray(10), root, comm),
    "stream": lambda root, comm: fanout.stream(10, None, None, root, comm),
    "stream to end": lambda root, comm: fanout.stream(None, None, None, root, comm),
    "bcast_object": lambda root, comm: fanout.bcast_object(1, root, comm),
    "load": lambda root, comm: fanout.load("x", root, comm),
    "open_h5": lambda root, comm: fanout.open_h5("x", comm, root),
    "explain": lambda root, comm: fanout.explain(10, root, comm),
}


@pytest.mark.parametrize("call", CALLS)
def test_wrong_root(comm, call):
    for root in (-1, comm.size, 2**31 - 1, MPI.PROC_NULL):
        error = outcome(CALLS[call], root, comm)
        assert isinstance(error, MPI.Exception) and error.Get_error_class() == MPI.ERR_ROOT
    for root in ("0", None, 0.5):
        error = outcome(CALLS[call], root, comm)
        assert isinstance(error, TypeError) and "root" in str(error)
    assert works(comm)


@pytest.mark.parametrize("call", CALLS)
def test_wrong_communicator(comm, call):
    for wrong in (0, "world", MPI.INT, comm.group):
        error = outcome(CALLS[call], 0, wrong)
        assert isinstance(error, TypeError) and "communicator" in str(error)
    error = outcome(CALLS[call], 0, MPI.COMM_NULL)
    assert isinstance(error, MPI.Exception) and error.Get_error_class() == MPI.ERR_COMM
    assert works(comm)


def test_roots_of_numpy(comm):
    data = numpy.full(10, comm.rank)
    fanout.bcast(data, numpy.int64(comm.size - 1), comm)
    assert (data == comm.size - 1).all()
