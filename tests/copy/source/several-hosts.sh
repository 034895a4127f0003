# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
# Sourced by the tests of HOST:PATH: four hosts, of which each has files that the others do not have.
# shellcheck source=tests/launch/lab.sh
. "${top_srcdir:?}/tests/launch/lab.sh"
make_hosts 4 none
# shellcheck disable=SC2154 # of mpi-env.sh
[ "$launcher_kind" != hydra ] || export LD_PRELOAD=$mpich_idle
copy=${top_builddir:?}/fanout-copy
own=/dev/shm # each host has its own

for i in 0 1 2 3; do
    head -c $((3000000 + i * 700001)) /dev/urandom >shard$i
    mkdir -p tree$i/below
    head -c $((100 + i)) shard$i >tree$i/small
    head -c 600000 shard$i >tree$i/below/large
    : >tree$i/empty
    truncate -s 1M tree$i/hole
    ln tree$i/small tree$i/below/hard
    ln -s below/large tree$i/link
done
# put HOST FILE...: there only, below $own.
put() {
    local host=$1
    shift
    "$lab" on "$host" cp -a "${@/#/$work/}" $own/
}
for i in 0 1 2 3; do
    put $i shard$i tree$i
done

# hosts HOSTS ARGUMENTS...: fanout-copy there, started from lab0.
hosts() {
    "$lab" on 0 rm -rf $own/report
    rm -rf target.* out err
    timeout -k 5 100 "$lab" on 0 "$copy" --hosts "$@" >out 2>err
    status=$?
}
all() {
    hosts 'lab[0-3]' "$@"
}
ended() {
    [ "$status" = "$1" ]
}
said() {
    grep -qE -- "$1" err
}
# have NAME... : target.HOST on every host has these, and nothing else.
have() {
    local host name
    for host in 0 1 2 3; do
        [ "$(ls -A target.lab$host)" = "$(printf '%s\n' "$@" | sort)" ] || return 1
        for name; do
            diff -r --no-dereference "$name" "target.lab$host/$name" >/dev/null || return 1
        done
    done
}
# none: no host has anything.
none() {
    [ -z "$(find . -path ./lab -prune -o \( -name 'target.*' -o -name '*.fanout-*' \) -print)" ]
}
# places: the directory to copy to, on all hosts.
places=$work/target.%h
