# SPDX-License-Identifier: BSD-3-Clause
"""fanout.bcast takes what mpi4py's Bcast takes. After mpi4py's own tests of it."""
import array
import ctypes

import numpy
import pytest
from mpi4py import MPI

import fanout
from common import LARGE

TYPES = {
    "b": MPI.SIGNED_CHAR,
    "B": MPI.UNSIGNED_CHAR,
    "h": MPI.SHORT,
    "H": MPI.UNSIGNED_SHORT,
    "i": MPI.INT,
    "I": MPI.UNSIGNED,
    "l": MPI.LONG,
    "L": MPI.UNSIGNED_LONG,
    "q": MPI.LONG_LONG,
    "Q": MPI.UNSIGNED_LONG_LONG,
    "f": MPI.FLOAT,
    "d": MPI.DOUBLE,
}
MORE_TYPES = {
    "?": MPI.C_BOOL,
    "g": MPI.LONG_DOUBLE,
    "F": MPI.C_FLOAT_COMPLEX,
    "D": MPI.C_DOUBLE_COMPLEX,
    "G": MPI.C_LONG_DOUBLE_COMPLEX,
}


def of_array(code, values):
    """array.array"""
    return array.array(code, values)


def of_numpy(code, values):
    """NumPy"""
    return numpy.array(values, dtype=code)


def of_ctypes(code, values):
    """An array of ctypes."""
    kinds = {"i": ctypes.c_int, "l": ctypes.c_long, "f": ctypes.c_float, "d": ctypes.c_double}
    return (kinds.get(code, ctypes.c_byte) * len(values))(*values)


MAKERS = [of_array, of_numpy]
SPECS = [
    lambda data, datatype, code: data,
    lambda data, datatype, code: [data, datatype],
    lambda data, datatype, code: (data, code),
    lambda data, datatype, code: [data, len(data), datatype],
    lambda data, datatype, code: [data, (len(data), 0), datatype],
    lambda data, datatype, code: [data, len(data), 0, datatype],
    lambda data, datatype, code: [data, None, datatype],
    lambda data, datatype, code: [data, len(data)],
    lambda data, datatype, code: [memoryview(data), datatype],
]


def broadcast(comm, make, code, spec, root, count):
    """The values that this rank has in the end."""
    mine = root % 100 if comm.rank == root else 101
    data = make(code, [mine] * count)
    assert fanout.bcast(spec(data, TYPES.get(code), code), root, comm) is None
    return list(data)


@pytest.mark.parametrize("spec", SPECS)
@pytest.mark.parametrize("make", MAKERS)
def test_each_type_and_form(comm, make, spec):
    for number, code in enumerate(TYPES):
        for count in (0, 1, 1000):
            root = (number + count) % comm.size
            assert broadcast(comm, make, code, spec, root, count) == [root % 100] * count


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize("code", TYPES)
def test_each_type_and_root(comm, make, code):
    for root in range(comm.size):
        assert broadcast(comm, make, code, SPECS[1], root, root + 1) == [root % 100] * (root + 1)


@pytest.mark.parametrize("make", MAKERS + [of_ctypes])
@pytest.mark.parametrize("code", ["b", "d"])
def test_large(comm, make, code):
    count = 70_000
    for root in range(comm.size):
        data = make(code, [7 if comm.rank == root else 0] * count)
        fanout.bcast(data, root, comm)
        assert list(data) == [7] * count


@pytest.mark.parametrize("code", MORE_TYPES)
def test_types_of_numpy(comm, code):
    data = numpy.full(LARGE, comm.rank == 0, dtype=code)
    fanout.bcast(data, 0, comm)
    assert data.all()
    data[:] = comm.rank == 0
    fanout.bcast([data, MORE_TYPES[code]], 0, comm)
    assert data.all()


def test_text_of_numpy(comm):
    data = numpy.array(["a" if comm.rank == 0 else "b"] * 3)
    fanout.bcast(data, 0, comm)
    assert list(data) == ["a"] * 3


def test_times_of_numpy_have_no_format_but_a_type_can_be_given(comm):
    data = numpy.full(1000, comm.rank, dtype="datetime64[s]")
    fanout.bcast([data, MPI.INT64_T], comm.size - 1, comm)
    assert (data == numpy.datetime64(comm.size - 1, "s")).all()


def test_bytes_and_memory_of_mpi4py(comm):
    for kind in (bytearray, lambda n: memoryview(bytearray(n)), MPI.memory.allocate):
        data = kind(LARGE)
        if comm.rank == 0:
            memoryview(data)[:] = b"y" * LARGE
        fanout.bcast(data, 0, comm)
        assert bytes(data) == b"y" * LARGE


def test_the_root_may_be_read_only(comm):
    data = b"z" * LARGE if comm.rank == 0 else bytearray(LARGE)
    fanout.bcast(data, 0, comm)
    assert data == b"z" * LARGE


@pytest.mark.parametrize("order", "CF")
def test_order(comm, order):
    data = numpy.zeros((300, 200), order=order)
    if comm.rank == 0:
        data[:] = numpy.arange(60000).reshape(300, 200)
    fanout.bcast(data, 0, comm)
    assert (data == numpy.arange(60000).reshape(300, 200)).all()


