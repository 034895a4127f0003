#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# --hosts: the host of the source is lost, and those that are left end the copy with what they have together.
# shellcheck source=tests/launch/lost-source.sh
. "${top_srcdir:?}/tests/launch/lost-source.sh"

# ---- two have all of it together ----

put source
leave lab0 0 2
leave lab1 1 2
begin_copy
end
check "a file: exit status" ended 1
check "a file: the others are whole, with mode and time" whole lab0 lab1 lab2
check "a file: who is lost" said '^fanout-copy: lab3: .*: the host of the source, lab3, failed: .*anchor'
check "a file: what is done" said 'the host of the source, lab3, does not answer; the others take what they lack from each other'
check "a file: the summary" grep -q '^11.4 MiB to 3 hosts' out
check "a file: the report" [ "$(grep -c '"ok": true' report)" = 3 -a "$(grep -c '"lost": 1' report)" = 1 ]
check "a file: nothing is left" nothing_left
clean

put tree
leave_tree lab0 0 3
leave_tree lab1 1 3
leave_tree lab2 2 3
begin_copy -r -T
end
check "a tree: exit status" ended 1
check "a tree: the others are whole, with modes and times" whole_tree lab0 lab1 lab2
check "a tree: the summary" grep -q '^11 files, .* to 3 hosts' out
check "a tree: nothing is left" nothing_left
clean

put source
leave lab0 0 1
hosts=lab0,lab3 begin_copy
end
check "two hosts, of which one is the source's: exit status" ended 1
check "two hosts, of which one is the source's: the other is whole" whole lab0
check "two hosts, of which one is the source's: who is lost" said '^fanout-copy: lab3: .*: host lab3 failed after [0-9]+ %'
clean

# Into a directory that is there; names of the source's host before colons.
mkdir target.lab{0,1,2}
put source
for i in 0 1; do "$lab" on 3 "$pieces" $own "$work/target.lab$i/source" $i 2; done
before=$(noted)
"$lab" on 0 timeout -k 5 100 "$copy" --hosts 'lab[0-2]' --resume lab3:$own "$work/target.%h/" >out 2>err </dev/null &
driver=$!
lose_source "$before"
end
check "HOST:PATH into a directory: exit status" ended 1
check "HOST:PATH into a directory: the others are whole" [ "$(cat target.lab*/source | sha256sum)" = "$(cat source source source | sha256sum)" ]
check "HOST:PATH into a directory: nothing else is there" [ "$(find target.* -type f | wc -l)" = 3 ]
check "HOST:PATH into a directory: nothing is left" nothing_left
clean

# What another source has is not sent yet, but that one is there.
mkdir target.lab{0,1}
put source
"$lab" on 2 cp -a "$work/tree/below/large" /dev/shm/other
"$lab" slow 2 10mbit >/dev/null
"$lab" slow 3 100mbit >/dev/null
"$lab" on 0 timeout -k 5 100 "$copy" --hosts 'lab[0-1]' lab3:$own lab2:/dev/shm/other "$work/target.%h/" >out 2>err </dev/null &
driver=$!
for _ in {1..300}; do
    [ -z "$(find target.lab1 -name '.other.fanout-journal' -size +0)" ] || break
    sleep 0.1
done
lose lab3
end
check "one of two sources is lost: exit status" ended 1
check "one of two sources is lost: its file is there" [ "$(cat target.lab*/source | sha256sum)" = "$(cat source source | sha256sum)" ]
check "one of two sources is lost: the other one is read" [ "$(cat target.lab*/other | sha256sum)" = "$(cat tree/below/large{,} | sha256sum)" ]
check "one of two sources is lost: no copy on its host" none_on lab2
check "one of two sources is lost: nothing is left" nothing_left
clean

# lab2 gets a copy, too: DST is there what it is to read.
put source
"$lab" on 2 cp -a "$work/tree/below/large" /dev/shm/other
inode=$("$lab" on 2 stat -c %i /dev/shm/other)
"$lab" slow 2 10mbit >/dev/null
"$lab" slow 3 100mbit >/dev/null
"$lab" on 0 timeout -k 5 100 "$copy" --hosts lab0,lab2 lab3:$own lab2:/dev/shm/other /dev/shm/ >out 2>err </dev/null &
driver=$!
for _ in {1..300}; do
    [ -z "$("$lab" on 0 find /dev/shm -name '.other.fanout-journal' -size +0)" ] || break
    sleep 0.1
done
lose lab3
end
both_on() {
    "$lab" on "$1" cmp "$work/source" $own && "$lab" on "$1" cmp "$work/tree/below/large" /dev/shm/other
}
check "a source that is not lost is in its place: all is on lab0" both_on 0
check "a source that is not lost is in its place: all is on lab2" both_on 2
check "a source that is not lost is in its place: it is left as it is" [ "$("$lab" on 2 stat -c %i /dev/shm/other)" = "$inode" ]
clean

# ---- another one is lost meanwhile ----

put source
leave lab0 0 2
leave lab1 1 2
leave lab2 1 2
"$lab" slow 0 20mbit >/dev/null
begin_copy
for _ in {1..300}; do
    ! said 'going on with 3 hosts' || break
    sleep 0.1
