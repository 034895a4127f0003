#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# The examples print what they should, on every rank.
# shellcheck source=tests/common/tap.sh
. "${top_srcdir:?}/tests/common/tap.sh"
# shellcheck source=tests/common/mpi-env.sh
. "$top_srcdir/tests/common/mpi-env.sh"

# says TEXT: all three ranks have said it.
says() {
    [ "$(grep -c "^rank [0-2]: $1$" out)" = 3 ]
}

# example PROGRAM ARGUMENT...
example() {
    # shellcheck disable=SC2086 # MPIRUN is a command with arguments
    $MPIRUN -np 3 "$top_builddir/examples/$1" "${@:2}" >out 2>err </dev/null
}

example bcast
check "bcast: every rank has the data" says 'the sum is 2097152'
"$top_builddir/bench/make-field" field.h5 2M
example open field.h5 /temperature
check "open: every rank reads the dataset" says 'the mean of /temperature is 288'
example read field.h5 /temperature
check "read: every rank has the elements" says 'the mean of 262144 elements of /temperature is 288'
example preview
check "preview: drawn after the first descriptor and at the end" [ "$(grep -c four out)" = 2 -a "$(wc -l <out)" = 50 ]
check "preview: the second picture is better" \
    [ "$(sed -n 2,25p out)" != "$(sed -n 27,50p out)" ]
# A launcher may lose all that ranks say just before they abort.
for _ in 1 2 3; do
    example open nothing.h5 /temperature
    status=$?
    [ ! -s err ] || break
done
check "open: no file, no success" [ "$status" -ne 0 ]
check "open: no file, HDF5 prints our reason" grep -q 'rank 0: cannot open nothing.h5: No such file' err
finish
