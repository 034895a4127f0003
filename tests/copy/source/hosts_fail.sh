#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# HOST:PATH, sources on several hosts: what is refused, and what fails.
# shellcheck source=tests/copy/source/several-hosts.sh
. "${top_srcdir:?}/tests/copy/source/several-hosts.sh"

# ---- what is refused, with the host and the path ----

all --mkpath lab1:$own/shard1 lab2:$own/nothing "$places/"
check "a source that is missing: exit status" ended 1
check "a source that is missing: host and path" said "^fanout-copy: lab2: $own/nothing: cannot open the source: No such file"
check "a source that is missing: nothing is written" none
all --mkpath lab1:$own/shard1 lab2:$own/nothing lab3:$own/nothing "$places/"
check "two are missing: both are named" [ "$(grep -c ' cannot open the source: No such file' err)" = 2 ]
all --json "$work/report" --mkpath lab1:$own/shard1 lab2:$own/nothing "$places/"
check "the report says which" grep -q "\"error\": \"lab2: $own/nothing: cannot open the source" report
all --mkpath lab1:$own/shard1 lab2:$own/tree2 "$places/"
check "a directory without -r" said "^fanout-copy: lab2: $own/tree2: is a directory; --recursive"
all --mkpath lab1:$own/shard1 lab9:$own/shard2 "$places/"
check "a host that is not there: exit status" ended 1
check "a host that is not there: it is named" said 'host lab9|host of the source, lab9'
check "a host that is not there: nothing is written" none
run() {
    rm -rf target.* out err
    LAB_MPI=$lab_mpi timeout -k 5 100 "$lab" mpirun 3 "$copy" "$@" >out 2>err
    status=$?
}
lab_mpi=openmpi
[ "$launcher_kind" != hydra ] || lab_mpi=mpich
run --mkpath lab1:$own/shard1 lab3:$own/shard3 "$places/"
check "no process there: exit status" [ "$status" != 0 ]
check "no process there: host and path" said "lab3:$own/shard3: no process of this job runs on a host lab3, and no file has this name"
check "no process there: nothing is written" none
run --mkpath lab1:$own/shard1 lab2:$own/shard2 "$places/"
check "under a launcher" cmp shard2 target.lab0/shard2
put 2 shard1
all --mkpath lab1:$own/shard1 lab2:$own/shard1 "$places/"
check "the same name twice: it is said" said 'target.lab[0-9]/+shard1: two of the sources have this name'
check "the same name twice: nothing is written" [ -z "$(find target.* -type f 2>/dev/null)" ]
# refused TEXT ARGUMENTS...: it is a wrong command line, and says so.
refused() {
    local text=$1
    shift
    all --mkpath "$@" "$places/"
    check "refused: $*" ended "${wrong:-1}"
    check "refused: $*: what is said" said "$text"
    check "refused: $*: nothing is written" none
}
refused '--unpack takes archives of one host' --unpack lab1:$own/shard1 lab2:$own/shard2
refused '--source-shared: every host has the sources' --source-shared lab1:$own/shard1
refused '--expect-digest takes one SRC' --expect-digest md5:d41d8cd98f00b204e9800998ecf8427e lab1:$own/shard1 lab2:$own/shard2
refused 'lab1:: names no path' lab1: lab2:$own/shard2
refused 'lab1:-: standard input .* is that of rank 0' lab1:-
wrong=2 refused '--pipe takes one file' --pipe cat lab1:$own/shard1 lab2:$own/shard2
wrong=2 refused '--once takes one SRC' --once lab1:$own/shard1 lab2:$own/shard2

# ---- a slash before the colon, or a file that is there: a path ----

cp shard1 colon:shard
cp shard2 lab1:shard
mkdir here
for name in colon:shard ./lab1:shard "$work/lab1:shard"; do
    rm -rf here/*
    "$lab" on 0 "$copy" --hosts lab0,lab1 --source-host lab0 "$name" "$work/here/" >out 2>err
    check "$name is a path" [ "$(ls here)" = "${name##*/}" ]
done

# ---- a source that fails while it is read ----

head -c 30M /dev/urandom >big
# begin ARGUMENTS...: a copy of which lab2's part takes long, and wait until it has begun.
begin() {
    rm -rf target.*
    put 1 shard1
    put 2 big
    put 3 shard3
    "$lab" slow 2 20mbit >/dev/null 2>&1
    timeout -k 5 150 "$lab" on 0 "$copy" --hosts 'lab[0-3]' --mkpath "$@" "$places/" >out 2>err &
    copying=$!
    for _ in {1..300}; do
        [ -z "$(find target.* -name '.big.fanout-part' -size +1k 2>/dev/null)" ] || return
        sleep 0.1
    done
}
end() {
    wait "$copying"
    status=$?
}
begin lab1:$own/shard1 lab2:$own/big lab3:$own/shard3
"$lab" on 2 truncate -s 1000 $own/big
end
check "a source shrinks: exit status" ended 1
check "a source shrinks: host and path" said "^fanout-copy: lab2: $own/big: shrank from 31457280 to [0-9]+ bytes"
check "a source shrinks: it is nowhere" [ -z "$(find target.* -name '*big*')" ]
check "a source shrinks: nor is what came after it" [ -z "$(find target.* -name '*shard3*')" ]
check "a source shrinks: no temporary file" [ -z "$(find target.* -name '*.fanout-*')" ]

begin --ignore-changed --json "$work/report" lab1:$own/shard1 lab2:$own/big
"$lab" on 2 sh -c "echo more >>$own/big"
end
check "a source grows, --ignore-changed: exit status" ended 2
check "a source grows, --ignore-changed: host and path" said "^fanout-copy: lab2: $own/big: changed meanwhile"
check "a source grows, --ignore-changed: the report counts it" grep -q '"changed_files": 1,' report
check "a source grows, --ignore-changed: as it was found" cmp big target.lab0/big

# ---- a host that is lost ----

# lose HOST: all its processes end at once.
lose() {
    local process
    for process in /proc/[0-9]*; do
        [ ! "$process/ns/net" -ef "$LAB_STATE/$1/net" ] || kill -KILL "${process#/proc/}"
    done
}
begin lab1:$own/shard1 lab2:$own/big
lose lab3
end
check "lab3 is lost: exit status" ended 1
check "lab3 is lost: it is named" said '^fanout-copy: lab3: .*: host lab3 failed after [0-9]+ %'
for i in 0 1 2; do
    check "lab3 is lost: lab$i has all" cmp big target.lab$i/big
done
check "lab3 is lost: the first part, too" cmp shard1 target.lab0/shard1
find . -path ./lab -prune -o -name '*.fanout-*' -exec rm -rf {} +
"$lab" down >/dev/null
"$lab" up 4 none >/dev/null
begin lab1:$own/shard1 lab2:$own/big
lose lab2
end
check "a host with a source is lost: exit status" ended 1
check "a host with a source is lost: it is named" said 'the host of the source, lab2, does not answer'
check "a host with a source is lost: no file that is not whole" [ -z "$(find target.* -name 'big')" ]

finish
