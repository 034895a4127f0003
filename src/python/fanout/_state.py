# SPDX-License-Identifier: BSD-3-Clause
"""The parameters of a communicator, and the plan of a broadcast."""
from __future__ import annotations

import ctypes
from typing import Any, Dict, Optional

from mpi4py import MPI

from ._arguments import communicator, handle, integer, parameters, rank
from ._errors import check
from ._library import library

_PREFIX = "fanout_"
_free: Any = ctypes.CDLL(None).free
_free.argtypes = [ctypes.c_void_p]
_free.restype = None


def attach(
    comm: Optional[MPI.Comm] = None, info: Optional[MPI.Info] = None, **hints: Any
) -> None:
    """Set the parameters of a communicator, before its first broadcast or later. Collective.

    comm: an intracommunicator; None: MPI.COMM_WORLD
    info: parameters, by the keys `fanout_...`
    hints: parameters by their names, as `fanout-info --params` lists them. Not both

    Rank 0's values apply to every rank. Raises MPI.Exception, of the class PARAM for a parameter
    that is wrong.

    >>> fanout.attach(MPI.COMM_SELF, group_size=4, min_bytes="128K")
    """
    comm = communicator(comm)
    if info is not None and hints:
        raise TypeError("attach: expecting either info or parameters by their names, got both")
    with parameters(hints if info is None else info) as used:
        check(library.fanout_comm_attach(handle(comm), handle(used)))


def get_info(comm: Optional[MPI.Comm] = None) -> Dict[str, str]:
    """The parameters in force. Collective if `comm` has had no broadcast yet, otherwise local.

    >>> fanout.get_info(MPI.COMM_WORLD)["check"]
    '0'
    """
    info = MPI.Info()
    used = handle(info)
    check(library.fanout_comm_get_info(handle(communicator(comm)), ctypes.byref(used)))
    try:
        return {key[len(_PREFIX) :]: value for key, value in info.items()}
    finally:
        info.Free()


def explain(nbytes: int, root: int = 0, comm: Optional[MPI.Comm] = None) -> str:
    """What a broadcast of so many bytes would do. Collective at the first call, then local.

    >>> print(fanout.explain(10, comm=MPI.COMM_SELF), end="")
    passed through to MPI_Bcast: one rank, or fewer bytes than the parameter min_bytes
    """
    comm, root, size = communicator(comm), rank(root), integer("nbytes", nbytes, 64)
    text = ctypes.c_void_p()
    check(library.fanout_explain(handle(comm), size, root, ctypes.byref(text)))
    try:
        return ctypes.string_at(text.value or 0).decode()
    finally:
        _free(text)
