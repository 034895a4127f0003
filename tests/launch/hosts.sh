#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# --hosts with namespaces as hosts: fanout-copy starts its job itself, and starts it again when a host is lost.
# shellcheck source=tests/launch/driven.sh
. "${top_srcdir:?}/tests/launch/driven.sh"

head -c 30000003 /dev/urandom >source
mkdir -p tree/below
head -c 1000 source >tree/small
head -c 25000000 source >tree/below/large
ln -s small tree/link
echo "# a comment
lab1 slots=4
lab[2-3]:2   # and another one" >hostfile

# ---- from a shell ----

from 0 --hosts 'lab[0-2]' "$work/source" "$work/target.%h"
check "--hosts: exit status" ended 0
check "--hosts: the hosts of the list" same_on source lab0 lab1 lab2
check "--hosts: the summary counts them" grep -q '^28.6 MiB to 3 hosts in ' out
from 0 --hosts 'lab[2-3],lab1' "$work/source" "$work/target.%h"
check "this host is not in the list: the others" same_on source lab1 lab2 lab3
check "this host is not in the list: no copy here" none_on lab0
check "this host is not in the list: the summary" grep -q '^28.6 MiB to 3 hosts in ' out
from 0 --hostfile "$work/hostfile" -a -T "$work/tree" "$work/target.%h"
check "--hostfile, a tree" ended 0
check "--hostfile, a tree: on its hosts" tree_on lab1 lab2 lab3
from 0 --hosts 'lab[0-1]' --source-host lab2 "$work/source" "$work/target.%h"
check "--source-host" same_on source lab0 lab1
check "--source-host: no copy there" none_on lab2
INPUT=source from 0 --hosts 'lab[1-2]' --json "$work/report" - "$work/target.%h"
check "standard input" same_on source lab1 lab2
check "standard input: the report" grep -q '"bytes": 30000003' report
(head -c 9 source && sleep 1 && tail -c +10 source) >slow &
mkfifo fifo
(head -c 9 source && sleep 1 && tail -c +10 source) >fifo &
INPUT=fifo from 0 --hosts 'lab[1-2]' - "$work/target.%h"
check "standard input that comes slowly" same_on source lab1 lab2
export FANOUT_TEST_VARIABLE=there
from 0 --hosts 'lab[1-2]' --pipe "cat >/dev/null && echo \$FANOUT_TEST_VARIABLE >%d" "$work/source" "$work/target.%h"
check "the environment is there" [ "$(cat target.lab1 target.lab2)" = there$'\n'there ]
from 0 --hosts 'lab[0-2]' --digest sha256 -q "$work/source" "$work/target.%h"
check "the output of the job is that of the copy" [ "$(cat out)" = "$(sha256sum "$work/source")" ]
tar cf tree.tar -C tree .
from 0 --hosts 'lab[1-2]' --once --unpack "$work/tree.tar" "$work/target.%h"
check "--once --unpack, from a host that gets none" tree_on lab1 lab2
"$lab" on 0 "$copy" --hosts 'lab[1-2]' --once --unpack "$work/tree.tar" "$work/target.%h" >out 2>err
check "--once, again" ended 0
find . -name '.*.fanout-once' -delete
check "nothing is left" nothing_left

# ---- a host that is lost ----

for what in source tree; do
    begin 0 --hosts 'lab[0-3]' --json "$work/report" -r -T "$work/$what" "$work/target.%h"
    begun
    lose lab2
    end
    check "lab2 is lost: exit status" ended 1
    if [ $what = source ]; then
        check "lab2 is lost: the others have the file" same_on source lab0 lab1 lab3
    else
        check "lab2 is lost: the others have the tree" tree_on lab0 lab1 lab3
    fi
    check "lab2 is lost: it is named" said '^fanout-copy: lab2: .*: host lab2 failed after [0-9]+ %: .*anchor'
    check "lab2 is lost: the summary" grep -qE 'to 3 of 4 hosts' out
    check "lab2 is lost: not all was sent again" grep -q ' of it sent in ' out
    check "lab2 is lost: the report" [ "$(grep -c '"ok": true' report)" = 3 -a "$(grep -c '"ok": false' report)" = 1 ]
    check "lab2 is lost: the report counts" grep -q '"lost": 1' report
    rm -rf .target.lab2.fanout-* # what is on a host that is lost
    check "lab2 is lost: nothing is left" nothing_left
    find . -path ./lab -prune -o -name '*.fanout-*' -exec rm -rf {} +
    hosts_again
done

finish
