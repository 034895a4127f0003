# SPDX-License-Identifier: BSD-3-Clause
"""Files of arrays that one rank reads, and all have."""
from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING, Any, Dict, List, Optional, Tuple, Union

from mpi4py import MPI

from ._arguments import communicator, intracommunicator, rank
from ._parcel import agree, from_root
from ._stream import stream

if TYPE_CHECKING:
    import numpy

    from ._formats import Array, Content
    from ._segments import Elements

_ALIGNMENT = 64  # bytes: a line of the cache

Arrays = Union["numpy.ndarray[Any, Any]", Dict[str, "numpy.ndarray[Any, Any]"]]


class _File:
    """On the root the file, elsewhere nothing."""

    def __init__(self) -> None:
        self.elements: Optional[Elements] = None

    def open(self, path: Any) -> Tuple[bool, List[Array]]:
        """Read what is in the file, but for the elements."""
        from ._formats import read_headers
        from ._segments import Elements

        if not isinstance(path, (str, bytes, os.PathLike)):
            raise TypeError(f"path: expecting str, bytes or os.PathLike, got {type(path).__name__}")
        content: Content = read_headers(path)
        self.elements = Elements(path, content)
        return content.single, content.arrays

    def close(self) -> None:
        """Close it."""
        if self.elements is not None:
            self.elements.close()


def _offsets(arrays: List[Array]) -> List[int]:
    """Where each array begins in memory that is for all of them, and where the last one ends."""
    offsets = [0]
    for array in arrays:
        offsets.append(-(-(offsets[-1] + array.nbytes) // _ALIGNMENT) * _ALIGNMENT)
    return offsets


def _array(array: Array, memory: Any, offset: int) -> Any:
    import numpy

    return numpy.ndarray(array.shape, array.dtype, memory, offset, order=array.order)  # type: ignore


def _receive(
    arrays: List[Array], places: List[memoryview], file: _File, root: int, comm: MPI.Comm
) -> None:
    from ._segments import Places

    stream(sum(array.nbytes for array in arrays), file.elements, Places(places), root, comm)


def _room(arrays: List[Array]) -> Tuple[List[Any], Optional[Exception]]:
    """Memory for each array, or why there is none."""
    import numpy

    try:
        return [numpy.empty(array.nbytes, numpy.uint8) for array in arrays], None
    except MemoryError as error:
        return [], error


@contextlib.contextmanager
def _freed(comm: MPI.Comm) -> Any:
    try:
        yield comm
    finally:
        if comm != MPI.COMM_NULL:
            comm.Free()


def _load_private(arrays: List[Array], file: _File, root: int, comm: MPI.Comm) -> List[Any]:
    """Memory of its own for each array."""
    memories, error = _room(arrays)
    agree(comm, error, "has no memory for the arrays")
    _receive(arrays, [memoryview(memory) for memory in memories], file, root, comm)
    return [_array(array, memory, 0) for array, memory in zip(arrays, memories)]


def _node(comm: MPI.Comm, key: int) -> MPI.Comm:
    """The ranks that share memory with this one."""
    return comm.Split_type(MPI.COMM_TYPE_SHARED, key)


def _load_shared(arrays: List[Array], file: _File, root: int, comm: MPI.Comm) -> List[Any]:
    """Memory for all arrays, once on each node."""
    from ._shared import SharedMemory

    agree(comm, None, "")  # now all ranks are here, and none is in a call of ours that needs another
    # The root is the first rank of its node, and of the leaders.
    offsets, key = _offsets(arrays), 0 if comm.rank == root else comm.rank + 1
    with _freed(_node(comm, key)) as node:
        memory = SharedMemory(offsets[-1], node, comm)
        with contextlib.closing(memory):
            leads = node.rank == 0
            with _freed(comm.Split(0 if leads else MPI.UNDEFINED, key)) as leaders:
                error = _fill(arrays, offsets, memory.for_writing(), file, leaders)
            agree(comm, error, "has not got the arrays")
            mapped = memory.for_reading()
    return [_array(array, mapped, offset) for array, offset in zip(arrays, offsets)]


def _fill(
    arrays: List[Array], offsets: List[int], memory: Any, file: _File, leaders: MPI.Comm
) -> Optional[Exception]:
    """On the first rank of each node. Returns what the others of the node must know, too."""
    if memory is None:
        return None
    try:
        view = memoryview(memory)
        places = [view[at : at + array.nbytes] for array, at in zip(arrays, offsets)]
        _receive(arrays, places, file, 0, leaders)
    except Exception as error:
        return error
    return None


def _without_numpy() -> Optional[Exception]:
    try:
        import numpy  # noqa: F401
    except ImportError as error:
        return error
    return None


def load(
    path: Any = None,
    root: int = 0,
    comm: Optional[MPI.Comm] = None,
    *,
    shared: bool = False,
) -> Arrays:
    """Load arrays from a file that only the root reads, once. Collective, blocking.

    path: of a file of the format .npy, .npz or safetensors, which its content tells, not its name;
        significant on the root only
    root: rank that can read the file
    comm: an intracommunicator; None: MPI.COMM_WORLD
    shared: equal on all ranks. Keep the arrays once on each node, in memory that its ranks share,
        instead of once on each rank. They are read-only

    Returns an array for .npy, a dictionary of arrays for the others, with the names in the order
    of the file. BF16 and the floats of 8 bits need the package ml_dtypes.

    A file that is missing or wrong is the same OSError or ValueError on all ranks. If it fails
    later, the root's exception says why, and the others get an MPI.Exception or RuntimeError.

    >>> import numpy, os, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = os.path.join(folder, "pair.npz")
    ...     numpy.savez(path, a=numpy.arange(3), b=numpy.eye(2))
    ...     arrays = fanout.load(path, comm=MPI.COMM_SELF)
    >>> arrays["a"]
    array([0, 1, 2])
    """
    root = rank(root)
    comm = intracommunicator(communicator(comm), root)
    agree(comm, _without_numpy(), "has no NumPy")
    file = _File()
    with contextlib.closing(file):
        single, arrays = from_root(lambda: file.open(path), root, comm)
        fill = _load_shared if shared else _load_private
        loaded = fill(arrays, file, root, comm)
    if single:
        return loaded[0]  # type: ignore[no-any-return]
    return {array.name: each for array, each in zip(arrays, loaded)}
