# SPDX-License-Identifier: BSD-3-Clause
"""Memory that the ranks of a node share.

Not MPI's: a window can be freed only by all ranks together, and arrays go one by one.
"""
from __future__ import annotations

import mmap
import os
from typing import Optional

from mpi4py import MPI

from ._parcel import agree


class SharedMemory:
    """Memory of one node. Its first rank fills it, and then all may read it."""

    def __init__(self, nbytes: int, node: MPI.Comm, comm: MPI.Comm) -> None:
        """Collective over `comm`, and over `node`, the ranks of it that share memory."""
        self._nbytes = max(nbytes, 1)  # there is no empty mapping
        self._leads = node.rank == 0
        self._file = -1
        error: Optional[Exception] = None
        try:
            if self._leads:
                self._make()
        except (OSError, OverflowError) as found:
            error = found
        self._agree(comm, error)
        pid, number = node.bcast((os.getpid(), self._file))
        try:
            if not self._leads:
                self._file = os.open(f"/proc/{pid}/fd/{number}", os.O_RDONLY | os.O_CLOEXEC)
        except OSError as found:
            error = found
        self._agree(comm, error)

    def _make(self) -> None:
        self._file = os.memfd_create("fanout.load")
        os.posix_fallocate(self._file, 0, self._nbytes)

    def _agree(self, comm: MPI.Comm, error: Optional[Exception]) -> None:
        try:
            agree(comm, error, f"cannot have {self._nbytes} bytes of shared memory")
        except Exception:
            self.close()
            raise

    def for_writing(self) -> Optional[mmap.mmap]:
        """On the first rank of the node, the memory."""
        return mmap.mmap(self._file, self._nbytes) if self._leads else None

    def for_reading(self) -> mmap.mmap:
        """The memory. Who writes there gets a signal."""
        return mmap.mmap(self._file, self._nbytes, access=mmap.ACCESS_READ)

    def close(self) -> None:
        """Close the file; what is mapped stays until it is garbage."""
        if self._file >= 0:
            os.close(self._file)
        self._file = -1
