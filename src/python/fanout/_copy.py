# SPDX-License-Identifier: BSD-3-Clause
"""Files and trees that one rank has, copied to every node."""
from __future__ import annotations

import ctypes
import functools
import os
from typing import Any, Dict, List, NamedTuple, Optional

from mpi4py import MPI

from ._arguments import communicator, handle, intracommunicator, path_bytes, rank
from ._library import Count, Handle, open_library
from ._parcel import agree, from_root


class _Problem(ctypes.Structure):
    """fanout_copy_problem"""

    _fields_ = [("host", ctypes.c_char_p), ("path", ctypes.c_char_p), ("text", ctypes.c_char_p)]


class _Result(ctypes.Structure):
    """fanout_copy_result"""

    _fields_ = [
        ("writers", ctypes.c_int),
        ("whole", ctypes.c_int),
        ("bytes", Count),
        ("seconds", ctypes.c_double),
        ("problem_count", ctypes.c_int),
        ("problems", ctypes.POINTER(_Problem)),
    ]


class CopyProblem(NamedTuple):
    """Something that went wrong."""

    host: str  #: where
    path: str  #: of what; of a wrong option, its name
    text: str  #: what failed, why, and what to do


class CopyResult(NamedTuple):
    """What came of a copy."""

    writers: int  #: ranks that were to write a copy: one on each node, or with %r all
    whole: int  #: those of them whose copy is there and is the source's
    bytes: int  #: of the file, or of all files
    seconds: float  #: from the first byte until the last copy had its name
    problems: List[CopyProblem]  #: what went wrong


class CopyError(MPI.Exception):
    """Not all ranks that were to write a copy have one."""

    result: Optional[CopyResult] = None  #: None if nothing could be begun


@functools.lru_cache(maxsize=None)
def _library() -> ctypes.CDLL:
    ours = open_library("libfanout_copy.so.0")
    pointer = ctypes.POINTER(ctypes.POINTER(_Result))
    for call in ours.fanout_copy_file, ours.fanout_copy_tree:
        call.argtypes = [
            ctypes.c_char_p,
            ctypes.c_char_p,
            ctypes.c_int,
            Handle,
            Handle,
            pointer,
        ]
    ours.fanout_copy_result_free.argtypes = [pointer]
    ours.fanout_copy_result_free.restype = None
    return ours


def _text(words: Optional[bytes]) -> str:
    return (words or b"").decode(errors="surrogateescape")


def _result(found: Any) -> CopyResult:
    problems = [
        CopyProblem(_text(each.host), _text(each.path), _text(each.text))
        for each in found.problems[: found.problem_count]
    ]
    return CopyResult(found.writers, found.whole, found.bytes, found.seconds, problems)


class _Request(NamedTuple):
    """What the root asks for."""

    source: bytes
    destination: bytes
    recursive: bool
    keys: Dict[str, str]


def _value(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return "\n".join(str(each) for each in value)
    if isinstance(value, os.PathLike):
        return str(os.fspath(value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def _request(src: Any, dst: Any, recursive: bool, options: Dict[str, Any]) -> _Request:
    keys = {name.replace("_", "-"): _value(value) for name, value in options.items()}
    for name, value in keys.items():
        if "\0" in value:
            raise ValueError(f"{name}: {value!r} has a null character in it")
    return _Request(path_bytes(src), path_bytes(dst), bool(recursive), keys)


def _call(request: _Request, root: int, comm: MPI.Comm) -> CopyResult:
    library, found = _library(), ctypes.POINTER(_Result)()
    call = library.fanout_copy_tree if request.recursive else library.fanout_copy_file
    info = MPI.Info.Create()
    try:
        for name, value in request.keys.items():
            info.Set(name, value)
        code = call(
            request.source,
            request.destination,
            root,
            handle(comm),
            handle(info),
            ctypes.byref(found),
        )
    finally:
        info.Free()
    result = _result(found.contents) if found else None
    library.fanout_copy_result_free(ctypes.byref(found))
    if code != MPI.SUCCESS or result is None:
        error = CopyError(code if code != MPI.SUCCESS else MPI.ERR_NO_MEM)
        error.result = result
        raise error
    return result


def copy(
    src: Any = None,
    dst: Any = None,
    root: int = 0,
    comm: Optional[MPI.Comm] = None,
    *,
    recursive: bool = False,
    **options: Any,
) -> CopyResult:
    """Copy a file or a tree of one rank to every node, as `fanout-copy` does. Collective.

    src: str, bytes or os.PathLike; significant on the root only, as all but `root` and `comm`
    dst: the path of the copy itself; %h stands for the host's name, %% for a percent sign, and %r
        for the rank: with it every rank writes a copy of its own
    root: rank that can read the file
    comm: an intracommunicator; None: MPI.COMM_WORLD
    recursive: a directory with all that is in it
    options: such as verify=True, mkpath=True, fail_fast=True, once=True, compress="zstd",
        timeout=60; of trees also exclude=["*.o", ".git/"]; unpack=True for archives (see `man
        fanout_copy_file`)

    A copy is there when it is whole and verified, and not before. Raises CopyError, an
    MPI.Exception, on all ranks if some host has no copy; the others have theirs.

    >>> try:
    ...     fanout.copy("nothing", "copy", comm=MPI.COMM_SELF)
    ... except fanout.CopyError as error:
    ...     print(error.result.problems[0].text)
    cannot open the source: No such file or directory; check that the path exists on this host
    """
    root = rank(root)
    comm = intracommunicator(communicator(comm), root)
    error: Optional[Exception] = None
    try:
        _library()
    except ImportError as found:
        error = found
    agree(comm, error, "cannot copy files: see its exception")
    request = from_root(lambda: _request(src, dst, recursive, options), root, comm)
    return _call(request, root, comm)
