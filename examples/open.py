# SPDX-License-Identifier: BSD-3-Clause
"""mpirun -np 4 python3 open.py FILE /DATASET: rank 0 reads the file, all have it, in h5py."""
import ctypes, sys, h5py
from mpi4py import MPI

fanout = ctypes.CDLL("libfanout_hdf5.so.0")
handle = ctypes.c_int if MPI._sizeof(MPI.Comm) == 4 else ctypes.c_void_p  # MPICH, Open MPI
comm, info = (handle.from_address(MPI._addressof(x)) for x in (MPI.COMM_WORLD, MPI.INFO_NULL))
fanout.fanout_h5_open.restype = ctypes.c_int64
number = fanout.fanout_h5_open(sys.argv[1].encode(), 0, 0, comm, info)
if number < 0:
    fanout.H5Eprint2(ctypes.c_int64(0), None)  # h5py has turned off that HDF5 does this itself
    sys.exit(1)
with h5py.File(h5py.h5f.FileID(number)) as file:
    print(f"the mean of {sys.argv[2]} is {file[sys.argv[2]][...].mean():g}")
