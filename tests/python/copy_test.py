# SPDX-License-Identifier: BSD-3-Clause
"""Files and trees that are copied to every node."""
import os
import tarfile

import pytest
from mpi4py import MPI

import fanout
from common import outcome, works

DATA = bytes(range(256)) * 5000


@pytest.fixture
def path(comm, folder):
    """A file that the last rank has written."""
    name = folder / "Größe"
    if comm.rank == comm.size - 1:
        name.write_bytes(DATA)
        name.chmod(0o640)
    return comm.bcast(name, comm.size - 1)


def test_copy(comm, path, folder):
    root = comm.size - 1
    if comm.rank == root:
        done = fanout.copy(path, folder / "copy.%r", root, comm, verify=True, compress="lz4")
    else:
        done = fanout.copy(root=root, comm=comm)
    mine = folder / f"copy.{comm.rank}"
    assert mine.read_bytes() == DATA and mine.stat().st_mode & 0o777 == 0o640
    assert done.writers == done.whole == comm.size
    assert done.bytes == len(DATA) and done.seconds >= 0 and done.problems == []


@pytest.mark.parametrize("kind", [str, os.fsencode, lambda path: path])
def test_kinds_of_paths(comm, path, folder, kind):
    done = fanout.copy(kind(path), kind(folder / "for-node"), comm.size - 1, comm)
    assert (folder / "for-node").read_bytes() == DATA and done.whole == done.writers


@pytest.fixture
def tree(comm, folder):
    """A directory that rank 0 has made."""
    name = folder / "tree"
    if comm.rank == 0:
        (name / "below").mkdir(parents=True)
        (name / "below" / "data").write_bytes(DATA)
        (name / "left.o").write_bytes(b"out")
        (name / "link").symlink_to("below")
    comm.Barrier()
    return name


def test_tree(comm, tree, folder):
    if comm.rank == 0:
        done = fanout.copy(
            tree, folder / "tree.%r", comm=comm, recursive=True, exclude=["*.o", "nothing/"]
        )
    else:
        done = fanout.copy(comm=comm)
    mine = folder / f"tree.{comm.rank}"
    assert sorted(each.name for each in mine.iterdir()) == ["below", "link"]
    assert (mine / "below" / "data").read_bytes() == DATA and os.readlink(mine / "link") == "below"
    assert done.writers == done.whole == comm.size and done.bytes == len(DATA)


def test_tree_that_cannot_be_copied(comm, tree, folder):
    error = outcome(fanout.copy, tree, folder / "no" / "tree.%r", 0, comm, recursive=True)
    assert isinstance(error, fanout.CopyError) and error.result.whole == 0
    assert len([each for each in error.result.problems if "No such file" in each.text]) == comm.size
    error = outcome(fanout.copy, tree, folder / "tree.%r", 0, comm, recursive=True, unpack=True)
    assert error.result.problems[0].path == "unpack"
    error = outcome(fanout.copy, tree, folder / "tree.%r", 0, comm)
    assert "is a directory" in error.result.problems[0].text
    long = ["x" * 100] * 100
    error = outcome(fanout.copy, tree, folder / "tree.%r", 0, comm, recursive=True, exclude=long)
    assert isinstance(error, MPI.Exception)
    assert not (folder / f"tree.{comm.rank}").exists() and works(comm)


def test_once(comm, tree, folder):
    copy = folder / f"once.{comm.rank}"
    fanout.copy(tree, folder / "once.%r", comm=comm, recursive=True, once=True)
    before = copy.stat().st_ino
    done = fanout.copy(tree, folder / "once.%r", comm=comm, recursive=True, once="verify")
    assert done.whole == comm.size and copy.stat().st_ino == before


def test_unpack(comm, tree, folder):
    if comm.rank == 0:
        with tarfile.open(folder / "archive.tar.gz", "w:gz") as archive:
            archive.add(tree, ".")
    done = fanout.copy(folder / "archive.tar.gz", folder / "new.%r", comm=comm, unpack=True)
    assert done.whole == comm.size
    assert (folder / f"new.{comm.rank}" / "below" / "data").read_bytes() == DATA


def test_one_rank_that_cannot_write(comm, path, folder):
    if comm.rank > 0:
        (folder / f"place.{comm.rank}").mkdir()
    comm.Barrier()
    error = outcome(fanout.copy, path, folder / "place.%r" / "copy", comm.size - 1, comm)
    assert isinstance(error, fanout.CopyError) and isinstance(error, MPI.Exception)
    assert error.Get_error_class() == fanout.error_class(fanout.ErrorKind.SINK)
    assert error.result.whole == comm.size - 1
    problem = error.result.problems[-1]
    assert problem.path == str(folder / "place.0" / "copy") and "No such file" in problem.text
    assert comm.rank == 0 or (folder / f"place.{comm.rank}" / "copy").read_bytes() == DATA


def test_no_source(comm, folder):
    error = outcome(fanout.copy, folder / "nothing", folder / "copy", 0, comm)
    assert isinstance(error, fanout.CopyError)
    assert error.Get_error_class() == fanout.error_class(fanout.ErrorKind.SOURCE)
    assert "cannot open the source" in str(error)


def test_wrong_arguments(comm, path, folder):
    copy = folder / "copy"
    root = comm.size - 1
    error = outcome(fanout.copy, path, copy, root, comm, verifying=True)
    assert isinstance(error, fanout.CopyError)
    assert error.result.problems[0].path == "verifying"
    assert error.Get_error_class() == fanout.error_class(fanout.ErrorKind.PARAM)
    assert isinstance(outcome(fanout.copy, path, copy, root, comm, verify=1), fanout.CopyError)
    assert isinstance(outcome(fanout.copy, 5, copy, root, comm), TypeError)
    assert isinstance(outcome(fanout.copy, path, None, root, comm), TypeError)
    assert isinstance(outcome(fanout.copy, "a\0b", copy, root, comm), ValueError)
    assert isinstance(outcome(fanout.copy, path, copy, comm.size, comm), MPI.Exception)
    assert isinstance(outcome(fanout.copy, path, copy, 0, MPI.COMM_NULL), MPI.Exception)
    assert not copy.exists()
    assert works(comm)
