# SPDX-License-Identifier: BSD-3-Clause
"""Bytes of a stream that come from, and go to, several places one after the other."""
from __future__ import annotations

import os
from typing import IO, Any, List, Optional

from ._formats import Content


class Elements:
    """The elements of all arrays of a file, read in order: the source of a stream."""

    def __init__(self, path: Any, content: Content) -> None:
        self._path = os.fsdecode(path)
        self._sealed = content.sealed
        self._left = [
            (opener, array.nbytes)
            for opener, array in zip(content.openers, content.arrays)
            if array.nbytes > 0
        ]
        self._file: Optional[IO[bytes]] = None
        self._wanted = 0

    def _next(self) -> IO[bytes]:
        opener, self._wanted = self._left.pop(0)
        self._file = opener()
        return self._file

    def _end(self, file: IO[bytes]) -> None:
        if self._sealed and file.read(1):
            raise ValueError(f"{self._path}: an array is longer than its header says")
        self.close()

    def __call__(self, _offset: int, view: memoryview) -> None:
        done = 0
        while done < len(view):
            file = self._file or self._next()
            count = file.readinto(view[done : done + self._wanted])  # type: ignore[attr-defined]
            if not count:
                raise EOFError(f"{self._path}: it ends before its last array does")
            done += count
            self._wanted -= count
            if self._wanted == 0:
                self._end(file)

    def close(self) -> None:
        """Close what is open."""
        if self._file is not None:
            self._file.close()
        self._file = None


class Places:
    """Memory that is filled in order: the sink of a stream."""

    def __init__(self, places: List[memoryview]) -> None:
        self._left = [place for place in places if len(place) > 0]

    def __call__(self, _offset: int, view: memoryview) -> None:
        done = 0
        while done < len(view):
            place = self._left[0]
            count = min(len(place), len(view) - done)
            place[:count] = view[done : done + count]
            done += count
            self._left[0] = place[count:]
            if count == len(place):
                self._left.pop(0)
