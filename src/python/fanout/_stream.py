# SPDX-License-Identifier: BSD-3-Clause
"""Streams that need not fit in memory."""
from __future__ import annotations

import contextlib
import ctypes
from typing import Any, Callable, Optional

from mpi4py import MPI

from ._arguments import (
    Parameters,
    TellingOthers,
    communicator,
    handle,
    integer,
    parameters,
    rank,
)
from ._errors import check
from ._library import Count, ReaderFunction, SinkFunction, SourceFunction, library
from ._memory import view_of

Source = Callable[[int, memoryview], Any]
Sink = Callable[[int, memoryview], Any]

_FAILED = -1
_NO_SINK: Any = ctypes.cast(ctypes.c_void_p(), SinkFunction)


class _Callbacks:
    """What C calls. An exception cannot pass through C: it is kept, and raised afterwards."""

    def __init__(self, source: Any, sink: Any) -> None:
        self._source = source
        self._sink = sink
        self.raised: Optional[BaseException] = None

    def _call(self, function: Any, offset: int, view: memoryview) -> Any:
        """What the function returns, or _FAILED."""
        try:
            with view:
                return function(offset, view)
        except BaseException as error:
            self.raised = error
            return _FAILED

    def source(self, _state: Any, offset: int, address: int, nbytes: int) -> int:
        self._call(self._source, offset, view_of(address, nbytes, writable=True))
        return 0 if self.raised is None else _FAILED

    def reader(self, _state: Any, offset: int, address: int, nbytes: int) -> int:
        def read(start: int, view: memoryview) -> int:
            count = integer("what the source returns", self._source(start, view), 64)
            if not 0 <= count <= nbytes:
                raise ValueError(f"the source says that it read {count} of {nbytes} bytes")
            return count

        count: int = self._call(read, offset, view_of(address, nbytes, writable=True))
        return count

    def sink(self, _state: Any, offset: int, address: int, nbytes: int) -> int:
        self._call(self._sink, offset, view_of(address, nbytes, writable=False))
        return 0 if self.raised is None else _FAILED

    def sink_function(self) -> Any:
        return _NO_SINK if self._sink is None else SinkFunction(self.sink)


def _refuse(name: str, given: Any) -> Callable[..., Any]:
    """A callable for one that is none: so the error takes the way of those that callables raise."""

    def fail(*_: Any) -> None:
        raise TypeError(f"{name}: expecting a callable, got {type(given).__name__}")

    return fail


def _callable(name: str, given: Any) -> Any:
    return given if callable(given) else _refuse(name, given)


def _run(
    nbytes: Optional[int], callbacks: _Callbacks, root: int, comm: MPI.Comm, info: MPI.Info
) -> int:
    sink, length = callbacks.sink_function(), Count(nbytes or 0)
    ends = (None, root, handle(comm), handle(info))
    if nbytes is None:
        reader = ReaderFunction(callbacks.reader)
        code = library.fanout_stream_to_end(reader, sink, *ends, ctypes.byref(length))
    else:
        code = library.fanout_stream(nbytes, SourceFunction(callbacks.source), sink, *ends)
    if callbacks.raised is not None:
        raise callbacks.raised
    check(code)
    return length.value


def _stream_nothing(root: int, comm: MPI.Comm) -> None:
    nothing: Any = ctypes.cast(ctypes.c_void_p(), SourceFunction)
    ends = (None, root, handle(comm), handle(MPI.INFO_NULL))
    library.fanout_stream(0, nothing, _NO_SINK, *ends)


def stream(
    nbytes: Optional[int],
    source: Optional[Source] = None,
    sink: Optional[Sink] = None,
    root: int = 0,
    comm: Optional[MPI.Comm] = None,
    info: Parameters = None,
) -> int:
    """Broadcast a stream that need not fit in memory, piece by piece. Collective, blocking.

    nbytes: length of the stream, equal on all ranks; None on all ranks: the source says where it
        ends
    source: called on the root as source(offset, view), in order: fills the whole memoryview. If
        nbytes is None it returns how many bytes it has put there, fewer only at the end
    sink: called as sink(offset, view), in order; None: this rank only relays. The view is
        read-only. The root's sink is called as well
    root: rank that has the source
    comm: an intracommunicator; None: MPI.COMM_WORLD
    info: parameters of this stream: an MPI.Info, or a dictionary of names such as "chunk_bytes"

    Returns the length of the stream. A view is valid until the callable returns: what is to be
    kept must be copied. Callables must not call functions of this package. Python's lock is free
    while the stream waits.

    An exception that a callable raises is raised here. If it was the source's, the other ranks
    raise an MPI.Exception of the class SOURCE; if a sink's, the others get all of the data.

    >>> pieces = []
    >>> def source(offset, view):
    ...     view[:] = b"x" * len(view)
    >>> def sink(offset, view):
    ...     pieces.append(bytes(view))
    >>> fanout.stream(1000, source, sink)
    1000
    >>> b"".join(pieces) == 1000 * b"x"
    True
    """
    comm, root = communicator(comm), rank(root)
    callbacks = _Callbacks(
        _callable("source", source), None if sink is None else _callable("sink", sink)
    )
    with contextlib.ExitStack() as stack:
        with TellingOthers(root, comm, _stream_nothing):
            length = None if nbytes is None else integer("nbytes", nbytes, 64)
            used = stack.enter_context(parameters(info))
        sent = _run(length, callbacks, root, comm, used)
    return sent
