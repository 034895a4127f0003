# SPDX-License-Identifier: BSD-3-Clause
"""Broadcast arrays, objects, streams and files to every rank in the time of one transfer.

Communicators, datatypes and errors are those of mpi4py. Every function that takes a communicator
is collective, unless it says otherwise: all ranks call it, in the same order.

>>> from mpi4py import MPI
>>> import fanout
>>> numbers = bytearray(b"some data") if MPI.COMM_WORLD.rank == 0 else bytearray(9)
>>> fanout.bcast(numbers, root=0)
>>> bytes(numbers)
b'some data'
"""
from ._bcast import Request, bcast, ibcast
from ._copy import CopyError, CopyProblem, CopyResult, copy
from ._errors import ErrorKind, error_class
from ._hdf5 import open_h5
from ._library import version
from ._load import load
from ._mdc import mdc_bcast_within, mdc_fill
from ._object import bcast_object
from ._state import attach, explain, get_info
from ._stream import stream

__all__ = [
    "CopyError",
    "CopyProblem",
    "CopyResult",
    "ErrorKind",
    "Request",
    "attach",
    "bcast",
    "bcast_object",
    "copy",
    "error_class",
    "explain",
    "get_info",
    "ibcast",
    "load",
    "mdc_bcast_within",
    "mdc_fill",
    "open_h5",
    "stream",
    "version",
]
__version__ = version()
