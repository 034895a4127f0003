# SPDX-License-Identifier: BSD-3-Clause
"""Where libfanout is, and what its functions take."""
from __future__ import annotations

import ctypes
import os
from typing import Any, List

from mpi4py import MPI

_NEEDED_VERSION = 2  # FANOUT_API_VERSION

# MPI's handles are int in MPICH, and pointers in Open MPI and in the ABI of MPI 5.
_HANDLE_SIZE: int = getattr(MPI, "_sizeof")(MPI.Comm)
Handle: Any = ctypes.c_int if _HANDLE_SIZE == ctypes.sizeof(ctypes.c_int) else ctypes.c_void_p
Count = ctypes.c_int64
Request = ctypes.c_void_p

SourceFunction = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.c_void_p, Count, ctypes.c_void_p, ctypes.c_size_t
)
SinkFunction = SourceFunction
ReaderFunction = ctypes.CFUNCTYPE(Count, ctypes.c_void_p, Count, ctypes.c_void_p, ctypes.c_size_t)


class Mdc(ctypes.Structure):
    """fanout_mdc: how an array is cut into descriptors."""

    _fields_ = [
        ("axes", ctypes.c_int),
        ("extent", ctypes.POINTER(Count)),
        ("factor", ctypes.POINTER(ctypes.c_int)),
        ("element_bytes", ctypes.c_size_t),
    ]


_POINTER = ctypes.c_void_p
_INT = ctypes.c_int
_ARGUMENTS = {
    "fanout_bcast_c": [_POINTER, Count, Handle, _INT, Handle],
    "fanout_ibcast_c": [_POINTER, Count, Handle, _INT, Handle, ctypes.POINTER(Request)],
    "fanout_wait": [ctypes.POINTER(Request)],
    "fanout_test": [ctypes.POINTER(Request), ctypes.POINTER(_INT)],
    "fanout_stream": [Count, SourceFunction, SinkFunction, _POINTER, _INT, Handle, Handle],
    "fanout_stream_to_end": [
        ReaderFunction,
        SinkFunction,
        _POINTER,
        _INT,
        Handle,
        Handle,
        ctypes.POINTER(Count),
    ],
    "fanout_comm_attach": [Handle, Handle],
    "fanout_comm_get_info": [Handle, ctypes.POINTER(Handle)],
    "fanout_explain": [Handle, Count, _INT, ctypes.POINTER(_POINTER)],
    "fanout_mdc_count": [ctypes.POINTER(Mdc)],
    "fanout_mdc_bcast_within": [
        _POINTER,
        ctypes.POINTER(Mdc),
        ctypes.c_double,
        ctypes.POINTER(_INT),
        _INT,
        Handle,
    ],
    "fanout_mdc_fill": [_POINTER, ctypes.POINTER(Mdc), ctypes.POINTER(_INT), Handle, _POINTER],
    "fanout_error_class": [_INT],
    "fanout_api_version": [],
}


def _directories() -> List[str]:
    """Where `make install` has put the libraries; otherwise the loader has to know."""
    for_tests = os.environ.get("FANOUT_TEST_LIBRARIES")
    if for_tests:
        return [for_tests]
    try:
        from . import _installed  # type: ignore[attr-defined]
    except ImportError:
        return []
    return [_installed.LIBRARIES]


def open_library(soname: str) -> ctypes.CDLL:
    """Load a library of ours, or raise ImportError."""
    reasons = []
    for path in [os.path.join(directory, soname) for directory in _directories()] + [soname]:
        try:
            return ctypes.CDLL(path)
        except OSError as error:
            reasons.append(str(error))
    raise ImportError(
        f"{soname} cannot be loaded ({'; '.join(reasons)}). Install libfanout, "
        "or add the directory that it is in to LD_LIBRARY_PATH"
    )


def _mpi_of(opened: ctypes.CDLL) -> str:
    """The first line of what the MPI library that a library is linked with says of itself."""
    text, length = ctypes.create_string_buffer(8192), ctypes.c_int()
    opened.MPI_Get_library_version(text, ctypes.byref(length))
    return _first_line(text.value.decode())


def _first_line(text: str) -> str:
    return " ".join(text.split("\0")[0].strip().split("\n")[0].split())


def _check(opened: ctypes.CDLL) -> None:
    ours, theirs = _mpi_of(opened), _first_line(MPI.Get_library_version())
    if ours != theirs:
        raise ImportError(
            f"libfanout is built for '{ours}', but mpi4py for '{theirs}'. "
            "Build one of them again, with the MPI compiler of the other (MPICC)"
        )
    found = opened.fanout_api_version()
    if found < _NEEDED_VERSION:
        raise ImportError(
            f"libfanout is too old: its interface is 0.{found}, and 0.{_NEEDED_VERSION} is needed"
        )


def _load() -> ctypes.CDLL:
    opened = open_library("libfanout.so.0")
    _check(opened)
    for name, arguments in _ARGUMENTS.items():
        getattr(opened, name).argtypes = arguments
    opened.fanout_version.restype = ctypes.c_char_p
    opened.fanout_mdc_count.restype = Count
    return opened


library = _load()


def version() -> str:
    """The release of the C library, such as "0.2.0". Local."""
    text: bytes = library.fanout_version()
    return text.decode()
