# SPDX-License-Identifier: BSD-3-Clause
"""Files of arrays."""
import gc
import json
import os

import numpy
import pytest

import fanout
import fanout._load
from common import outcome, works

SHARED = pytest.mark.parametrize("shared", [False, True])


def arrays():
    return {
        "large": numpy.arange(300_000.0),
        "fortran": numpy.asfortranarray(numpy.arange(60_000).reshape(300, 200)),
        "scalar": numpy.array(5),
        "nothing": numpy.zeros((0, 3)),
        "text": numpy.array(["a", "bcd"]),
        "structure": numpy.ones(100, [("a", "i4"), ("b", "f8", 3)]),
        "other order": numpy.arange(100).astype(">i8"),
        "time": numpy.array(["2026-01-01"], "datetime64[D]"),
    }


def same(found, wanted):
    return (
        found.dtype == wanted.dtype
        and found.shape == wanted.shape
        and found.flags.f_contiguous == wanted.flags.f_contiguous
        and bool((found == wanted).all())
    )


def load_from(write, name, comm, folder, **named):
    """What all ranks load of a file that the root, the last rank, has written."""
    root = comm.size - 1
    if comm.rank == root:
        write(folder / name)
    return fanout.load(folder / name if comm.rank == root else None, root, comm, **named)


@SHARED
@pytest.mark.parametrize("name", arrays())
def test_npy(comm, folder, name, shared):
    wanted = arrays()[name]
    found = load_from(lambda path: numpy.save(path, wanted), "a.npy", comm, folder, shared=shared)
    assert same(found, wanted) and found.flags.writeable == (not shared)


@SHARED
@pytest.mark.parametrize("save", [numpy.savez, numpy.savez_compressed])
def test_npz(comm, folder, save, shared):
    wanted = arrays()
    found = load_from(lambda path: save(path, **wanted), "a.npz", comm, folder, shared=shared)
    assert list(found) == list(wanted)
    assert all(same(found[name], wanted[name]) for name in wanted)


def test_the_name_does_not_matter(comm, folder):
    def write(path):
        with open(path, "wb") as file:
            numpy.save(file, numpy.arange(3))

    assert (load_from(write, "data", comm, folder) == numpy.arange(3)).all()


def safetensors(tensors, **more):
    """A file as the library safetensors writes it."""
    header, data = {"__metadata__": {"format": "np"}}, b""
    for name, (kind, array) in tensors.items():
        end = len(data) + array.nbytes
        header[name] = {"dtype": kind, "shape": array.shape, "data_offsets": [len(data), end]}
        data += array.tobytes()
    header.update(more)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text + data


TENSORS = {
    "weights": ("F32", numpy.arange(60_000, dtype="f").reshape(300, 200)),
    "half": ("F16", numpy.arange(10, dtype="f2")),
    "mask": ("BOOL", numpy.array([True, False, True])),
    "ids": ("I64", numpy.arange(100_000)),
    "scalar": ("F64", numpy.array(2.5)),
    "bytes": ("U8", numpy.arange(7, dtype="u1")),
    "none": ("I32", numpy.zeros((2, 0), "i4")),
}


@SHARED
def test_safetensors(comm, folder, shared):
    content = safetensors(TENSORS)
    found = load_from(
        lambda path: path.write_bytes(content), "a.safetensors", comm, folder, shared=shared
    )
    assert sorted(found) == sorted(TENSORS)
    for name, (_, array) in TENSORS.items():
        assert found[name].dtype == array.dtype and found[name].shape == array.shape
        assert (found[name] == array).all()


def test_tensors_in_another_order_than_their_names(comm, folder):
    one, two = numpy.arange(3), numpy.arange(3, 6)
    header = json.dumps({
        "late": {"dtype": "I64", "shape": [3], "data_offsets": [24, 48]},
        "early": {"dtype": "I64", "shape": [3], "data_offsets": [0, 24]},
    }).encode()
    content = len(header).to_bytes(8, "little") + header + one.tobytes() + two.tobytes()
    found = load_from(lambda path: path.write_bytes(content), "a", comm, folder)
    assert (found["early"] == one).all() and (found["late"] == two).all()


