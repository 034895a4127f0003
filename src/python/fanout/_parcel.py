# SPDX-License-Identifier: BSD-3-Clause
"""Pickled objects on their way: the pickle, and the memory of large parts beside it."""
from __future__ import annotations

import array
import ctypes
import os
import pickle
from typing import Any, Callable, List, NamedTuple, Optional, TypeVar

from mpi4py import MPI

from ._bcast import bcast
from ._library import Request, library

T = TypeVar("T")

_BESIDE = 64 * 1024  # bytes from which a part travels beside the pickle
_ALONE = 1 << 20  # bytes from which a broadcast of its own costs less than a gap in one for all
_BLOCK = 1 << 30  # MPI 3 counts the bytes of a block by int
_NOTHING = 1 << 62


class Parcel(NamedTuple):
    """An object, or with `failed` an exception, as bytes."""

    failed: bool
    pickled: Any
    beside: List[Any]


def _pack(thing: Any, failed: bool) -> Parcel:
    beside: List[Any] = []

    def keep_inside(part: pickle.PickleBuffer) -> bool:
        raw = part.raw()
        if raw.nbytes < _BESIDE:
            return True
        beside.append(raw)
        return False

    pickled = pickle.dumps(thing, protocol=5, buffer_callback=keep_inside)
    return Parcel(failed, pickled, beside)


def pack_failure(error: BaseException, rank: int) -> Parcel:
    """An exception, or its text if it cannot be pickled or would not come out as it went in."""
    try:
        parcel = _pack(error, failed=True)
        if type(pickle.loads(parcel.pickled)) is type(error):
            return parcel
    except Exception:
        pass
    return _pack(RuntimeError(f"rank {rank}: {type(error).__name__}: {error}"), failed=True)


def _allocate(lengths: Any) -> List[Any]:
    """Memory that nothing is written to before the data is."""
    return [MPI.memory.allocate(length) for length in lengths]


def complete(request: MPI.Request) -> None:
    """Wait for MPI. Broadcasts make progress meanwhile: other ranks may wait for those first."""
    nothing, done = Request(), ctypes.c_int()
    while not request.Test():
        library.fanout_test(ctypes.byref(nothing), ctypes.byref(done))
        os.sched_yield()


def agree(comm: MPI.Comm, error: Optional[Exception], what: str) -> None:
    """Raise `error` on the rank that has one, and on the others one that names that rank."""
    mine = array.array("q", [_NOTHING if error is None else comm.rank])
    lowest = array.array("q", [0])
    complete(comm.Iallreduce([mine, MPI.INT64_T], [lowest, MPI.INT64_T], MPI.MIN))
    if error is not None:
        raise error
    if lowest[0] != _NOTHING:
        raise RuntimeError(f"rank {lowest[0]} of {comm.Get_name()} {what}")


def _room_for(comm: MPI.Comm, lengths: Any) -> List[Any]:
    """The same on all ranks but the root, which has its data; an error on all if one has none."""
    error: Optional[Exception] = None
    parts: List[Any] = []
    try:
        parts = _allocate(lengths)
    except MemoryError:
        error = MemoryError(f"there is no memory for the {sum(lengths)} bytes of the object")
    agree(comm, error, "has no memory for the object")
    return parts


def _blocks(parts: List[Any]) -> MPI.Datatype:
    """Parts as one datatype, so that they travel as one broadcast."""
    lengths, addresses = [], []
    for part in parts:
        start = MPI.Get_address(part)
        for offset in range(0, len(part), _BLOCK):
            lengths.append(min(_BLOCK, len(part) - offset))
            addresses.append(start + offset)
    return MPI.BYTE.Create_hindexed(lengths, addresses)


def _deliver(parts: List[Any], root: int, comm: MPI.Comm) -> None:
    together = [part for part in parts if len(part) < _ALONE]
    alone = [part for part in parts if len(part) >= _ALONE]
    if len(together) > 1:
        _deliver_together(together, root, comm)
    else:
        alone = together + alone
    for part in alone:
        bcast([part, MPI.BYTE], root, comm)


def _deliver_together(parts: List[Any], root: int, comm: MPI.Comm) -> None:
    datatype = _blocks(parts).Commit()
    try:
        bcast([MPI.BOTTOM, 1, datatype], root, comm)
    finally:
        datatype.Free()


def send(parcel: Parcel, comm: MPI.Comm) -> None:
    """Give the other ranks a parcel. They call `receive`."""
    root = comm.rank
    header = array.array("q", [parcel.failed, len(parcel.pickled), len(parcel.beside)])
    bcast([header, MPI.INT64_T], root, comm)
    if parcel.beside:
        bcast([array.array("q", map(len, parcel.beside)), MPI.INT64_T], root, comm)
        agree(comm, None, "has no memory for the object")
    _deliver([parcel.pickled, *parcel.beside], root, comm)


def receive(root: int, comm: MPI.Comm) -> Parcel:
    """Take the parcel that the root sends."""
    header = array.array("q", [0, 0, 0])
    bcast([header, MPI.INT64_T], root, comm)
    failed, length, count = header
    lengths = array.array("q", [0] * count)
    if count:
        bcast([lengths, MPI.INT64_T], root, comm)
        parts = _room_for(comm, [length, *lengths])
    else:
        parts = _allocate([length])
    _deliver(parts, root, comm)
    return Parcel(bool(failed), parts[0], parts[1:])


def unpack(parcel: Parcel) -> Any:
    """The object, or raise the exception."""
    thing = pickle.loads(parcel.pickled, buffers=parcel.beside)
    if parcel.failed:
        raise thing
    return thing


def from_root(make: Callable[[], T], root: int, comm: MPI.Comm) -> T:
    """What `make` returns on the root, on all ranks; or what it raises there, on all ranks."""
    if comm.rank != root:
        thing: T = unpack(receive(root, comm))
        return thing
    try:
        made = make()
        parcel = _pack(made, failed=False)
    except Exception as error:
        send(pack_failure(error, root), comm)
        raise
    send(parcel, comm)
    return made
