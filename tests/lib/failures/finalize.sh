#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# A rank is stopped when nobody waits for it but in MPI_Finalize: with FANOUT_TIMEOUT the job ends, and says who is silent.
# shellcheck source=tests/common/tap.sh
. "${top_srcdir:?}/tests/common/tap.sh"
# shellcheck source=tests/common/mpi-env.sh
. "$top_srcdir/tests/common/mpi-env.sh"

export FANOUT_TIMEOUT=3 FANOUT_SHARED_MEMORY=0

# finalize world|freed|kept stop|late|linger|vanish: on 4 ranks. Leaves err, what they have said there, and status.
finalize() {
    rm -f err stopped
    # shellcheck disable=SC2016,SC2086 # for the inner shell; MPIRUN is a command with arguments
    timeout -k 5 60 $MPIRUN -np 4 sh -c 'exec "$0" "$@" 2>>err' "$top_builddir/tests/lib/failures/finalize" "$@" >launcher 2>&1 </dev/null
    status=$?
    [ ! -e stopped ] || kill -KILL "$(cat stopped)" 2>/dev/null
}

silent='^fanout: [^ ]+ \(rank 2\) has not answered for 1\.8 s, while this process is in MPI_Finalize$'
for where in world freed; do
    finalize $where stop
    check "$where: the job ends" [ "$status" != 124 ]
    check "$where: it has failed" has_failed "$status"
    check "$where: the silent rank is named" grep -qE "$silent" err
done
for what in late linger; do
    finalize world $what
    check "$what: the job ends well" [ "$status" = 0 ]
    check "$what: nothing is said" [ ! -s err ]
done
# That of MPICH 4.2.1 kills the others when one has ended by _exit() after MPI_Finalize, in any program.
ends_well() {
    [ "$status" = 0 ] || [ "$launcher_kind $status" = 'hydra 9' ]
}
for where in world kept; do
    finalize $where vanish
    check "vanish, $where: the job ends well" ends_well
    check "vanish, $where: nothing is said" [ ! -s err ]
done
unset FANOUT_TIMEOUT
finalize world late
check "without a timeout the job ends well" [ "$status" = 0 ]

finish
