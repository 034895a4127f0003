# SPDX-License-Identifier: BSD-3-Clause
"""What several tests need."""
from mpi4py import MPI

import fanout

LARGE = 300_000  # bytes: above min_bytes, so that it is libfanout that broadcasts


def outcome(function, *arguments, **named):
    """The exception that a call raises, or None."""
    try:
        function(*arguments, **named)
    except Exception as error:
        return error
    return None


def works(comm):
    """Whether a broadcast gets through: nothing that went wrong before is left over."""
    data = bytearray(LARGE)
    if comm.rank == comm.size - 1:
        data[:] = b"\x5a" * LARGE
    fanout.bcast(data, comm.size - 1, comm)
    return comm.allreduce(data == b"\x5a" * LARGE, MPI.LAND)
