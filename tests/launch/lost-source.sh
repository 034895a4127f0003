# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
# Sourced by the tests of --hosts that lose the host of the source, lab3.
# shellcheck source=tests/launch/driven.sh
. "${top_srcdir:?}/tests/launch/driven.sh"
pieces=$top_builddir/tests/launch/leave_pieces
own=/dev/shm/source # on lab3 only

head -c 12000003 /dev/urandom >source
chmod 640 source
touch -d '2020-02-02 02:02:02.123456789' source
mkdir -p tree/below tree/empty
for i in {1..9}; do head -c $((i * 1000)) source >"tree/small$i"; done
head -c 9000000 source >tree/below/large
head -c 5000000 source >tree/last
ln -s small1 tree/link
ln tree/small2 tree/below/hard
chmod 750 tree/below
find tree -exec touch -h -d '2021-03-03 03:03:03.5' {} +

# put WHAT: it is the source, on lab3, whose link is so slow that little comes from there.
put() {
    "$lab" on 3 cp -a "$work/$1" $own
    "$lab" slow 3 4mbit >/dev/null
}
# leave HOST FIRST STEP [PATH]: the host has some pieces of the file.
leave() {
    "$lab" on 3 "$pieces" "$own${4:+/$4}" "$work/target.$1" "$2" "$3"
}
# leave_tree HOST FIRST STEP: the host has some of the pieces of the large files of the tree, and some of the small ones.
leave_tree() {
    local staged=.target.$1.fanout-part i
    mkdir -p "$staged/below" "$staged/empty"
    for i in {1..9}; do
        ((i % $3 != $2)) || cp -p tree/small"$i" "$staged"
    done
    "$lab" on 3 "$pieces" $own/below/large "$work/$staged/below/large" "$2" "$3"
    "$lab" on 3 "$pieces" $own/last "$work/$staged/last" "$2" "$3"
}
# noted: bytes of all journals
noted() {
    find . -path ./lab -prune -o -name '*.fanout-journal' -printf '%s\n' | awk '{ all += $1 } END { print all + 0 }'
}
# lose_source BYTES: when the copy has begun, so that journals have grown from so many.
lose_source() {
    for _ in {1..300}; do
        (($(noted) < $1 + 200)) || break
        sleep 0.1
    done
    lose lab3
}
clean() {
    find . -path ./lab -prune -o -name '*.fanout-*' -exec rm -rf {} +
    rm -rf target.*
    hosts_again
}
# whole HOST...: they have the file with mode and time of the source.
whole() {
    same_on source "$@" && like source "$@"
}
like() {
    local host
    for host in "${@:2}"; do
        [ "$(stat -c '%a %y' "$1")" = "$(stat -c '%a %y' "target.$host${below:-}")" ] || return 1
    done
}
whole_tree() {
    local below
    tree_on "$@" && like tree "$@" || return 1
    for below in /below /below/large /empty /small3; do
        like "tree$below" "$@" || return 1
    done
}

# begin_copy ARGUMENTS...: begin to copy from lab3 to hosts, and lose lab3 soon after.
begin_copy() {
    local before
    before=$(noted)
    begin 0 --hosts "${hosts:-lab[0-2]}" --source-host lab3 --resume --json "$work/report" "$@" $own "$work/target.%h"
    lose_source "$before"
}
