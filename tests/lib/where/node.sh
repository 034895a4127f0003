#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Memory that cannot be shared is a warning, and the data arrives all the same; nothing is left in /dev/shm.
# shellcheck source=tests/common/tap.sh
. "${top_srcdir:?}/tests/common/tap.sh"
# shellcheck source=tests/common/mpi-env.sh
. "$top_srcdir/tests/common/mpi-env.sh"

bench=$top_builddir/fanout-bench
no_memory=$top_builddir/tests/lib/where/.libs/no_memory.so

# broadcast ENV_ARGUMENT...: verify broadcasts to 4 ranks, with these changes of the environment.
broadcast() {
    # shellcheck disable=SC2086 # MPIRUN is a command with arguments
    $MPIRUN -np 4 env "$@" "$bench" --sizes 100000,3M --repeat 2 --check >out 2>err
    status=$?
}

succeeds() {
    [ "$status" -eq 0 ]
}

# warns TIMES TEXT
warns() {
    [ "$(grep -c "fanout: .*$2" err)" -eq "$1" ]
}

broadcast A=B
check "with memory: the data arrives" succeeds
check "and there is no warning" warns 0 ''

for what in create:memfd_create reserve:posix_fallocate "open:another rank of the node"; do
    broadcast "LD_PRELOAD=$no_memory${LD_PRELOAD:+ $LD_PRELOAD}" "FANOUT_TEST_REFUSE=${what%%:*}"
    check "refused, ${what%%:*}: the data arrives" succeeds
    check "and one rank of the node warns" warns 1 "rank 0 and 3 others on its node cannot share memory: .*${what#*:}"
done

# A limit of file sizes holds for memory, too, and is a signal. What MPI itself puts into files is told to do without.
if [ "${MPI_VENDOR-}" = mpich ]; then
    skip "a limit of file sizes: the data arrives" "MPICH itself ends with SIGXFSZ"
    skip "and one rank of the node warns" "MPICH itself ends with SIGXFSZ"
else
    # shellcheck disable=SC2016,SC2086 # for the ranks' shells; as above
    OMPI_MCA_btl=self,tcp $MPIRUN -np 4 bash -c 'ulimit -f 1000 && exec "$@"' bash \
        "$bench" --sizes 100000,3M --repeat 2 --check >out 2>err
    status=$?
    check "a limit of file sizes: the data arrives" succeeds
    check "and one rank of the node warns" warns 1 "cannot share memory: the limit of file sizes"
fi

# A container's /dev/shm. What MPI itself puts there is told to go elsewhere.
if [ "${MPI_VENDOR-}" = mpich ]; then
    skip "a full /dev/shm: the data arrives" "MPICH itself ends with SIGBUS"
    skip "and takes its way through memory, without a warning" "MPICH itself ends with SIGBUS"
elif unshare --mount true 2>/dev/null; then
    # shellcheck disable=SC2086
    OMPI_MCA_btl_vader_backing_directory=$PWD unshare --mount sh -c '
        mount -t tmpfs -o size=64k none /dev/shm && head -c 64k /dev/zero >/dev/shm/full && exec "$@"' sh \
        $MPIRUN -np 4 "$bench" --sizes 100000,3M --repeat 2 --check >out 2>err
    status=$?
    check "a full /dev/shm: the data arrives" succeeds
    check "and takes its way through memory, without a warning" warns 0 ''
else
    skip "a full /dev/shm: the data arrives" "no right to mount one"
    skip "and takes its way through memory, without a warning" "no right to mount one"
fi

# Where /proc is not mounted, ranks do not find what others have. MPICH does not start there.
if [ "${MPI_VENDOR-}" != mpich ] && unshare --mount true 2>/dev/null; then
    # shellcheck disable=SC2086
    unshare --mount sh -c 'mount -t tmpfs none /proc && exec "$@"' sh \
        $MPIRUN -np 4 "$bench" --sizes 100000,3M --repeat 2 --check >out 2>err
    status=$?
    check "without /proc: the data arrives" succeeds
    check "and one rank of the node warns" warns 1 "rank 0 and 3 others on its node cannot share memory"
else
    skip "without /proc: the data arrives" "no right to mount one, or MPICH"
    skip "and one rank of the node warns" "no right to mount one, or MPICH"
fi

# ours: what our processes have in /dev/shm, by whatever name, beside what MPI puts there.
in_shm() {
    find /dev/shm -type f -newer marker ! -name 'vader_segment*' ! -name 'mpich_*' ! -name 'sm_segment*'
}

# sharers: the processes of this test that have memory of ours.
sharers() {
    local maps process
    grep -ls 'memfd:fanout' /proc/[0-9]*/maps | while read -r maps; do
        process=${maps%/maps}
        [ "$(readlink "$process/cwd")" != "$PWD" ] || echo "${process#/proc/}"
    done
}
share() {
    [ "$(sharers | wc -l)" -eq "$1" ]
}

touch marker
# shellcheck disable=SC2086
$MPIRUN -np 4 "$bench" --sizes 3M --repeat 100000 >out 2>&1 &
launcher=$!
for _ in $(seq 100); do
    ! share 4 || break
    sleep 0.1
done
check "the job shares memory" share 4
# shellcheck disable=SC2046
kill -KILL "$launcher" $(sharers)
wait "$launcher" 2>/dev/null
for _ in $(seq 50); do
    ! share 0 || break
    sleep 0.1
done
check "killed: nobody has it any more" share 0
check "and nothing is left in /dev/shm" [ -z "$(in_shm)" ]

finish
