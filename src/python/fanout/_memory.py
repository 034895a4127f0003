# SPDX-License-Identifier: BSD-3-Clause
"""The memory of Python's objects: what mpi4py takes as a buffer."""
from __future__ import annotations

import ctypes
from typing import Any, Optional

from . import _dlpack


class _PyBuffer(ctypes.Structure):
    """Py_buffer of Python's C interface."""

    _fields_ = [
        ("buf", ctypes.c_void_p),
        ("obj", ctypes.c_void_p),
        ("len", ctypes.c_ssize_t),
        ("itemsize", ctypes.c_ssize_t),
        ("readonly", ctypes.c_int),
        ("ndim", ctypes.c_int),
        ("format", ctypes.c_char_p),
        ("shape", ctypes.c_void_p),
        ("strides", ctypes.c_void_p),
        ("suboffsets", ctypes.c_void_p),
        ("internal", ctypes.c_void_p),
    ]


_WRITABLE, _FORMAT, _ANY_CONTIGUOUS = 0x1, 0x4, 0x98
_FOR_READING, _FOR_WRITING = 0x100, 0x200

# Not attributes of ctypes.pythonapi: other packages set the argument types of those.
_get_buffer: Any = ctypes.PYFUNCTYPE(
    ctypes.c_int, ctypes.py_object, ctypes.POINTER(_PyBuffer), ctypes.c_int
)(("PyObject_GetBuffer", ctypes.pythonapi))
_release_buffer: Any = ctypes.PYFUNCTYPE(None, ctypes.POINTER(_PyBuffer))(
    ("PyBuffer_Release", ctypes.pythonapi)
)
_from_memory: Any = ctypes.PYFUNCTYPE(
    ctypes.py_object, ctypes.c_void_p, ctypes.c_ssize_t, ctypes.c_int
)(("PyMemoryView_FromMemory", ctypes.pythonapi))


class Memory:
    """The contiguous memory of an object, which cannot move or vanish as long as this exists."""

    address: int
    nbytes: int
    format: Optional[str]  #: of an element: a key of mpi4py's table of datatypes
    owner: Any = None


class _BufferMemory(Memory):
    def __init__(self, thing: Any, writable: bool, with_format: bool) -> None:
        self._view = _PyBuffer()
        flags = _ANY_CONTIGUOUS | writable * _WRITABLE | with_format * _FORMAT
        _get_buffer(thing, ctypes.byref(self._view), flags)
        self.address = self._view.buf or 0
        self.nbytes = self._view.len
        self.format = (self._view.format or b"B").decode() if with_format else None

    def __del__(self, release: Any = _release_buffer) -> None:
        release(ctypes.byref(self._view))


class _TensorMemory(Memory):
    def __init__(self, thing: Any) -> None:
        self.address, self.nbytes, self.format, self.owner = _dlpack.memory_of(thing)


def memory_of(thing: Any, writable: bool, with_format: bool) -> Memory:
    """The memory of an object. Raises TypeError if it has none, BufferError if it does not fit."""
    try:
        return _BufferMemory(thing, writable, with_format)
    except ValueError as error:  # NumPy's; others raise BufferError
        raise BufferError(f"message: {error}") from None
    except TypeError:
        if hasattr(thing, "__dlpack__") or hasattr(thing, "__cuda_array_interface__"):
            return _TensorMemory(thing)
        raise TypeError(
            f"message: expecting buffer or list/tuple, got {type(thing).__name__}"
        ) from None


def view_of(address: int, nbytes: int, writable: bool) -> memoryview:
    """A memoryview of memory that C has."""
    flags = _FOR_WRITING if writable else _FOR_READING
    view: memoryview = _from_memory(address, nbytes, flags)
    return view
