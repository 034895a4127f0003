# SPDX-License-Identifier: BSD-3-Clause
"""Broadcasts of buffers."""
from __future__ import annotations

import atexit
import contextlib
import ctypes
from typing import Any, Callable, List, Optional

from mpi4py import MPI

from ._arguments import TellingOthers, communicator, handle, rank
from ._errors import check
from ._library import Request as _CRequest
from ._library import library
from ._message import Message, broadcast_message


def _bcast_nothing(root: int, comm: MPI.Comm) -> None:
    library.fanout_bcast_c(None, 0, handle(MPI.BYTE), root, handle(comm))


def _ibcast_nothing(root: int, comm: MPI.Comm) -> None:
    request = ctypes.byref(_CRequest())
    library.fanout_ibcast_c(None, 0, handle(MPI.BYTE), root, handle(comm), request)
    library.fanout_wait(request)


def _prepare(
    buf: Any, root: int, comm: MPI.Comm, instead: Callable[[int, MPI.Comm], None]
) -> Message:
    with TellingOthers(root, comm, instead):
        return broadcast_message(buf, root, comm)


def bcast(buf: Any, root: int = 0, comm: Optional[MPI.Comm] = None) -> None:
    """Broadcast a buffer, with the arguments and the meaning of mpi4py's `Comm.Bcast`. Collective.

    buf: what `Comm.Bcast` takes: an object with the buffer protocol (contiguous in C or Fortran
        order), a tensor in memory of the host, or a list such as [data, datatype],
        [data, count, datatype], [data, (count, displacement), datatype] or
        [MPI.BOTTOM, count, datatype]. It may be read-only on the root
    root: rank of the source in `comm`
    comm: any communicator; None: MPI.COMM_WORLD

    Counts may be larger than 2**31. Raises MPI.Exception for what MPI finds wrong, TypeError,
    ValueError, KeyError or BufferError for what mpi4py does, and BufferError for memory of a
    device. A rank with a wrong argument leaves the others waiting, as in MPI; with FANOUT_CHECK=1
    they get an MPI.Exception.

    >>> import array
    >>> numbers = array.array("d", [1, 2, 3])
    >>> fanout.bcast([numbers, 2, MPI.DOUBLE], root=0)
    """
    comm, root = communicator(comm), rank(root)
    address, elements, datatype, _keep = _prepare(buf, root, comm, _bcast_nothing)
    check(library.fanout_bcast_c(address, elements, handle(datatype), root, handle(comm)))


class _Operation:
    """A broadcast in progress, and what it needs to go on."""

    def __init__(self, message: Message, comm: MPI.Comm) -> None:
        self._request = _CRequest()
        self._keep: Any = (message, comm)
        self.abandoned = False  #: its Request is gone

    def start(self, root: int) -> None:
        message, comm = self._keep
        check(
            library.fanout_ibcast_c(
                message.address,
                message.elements,
                handle(message.datatype),
                root,
                handle(comm),
                ctypes.byref(self._request),
            )
        )
        _running.append(self)

    def _end(self, code: int) -> None:
        if not self._request and self._keep is not None:
            self._keep = None
            _running.remove(self)
        check(code)

    def wait(self) -> None:
        self._end(library.fanout_wait(ctypes.byref(self._request)))

    def test(self) -> bool:
        done = ctypes.c_int()
        self._end(library.fanout_test(ctypes.byref(self._request), ctypes.byref(done)))
        return bool(done)


# They are kept here, because their memory must not go before they end, whatever becomes of the
# user's Request.
_running: List[_Operation] = []


def _sweep() -> None:
    """Let go of abandoned broadcasts that have ended. Nobody is left to be told of failures."""
    for operation in [each for each in _running if each.abandoned]:
        with contextlib.suppress(MPI.Exception):
            operation.test()


def _finish() -> None:
    """At exit: other ranks may need data by way of this one."""
    for operation in list(_running) if not MPI.Is_finalized() else []:
        with contextlib.suppress(MPI.Exception):
            operation.wait()


atexit.register(_finish)


class Request:
    """A broadcast that `ibcast` has started. It keeps the buffer alive until it has ended.

    When the last reference to it goes before that, the broadcast goes on, and so does its buffer;
    it ends in a later call of `ibcast`, or when the interpreter does.
    """

    def __init__(self, operation: _Operation) -> None:
        self._operation = operation

    def wait(self) -> None:
        """Wait until the broadcast has ended. Local, blocking.

        Raises MPI.Exception if it has failed. Other broadcasts make progress meanwhile.
        """
        self._operation.wait()

    def test(self) -> bool:
        """Whether the broadcast has ended. Local; all broadcasts of the process make progress."""
        return self._operation.test()

    def __enter__(self) -> Request:
        return self

    def __exit__(self, *_: object) -> None:
        self.wait()

    def __del__(self) -> None:
        self._operation.abandoned = True


def ibcast(buf: Any, root: int = 0, comm: Optional[MPI.Comm] = None) -> Request:
    """Start a broadcast. Collective. Arguments and exceptions are those of `bcast`.

    Nonblocking, but for the first call on a communicator. It makes progress inside the functions
    of this package, not inside those of MPI; FANOUT_PROGRESS=thread lets a thread make it.

    >>> request = fanout.ibcast(bytearray(100), root=0)
    >>> request.wait()
    >>> request.test()
    True
    """
    comm, root = communicator(comm), rank(root)
    _sweep()
    operation = _Operation(_prepare(buf, root, comm, _ibcast_nothing), comm)
    operation.start(root)
    return Request(operation)
