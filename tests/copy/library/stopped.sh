#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# A process that stops in the middle of a copy with a time limit: all ranks learn it, and nothing is left behind.
# shellcheck source=tests/common/tap.sh
. "${top_srcdir:?}/tests/common/tap.sh"
# shellcheck source=tests/common/mpi-env.sh
. "$top_srcdir/tests/common/mpi-env.sh"

if nm -D "${top_builddir:?}/.libs/libfanout.so" | grep -qE '__(asan|tsan|ubsan|sanitizer)_'; then
    echo "1..0 # SKIP sanitizers must be loaded before what makes reading slow"
    exit 0
fi

head -c 5000000 /dev/urandom >data
# Reading takes some seconds.
preload=$top_builddir/tests/copy/.libs/slow.so
# shellcheck disable=SC2086 # MPIRUN is a command with arguments
timeout -k 5 60 $MPIRUN -np 3 env LD_PRELOAD="$preload" FANOUT_TEST_SLOW_BELOW="$PWD/data" FANOUT_TEST_SLOW=200000 \
    "$top_builddir/tests/copy/library/stopped" "$PWD/data" "$PWD/copy" >out 2>err </dev/null
for rank in 0 1 2; do
    check "rank $rank learns that time is up" grep -q "^rank $rank: timeout" out
    check "rank $rank hears who has stopped" grep -q "^rank $rank: the transfer failed: .*(rank 1)" out
done
left() {
    find . -name '*copy*' >out
    [ ! -s out ]
}
check "nothing is left behind" left

# Rank 2 has a slow link, so that it waits for the others to have their copies.
head -c 12M /dev/urandom >data
cat >one-is-slow <<'END'
#!/bin/bash
[ "${OMPI_COMM_WORLD_RANK:-$PMI_RANK}" = 2 ] || unset FANOUT_TEST_DISTURB_LINK
LD_PRELOAD=$DISTURB exec "$@"
END
chmod +x one-is-slow
export DISTURB=$top_builddir/tests/copy/.libs/disturb.so${mpich_idle+:$mpich_idle}
# shellcheck disable=SC2086 # MPIRUN is a command with arguments
FANOUT_CHUNK_BYTES=64K FANOUT_TEST_DISTURB_LINK=30000 FANOUT_TEST_DISTURB_PAUSE=20000 timeout -k 5 60 $MPIRUN -np 3 \
    ./one-is-slow "$top_builddir/tests/copy/library/stopped" "$PWD/data" "$PWD/copy" >out 2>err </dev/null
for rank in 0 1 2; do
    check "one has left: rank $rank learns that time is up" grep -q "^rank $rank: timeout" out
done
check "one has left: it hears why" grep -q "^rank 2: the transfer failed: a host has stopped" out
check "one has left: nothing is left behind" left
finish
