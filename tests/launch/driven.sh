# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
# Sourced by the tests of --hosts with namespaces as hosts: four of them, copies that are begun there, and what came of them.
# shellcheck source=tests/launch/lab.sh
. "${top_srcdir:?}/tests/launch/lab.sh"
make_hosts 4 100mbit
# shellcheck disable=SC2154 # of mpi-env.sh
[ "$launcher_kind" != hydra ] || export LD_PRELOAD=$mpich_idle
copy=${top_builddir:?}/fanout-copy

# begin HOST ARGUMENTS...: fanout-copy from there, in the background, as process $driver.
begin() {
    rm -rf target.* out err
    "$lab" on "$1" timeout -k 5 100 "$copy" "${@:2}" >out 2>err <"${INPUT:-/dev/null}" &
    driver=$!
}
end() {
    wait "$driver"
    status=$?
}
from() {
    begin "$@"
    end
}
# on_hosts CHECK HOST...: for each of them.
same_on() {
    local host
    for host in "${@:2}"; do
        cmp "$1" "target.$host" >/dev/null || return 1
    done
}
tree_on() {
    local host
    for host; do
        diff -r --no-dereference tree "target.$host" >/dev/null || return 1
    done
}
none_on() {
    local host
    for host; do
        [ ! -e "target.$host" ] || return 1
    done
}
# nothing_left: no temporary file, and no process of ours on any host.
nothing_left() {
    [ -z "$(find . -path ./lab -prune -o -name '*.fanout-*' -print)" ] && no_processes
}
no_processes() {
    for _ in {1..100}; do
        "$lab" status 2>/dev/null | grep -v 'processes 0$' | grep -q ' processes ' || return 0
        sleep 0.1
    done
    return 1
}
ended() {
    [ "$status" = "$1" ]
}
said() {
    grep -qE -- "$1" err
}
# begun: some host has written something of the file NAME for a while.
begun() {
    for _ in {1..300}; do
        [ -z "$(find . -path ./lab -prune -o -name '*.fanout-journal' -size +2k -print -quit)" ] || return 0
        sleep 0.1
    done
    echo "# it did not begin"
    return 1
}
# lose HOST: all its processes end at once.
lose() {
    local process
    for process in /proc/[0-9]*; do
        [ ! "$process/ns/net" -ef "$LAB_STATE/$1/net" ] || kill -KILL "${process#/proc/}"
    done
}
# hosts_again: all of them are there again, without processes; what they had of their own is gone.
hosts_again() {
    "$lab" down >/dev/null
    "$lab" up 4 100mbit >/dev/null
}
