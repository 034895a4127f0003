#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# fanout-plan: what it says, draws and refuses.
# shellcheck disable=SC2317 # functions are called by way of check
# shellcheck source=tests/common/tap.sh
. "${top_srcdir:?}/tests/common/tap.sh"
plan=${top_builddir:?}/fanout-plan
unset "${!FANOUT_@}"

run() {
    "$plan" "$@" >out 2>err
    status=$?
}

# says WORDS...: the last run succeeded, kept quiet on standard error, and printed all of these.
says() {
    local words
    [ "$status" = 0 ] && [ ! -s err ] || return 1
    for words; do
        grep -qF -- "$words" out || return 1
    done
}

# refuses STATUS WORDS...: the last run failed so, printed no result, and said all of these.
refuses() {
    local words
    [ "$status" = "$1" ] && [ ! -s out ] || return 1
    shift
    for words; do
        grep -qF -- "$words" err || return 1
    done
}

# ---- explanations ----

run --nodes 64 --bytes 1G
check "explains a group" says "1.0 GiB from node 0 to 63 recipients" "Algorithm: group" "Group size k =" \
    "Predicted time" "root, node 0" "1.00 x the data"
run --nodes 1024 --bytes 4M --root 1000
check "explains trees" says "4.0 MiB from node 1000 to 1023" "Algorithm: ktree" "root, node 1000" "a leaf in the others"
run --nodes 9 --bytes 16777229 --algorithm kexchange --group-size 3
check "explains what was set" says "set by the parameter algorithm" "Group size k = 3, set by the parameter group_size"
run --nodes 9 --bytes 1M --algorithm full --group-size 2 --branching 2
check "explains full" says "every member of up to 2 next groups"
run --nodes 13 --bytes 1M --group-size 4 --secondary 1 --chunk 10000 --window 7
check "explains secondary groups, chunk and window" says "The last group is served only by groups that have all" \
    "of 9.6 KiB (set)" "7 chunks of each subfile (set)"
run --nodes 5 --bytes 100
check "says when MPI_Bcast would do it" says "passed through to MPI_Bcast"
run --nodes 2 --bytes 1G
check "explains two nodes" says "to 1 recipient." "the only recipient"
run --nodes 1 --bytes 1G
check "explains one node" says "Nothing to send"
run --nodes 7 --bytes 0
check "explains no bytes" says "Nothing to send"
run --nodes 100 --bytes 1G --group-size 200
check "says why k is less than what was set" says "Group size k = 99, set to 200, but limited by the number of recipients"
run --nodes 100000 --bytes 1G --algorithm group
check "answers for 100000 nodes" says "99999 recipients"
run --nodes 100000 --bytes 1G --table --schedule 99999 --svg many.svg
says_and_draws() {
    says "* " "Node 99999" && grep -q '</svg>' many.svg
}
check "also with a table, a schedule and a picture" says_and_draws

# ---- where values come from ----

echo "group_size = 5" >five.tune
FANOUT_TUNE_FILE=five.tune run --nodes 64 --bytes 1G
check "the tune file of the environment is read" says "Group size k = 5,"
echo "group_size = 6" >six.tune
FANOUT_TUNE_FILE=five.tune run --nodes 64 --bytes 1G --tune-file six.tune
check "--tune-file is read instead" says "Group size k = 6,"
FANOUT_GROUP_SIZE=7 run --nodes 64 --bytes 1G --tune-file six.tune
check "the environment wins over the tune file" says "Group size k = 7,"
FANOUT_GROUP_SIZE=7 run --nodes 64 --bytes 1G --tune-file six.tune --group-size 8
check "an option wins over the environment" says "Group size k = 8,"
run --nodes 64 --bytes 1M --latency 1e-3 --bandwidth 1e6 --overhead 0
check "the network is what the options say" says "(1.05 s, one transfer"
run --nodes 64 --bytes 1M --latency 1e-3 --bandwidth 1e6 --overhead 0 --gap 2
check "a transfer has a gap" says "(3.05 s, one transfer"

# ---- topology ----

