# SPDX-License-Identifier: BSD-3-Clause
"""From error codes to exceptions."""
from __future__ import annotations

import enum

from mpi4py import MPI

from ._library import library


class ErrorKind(enum.IntEnum):
    """The kinds of error that are libfanout's own."""

    SOURCE = 0  #: the source of a stream failed; delivery is incomplete on all ranks
    SINK = 1  #: this rank's sink failed
    PARAM = 2  #: a parameter in the environment, a file or an MPI.Info is wrong
    DISAGREEMENT = 3  #: with the parameter `check`: ranks gave different arguments
    TIMEOUT = 4  #: with the parameter `timeout`: a stream made no progress


def error_class(kind: ErrorKind) -> int:
    """The error class of an MPI.Exception of this kind. Local.

    >>> try:
    ...     fanout.attach(MPI.COMM_SELF, group_size="many")
    ... except MPI.Exception as error:
    ...     error.Get_error_class() == fanout.error_class(fanout.ErrorKind.PARAM)
    True
    """
    found: int = library.fanout_error_class(ErrorKind(kind))
    return found


def check(code: int) -> None:
    """Raise what an error code stands for."""
    if code != MPI.SUCCESS:
        raise MPI.Exception(code)
