# SPDX-License-Identifier: BSD-3-Clause
"""Arrays in descriptors, with a deadline."""
import math
import time

import numpy
import pytest
from mpi4py import MPI

import fanout
from common import outcome, works

FACTORS = (4, 2)
SHAPE = (40, 30)


def field(dtype="f8"):
    return numpy.arange(SHAPE[0] * SHAPE[1]).reshape(SHAPE).astype(dtype)


def of_descriptor(array, number):
    return array[number // FACTORS[1] :: FACTORS[0], number % FACTORS[1] :: FACTORS[1]]


@pytest.mark.parametrize("order", ["sequence", "spread"])
@pytest.mark.parametrize("dtype", ["f8", "f4", "i2", "c16", "i4,f8"])
def test_time_enough(fresh_comm, order, dtype):
    fanout.attach(fresh_comm, mdc_order=order)
    for root in range(fresh_comm.size):
        array = field(dtype) if fresh_comm.rank == root else numpy.zeros(SHAPE, dtype)
        array.flags.writeable = fresh_comm.rank != root
        assert fanout.mdc_bcast_within(array, FACTORS, math.inf, root, fresh_comm) == [True] * 8
        assert (array == field(dtype)).all()


def test_a_late_root(fresh_comm):
    fanout.attach(fresh_comm)
    array = field() if fresh_comm.rank == 0 else numpy.zeros(SHAPE)
    if fresh_comm.rank == 0:
        time.sleep(1)
    present = fanout.mdc_bcast_within(array, FACTORS, 0, 0, fresh_comm)
    assert present == [fresh_comm.rank == 0] * 8
    assert fresh_comm.rank == 0 or not array.any()


def test_wrong_arguments_are_of_one_rank_and_one_call(fresh_comm):
    fanout.attach(fresh_comm)
    for wrong in (
        {"array": field()[:, ::2]},
        {"array": 5},
        {"factors": (4,)},
        {"factors": (0, 2)},
        {"factors": (4, "x")},
        {"seconds": "soon"},
        {"seconds": -1},
        {"root": 1.5},
    ):
        arguments = {"array": field(), "factors": FACTORS, "seconds": 30, "comm": fresh_comm}
        if fresh_comm.rank == fresh_comm.size - 1:
            error = outcome(fanout.mdc_bcast_within, **{**arguments, **wrong})
            assert isinstance(error, (BufferError, TypeError, ValueError, MPI.Exception))
        else:
            fanout.mdc_bcast_within(**{**arguments, "seconds": 0})
        array = field() if fresh_comm.rank == 0 else numpy.zeros(SHAPE)
        assert all(fanout.mdc_bcast_within(array, FACTORS, math.inf, 0, fresh_comm))
        assert (array == field()).all()
    assert works(fresh_comm)


def test_fill_interpolates():
    array = field("f4")
    of_descriptor(array, 3)[:] = -1
    fanout.mdc_fill(array, FACTORS, [number != 3 for number in range(8)])
    inside = slice(4, -4), slice(4, -4)
    assert numpy.abs(array - field("f4"))[inside].max() < 0.01


def test_fill_takes_the_nearest_of_other_types():
    array = numpy.array([10, -1, 20, -1], "i8")
    fanout.mdc_fill(array, [2], [True, False])
    assert array[1] in (10, 20) and array[3] == 20


@pytest.mark.parametrize("dtype", ["f4", "f8"])
def test_fill_values_are_not_averaged(dtype):
    array = numpy.array([1, 0, 99, 0, 3], dtype)
    fanout.mdc_fill(array, [2], [True, False], fill_value=99)
    assert array.tolist() == [1, 1, 99, 3, 3]


def test_fill_says_what_is_wrong():
    with pytest.raises(ValueError, match="present"):
        fanout.mdc_fill(field(), FACTORS, [True] * 7)
    with pytest.raises(MPI.Exception):
        fanout.mdc_fill(field(), FACTORS, [False] * 8)
    locked = field()
    locked.flags.writeable = False
    with pytest.raises(BufferError):
        fanout.mdc_fill(locked, FACTORS, [True] * 8)
