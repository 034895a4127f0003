#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Programs in C, Fortran and Python that know nothing of libfanout have their broadcasts taken over, and what must be
# left alone is.
# shellcheck source=tests/pmpi/common.sh
. "${top_srcdir:?}/tests/pmpi/common.sh"

# ---- C ----

run "$preload" "$programs/bcast_c"
check "C: the bytes are right" right
check "C: large ones are taken over" counted "taken over" "< 16.0 MiB" 22
check "C: small ones are passed through" counted "passed through: below min_bytes" "< 1.0 KiB" 3
check "C: of one rank" counted "passed through: one rank" "< 16.0 MiB" 21
check "C: on an intercommunicator" counted "passed through: intercommunicator" "< 16.0 MiB" 1
check "C: nonblocking" counted "passed through: nonblocking" "< 16.0 MiB" 1
check "C: wrong arguments" [ "$(awk '/wrong argument/ { n += $5 } END { print n }' err)" = 4 ]
if [ "$MPI_VENDOR" = mpich ]; then
    check "C: persistent" counted "passed through: persistent" "< 16.0 MiB" 1
else
    skip "C: persistent" "this MPI library has no MPI_Bcast_init"
fi

FANOUT_STATS=0 run "$preload" "$programs/bcast_c"
check "no statistics unless asked for" [ "$status" = 0 -a "$(grep -c '^fanout: ' err)" = 0 ]
FANOUT_MIN_BYTES=4M run "$preload" "$programs/bcast_c"
check "min_bytes decides" counted "passed through: below min_bytes" "< 16.0 MiB" 22
FANOUT_MIN_BYTES=bogus run "$preload" "$programs/bcast_c"
check "a wrong parameter is an error" has_failed "$status"
check "and it is said" grep -q "FANOUT_MIN_BYTES: 'bogus' is not a value of min_bytes" err

# ---- no bytes, which ranks say in different ways ----

FANOUT_TEST_RANKS=4 run timeout 60 "$preload" "$programs/empty"
check "no bytes, as no element and as an empty type: what follows is right" right

# ---- ranks without the shim ----

# MPICH of Debian 12 cannot spawn.
FANOUT_TEST_RANKS=2 run timeout 60 "$programs/spawn"
if right; then
    FANOUT_TEST_RANKS=2 run timeout 60 "$preload" "$programs/spawn"
    check "with spawned ranks: the bytes are right" right
    check "with spawned ranks: left to MPI" \
        counted "passed through: ranks that may be without the shim" "< 1.0 MiB" 4
    check "ranks of the own job: taken over" counted "taken over" "< 1.0 MiB" 1
else
    for what in "the bytes are right" "left to MPI" "ranks of the own job"; do
        skip "with spawned ranks: $what" "MPI_Comm_spawn of this MPI library fails"
    done
fi
if [ "$MPI_VENDOR" = openmpi ] && ! starts_two_programs; then
    skip "two programs, one with the shim" "this launcher fails with any two programs"
elif [ "$MPI_VENDOR" = openmpi ]; then
    # shellcheck disable=SC2086 # MPIRUN is a command with arguments
    $MPIRUN -np 2 "$preload" "$programs/mpmd" : -np 2 "$programs/mpmd" >out 2>err
    status=$?
    check "two programs, one with the shim: the bytes are right" right
else
    skip "two programs, one with the shim" "MPICH's launcher does not tell"
fi

# ---- the library in a plugin, visible to it only ----

# Not with mpich_idle, which does not find UCX there; two ranks, because MPICH then polls without yielding.
FANOUT_TEST_RANKS=2 run env -u LD_PRELOAD "$preload" "$programs/plugin_host" "$programs/.libs/bcast_plugin.so"
check "in a plugin: the bytes are right" right
check "in a plugin: taken over" counted "taken over" "< 16.0 MiB" 19

# ---- Fortran ----

# fortran NAME SOURCE: compile it, run it, and see its two small, two large and one nonblocking broadcasts.
fortran() {
    local name=$1 source=$top_srcdir/tests/pmpi/$2
    if [ -z "$MPIFC" ]; then
        skip "$name" "no MPI Fortran compiler ($MPI_VENDOR) was found by configure"
        return
    fi
    if ! $MPIFC -o program "$source" >out 2>err; then
        check "$name: compiling" false
        return
    fi
    run "$preload" ./program
    check "$name: the bytes are right" right
    if nm program | grep -q ' mpi_bcast_f08ts_'; then
        skip "$name: taken over" "the mpi_f08 of Open MPI 6 calls PMPI_Bcast, behind all tools"
        return
    fi
    check "$name: large ones are taken over" counted "taken over" "< 16.0 MiB" 2
    check "$name: small ones are passed through" counted "passed through: below min_bytes" "< 1.0 KiB" 2
    check "$name: nonblocking" counted "passed through: nonblocking" "< 16.0 MiB" 1
    check "$name: nothing else" only 3
}

