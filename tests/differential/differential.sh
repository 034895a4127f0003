#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# The differential fuzzer, for some seconds: with seeds that were good at finding faults that were put into the library,
# and with a new one.
# shellcheck source=tests/common/tap.sh
. "${top_srcdir:?}/tests/common/tap.sh"
# shellcheck source=tests/common/mpi-env.sh
. "$top_srcdir/tests/common/mpi-env.sh"

# fuzz RANKS SEED [OPTION]
fuzz() {
    # shellcheck disable=SC2086 # MPIRUN is a command with arguments
    $MPIRUN -np "$1" "${top_builddir:?}/tests/differential/differential" --seed "$2" --seconds 4 ${3+"$3"} >out 2>err
    check "random broadcasts, $1 ranks, seed $2${3+, $3}" [ $? = 0 ]
}

fuzz 4 2
fuzz 5 12
fuzz 3 "$(od -An -N4 -tu4 /dev/urandom | tr -d ' ')"
fuzz 4 "$(od -An -N4 -tu4 /dev/urandom | tr -d ' ')" --entangled
finish