def test_fortran_order_is_the_order_in_memory(comm):
    wanted = numpy.arange(60000.0).reshape(300, 200)
    data = wanted.T.copy(order="F") if comm.rank == 0 else numpy.zeros((200, 300), order="F")
    fanout.bcast(data, 0, comm)
    assert (data.T == wanted).all()


def test_displacement(comm):
    data = numpy.full(LARGE, float(comm.rank))
    fanout.bcast([data, (LARGE - 300, 100), MPI.DOUBLE], 0, comm)
    assert (data[100:-200] == 0).all()
    assert (data[:100] == comm.rank).all() and (data[-200:] == comm.rank).all()


def test_a_slice_that_is_contiguous(comm):
    data = numpy.full((100, 1000), float(comm.rank))
    fanout.bcast(data[10:90], 0, comm)
    assert (data[10:90] == 0).all() and (data[:10] == comm.rank).all()


@pytest.mark.parametrize("first", [0, 1])
@pytest.mark.parametrize(
    "code, count", [*((code, 10) for code in "hilfd"), ("h", LARGE), ("d", LARGE // 8)]
)
def test_indexed_blocks(comm, code, first, count):
    for root in range(comm.size):
        data = numpy.arange(count).astype(code) if comm.rank == root else numpy.full(count, -1, code)
        chosen = numpy.arange(first, count, 2)
        datatype = TYPES[code].Create_indexed_block(1, chosen).Commit()
        fanout.bcast([data, 1, datatype], root, comm)
        datatype.Free()
        assert (data[chosen] == numpy.arange(count).astype(code)[chosen]).all()
        if comm.rank != root:
            assert (data[1 - first :: 2] == -1).all()


def test_a_column(comm):
    data = numpy.full((1000, 300), float(comm.rank))
    column = MPI.DOUBLE.Create_vector(1000, 100, 300).Commit()
    fanout.bcast([data[0, 50:], 1, column], 0, comm)
    column.Free()
    assert (data[:, 50:150] == 0).all()
    assert (data[:, :50] == comm.rank).all() and (data[:, 150:] == comm.rank).all()


def test_bottom(comm):
    one, two = numpy.full(LARGE, comm.rank), numpy.full(LARGE, comm.rank, dtype="f")
    datatype = MPI.Datatype.Create_struct(
        [LARGE, LARGE], [MPI.Get_address(one), MPI.Get_address(two)], [MPI.LONG, MPI.FLOAT]
    ).Commit()
    fanout.bcast([MPI.BOTTOM, 1, datatype], 0, comm)
    datatype.Free()
    assert (one == 0).all() and (two == 0).all()


def test_none_is_no_data(comm):
    fanout.bcast([None, 0, MPI.INT], 0, comm)
    fanout.bcast([None, MPI.INT], 0, comm)


def test_other_datatypes_of_the_same_signature(comm):
    data = numpy.full(LARGE, float(comm.rank))
    if comm.rank % 2:
        pair = MPI.DOUBLE.Create_contiguous(2).Commit()
        fanout.bcast([data, LARGE // 2, pair], 0, comm)
        pair.Free()
    else:
        fanout.bcast(data, 0, comm)
    assert (data == 0).all()


def test_intercommunicator(comm):
    if comm.size < 2:
        pytest.skip("one rank has no other side")
    low = comm.rank < comm.size // 2
    side = comm.Split(low)
    between = side.Create_intercomm(0, comm, comm.size // 2 if low else 0)
    data = numpy.full(LARGE, float(comm.rank == 0))
    root = 0 if not low else MPI.ROOT if comm.rank == 0 else MPI.PROC_NULL
    fanout.bcast(data, root, between)
    assert (data == 1).all() or (low and comm.rank != 0)
    between.Free()
    side.Free()


class Tensor:
    """Memory by DLPack only, as Torch has it."""

    def __init__(self, memory, device=(1, 0)):
        self._memory, self._device = memory, device

    def __dlpack__(self, stream=None):
        return self._memory.__dlpack__()

    def __dlpack_device__(self):
        return self._device


@pytest.mark.parametrize("code", ["i4", "u1", "f8", "c16"])
@pytest.mark.parametrize("order", "CF")
def test_tensor(comm, code, order):
    memory = numpy.full((300, 100), comm.rank == 0, dtype=code, order=order)
    fanout.bcast(Tensor(memory), 0, comm)
    assert (memory == 1).all()


def test_tensor_of_a_device_is_refused(comm):
    with pytest.raises(BufferError, match="that of a device"):
        fanout.bcast(Tensor(numpy.zeros(10), (2, 0)), 0, comm)


def test_tensor_with_gaps_is_refused(comm):
    with pytest.raises(BufferError, match="not contiguous"):
        fanout.bcast(Tensor(numpy.zeros((10, 10))[:, :5]), 0, comm)


def test_cuda_array_is_refused(comm):
    class OnDevice:
        __cuda_array_interface__ = {
            "data": (4096, False),
            "typestr": "<f8",
            "shape": (1000,),
            "version": 3,
        }

    with pytest.raises(BufferError, match="host only"):
        fanout.bcast(OnDevice(), 0, comm)
    with pytest.raises(BufferError, match="host only"):
        fanout.bcast([OnDevice(), MPI.DOUBLE], 0, comm)
