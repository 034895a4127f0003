#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# The examples of fanout.h print what they should, on every rank. (tests/hdf5/examples.sh: the other ones.)
# shellcheck source=tests/common/tap.sh
. "${top_srcdir:?}/tests/common/tap.sh"
# shellcheck source=tests/common/mpi-env.sh
. "$top_srcdir/tests/common/mpi-env.sh"

# shellcheck disable=SC2086 # MPIRUN is a command with arguments
$MPIRUN -np 3 "$top_builddir/examples/bcast" >out 2>err </dev/null
check "bcast: ends with 0" [ $? -eq 0 ]
check "bcast: every rank has all the data" [ "$(grep -c '^rank [0-2]: the sum is 2097152$' out)" = 3 ]
finish
