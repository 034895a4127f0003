# SPDX-License-Identifier: BSD-3-Clause
"""What mpi4py's Bcast takes, as the address, count and datatype that C takes."""
from __future__ import annotations

import sys
from typing import Any, Dict, NamedTuple, Optional, Tuple

from mpi4py import MPI

from ._arguments import integer
from ._memory import Memory, memory_of

_datatypes: Dict[str, MPI.Datatype] = getattr(MPI, "_typedict")
_FOREIGN_ORDER = ">" if sys.byteorder == "little" else "<"


class Message(NamedTuple):
    """A buffer. `keep` must live as long as it is used."""

    address: Optional[int]
    elements: int
    datatype: MPI.Datatype
    keep: Any


class _Parts(NamedTuple):
    """What a message may say."""

    buffer: Any
    elements: Any
    displacement: Any
    datatype: Any


def _is_datatype(thing: Any) -> bool:
    return isinstance(thing, (MPI.Datatype, str))


def _split_count(buffer: Any, count: Any, datatype: Any) -> _Parts:
    """The count may be (count, displacement)."""
    if isinstance(count, (tuple, list)):
        if len(count) != 2:
            raise ValueError(f"message: expecting (count, displacement), got {len(count)} items")
        return _Parts(buffer, count[0], count[1], datatype)
    return _Parts(buffer, count, None, datatype)


def _split(message: Any) -> _Parts:
    if not isinstance(message, (list, tuple)):
        if message is None or message is MPI.BOTTOM:
            raise TypeError(f"message: expecting buffer or list/tuple, got {message!r} alone")
        return _Parts(message, None, None, None)
    if len(message) == 2:
        buffer, second = message
        if _is_datatype(second):
            return _Parts(buffer, None, None, second)
        return _split_count(buffer, second, None)
    if len(message) == 3:
        return _split_count(*message)
    if len(message) == 4:
        return _Parts(*message)
    raise ValueError(f"message: expecting 2 to 4 items, got {len(message)}")


def _lookup(key: Any) -> MPI.Datatype:
    try:
        return _datatypes[key]
    except (KeyError, TypeError):
        raise KeyError(f"cannot map {key!r} to MPI datatype") from None


def _datatype_of_format(text: str) -> MPI.Datatype:
    if text[0] == _FOREIGN_ORDER:
        raise BufferError(f"message: format {text!r} has a byte order that is not this machine's")
    if text == "B":
        return MPI.BYTE
    return _lookup(text[1:] if text[0] in "@<>" else text)


def _datatype(given: Any, memory: Optional[Memory]) -> MPI.Datatype:
    if isinstance(given, MPI.Datatype):
        return given
    if given is not None or memory is None:
        return _lookup(given)
    return _datatype_of_format(memory.format or "B")


def _extent(datatype: MPI.Datatype, purpose: str) -> int:
    if datatype == MPI.DATATYPE_NULL:
        raise ValueError(f"message: cannot {purpose}, datatype is null")
    lower, extent = datatype.Get_extent()
    if extent <= 0:
        raise ValueError(
            f"message: cannot {purpose}, "
            f"datatype extent {extent} (lb:{lower}, ub:{lower + extent})"
        )
    return int(extent)


def _offset(displacement: Any, datatype: MPI.Datatype, nbytes: int) -> int:
    """In bytes, of a displacement in elements."""
    if displacement is None:
        return 0
    elements = integer("message: displacement", displacement, 64)
    if elements < 0:
        raise ValueError(f"message: negative displacement {elements}")
    if elements == 0:
        return 0
    extent = _extent(datatype, "handle displacement")
    if elements * extent > nbytes:
        raise ValueError(
            f"message: displacement {elements} out of bounds, "
            f"number of datatype entries {nbytes // extent}"
        )
    return elements * extent


def _count(parts: _Parts, datatype: MPI.Datatype, nbytes: int) -> int:
    """The count that is given, or that of all elements in so many bytes."""
    if parts.elements is not None:
        count = integer("message: count", parts.elements, 64)
        if count < 0:
            raise ValueError(f"message: negative count {count}")
        if count > 0 and parts.buffer is None:
            raise ValueError(f"message: buffer is None but count is {count}")
        return count
    if nbytes == 0:
        return 0
    extent = _extent(datatype, "infer count")
    if nbytes % extent != 0:
        raise ValueError(
            f"message: cannot infer count, buffer length {nbytes} "
            f"is not a multiple of datatype extent {extent}"
        )
    return nbytes // extent


def _locate(parts: _Parts, writable: bool) -> Tuple[Optional[Memory], int, int]:
    """The memory, its address and bytes; of BOTTOM and None there is none."""
    if parts.buffer is None or parts.buffer is MPI.BOTTOM:
        return None, int(MPI.BOTTOM), 0
    memory = memory_of(parts.buffer, writable, with_format=parts.datatype is None)
    return memory, memory.address, memory.nbytes


def _message(given: Any, writable: bool) -> Message:
    parts = _split(given)
    memory, address, nbytes = _locate(parts, writable)
    datatype = _datatype(parts.datatype, memory)
    offset = _offset(parts.displacement, datatype, nbytes)
    count = _count(parts, datatype, nbytes - offset)
    return Message(address + offset, count, datatype, (memory, datatype))


def broadcast_message(given: Any, root: int, comm: MPI.Comm) -> Message:
    """The buffer of a broadcast; that of the root may be read-only."""
    if comm == MPI.COMM_NULL or root == MPI.PROC_NULL:
        return Message(None, 0, MPI.BYTE, None)
    sends = root == MPI.ROOT if comm.Is_inter() else root == comm.rank
    return _message(given, writable=not sends)
