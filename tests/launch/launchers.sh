#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# The ways to start one process on each host, of the launchers of both MPI libraries, with namespaces as hosts: every
# host gets a copy, and one process of each writes it.
# shellcheck source=tests/launch/lab.sh
. "${top_srcdir:?}/tests/launch/lab.sh"
make_hosts 3 none

head -c 1000003 /dev/urandom >source
printf 'lab%d slots=2\n' 0 1 2 >slots
printf 'lab%d:2\n' 0 1 2 >machines

# start TEXT LAUNCHER OPTIONS...: from the first host.
start() {
    local text=$1
    shift
    rm -f target.*
    timeout -k 5 100 "$lab" on 0 "$@" "${top_builddir:?}/fanout-copy" "$work/source" "$work/target.%h" \
        >out 2>err </dev/null
    status=$?
    check "$text: exit status" [ "$status" = 0 ]
    check "$text: three hosts" grep -q ' to 3 hosts in ' out
    check "$text: all is there" same
}
same() {
    local host
    for host in lab0 lab1 lab2; do
        cmp source target.$host || return 1
    done
}

# shellcheck disable=SC2086 # MPIRUN is a command with arguments
if [ "$launcher_kind" = hydra ]; then
    start "-hosts" $MPIRUN -hosts lab0,lab1,lab2 -n 3
    start "-hosts -ppn 1" $MPIRUN -hosts lab0,lab1,lab2 -ppn 1 -n 3
    start "-f" $MPIRUN -f "$work/machines" -n 6
    start "-f -ppn 1" $MPIRUN -f "$work/machines" -ppn 1 -n 3
    start "-ppn 2" $MPIRUN -hosts lab0,lab1,lab2 -ppn 2 -n 6
else
    start "-N 1" $MPIRUN -N 1 --host lab0,lab1,lab2
    start "-N 1, two slots a host" $MPIRUN -N 1 --host lab0:2,lab1:2,lab2:2
    start "--map-by ppr:1:node" $MPIRUN --map-by ppr:1:node --host lab0:2,lab1:2,lab2:2
    start "--hostfile" $MPIRUN --map-by ppr:1:node --hostfile "$work/slots"
    start "all slots" $MPIRUN -np 6 --host lab0:2,lab1:2,lab2:2
fi
if [ "$launcher_kind" = prrte ] && command -v prterun >/dev/null; then
    start "prterun" prterun --allow-run-as-root --map-by ppr:1:node --host lab0:2,lab1:2,lab2:2
    start "prterun -n" prterun --allow-run-as-root -n 3 --host lab0:1,lab1:1,lab2:1
else
    skip "prterun" "it is not here"
fi

finish