done
sleep 2
lose lab1
end
check "lab1 is lost, too: exit status" ended 1
check "lab1 is lost, too: the others are whole" whole lab0 lab2
check "lab1 is lost, too: not that one" none_on lab1
check "lab1 is lost, too: it is named" said '^fanout-copy: lab1: .*: host lab1 failed'
rm -f .target.lab1.fanout-*
check "lab1 is lost, too: nothing is left" nothing_left
clean

# ---- the one that lacks something has no room ----

# wait_for KIB: until so much of lab1's disk is in use
wait_for() {
    for _ in {1..200}; do
        (($("$lab" on 1 df --output=used "$work/disk.lab1" | tail -n 1) < $1)) || break
        sleep 0.1
    done
}
# without_room ARGUMENTS...: lab0 has all of a new tree when the source is lost; the disk of lab1 fills up when it gets that.
without_room() {
    put tree
    mkdir disk.lab{0,1}
    leave_tree lab0 0 1
    mv .target.lab0.fanout-part disk.lab0/.target.fanout-part
    "$lab" on 1 mount -t tmpfs -o size=16m disk "$work/disk.lab1"
    "$lab" slow 0 20mbit >/dev/null
    begin 0 --hosts 'lab[0-1]' --source-host lab3 --resume -r -T "$@" $own "$work/disk.%h/target"
    wait_for 200
    lose lab3
    wait_for 3000
    "$lab" on 1 dd if=/dev/zero of="$work/disk.lab1/other" bs=1M 2>/dev/null
    end
}
without_room
check "no room: exit status" ended 1
check "no room: who fails, and why" said '^fanout-copy: lab1: .*No space left'
check "no room: the other one has not failed" [ "$(grep -c 'not sent completely' err)" = 0 ]
check "no room: who has all data is whole" diff -r --no-dereference tree disk.lab0/target
check "no room: the summary" grep -q '^11 files, .* to 1 of 2 hosts' out
check "no room: nothing else is left there" [ "$(ls -A disk.lab0)" = target ]
rm -rf disk.*
clean
without_room --fail-fast
check "no room, --fail-fast: no tree" [ ! -e disk.lab0/target ]
check "no room, --fail-fast: all data is kept" [ "$(find disk.lab0 -name '*large*' -size 9000000c | wc -l)" = 1 ]
rm -rf disk.*
clean

# ---- they do not have all of it ----

put source
leave lab0 0 3
leave lab1 1 3
before=$(noted)
begin_copy
end
check "a part is nowhere: exit status" ended 1
check "a part is nowhere: no file" none_on lab0 lab1 lab2
check "a part is nowhere: how much there is" \
    said "$own: the host of the source does not answer, and the others have (6[6-9]|7[0-9]) % of all data together; what has arrived is kept for --resume"
check "a part is nowhere: the report" grep -q '"error": "the host of the source does not answer, and' report
check "a part is nowhere: no list is left" [ -z "$(find . -name '*.fanout-list')" ]
check "a part is nowhere: what has arrived is kept" [ "$(noted)" -ge "$before" ]
clean

put tree
for i in 0 1 2; do leave_tree lab$i $i 4; done
begin_copy -r
end
check "a part of a tree is nowhere: exit status" ended 1
check "a part of a tree is nowhere: no tree" none_on lab0 lab1 lab2
check "a part of a tree is nowhere: it is said" said "$own: the host of the source does not answer, and the others have [0-9]+ %"
check "a part of a tree is nowhere: what has arrived is kept" [ "$(cat .target.lab[0-2].fanout-part/small* | wc -c)" -gt 30000 ]
clean

put source
lose lab3
from 0 --hosts 'lab[0-2]' --source-host lab3 $own "$work/target.%h"
check "the source is lost before the copy begins: exit status" ended 1
check "the source is lost before the copy begins: it is said" said 'the host of the source, lab3, does not answer, and only it has all data$'
check "the source is lost before the copy begins: nothing is written" nothing_left
clean
put source
begin_copy --digest sha256
end
check "--digest: it is the source that is asked for" said 'the host of the source, lab3, does not answer, and only it has all data; what has arrived'
check "--digest: no file" none_on lab0 lab1 lab2
check "--digest: no list" [ -z "$(find . -name '*.fanout-list')" ]
clean

# ---- a list that was left ----

put source
begin_copy --max-failures 0
end
check "--max-failures 0: it is said" said '1 hosts are lost, and --max-failures 0 does not allow more'
check "--max-failures 0: each host has a list for another copy" [ "$(find . -name '.target.*.fanout-list' | wc -l)" = 3 ]
hosts_again
from 0 --hosts 'lab[1-2]' "$work/source" "$work/target.%h"
"$lab" on 0 "$copy" "$work/source" "$work/target.%h" >/dev/null 2>&1
check "the next copies: they are whole" whole lab0 lab1 lab2
check "the next copies: nothing is left" nothing_left

put source
mkdir .target.lab1.fanout-list
touch .target.lab1.fanout-list/file
begin 0 --hosts 'lab[0-2]' --source-host lab3 $own "$work/target.%h"
for _ in {1..300}; do
    (($(noted) < 200)) || break
    sleep 0.1
done
kill -s INT "$(pgrep -P "$driver")"
end
check "a directory has the name of a list, and Ctrl-C: it stays" [ -e .target.lab1.fanout-list/file ]
rm -r .target.lab1.fanout-list
check "a directory has the name of a list, and Ctrl-C: nothing else is left" nothing_left

finish