for leaf in 0 1 2 3; do
    echo "SwitchName=leaf$leaf Nodes=n[$((leaf * 4 + 1))-$((leaf * 4 + 4))]"
done >net.conf
echo "SwitchName=top Switches=leaf[0-3]" >>net.conf
run --hosts 'n[1-16]' --bytes 4M --topology net.conf --root 5
check "trees lead over switches" says "to 15 recipients" "in order of their switches" "enters a switch once"
run --hosts 'n[1-16]' --bytes 4M --topology net.conf --root 5 --algorithm group
check "groups lie within switches" says "to 15 recipients" "in order of their switches" "0 of 4 groups span more than one switch"
run --hosts 'n[16,1-15]' --bytes 4M --topology net.conf --algorithm group --group-size 4 --schedule 0
check "schedules follow switches" says "scatter 1" "scatter 2" "scatter 3" "scatter 4"
echo "NodeName=n3 Speed=0.5" >>net.conf
run --hosts 'n[1-16]' --bytes 4M --topology net.conf
check "a slow host only receives" says "0.5 of the usual speed" "slow recipients (1) only receive"
run --hosts 'n[1-16]' --bytes 4M --topology net.conf --schedule 2
silent() {
    says "Node 2" && ! grep -qE 'forward|exchange|scatter' out
}
check "and its schedule has nobody to send to" silent
run --hosts 'n10,n9,n8' --bytes 4M --svg hosts.svg
check "hosts without a file are in order of names" says "in order of their hosts' names"

# ---- tables ----

run --nodes 64 --bytes 4M --table
check "a table has a heading, 30 rows, and a chosen one" says "algorithm" "The best 30 of" "* "
sorted() {
    awk 'NR > 1 && $NF ~ /^[0-9.]+$/ { if ($NF + 0 < last + 0) bad = 1; last = $NF; rows++ } END { exit bad || rows < 30 }' out
}
check "its rows are sorted by predicted time" sorted
short=$(wc -l <out)
run --nodes 64 --bytes 4M --table --all
longer() {
    [ "$(wc -l <out)" -gt "$short" ] && [ "$(grep -cF ' * ' out)" -ge 1 ]
}
check "--all shows more" longer
run --nodes 64 --bytes 4M --table --simulate
check "plans are played in simulated time" says "simulated   x limit"
run --nodes 64 --bytes 4M --simulate
check "so is the one that is chosen" says "Simulated time: " "times the limit."
run --nodes 64 --bytes 4M --table --algorithm full
only_full() {
    says "full" && ! grep -qE '^ *[0-9]+ .* (group|chain|ktree|kexchange) ' out
}
check "a set algorithm is the only one in the table" only_full
run --nodes 1 --bytes 4M --table
check "a table for one node" says "Nothing to choose"

# ---- schedules ----

run --nodes 13 --bytes 1M --algorithm group --group-size 4 --branching 1 --secondary 1 --schedule 1
check "a schedule names sources and targets" says "forward 5; exchange 4 2 3" "after full receipt" "forward 9"
run --nodes 13 --bytes 1M --algorithm group --group-size 4 --schedule 0
check "so does the root's" says "itself  scatter 1"

# ---- pictures ----

if command -v xmllint >/dev/null; then
    pictures=0
    for arguments in "--nodes 1" "--nodes 2" "--nodes 14 --algorithm group --group-size 4 --branching 2" \
        "--nodes 64" "--nodes 40 --algorithm ktree --group-size 3" "--nodes 1000 --algorithm kexchange --group-size 4" \
        "--nodes 22 --algorithm full --group-size 3 --branching 2 --secondary 1" "--nodes 300 --algorithm chain" \
        "--nodes 500 --algorithm ktree --group-size 100" "--nodes 500 --algorithm group --group-size 100"; do
        # shellcheck disable=SC2086 # words
        run $arguments --bytes 10M --svg picture.svg
        says "10.0 MiB" && xmllint --noout picture.svg && pictures=$((pictures + 1))
    done
    check "pictures are well-formed" [ "$pictures" = 10 ]
