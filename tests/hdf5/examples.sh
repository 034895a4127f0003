#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# The examples print what they should, on every rank.
# shellcheck source=tests/tap.sh
. "${top_srcdir:?}/tests/tap.sh"
# shellcheck source=tests/mpi-env.sh
. "$top_srcdir/tests/mpi-env.sh"

# says TEXT: all three ranks have said it.
says()
{
    [ "$(grep -c "^rank [0-2]: $1$" out)" = 3 ]
}

# example PROGRAM ARGUMENT...
example()
{
    # shellcheck disable=SC2086 # MPIRUN is a command with arguments
    $MPIRUN -np 3 "$top_builddir/examples/$1" "${@:2}" >out 2>err </dev/null
}

"$top_builddir/bench/make-field" field.h5 2M
example open field.h5 /temperature
check "open: every rank reads the dataset" says 'the mean of /temperature is 288'
example read field.h5 /temperature
check "read: every rank has the elements" says 'the mean of 262144 elements of /temperature is 288'
example open nothing.h5 /temperature
status=$?
check "open: no file, no success" [ $status -ne 0 ]
check "open: no file, HDF5 prints our reason" grep -q 'rank 0: cannot open nothing.h5: No such file' err
finish
