# SPDX-License-Identifier: BSD-3-Clause
"""What all tests have: a communicator of their own, and as many ranks as they were to have."""
import os

import pytest
from mpi4py import MPI


def pytest_configure():
    """A wrong launcher starts single processes that all pass."""
    ranks = os.environ.get("FANOUT_TEST_RANKS")
    if ranks and int(ranks) != MPI.COMM_WORLD.size:
        raise pytest.UsageError(f"there are {MPI.COMM_WORLD.size} ranks instead of {ranks}")


def duplicate():
    """All ranks, on a communicator of their own."""
    comm = MPI.COMM_WORLD.Dup()
    yield comm
    comm.Free()


comm = pytest.fixture(duplicate, name="comm", scope="module")
fresh_comm = pytest.fixture(duplicate, name="fresh_comm")


@pytest.fixture
def folder(comm, tmp_path):
    """A folder of rank 0, on all ranks."""
    return comm.bcast(tmp_path)