def test_bfloat16(comm, folder):
    content = safetensors({"a": ("BF16", numpy.arange(3, dtype="u2"))})
    call = lambda: load_from(lambda path: path.write_bytes(content), "a", comm, folder)
    try:
        import ml_dtypes
    except ImportError:
        assert "ml_dtypes" in str(outcome(call)) and "'a'" in str(outcome(call))
    else:
        assert call()["a"].dtype == ml_dtypes.bfloat16


def tensor(dtype="F64", shape=(1,), offsets=(0, 8)):
    return {"dtype": dtype, "shape": list(shape), "data_offsets": list(offsets)}


def npy(text, data=b""):
    header = text.encode()
    return b"\x93NUMPY\1\0" + len(header).to_bytes(2, "little") + header + data


ONE = {"one": ("F64", numpy.array([1.0]))}
WRONG = {
    "empty": b"",
    "short": b"\x93NUM",
    "text": b"This is not a file of arrays at all.\n",
    "npy without header": b"\x93NUMPY\1\0",
    "npy of a later version": b"\x93NUMPY\7\0" + bytes(100),
    "npy with half a header": npy("{'descr': '<f8', 'fortran_order': False")[:30],
    "npy with code": npy("__import__('os').abort()"),
    "npy without a shape": npy("{'descr': '<f8', 'fortran_order': False}"),
    "npy with a negative shape": npy("{'descr': '<f8', 'fortran_order': False, 'shape': (-1,)}"),
    "npy of objects": npy("{'descr': '|O', 'fortran_order': False, 'shape': (1,)}", bytes(8)),
    "npy cut off": npy("{'descr': '<f8', 'fortran_order': False, 'shape': (3,)}", bytes(20)),
    "npy that claims too much": npy("{'descr': '<f8', 'fortran_order': False, 'shape': (1<<60,)}"),
    "zip cut off": b"PK\3\4" + bytes(100),
    "safetensors with a long header": (1 << 60).to_bytes(8, "little") + b"{}",
    "safetensors without its end": safetensors(ONE)[:40],
    "safetensors cut off": safetensors(ONE)[:-1],
    "safetensors with no JSON": (8).to_bytes(8, "little") + b"{nothing",
    "safetensors with a list": (10).to_bytes(8, "little") + b"[1, 2, 3 ]",
    "tensor twice": (75).to_bytes(8, "little") + b'{"a": {}, "a": {}}'.ljust(75),
    "tensor without a type": safetensors({}, a={"shape": [], "data_offsets": [0, 0]}),
    "tensor that is a number": safetensors({}, a=5),
    "tensor of an unknown type": safetensors(ONE, a=tensor("F77")),
    "tensor of a type that is a list": safetensors(ONE, a=tensor([])),
    "tensor that is too long": safetensors(ONE, a=tensor(shape=(2,))),
    "tensor outside of the file": safetensors(ONE, a=tensor(offsets=(8, 16))),
    "tensor backwards": safetensors(ONE, a=tensor(offsets=(8, 0))),
    "tensor with a negative shape": safetensors(ONE, a=tensor(shape=(-1, -1))),
    "tensor with a fraction": safetensors(ONE, a=tensor(shape=(0.5, 2))),
}


@SHARED
@pytest.mark.parametrize("name", WRONG)
def test_wrong_files(comm, folder, name, shared):
    error = outcome(
        load_from, lambda path: path.write_bytes(WRONG[name]), "wrong", comm, folder, shared=shared
    )
    assert isinstance(error, ValueError) and "wrong: " in str(error), error
    assert len(set(comm.allgather(str(error)))) == 1


def test_an_entry_of_a_zip_that_is_no_array(comm, folder):
    import zipfile

    def write(path):
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("note.txt", "hello")

    error = outcome(load_from, write, "a.npz", comm, folder)
    assert isinstance(error, ValueError) and "note.txt" in str(error)


@pytest.mark.parametrize("length", [20, 30])
def test_an_entry_that_is_not_as_long_as_it_says(comm, folder, length):
    """Too short is seen at once, too long when it has been read."""
    import zipfile

    def write(path):
        header = npy("{'descr': '<f8', 'fortran_order': False, 'shape': (3,)}", bytes(length))
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("a.npy", header)

    error = outcome(load_from, write, "a.npz", comm, folder)
    assert error is not None
    if length < 24 or comm.rank == comm.size - 1:
        assert isinstance(error, ValueError) and ("an array" in str(error) or "'a'" in str(error))
    assert works(comm)


