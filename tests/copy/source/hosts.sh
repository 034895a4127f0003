#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# HOST:PATH, sources on several hosts: what arrives, and what is said of it.
# shellcheck source=tests/copy/source/several-hosts.sh
. "${top_srcdir:?}/tests/copy/source/several-hosts.sh"

# ---- what arrives ----

all --mkpath lab1:$own/shard1 lab2:$own/shard2 "$places/"
check "two hosts: exit status" ended 0
check "two hosts: what arrives" have shard1 shard2
check "two hosts: the summary" grep -q '^2 files, .* to 4 hosts in ' out
all --mkpath $own/shard0 lab3:$own/shard3 lab2:$own/shard2 lab1.domain:$own/shard1 "$places/"
check "four hosts, one without a name, one with its domain" have shard0 shard1 shard2 shard3
put 1 shard0
all --mkpath lab1:$own/shard1 lab2:$own/shard2 lab1:$own/shard0 "$places/"
check "a host twice" have shard0 shard1 shard2
all lab3:$own/shard3 "$work/target.%h"
check "one source" cmp shard3 target.lab0
check "one source, everywhere" cmp shard3 target.lab3
all --source-host lab2 --mkpath lab1:$own/shard1 $own/shard2 "$places/"
check "--source-host is for those that name no host" have shard1 shard2
for options in '--compress auto' '--verify -a --fsync --checksum'; do
    # shellcheck disable=SC2086 # several options
    all -r --mkpath $options lab1:$own/tree1 lab3:$own/tree3 lab2:$own/shard2 "$places/"
    check "trees $options: exit status" ended 0
    check "trees $options: what arrives" have tree1 tree3 shard2
    check "trees $options: hard links" [ target.lab0/tree3/small -ef target.lab0/tree3/below/hard ]
done
"$lab" on 0 sh -c "cd $own && exec $copy --hosts lab0,lab2 --mkpath lab2:tree2/small lab0:tree0/below/large $work/target.%h/" >out 2>err
check "paths from where it runs" cmp tree2/small target.lab0/small
hosts lab0,lab3 --mkpath lab1:$own/shard1 lab2:$own/shard2 "$places/"
check "the hosts of the sources get no copy unless they are named: exit status" ended 0
check "... others do" [ -e target.lab0/shard2 -a -e target.lab3/shard1 ]
check "... they do not" [ ! -e target.lab1 -a ! -e target.lab2 ]
check "... the summary" grep -q ' to 2 hosts in ' out
hosts lab0,lab2 --mkpath lab1:$own/shard1 lab2:$own/shard2 "$places/"
check "one of them is named" [ -e target.lab2/shard1 -a ! -e target.lab1 ]
"$lab" on 1 mkdir $own/deep
all -T lab1:$own/shard1 $own/deep/none 2>/dev/null
check "no directory there" ended 1

# ---- what is said of it ----

all --mkpath --digest sha256 --json $own/report -r lab1:$own/tree1 lab2:$own/shard2 $own/shard0 "$places/"
check "--digest: exit status" ended 0
check "--digest: the sums" [ "$(grep -cE '^[0-9a-f]{64}  ' out)" = 7 ]
check "--digest: the first host's" grep -qx "$(sha256sum <shard0 | cut -d' ' -f1)  $own/shard0" out
check "--digest: another host's" grep -qx "$(sha256sum <shard2 | cut -d' ' -f1)  $own/shard2" out
check "--digest: a tree's" grep -qx "$(sha256sum <tree1/hole | cut -d' ' -f1)  $own/tree1/hole" out
"$lab" on 0 cp $own/report "$work/report"
check "--json: the sources as they were named" grep -q "\"lab1:$own/tree1\"" report
check "--json: the bytes of all" grep -q "\"bytes\": $(cat tree1/small tree1/below/large tree1/hole shard2 shard0 | wc -c)," report
check "--json: no hash of one file" grep -q '"xxh3_128": null' report
all --mkpath -r --dry-run lab1:$own/tree1 lab2:$own/shard2 "$places/"
check "--dry-run: names with their hosts" grep -q " lab1:$own/tree1/below/large$" out
check "--dry-run: and the other's" grep -q " lab2:$own/shard2$" out
check "--dry-run: nothing is written" none
all --mkpath --verbose lab1:$own/shard1 lab2:$own/shard2 "$places/"
check "--verbose: names with their hosts" grep -qx "lab2:$own/shard2" out

# ---- what is there already ----

timeout 100 "$lab" on 0 "$copy" --hosts 'lab[0-3]' --update --json "$work/report" lab1:$own/shard1 lab2:$own/shard2 "$places/" >out 2>err
check "--update: nothing is sent again" grep -q '"sent_bytes": 0,' report
rm target.lab3/shard2
touch target.lab0/shard1
timeout 100 "$lab" on 0 "$copy" --hosts 'lab[0-3]' --checksum --json "$work/report" lab1:$own/shard1 lab2:$own/shard2 "$places/" >out 2>err
check "--checksum: what one lacks is sent" grep -q "\"sent_bytes\": $(stat -c %s shard2)," report
check "--checksum: all have it" have shard1 shard2
rm -rf target.*
all --mkpath lab1:$own/shard1 lab2:$own/shard2 "$places/"
"$lab" on 1 "$copy" --hosts 'lab[0-3]' --update lab1:$own/shard1 lab2:$own/shard2 $own/ >out 2>err
check "where they are already, they stay" grep -q 'lab2: .*is the source itself' err
check "... and others get them" "$lab" on 3 cmp $own/shard1 "$work/shard1"
"$lab" on 3 rm -f $own/shard1 $own/shard2
"$lab" on 0 rm -f $own/shard1 $own/shard2
"$lab" on 1 rm -f $own/shard2
"$lab" on 2 rm -f $own/shard1

finish
