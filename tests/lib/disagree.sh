#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Broadcasts in which one rank's arguments differ end the job with a message: those whose lengths differ where the engine
# sees it, all of them with FANOUT_CHECK=1.
# shellcheck source=tests/common/tap.sh
. "${top_srcdir:?}/tests/common/tap.sh"
# shellcheck source=tests/common/mpi-env.sh
. "$top_srcdir/tests/common/mpi-env.sh"

# disagree RANKS BYTES ROOT OTHER_BYTES OTHER_ROOT: leaves out, err and status.
disagree() {
    # shellcheck disable=SC2086 # MPIRUN is a command with arguments
    local start=$SECONDS
    # shellcheck disable=SC2086 # MPIRUN is a command with arguments
    timeout -k 5 60 $MPIRUN -np "$1" "$top_builddir/tests/lib/disagree" "${@:2}" >out 2>err </dev/null
    status=$?
    took=$((SECONDS - start))
}

# ends_with PATTERN: the job failed, it did not hang, and said so.
ends_with() {
    # 137 may be a hang, or a rank that the launcher has killed.
    has_failed "$status" && [ "$took" -lt 60 ] && cat out err | grep -qiE -- "$1"
}

# MPICH 4.0.2 ends the job in MPI_Testsome, whatever the error handler of the communicator, and says no more than this.
length='disagree on the length|truncate|See the MPI_ERROR field'
disagree 4 1000000 0 500000 0
check "a rank expects less" ends_with "$length"
disagree 4 1000000 0 999999 0
check "a rank expects a byte less" ends_with "$length"
disagree 4 100000 0 1000000 0
check "a rank expects more" ends_with "$length"
disagree 2 6000000 1 4000000 1
check "the root has less" ends_with "$length"

export FANOUT_CHECK=1
disagree 4 1000000 0 1000000 0
check "FANOUT_CHECK: equal arguments pass" [ "$status" = 0 ]
disagree 4 1000000 0 1000 0
check "FANOUT_CHECK: a rank is below min_bytes" \
    ends_with '^fanout: the ranks disagree on a broadcast: 1000000 bytes from root 0 on ranks 0-2; 1000 bytes from root 0 on rank 3$'
disagree 4 1000000 0 1000000 2
check "FANOUT_CHECK: a rank has another root" \
    ends_with '^fanout: the ranks disagree on a broadcast: 1000000 bytes from root 0 on ranks 0-2; 1000000 bytes from root 2 on rank 3$'
disagree 4 0 0 0 1
check "FANOUT_CHECK: a rank has another root, without data" ends_with '^fanout: the ranks disagree on a broadcast: 0 bytes'

finish
