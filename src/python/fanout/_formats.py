# SPDX-License-Identifier: BSD-3-Clause
"""Files of arrays: what is in them, and where."""
from __future__ import annotations

import ast
import json
import os
import struct
import zipfile
from typing import IO, Any, Callable, Dict, List, NamedTuple, Tuple

import numpy

_NPY = b"\x93NUMPY"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_HEADER_LIMIT = 100_000_000  # bytes, as in the library safetensors

_NUMPY_TYPES = {
    "BOOL": "?",
    "U8": "u1",
    "I8": "i1",
    "U16": "<u2",
    "I16": "<i2",
    "F16": "<f2",
    "U32": "<u4",
    "I32": "<i4",
    "F32": "<f4",
    "U64": "<u8",
    "I64": "<i8",
    "F64": "<f8",
    "C64": "<c8",
}
_descr_to_dtype: Any = numpy.lib.format.descr_to_dtype  # NumPy gives it no type

_OTHER_TYPES = {"BF16": "bfloat16", "F8_E4M3": "float8_e4m3fn", "F8_E5M2": "float8_e5m2"}


class Array(NamedTuple):
    """An array without its elements."""

    name: str
    dtype: Any
    shape: Tuple[int, ...]
    order: str  # "C" or "F"

    @property
    def nbytes(self) -> int:
        """The bytes of the elements."""
        elements = 1
        for length in self.shape:
            elements *= length
        return elements * int(self.dtype.itemsize)


class Content(NamedTuple):
    """The arrays of a file, and how to come to the elements of each, in the file's order."""

    single: bool  # the file is one array, not a dictionary of them
    arrays: List[Array]
    openers: List[Callable[[], IO[bytes]]]
    sealed: bool  # nothing may follow the elements; at the end of an entry zipfile checks its sum


def _read(file: IO[bytes], nbytes: int) -> bytes:
    data = file.read(nbytes)
    if len(data) != nbytes:
        raise ValueError("the file ends inside of a header")
    return data


def _npy_header(file: IO[bytes]) -> str:
    magic = _read(file, 8)
    version = magic[6:]
    if magic[:6] != _NPY or version not in (b"\1\0", b"\2\0", b"\3\0"):
        raise ValueError("it has no header of .npy of a version from 1 to 3")
    layout = "<H" if version == b"\1\0" else "<I"
    (length,) = struct.unpack(layout, _read(file, struct.calcsize(layout)))
    if length > _HEADER_LIMIT:
        raise ValueError(f"its header claims {length} bytes")
    return _read(file, length).decode("utf-8" if version == b"\3\0" else "latin1")


def _read_npy(file: IO[bytes], name: str) -> Array:
    """Reads up to the elements."""
    text = _npy_header(file)
    try:
        header = ast.literal_eval(text)
        dtype = _descr_to_dtype(header["descr"])
        shape = tuple(int(length) for length in header["shape"])
        order = "F" if header["fortran_order"] else "C"
    except Exception as error:
        raise ValueError(f"its header of .npy is wrong: {error!r}") from None
    if dtype.hasobject:
        raise ValueError("its elements are Python objects: use bcast_object")
    if any(length < 0 for length in shape):
        raise ValueError(f"its header has the shape {shape}")
    return Array(name, dtype, shape, order)


def _at(path: Any, offset: int) -> Callable[[], IO[bytes]]:
    def opener() -> IO[bytes]:
        file = open(path, "rb", buffering=0)
        file.seek(offset)
        return file

    return opener


def _check_length(array: Array, start: int, size: int) -> None:
    if start + array.nbytes > size:
        raise ValueError(
            f"it ends at byte {size}, and the elements of an array at {start + array.nbytes}"
        )


def _npy(path: Any) -> Content:
    with open(path, "rb") as file:
        array = _read_npy(file, "")
        start = file.tell()
        _check_length(array, start, os.fstat(file.fileno()).st_size)
    return Content(True, [array], [_at(path, start)], sealed=False)