@SHARED
@pytest.mark.parametrize("save", [numpy.savez, numpy.savez_compressed])
def test_damage_that_only_reading_shows(comm, folder, save, shared):
    """The root says what it is; the others know that there are no arrays."""

    def write(path):
        with open(path, "wb") as file:
            save(file, a=numpy.random.default_rng(1).integers(0, 255, 300_000).astype("u1"))
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.write_bytes(content)

    error = outcome(load_from, write, "a.npz", comm, folder, shared=shared)
    assert error is not None
    assert comm.rank != comm.size - 1 or "CRC" in str(error) or "decompress" in str(error)
    assert works(comm)


@SHARED
def test_paths_that_lead_nowhere(comm, folder, shared):
    for path, kind in (
        (folder / "nothing", FileNotFoundError),
        (folder, IsADirectoryError),
        (5, TypeError),
        (None, TypeError),
        ("a\0b", ValueError),
    ):
        error = outcome(fanout.load, path, 0, comm, shared=shared)
        assert isinstance(error, kind), error
    assert works(comm)


def test_only_the_root_reads(comm, folder):
    path = folder / "a.npy" if comm.rank == 0 else "/nowhere"
    if comm.rank == 0:
        numpy.save(path, numpy.arange(5))
    assert (fanout.load(path, comm=comm) == numpy.arange(5)).all()


def mapped(array):
    """The inode of the memory that an array is in."""
    address = array.__array_interface__["data"][0]
    with open("/proc/self/maps", encoding="ascii") as maps:
        for line in maps:
            first, last = (int(number, 16) for number in line.split()[0].split("-"))
            if first <= address < last:
                return line.split()[1], line.split()[4]
    return None


def test_shared_memory_is_one_and_cannot_be_written(comm, folder):
    wanted = numpy.arange(300_000)
    found = load_from(lambda path: numpy.save(path, wanted), "a.npy", comm, folder, shared=True)
    rights, inode = mapped(found)
    assert rights == "r--s"
    assert len(set(comm.allgather(inode))) == 1
    with pytest.raises(ValueError, match="read-only"):
        found[0] = 1
    with pytest.raises(ValueError):
        found.flags.writeable = True


def open_files():
    """What the descriptors of this process are of. That of the listing is gone by then."""
    folder = "/proc/self/fd"
    names = [os.path.join(folder, number) for number in os.listdir(folder)]
    return [os.readlink(name) for name in names if os.path.lexists(name)]


def test_shared_memory_goes_with_its_last_array(comm, folder):
    wanted = {"a": numpy.arange(300_000), "b": numpy.arange(10)}
    found = load_from(lambda path: numpy.savez(path, **wanted), "a.npz", comm, folder, shared=True)
    _, inode = mapped(found["a"])
    one = found.pop("b")
    del found
    comm.Barrier()
    maps = lambda: open("/proc/self/maps", encoding="ascii").read().split()
    assert inode in maps() and (one == numpy.arange(10)).all()
    del one
    assert inode not in maps()
    gc.collect()  # what failed in other tests may still have theirs
    assert not [file for file in open_files() if "fanout.load" in file]


def test_shared_memory_of_several_nodes(comm, folder, monkeypatch):
    monkeypatch.setattr(
        fanout._load, "_node", lambda whole, key: whole.Split(whole.rank % 2, key)
    )
    wanted = numpy.arange(300_000)
    found = load_from(lambda path: numpy.save(path, wanted), "a.npy", comm, folder, shared=True)
    assert same(found, wanted)
    assert len(set(comm.allgather(mapped(found)[1]))) == min(2, comm.size)


@SHARED
def test_no_memory_on_one_rank_is_an_error_on_all(comm, folder, monkeypatch, shared):
    def refuse(*_):
        raise OSError("none left")

    if comm.rank == 0 and not shared:
        monkeypatch.setattr(fanout._load, "_room", lambda arrays: ([], MemoryError("none left")))
    monkeypatch.setattr(os, "posix_fallocate", refuse)
    error = outcome(
        load_from, lambda path: numpy.save(path, numpy.arange(5)), "a", comm, folder, shared=shared
    )
    assert error is not None and ("none left" in str(error) or "memory" in str(error))
    monkeypatch.undo()
    assert works(comm)
