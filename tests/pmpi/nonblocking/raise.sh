#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# FANOUT_THREAD=raise gives a program MPI_THREAD_MULTIPLE that has not asked for it, in C and in Fortran.
# shellcheck source=tests/pmpi/common.sh
. "${top_srcdir:?}/tests/pmpi/common.sh"
export FANOUT_STATS=0 FANOUT_TEST_RANKS=2

# levels LEVEL: both ranks have printed it, perhaps on one line.
levels() {
    [ "$status" = 0 ] && [ "$(grep -oE 'lower|multiple|not told' out | paste -sd, -)" = "$1,$1" ]
}

program=$programs/nonblocking/level
run "$preload" "$program"
check "as the program wishes" levels lower
export FANOUT_THREAD=raise
run "$preload" "$program"
check "raised: MPI_Init" levels multiple
run "$preload" "$program" thread
check "raised: MPI_Init_thread" levels multiple
run "$program"
check "not without the shim" levels lower

# fortran NAME DECLARATION ARGUMENTS: MPI_Init of a Fortran program.
fortran() {
    if [ -z "$MPIFC" ]; then
        skip "$1" "no MPI Fortran compiler ($MPI_VENDOR) was found by configure"
        return
    fi
    printf '%s\n' "program show" "$2" "integer :: level, ierror" "call MPI_Init($3)" "call MPI_Query_thread(level, ierror)" \
        "print '(a)', merge('multiple', 'lower   ', level == MPI_THREAD_MULTIPLE)" "call MPI_Finalize(ierror)" end >level.f90
    if ! $MPIFC -o level level.f90 >out 2>err; then
        check "$1: compiling" false
        return
    fi
    run "$preload" ./level
    check "raised: $1" levels multiple
}
fortran "mpif.h" $'implicit none\ninclude "mpif.h"' ierror
fortran "use mpi" $'use mpi\nimplicit none' ierror
if [ "$MPI_VENDOR" = openmpi ]; then
    fortran "use mpi_f08" $'use mpi_f08\nimplicit none' ""
else
    skip "use mpi_f08" "MPICH's calls PMPI_Init, behind all tools"
fi

FANOUT_THREAD=yes FANOUT_TEST_RANKS=3 run "$preload" "$programs/bcast_c"
check "another value: the bytes are right" right
check "another value: told once" [ "$(grep -c '^fanout: .*FANOUT_THREAD=yes is ignored: the only value is raise$' err)" = 1 ]
finish
