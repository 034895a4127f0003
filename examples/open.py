# SPDX-License-Identifier: BSD-3-Clause
"""mpirun -np 4 python3 open.py FILE /DATASET: rank 0 reads the file, all have it, in h5py."""
import sys
import fanout

with fanout.open_h5(sys.argv[1]) as file:
    print(f"the mean of {sys.argv[2]} is {file[sys.argv[2]][...].mean():g}")