def _entry(path: Any, name: str) -> Callable[[], IO[bytes]]:
    def opener() -> IO[bytes]:
        file = zipfile.ZipFile(path).open(name)
        _read_npy(file, name)
        return file

    return opener


def _npz(path: Any) -> Content:
    arrays, openers = [], []
    with zipfile.ZipFile(path) as archive:
        for entry in archive.infolist():
            name = entry.filename
            if not name.endswith(".npy"):
                raise ValueError(f"its entry {name!r} is no array")
            with archive.open(entry) as file:
                arrays.append(_read_entry(file, name[:-4], entry.file_size))
            openers.append(_entry(path, name))
    return Content(False, arrays, openers, sealed=True)


def _read_entry(file: IO[bytes], name: str, size: int) -> Array:
    """Reads up to the elements."""
    try:
        array = _read_npy(file, name)
        _check_length(array, file.tell(), size)
        return array
    except ValueError as error:
        raise ValueError(f"array {name!r}: {error}") from None


def _dtype_of(name: str) -> Any:
    if name in _NUMPY_TYPES:
        return numpy.dtype(_NUMPY_TYPES[name])
    if name not in _OTHER_TYPES:
        raise ValueError(f"NumPy has no type for {name}")
    try:
        import ml_dtypes
    except ImportError:
        raise ValueError(f"NumPy has no type for {name}; the package ml_dtypes has one") from None
    return numpy.dtype(getattr(ml_dtypes, _OTHER_TYPES[name]))


def _tensor(name: str, described: Any, data_bytes: int) -> Tuple[int, Array]:
    """Where the elements are, and the array."""
    begin, end = described["data_offsets"]
    shape = tuple(described["shape"])
    if not all(isinstance(number, int) and number >= 0 for number in (begin, end, *shape)):
        raise ValueError("a shape or an offset is not a positive integer")
    array = Array(name, _dtype_of(described["dtype"]), shape, "C")
    if not begin <= end <= data_bytes:
        raise ValueError(f"its offsets {begin} and {end} are not in the {data_bytes} bytes of data")
    if end - begin != array.nbytes:
        raise ValueError(f"it has {end - begin} bytes, and its shape and type need {array.nbytes}")
    return begin, array


def _unique(pairs: List[Tuple[str, Any]]) -> Dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name is there twice")
    return found


def _header_of_safetensors(file: IO[bytes], size: int) -> Tuple[int, Dict[str, Any]]:
    """Where the data begin, and what is there."""
    start = file.read(9)
    length = int.from_bytes(start[:8], "little")
    if len(start) < 9 or start[8:] != b"{":
        raise ValueError("it is neither .npy, .npz nor safetensors")
    if length > min(_HEADER_LIMIT, size - 8):
        raise ValueError(f"its header claims {length} bytes of the {size} bytes of the file")
    file.seek(8)
    try:
        header = json.loads(_read(file, length).decode(), object_pairs_hook=_unique)
    except ValueError as error:
        raise ValueError(f"its header of safetensors is wrong: {error}") from None
    header.pop("__metadata__", None)
    return 8 + length, header


def _safetensors(path: Any) -> Content:
    with open(path, "rb") as file:
        size = os.fstat(file.fileno()).st_size
        start, header = _header_of_safetensors(file, size)
    found = []
    for name, described in header.items():
        try:
            found.append(_tensor(name, described, size - start))
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"tensor {name!r}: {error}") from None
    found.sort(key=lambda pair: pair[0])
    openers = [_at(path, start + begin) for begin, _ in found]
    return Content(False, [array for _, array in found], openers, sealed=False)


def read_headers(path: Any) -> Content:
    """What is in a file of arrays. Raises OSError, or ValueError that says what is wrong with it."""
    with open(path, "rb") as file:
        magic = file.read(8)
    kind = _npy if magic[:6] == _NPY else _npz if magic[:4] in _ZIP else _safetensors
    try:
        return kind(path)
    except (ValueError, zipfile.BadZipFile) as error:
        raise ValueError(f"{os.fsdecode(path)}: {error}") from None
