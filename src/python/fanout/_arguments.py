# SPDX-License-Identifier: BSD-3-Clause
"""Communicators, roots, counts and parameters, checked and in the form that C takes."""
from __future__ import annotations

import contextlib
import operator
import os
from typing import Any, Callable, Iterator, Mapping, Optional, Union

from mpi4py import MPI

from ._library import Handle

#: Parameters: an MPI.Info, or names without `fanout_` and their values.
Parameters = Union[MPI.Info, Mapping[str, Any], None]


def handle(thing: Any) -> Any:
    """MPI's handle of an object of mpi4py."""
    return Handle.from_address(getattr(MPI, "_addressof")(thing))


def communicator(comm: Optional[MPI.Comm]) -> MPI.Comm:
    """`comm`, or all ranks for None."""
    if comm is None:
        return MPI.COMM_WORLD
    if not isinstance(comm, MPI.Comm):
        raise TypeError(f"comm: expecting a communicator of mpi4py, got {type(comm).__name__}")
    return comm


def intracommunicator(comm: Optional[MPI.Comm], root: int) -> MPI.Comm:
    """`comm` with a rank `root`. Raises what MPI would raise."""
    comm = communicator(comm)
    if comm == MPI.COMM_NULL:
        raise MPI.Exception(MPI.ERR_COMM)
    if comm.Is_inter():
        raise ValueError("comm: expecting an intracommunicator, got an intercommunicator")
    if not 0 <= root < comm.size:
        raise MPI.Exception(MPI.ERR_ROOT)
    return comm


def integer(name: str, value: Any, bits: int) -> int:
    """An integer that fits into so many bits. ctypes would cut off the rest."""
    try:
        number = operator.index(value)
    except TypeError:
        raise TypeError(f"{name}: expecting an integer, got {type(value).__name__}") from None
    if not -(1 << (bits - 1)) <= number < 1 << (bits - 1):
        raise OverflowError(f"{name}: {number} does not fit into {bits} bits")
    return number


def rank(root: Any) -> int:
    """A root."""
    return integer("root", root, 32)


def path_bytes(path: Any) -> bytes:
    """A path for C."""
    name = os.fsencode(path)
    if b"\0" in name:
        raise ValueError(f"path: {path!r} has a null character in it")
    return name


def _as_text(value: Any) -> str:
    return str(int(value)) if isinstance(value, bool) else str(value)


@contextlib.contextmanager
def parameters(given: Parameters) -> Iterator[MPI.Info]:
    """An MPI.Info with what is given."""
    if given is None or isinstance(given, MPI.Info):
        yield MPI.INFO_NULL if given is None else given
        return
    if not isinstance(given, Mapping):
        raise TypeError(f"info: expecting MPI.Info or a dictionary, got {type(given).__name__}")
    info = MPI.Info.Create()
    try:
        for name, value in given.items():
            info.Set(f"fanout_{name}", _as_text(value))
        yield info
    finally:
        info.Free()


class TellingOthers:
    """A rank that finds its arguments wrong in here will not do what the others do.

    Where they compare arguments first (FANOUT_CHECK=1), it takes part in that by `instead`, the
    same call with no bytes. So each of them gets an error of the kind DISAGREEMENT. Otherwise they
    wait for this rank, as in MPI.
    """

    def __init__(
        self, root: int, comm: MPI.Comm, instead: Callable[[int, MPI.Comm], None]
    ) -> None:
        self._root, self._comm, self._instead = root, comm, instead

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: Any, *_: object) -> None:
        compared = kind is not None and os.environ.get("FANOUT_CHECK") == "1"
        if compared and self._comm != MPI.COMM_NULL:
            self._instead(self._root, self._comm)
