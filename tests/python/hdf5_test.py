# SPDX-License-Identifier: BSD-3-Clause
"""HDF5 files in h5py."""
import ctypes

import numpy
import pytest
from mpi4py import MPI

import fanout
import fanout._hdf5
from common import outcome, works

h5py = pytest.importorskip("h5py")


@pytest.fixture
def path(comm, folder):
    """A file that rank 0 has written."""
    name = folder / "Größe.h5"
    if comm.rank == 0:
        with h5py.File(name, "w") as file:
            file["group/data"] = numpy.arange(300_000.0)
            file.attrs["name"] = "field"
    return comm.bcast(name)


def test_open(comm, path):
    with fanout.open_h5(path if comm.rank == 0 else None, comm) as file:
        assert isinstance(file, h5py.File) and file.mode == "r"
        assert file.attrs["name"] == "field"
        assert (file["group/data"][...] == numpy.arange(300_000)).all()
        assert file["group/data"][5] == 5
    assert not file


@pytest.mark.parametrize("kind", [str, lambda path: str(path).encode(), lambda path: path])
def test_kinds_of_paths(comm, path, kind):
    with fanout.open_h5(kind(path), comm, root=0) as file:
        assert list(file) == ["group"]


def test_objects_outlive_the_file(comm, path):
    data = fanout.open_h5(path, comm)["group/data"]
    assert data[7] == 7


def test_parameters(comm, path):
    with fanout.open_h5(path, comm, info={"chunk_bytes": 65536, "h5_external": "allow"}) as file:
        assert list(file) == ["group"]
    error = outcome(fanout.open_h5, path, comm, 0, {"no_such_name": 1})
    assert isinstance(error, OSError)
    error = outcome(fanout.open_h5, path, comm, 0, "text" if comm.rank == 0 else None)
    assert isinstance(error, TypeError if comm.rank == 0 else RuntimeError)
    assert works(comm)


def test_files_that_cannot_be_opened(comm, path, folder):
    error = outcome(fanout.open_h5, folder / "nothing.h5", comm)
    assert isinstance(error, OSError)
    assert "rank 0: cannot open" in str(error) and "No such file" in str(error)
    if comm.rank == 0:
        (folder / "text").write_text("no HDF5")
    error = outcome(fanout.open_h5, folder / "text", comm)
    assert isinstance(error, OSError) and len(str(error)) > 10
    for wrong, kind in ((5, TypeError), (None, TypeError), ("a\0b", ValueError)):
        assert isinstance(outcome(fanout.open_h5, wrong, comm), kind)
    with fanout.open_h5(path, comm) as file:
        assert list(file) == ["group"]


def test_an_h5py_with_another_hdf5(comm, monkeypatch):
    """On one rank, as on a host where another h5py is installed."""
    fanout._hdf5._library.cache_clear()
    if comm.rank == comm.size - 1:
        monkeypatch.setattr(fanout._hdf5, "_address", lambda library: library._handle)
    error = outcome(fanout.open_h5, "x", comm)
    monkeypatch.undo()
    if comm.rank == comm.size - 1:
        assert isinstance(error, ImportError) and "of its own" in str(error)
    else:
        assert isinstance(error, RuntimeError) and f"rank {comm.size - 1}" in str(error)
    assert works(comm)


def test_without_the_library(monkeypatch):
    monkeypatch.setenv("FANOUT_TEST_LIBRARIES", "/nowhere")
    monkeypatch.delenv("LD_LIBRARY_PATH", raising=False)
    with pytest.raises(ImportError, match="LD_LIBRARY_PATH"):
        fanout._library.open_library("libnothing.so.0")
    assert ctypes.sizeof(fanout._library.Handle) == MPI._sizeof(MPI.Comm)
