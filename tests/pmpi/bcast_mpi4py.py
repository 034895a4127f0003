# SPDX-License-Identifier: BSD-3-Clause
"""The same as bcast_mpifh.f with mpi4py, without MPI_BOTTOM."""
from array import array

from mpi4py import MPI

COUNT = 262144
comm = MPI.COMM_WORLD
right = True

for _ in range(2):
    small = array("i", [7, 7] if comm.rank == 0 else [0, 0])
    comm.Bcast([small, MPI.INT], root=0)
    right = right and small == array("i", [7, 7])
for salt in range(2):
    values = array("i", range(salt, COUNT + salt))
    data = values[:] if comm.rank == 1 else array("i", [0]) * COUNT
    comm.Bcast([data, MPI.INT], root=1)
    right = right and data == values
values = array("i", range(COUNT))
data = values[:] if comm.rank == 0 else array("i", [0]) * COUNT
comm.Ibcast([data, MPI.INT], root=0).Wait()
right = right and data == values

flag = array("i", [right])
comm.Allreduce(MPI.IN_PLACE, [flag, MPI.INT], op=MPI.LAND)
if comm.rank == 0:
    print("right" if flag[0] else "wrong", flush=True)
