# SPDX-License-Identifier: BSD-3-Clause
"""The memory of tensors that have no buffer protocol, such as those of Torch, by DLPack."""
from __future__ import annotations

import ctypes
from typing import Any, Tuple

_HOST_DEVICES = (1, 3, 11, 13)  # the processor; memory of CUDA, ROCm that it can reach; managed
_KINDS = {0: "i", 1: "u", 2: "f", 5: "c", 6: "b"}
_NAME = b"dltensor"


class _Tensor(ctypes.Structure):
    """DLTensor; DLManagedTensor begins with one."""

    _fields_ = [
        ("data", ctypes.c_void_p),
        ("device_type", ctypes.c_int32),
        ("device_id", ctypes.c_int32),
        ("ndim", ctypes.c_int32),
        ("code", ctypes.c_uint8),
        ("bits", ctypes.c_uint8),
        ("lanes", ctypes.c_uint16),
        ("shape", ctypes.POINTER(ctypes.c_int64)),
        ("strides", ctypes.POINTER(ctypes.c_int64)),
        ("byte_offset", ctypes.c_uint64),
    ]


_get_pointer: Any = ctypes.PYFUNCTYPE(ctypes.c_void_p, ctypes.py_object, ctypes.c_char_p)(
    ("PyCapsule_GetPointer", ctypes.pythonapi)
)


def _check_device(thing: Any) -> None:
    if hasattr(thing, "__dlpack_device__") and thing.__dlpack_device__()[0] in _HOST_DEVICES:
        return
    raise BufferError(
        f"message: the memory of {type(thing).__name__} is that of a device; fanout takes memory "
        "of the host only: copy it there and back, or use the communicator's Bcast"
    )


def _is_contiguous(tensor: _Tensor) -> bool:
    if not tensor.strides:
        return True
    axes = [(tensor.strides[i], tensor.shape[i]) for i in range(tensor.ndim)]
    axes = [axis for axis in axes if axis[1] != 1]
    return _is_dense(axes) or _is_dense(axes[::-1])


def _is_dense(axes: Any) -> bool:
    """Whether the last axis is the fastest, and there are no gaps."""
    step = 1
    for stride, length in reversed(axes):
        if stride != step:
            return False
        step *= length
    return True


def _nbytes(tensor: _Tensor) -> int:
    elements = 1
    for i in range(tensor.ndim):
        elements *= tensor.shape[i]
    return int(elements * tensor.bits // 8)


def memory_of(thing: Any) -> Tuple[int, int, str, Any]:
    """Its address, bytes, format, and what keeps it where it is."""
    _check_device(thing)
    capsule = thing.__dlpack__()
    tensor = _Tensor.from_address(_get_pointer(capsule, _NAME))
    if tensor.lanes != 1 or tensor.code not in _KINDS:
        raise BufferError(f"message: {type(thing).__name__} has elements that MPI does not know")
    nbytes = _nbytes(tensor)
    if nbytes > 0 and not _is_contiguous(tensor):
        raise BufferError("message: tensor is not contiguous")
    size = tensor.bits // 8
    return (tensor.data or 0) + tensor.byte_offset, nbytes, f"{_KINDS[tensor.code]}{size}", capsule
