#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# The example copies a file to all ranks, and says why it cannot.
# shellcheck source=tests/common/tap.sh
. "${top_srcdir:?}/tests/common/tap.sh"
# shellcheck source=tests/common/mpi-env.sh
. "$top_srcdir/tests/common/mpi-env.sh"

# example SOURCE DESTINATION
example() {
    # shellcheck disable=SC2086 # MPIRUN is a command with arguments
    $MPIRUN -np 3 "$top_builddir/examples/copy" "$@" >out 2>err </dev/null
}

head -c 1000000 /dev/urandom >data
check "copy: a file to three ranks" example data "$PWD/new/place.%r/copy"
check "copy: it says how many there are" grep -qx '3 of 3 copies' out
for rank in 0 1 2; do
    check "copy: rank $rank has it" cmp data "new/place.$rank/copy"
done
example nothing copy
check "copy: no file, no success" [ $? -ne 0 ]
check "copy: no file, it says so" grep -q ': nothing: cannot open the source: No such file or directory' err
finish
