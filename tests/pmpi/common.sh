# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
# Sourced by the tests of the shim.
# shellcheck source=tests/common/tap.sh
. "$top_srcdir/tests/common/tap.sh"
# shellcheck source=tests/common/mpi-env.sh
. "$top_srcdir/tests/common/mpi-env.sh"

preload=$top_builddir/fanout-preload
programs=$top_builddir/tests/pmpi
export FANOUT_STATS=1 FANOUT_TEST_RANKS=3

if [ ! -x "$preload" ]; then
    echo "1..0 # SKIP the MPI library has no shared library that a shim could stand before"
    exit 0
fi

# run COMMAND...: under the launcher on three ranks; out, err and status are left behind.
run() {
    # shellcheck disable=SC2086 # MPIRUN is a command with arguments
    $MPIRUN -np $FANOUT_TEST_RANKS "$@" >out 2>err
    status=$?
}

# run_with LIBRARY COMMAND...: with the library preloaded into the ranks, as something that is there already.
run_with() {
    # shellcheck disable=SC2016 # for the ranks' shells
    run sh -c 'LD_PRELOAD=$0${LD_PRELOAD:+:$LD_PRELOAD} exec "$@"' "$@"
}

# right: the program found all data right.
right() {
    [ "$status" = 0 ] && [ "$(cat out)" = right ]
}

# count WHAT CLASS CALLS: the statistics have so many calls. CLASS is such as "< 1.0 KiB".
counted() {
    [ "$(grep -c "^fanout: $2 .*  $1" err)" = 1 ] && grep -qE "^fanout: $2 +$3 .*  $1" err
}

# only N: the statistics have no more than N lines beside the two of the heading.
only() {
    [ "$(grep -c '^fanout: ' err)" = $(($1 + 2)) ]
}