fortran "mpif.h" bcast_mpifh.f
fortran "use mpi" bcast_usempi.f90
fortran "use mpi_f08" bcast_f08.f90

# ---- Python: Debian's mpi4py is built for Open MPI ----

python=/usr/bin/python3
if [ "$MPI_VENDOR" != openmpi ]; then
    skip "mpi4py" "Debian's python3-mpi4py is built for Open MPI"
elif ! $python -c 'import mpi4py' 2>/dev/null; then
    skip "mpi4py" "python3-mpi4py is not installed"
else
    run "$preload" $python "$top_srcdir/tests/pmpi/bcast_mpi4py.py"
    check "mpi4py: the bytes are right" right
    check "mpi4py: large ones are taken over" counted "taken over" "< 16.0 MiB" 2
    check "mpi4py: small ones are passed through" counted "passed through: below min_bytes" "< 1.0 KiB" 2
    check "mpi4py: nonblocking" counted "passed through: nonblocking" "< 16.0 MiB" 1
fi

# ---- sessions ----

if [ "$MPI_VENDOR" = mpich ]; then
    run "$preload" "$programs/sessions"
    check "a session without MPI_Init: left alone, the bytes are right" right
else
    skip "a session without MPI_Init" "this MPI library has no sessions"
fi

# ---- another tool behind the shim ----

# Ranks that share memory send no messages.
FANOUT_SHARED_MEMORY=0 run_with "$programs/.libs/tool.so" "$preload" "$programs/bcast_c"
check "another tool: the bytes are right" right
check "another tool: ours are taken over" counted "taken over" "< 16.0 MiB" 22
check "another tool: sees what is passed through (3 small, 22 large, 4 wrong)" grep -q '^tool: 29 broadcasts' err
check "another tool: sees the messages of what is taken over" grep -qE '^tool: .*, [1-9][0-9]+ messages$' err

# ---- programs without MPI ----

unset FANOUT_TEST_RANKS
"$preload" /bin/true >out 2>err
check "/bin/true" [ $? = 0 -a ! -s out -a ! -s err ]
# shellcheck disable=SC2016 # for the other shell
"$preload" bash -c 'echo one; /bin/echo two; exit 3' >out 2>err
check "bash: status, output" [ $? = 3 -a "$(cat out)" = "$(printf 'one\ntwo')" -a ! -s err ]
"$preload" cat /proc/self/maps >out 2>err
check "the shim is in a program without MPI" grep -q 'libfanout_pmpi\.so' out
check "but no MPI library, nor libfanout" [ "$(grep -cE 'libmpi|libfanout(_shim)?\.so' out)" = 0 ]

# ---- a program of the other MPI library ----

case $MPI_VENDOR in
    openmpi) other=mpich ;;
    *) other=openmpi ;;
esac
if command -v "mpicc.$other" "mpirun.$other" >/dev/null; then
    export FANOUT_TEST_RANKS=2 # as above
    sed 's/^#include "config.h"$//' "$top_srcdir/tests/pmpi/bcast_c.c" >other.c
    "mpicc.$other" -o other other.c -lpthread >out 2>err
    # fanout-preload cannot know what a script loads (tests/pmpi/choice.sh has what it knows).
    MPIRUN="mpirun.$other" run "$preload" sh -c 'exec ./other'
    check "the other MPI: the bytes are right" right
    check "the other MPI: one line" \
        [ "$(grep -c . err)" = 1 -a "$(grep -c 'MPI library is .*: broadcasts are left to MPI$' err)" = 1 ]
    if command -v "mpif90.$other" >/dev/null; then
        "mpif90.$other" -o other "$top_srcdir/tests/pmpi/bcast_mpifh.f" >out 2>err
        MPIRUN="mpirun.$other" run "$preload" sh -c 'exec ./other'
        check "the other MPI, Fortran: the bytes are right" right
        check "the other MPI, Fortran: one line" [ "$(grep -c 'broadcasts are left to MPI$' err)" = 1 ]
    else
        skip "the other MPI, Fortran" "mpif90.$other is not installed"
    fi
else
    skip "the other MPI" "mpicc.$other and mpirun.$other are not installed"
fi

finish
