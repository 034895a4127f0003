# SPDX-License-Identifier: BSD-3-Clause
"""Arrays in descriptors, any of which are a picture of the whole."""
from __future__ import annotations

import contextlib
import ctypes
import struct
from typing import Any, Iterator, List, NamedTuple, Optional, Sequence

from mpi4py import MPI

from ._arguments import communicator, handle, integer, rank
from ._errors import check
from ._library import Count, Mdc, library
from ._memory import memory_of

_AVERAGED = {"f": MPI.FLOAT, "d": MPI.DOUBLE}


class _Cut(NamedTuple):
    """An array and how it is cut. `keep` must live as long as it is used."""

    address: int
    mdc: Mdc
    format: str
    keep: Any


def _view(array: Any) -> memoryview:
    view = memoryview(array)
    if not view.c_contiguous or view.ndim == 0:
        raise BufferError("array: expecting one that is contiguous in C order, with axes")
    return view


def _cut(array: Any, factors: Sequence[int], writable: bool) -> _Cut:
    view = _view(array)
    memory = memory_of(array, writable, with_format=False)
    if len(factors) != view.ndim:
        raise ValueError(f"factors: expecting {view.ndim}, one for each axis, got {len(factors)}")
    extent = (Count * view.ndim)(*(view.shape or ()))
    factor = (ctypes.c_int * view.ndim)(*(integer("factors", each, 32) for each in factors))
    mdc = Mdc(view.ndim, extent, factor, view.itemsize)
    if library.fanout_mdc_count(ctypes.byref(mdc)) == 0:
        raise ValueError(f"factors: each must be at least 1, got {list(factors)}")
    return _Cut(memory.address, mdc, view.format.lstrip("@"), memory)


def _counted(comm: MPI.Comm) -> None:
    """Calls are counted on each rank, those that are not made, too."""
    library.fanout_mdc_bcast_within(None, None, 0, None, 0, handle(comm))


def mdc_bcast_within(
    array: Any,
    factors: Sequence[int],
    seconds: float,
    root: int = 0,
    comm: Optional[MPI.Comm] = None,
) -> List[bool]:
    """Broadcast an array, and return at a deadline with what has come by then. Collective.

    array: a NumPy array, or what else has the buffer protocol, contiguous in C order; of the same
        shape and elements on all ranks. It may be read-only on the root
    factors: one for each axis, the same on all ranks: the element at x belongs to the descriptor
        with the residues x[i] % factors[i]
    seconds: from the call, on this rank; math.inf: no deadline
    root: rank that has the data
    comm: an intracommunicator; None: MPI.COMM_WORLD

    Returns for each descriptor, of which there is one for each combination of residues, whether
    all of it is in the array: for `fanout.mdc_fill`. A rank that is dead, stopped or too slow costs
    the others the descriptors that it would have passed on, and no time: one of k, if the parameter
    mdc_order of the communicator (`fanout.attach`) is "spread" and a group has k members. A rank
    with a wrong argument raises, and takes no part.
    """
    comm = communicator(comm)
    try:
        root = rank(root)
        cut = _cut(array, factors, writable=comm.rank != root)
        present = (ctypes.c_int * library.fanout_mdc_count(ctypes.byref(cut.mdc)))()
        limit = float(seconds)
    except BaseException:
        _counted(comm)
        raise
    check(
        library.fanout_mdc_bcast_within(
            cut.address, ctypes.byref(cut.mdc), limit, present, root, handle(comm)
        )
    )
    return [bool(there) for there in present]


@contextlib.contextmanager
def _element_type(cut: _Cut) -> Iterator[MPI.Datatype]:
    if cut.format in _AVERAGED:
        yield _AVERAGED[cut.format]
        return
    made = MPI.BYTE.Create_contiguous(cut.mdc.element_bytes)
    try:
        yield made
    finally:
        made.Free()


def mdc_fill(
    array: Any, factors: Sequence[int], present: Sequence[Any], fill_value: Any = None
) -> None:
    """Fill in the elements of missing descriptors from those that are present. Local.

    array, factors: as for `fanout.mdc_bcast_within`
    present: for each descriptor, whether its elements are in the array; at least one is
    fill_value: an element that means "no value here", or None

    Elements of float32 and float64 are interpolated, others are those of the nearest one. NaN and
    fill values are never averaged.

    >>> import numpy
    >>> field = numpy.arange(10.0)
    >>> field[1::2] = 0
    >>> fanout.mdc_fill(field, [2], [True, False])
    >>> field.tolist()
    [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 8.0]
    """
    cut = _cut(array, factors, writable=True)
    count = library.fanout_mdc_count(ctypes.byref(cut.mdc))
    if len(present) != count:
        raise ValueError(f"present: expecting {count}, one for each descriptor, got {len(present)}")
    flags = (ctypes.c_int * count)(*(bool(there) for there in present))
    value = None if fill_value is None else struct.pack(cut.format, fill_value)
    with _element_type(cut) as datatype:
        check(
            library.fanout_mdc_fill(
                cut.address, ctypes.byref(cut.mdc), flags, handle(datatype), value
            )
        )
