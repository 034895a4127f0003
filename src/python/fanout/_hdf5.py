# SPDX-License-Identifier: BSD-3-Clause
"""HDF5 files that one rank reads, in h5py."""
from __future__ import annotations

import contextlib
import ctypes
import functools
import os
from typing import TYPE_CHECKING, Any, List, Optional

from mpi4py import MPI

from ._arguments import (
    Parameters,
    communicator,
    handle,
    intracommunicator,
    parameters,
    path_bytes,
    rank,
)
from ._library import Handle, open_library
from ._parcel import agree, from_root

if TYPE_CHECKING:
    import h5py

_Identifier = ctypes.c_int64
_READ_ONLY = 0
_DEFAULT_STACK = 0
_UPWARD = 0  # from where the error was found to where it was called


class _Error(ctypes.Structure):
    """H5E_error2_t"""

    _fields_ = [
        ("class_id", _Identifier),
        ("major", _Identifier),
        ("minor", _Identifier),
        ("line", ctypes.c_uint),
        ("function", ctypes.c_char_p),
        ("file", ctypes.c_char_p),
        ("text", ctypes.c_char_p),
    ]


_Walk = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_uint, ctypes.POINTER(_Error), ctypes.c_void_p)


def _address(library: ctypes.CDLL) -> Optional[int]:
    """Where the HDF5 is that a library is linked with."""
    return ctypes.cast(library.H5get_libversion, ctypes.c_void_p).value


def _version(library: ctypes.CDLL) -> str:
    numbers = [ctypes.c_uint() for _ in range(3)]
    library.H5get_libversion(*(ctypes.byref(number) for number in numbers))
    return ".".join(str(number.value) for number in numbers)


def _check(ours: ctypes.CDLL, extension: str) -> None:
    """Identifiers of one HDF5 mean nothing to another one, even of the same version."""
    theirs = ctypes.CDLL(extension)
    if _address(ours) != _address(theirs):
        raise ImportError(
            f"h5py in {os.path.dirname(extension)} has an HDF5 {_version(theirs)} of its own, and "
            f"libfanout_hdf5 another one, {_version(ours)}. Install an h5py that uses the "
            "system's HDF5: python3-h5py of the distribution, or pip install --no-binary=h5py h5py"
        )


@functools.lru_cache(maxsize=None)
def _library() -> ctypes.CDLL:
    import h5py

    ours = open_library("libfanout_hdf5.so.0")
    _check(ours, h5py.h5f.__file__)
    ours.fanout_h5_open.argtypes = [
        ctypes.c_char_p,
        ctypes.c_uint,
        ctypes.c_int,
        Handle,
        Handle,
    ]
    ours.fanout_h5_open.restype = _Identifier
    ours.H5Ewalk2.argtypes = [_Identifier, ctypes.c_int, _Walk, ctypes.c_void_p]
    return ours


def _reasons(library: ctypes.CDLL) -> List[str]:
    """What is on HDF5's error stack, the outermost first."""
    texts: List[str] = []

    def add(_number: int, error: Any, _state: Any) -> int:
        texts.append((error.contents.text or b"").decode(errors="replace"))
        return 0

    library.H5Ewalk2(_DEFAULT_STACK, _UPWARD, _Walk(add), None)
    return texts[::-1]


def _open(
    library: ctypes.CDLL, name: bytes, root: int, comm: MPI.Comm, info: MPI.Info
) -> h5py.File:
    import h5py

    with h5py._hl.base.phil:
        number = library.fanout_h5_open(name, _READ_ONLY, root, handle(comm), handle(info))
        reasons = _reasons(library) if number < 0 else []
    if number < 0:
        raise OSError("; ".join(reasons[:2]) or "fanout_h5_open failed")
    return h5py.File(h5py.h5f.FileID(number))


def open_h5(
    path: Any = None,
    comm: Optional[MPI.Comm] = None,
    root: int = 0,
    info: Parameters = None,
) -> h5py.File:
    """Open an HDF5 file for reading on all ranks; only the root reads it, once. Collective.

    path: str, bytes or os.PathLike; significant on the root only
    comm: an intracommunicator; None: MPI.COMM_WORLD
    root: rank that can read the file
    info: parameters, significant on the root only: an MPI.Info, or a dictionary with such names as
        "h5_external" (see `man fanout_h5_open`)

    Returns an h5py.File. The image of the file is in memory once on each node until the File and
    all objects of it are closed; closing is local.

    Raises OSError on all ranks if the file cannot be opened, ImportError if there is no h5py, or
    if it does not use the same HDF5 as libfanout_hdf5.
    """
    root = rank(root)
    comm = intracommunicator(communicator(comm), root)
    with contextlib.ExitStack() as stack:
        error: Optional[Exception] = None
        try:
            library = _library()
            used = stack.enter_context(parameters(info))
        except Exception as found:
            error = found
        agree(comm, error, "cannot open HDF5 files: see its exception")
        name = from_root(lambda: path_bytes(path), root, comm)
        return _open(library, name, root, comm, used)