else
    checks=$((checks + 1))
    echo "ok $checks - pictures are well-formed # SKIP no xmllint"
fi
run --nodes 14 --bytes 10M --algorithm group --group-size 4 --svg picture.svg
drawn() {
    [ "$(grep -c '<circle' picture.svg)" = 14 ] && grep -q 'class="scatter"' picture.svg &&
        grep -q 'class="forward"' picture.svg && grep -q 'class="exchange"' picture.svg && ! grep -q 'not drawn' picture.svg
}
check "all of 14 nodes and the three kinds of edges are drawn" drawn
run --nodes 300 --bytes 10M --algorithm group --group-size 4 --svg picture.svg
check "of 300 nodes the upper part, and how many are left out" grep -q '[0-9] more recipients are not drawn' picture.svg

# ---- errors ----

run --bytes 1M
check "missing nodes" refuses 2 "--nodes is missing"
run --nodes 4
check "missing bytes" refuses 2 "--bytes is missing"
run --nodes 0 --bytes 1M
check "no nodes" refuses 2 "--nodes" "'0'"
run --nodes 1000001 --bytes 1M
check "too many nodes" refuses 2 "--nodes" "1000000"
run --nodes four --bytes 1M
check "nodes that are no number" refuses 2 "--nodes" "'four'"
run --nodes 4 --bytes 1X
check "bytes that are no size" refuses 2 "--bytes" "'1X'"
run --hosts 'n[1-' --bytes 1M
check "hosts that are no list" refuses 2 "--hosts" "'n[1-'"
run --hosts 'n[1-3]' --nodes 4 --bytes 1M
check "hosts and nodes that differ" refuses 2 "3 hosts, but --nodes is 4"
run --nodes 4 --bytes 1M --topology net.conf
check "a topology without hosts" refuses 2 "--topology needs --hosts"
echo "SwitchName=leaf0 Nodes=x" >>net.conf
run --hosts 'n[1-3]' --bytes 1M --topology net.conf
check "a wrong topology file" refuses 2 "net.conf line 7" "leaf0 is listed twice"
run --hosts 'n[1-3]' --bytes 1M --topology nowhere.conf
check "a topology file that is not there" refuses 1 "nowhere.conf"
run --nodes 4 --bytes 1M --root 4
check "a root that is no node" refuses 2 "--root" "0 to 3"
run --nodes 4 --bytes 1M --schedule 4
check "a schedule of no node" refuses 2 "--schedule" "0 to 3"
for option in algorithm group-size branching chunk window secondary latency bandwidth overhead gap connections; do
    run --nodes 4 --bytes 1M --$option nonsense
    check "a wrong --$option" refuses 2 "--$option" "nonsense"
done
run --nodes 4 --bytes 1M --all
check "--all without --table" refuses 2 "--all"
run --nodes 4 --bytes 1M extra
check "an argument" refuses 2 "extra"
run --nodes 4 --bytes 1M --colour
check "an option that there is not" refuses 2 "colour"
FANOUT_WINDOW=wide run --nodes 4 --bytes 1M
check "a wrong variable" refuses 2 "FANOUT_WINDOW" "wide"
echo "window = wide" >bad.tune
run --nodes 4 --bytes 1M --tune-file bad.tune
check "a wrong tune file" refuses 2 "bad.tune" "line 1" "wide"
run --nodes 4 --bytes 1M --tune-file nowhere.tune
check "a tune file that is not there" refuses 1 "nowhere.tune"
run --nodes 4 --bytes 1M --svg nowhere/picture.svg
failed() {
    [ "$status" = 1 ] && grep -qF "$1" err
}
check "a picture that cannot be written" failed "nowhere/picture.svg"
if [ -w /dev/full ]; then
    run --nodes 4 --bytes 1M --svg /dev/full
    check "a full device" failed "/dev/full"
    "$plan" --nodes 4 --bytes 1M >/dev/full 2>err
    status=$?
    check "standard output on a full device" failed "standard output"
fi
run --help
check "--help" says "Usage: fanout-plan" "--svg" "Exit status"
run --version
check "--version" says "fanout-plan (libfanout)"

finish
