#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# --hosts on one machine, also without root: a script takes the place of ssh and starts here what it is asked to start on
# any host whose name it knows. What is wrong with hosts and options, and signals.
# shellcheck source=tests/common/tap.sh
. "${top_srcdir:?}/tests/common/tap.sh"
# shellcheck source=tests/common/mpi-env.sh
. "$top_srcdir/tests/common/mpi-env.sh"
# shellcheck disable=SC2154 # of mpi-env.sh
[ "$launcher_kind" != hydra ] || export LD_PRELOAD=$mpich_idle
copy=${top_builddir:?}/fanout-copy here=$(uname -n)

cat >agent <<'E2'
#!/bin/bash
while [[ $1 == -* ]]; do shift; done
export FANOUT_TEST_HOST=$1
case $1 in
    $(cat "${0%/*}/lost")) echo "agent: $1 is down" >&2 && exit 255 ;;
    good*) shift && exec sh -c "$*" ;;
    crash*)
        shift
        if [[ $* == *@(orted|prted|pmi_proxy)* && ! -e ${0%/*}/crashed ]]; then touch "${0%/*}/crashed" && exit 139; fi
        exec sh -c "$*"
        ;;
    slow*) exec sleep 1000 ;;
    *) echo "agent: what is $1?" >&2 && exit 255 ;;
esac
E2
chmod +x agent
echo none >lost
unset PRTE_MCA_rmaps_default_mapping_policy
case $launcher_kind in
    orte) export OMPI_MCA_plm=rsh OMPI_MCA_plm_rsh_agent=$work/agent ;;
    prrte) export PRTE_MCA_plm=ssh PRTE_MCA_plm_ssh_agent=$work/agent ;;
    hydra) export HYDRA_LAUNCHER=ssh HYDRA_LAUNCHER_EXEC=$work/agent ;;
esac
head -c 5000003 /dev/urandom >source

# hosts ARGUMENTS...: fanout-copy --hosts ARGUMENTS; out, err and status are left behind.
hosts() {
    timeout -k 5 100 "$copy" --hosts "$@" >out 2>err </dev/null
    status=$?
}
# ended STATUS TEXT: so, and standard error has a line of ours that matches.
ended() {
    [ "$status" = "$1" ] && grep -qE -- "^fanout-copy: $2" err
}
# both_have_all: each of the two ranks, as target.1 and target.2.
both_have_all() {
    [ "$(cat target.[12] | sha256sum)" = "$(cat source source | sha256sum)" ]
}
nothing() {
    [ -z "$(find . -name '*target*')" ]
}
running() {
    grep -qs '^State:[[:space:]]*[^Z]' "/proc/$1/status"
}

# ---- what is wrong is said before anything is started ----

wrong() {
    hosts "$1" source target
    check "--hosts '$1'" ended 2 "--hosts $2"
}
wrong "" ": the list is empty"
wrong "n1,,n2" "n1,,n2: .*a name is empty"
wrong "n[1-" "n\[1-: .*bracket"
wrong "n1,n2,n1" "n1,n2,n1: n1 is there twice"
wrong "n1.a,n1" "n1.a,n1: n1 is there twice, also as n1.a"
wrong "-x" "-x: '-x' is no name of a host"
wrong "n1:4" "n1:4: 'n1:4' is no name"
hosts n1 --hostfile source source target
check "--hosts and --hostfile" ended 2 "--hosts and --hostfile both"
timeout 100 "$copy" --hostfile absent source target >out 2>err
status=$?
check "--hostfile that is not there" ended 2 "--hostfile absent: cannot be read: No such file"
echo "# nobody" >empty
timeout 100 "$copy" --hostfile empty source target >out 2>err
status=$?
check "--hostfile that names none" ended 2 "--hostfile empty: names no host"
timeout 100 "$copy" --retry 3 source target >out 2>err
status=$?
check "--retry without hosts" ended 2 "--max-failures and --retry need --hosts"
hosts "$here" --retry -1 source target
check "--retry -1" ended 2 "--retry: '-1' is not a whole number"
PATH=/nowhere "$copy" --hosts "$here" source target >out 2>err </dev/null
status=$?
check "no mpirun" ended 1 "$here: target: --hosts: there is no mpirun of .* in PATH"
for variable in OMPI_COMM_WORLD_SIZE=1 PMI_SIZE=1 PMI_SIZE=4; do
    env "$variable" "$copy" --hosts "$here" source target >out 2>err </dev/null
    status=$?
    check "$variable: in a job already" ended 2 "--hosts, --hostfile: .*\($variable is set\)"
done
hosts "$here" --json "$work/absent/report" source target
check "--json that cannot be written" ended 1 "$here: $work/absent/report: cannot write"
check "nothing was made" nothing

# ---- hosts that are not there ----

hosts "$here" source target
check "this host" [ "$status" = 0 ]
check "this host: the copy" cmp source target
rm -f target
hosts "$here,bad" --json report source target
check "a host that nobody knows: status, name and reason" \
    ended 1 "bad: target: host bad was not reached: (no answer in 10 s: )?agent: what is bad\?; check its name in --hosts"
check "a host that nobody knows: the others have the copy" cmp source target
check "a host that nobody knows: the report" \
    [ "$(grep -c '"ok": true' report)" = 1 -a "$(grep -c '"host": "bad"' report)" = 1 ]
rm -f target
hosts "$here,bad" --max-failures 0 source target
check "--max-failures 0" ended 1 "$here: target: 1 host.* lost, and --max-failures 0 does not allow"
check "--max-failures 0: nothing is copied" nothing
hosts "bad[1-2]" --json report source target
check "nobody is there" ended 1 "$here: target: no host answers"
check "nobody is there: the report says why" grep -q '"error": "no host answers' report
hosts "$here" --source-host bad source target
check "the source is not there" ended 1 "$here: target: the host of the source, bad, does not answer"
hosts "$here" --json report absent target
check "no source" ended 1 "$here: absent: .*No such file"
check "no source: the report says why" grep -q '"error": ".*No such file' report
hosts "$here,slow" source target
check "a host that does not answer in time" ended 1 "slow: target: host slow was not reached: no answer in 10 s"
check "a host that does not answer in time: the others have the copy" cmp source target
check "a host that does not answer in time: nothing of the agent is left" [ -z "$(pgrep -f "$work/agent")" ]
rm -f target

# ---- a host that is lost, and comes back ----

# lose HOST: it does not answer any more, and its processes end at once.
lose() {
    echo "$1" >lost
    grep -lzs "^FANOUT_TEST_HOST=$1$" /proc/[0-9]*/environ | while read -r environment; do
        kill -KILL "$(basename "${environment%/environ}")" 2>/dev/null
    done
}
# copy_slowly ARGUMENTS...: to two hosts, as process $driver.
copy_slowly() {
    rm -rf target.* .target.*
    echo none >lost
    LD_PRELOAD=$top_builddir/tests/copy/.libs/disturb.so${LD_PRELOAD:+:$LD_PRELOAD} FANOUT_TEST_DISTURB_PAUSE=200000 \
        timeout -k 5 100 "$copy" --hosts good1,good2 "$@" >out 2>err </dev/null &
    driver=$!
}
# until_both_have SIZE PATTERN: both hosts have a file of that name and size.
until_both_have() {
    for _ in {1..300}; do
        [ "$(find . -name "$2" -size "$1" | wc -l)" != 2 ] || break
        sleep 0.1
    done
}
lose_hosts() {
    copy_slowly --json report source target.%r
    until_both_have +500c '.target.*journal'
    lose good2
    wait $driver
    status=$?
    check "a host is lost: status, name, how much it had, reason" ended 1 "good2: target.%r: host good2 failed after [0-9]+ %: (no answer in 10 s: )?agent: good2 is down; --resume"
    check "a host is lost: the other one has the copy" cmp source target.1
    check "a host is lost: the summary" grep -qE '^4.8 MiB to 1 of 2 ranks, (.* of it sent in |nothing had to be sent)' out
    check "a host is lost: the report" [ "$(grep -c '"ok": true' report)" = 1 -a "$(grep -c '"lost": 1' report)" = 1 ]
    check "a host is lost: nothing is left on others" [ -z "$(find . -name '.target.1.*')" ]
    # shellcheck disable=SC2016 # a variable of the host's
    copy_slowly --json report --retry 9 --pipe 'cat >%d.$FANOUT_TEST_HOST' source target
    until_both_have +0c 'target.*'
    lose good2
    sleep 6
    echo none >lost
    wait $driver
    status=$?
    check "--retry, a host comes back: status" [ "$status" = 0 ]
    check "--retry, a host comes back: all have the copy" cmp source target.good1
    check "--retry, a host comes back: it, too" cmp source target.good2
    check "--retry, a host comes back: the report" [ "$(grep -c '"ok": true' report)" = 2 -a "$(grep -c '"lost": 0' report)" = 1 ]

    # Standard input is read once: who comes back would get nothing, and it would look like all.
    rm -f target*
    echo good2 >lost
    (until [ -e target.good1 ]; do sleep 0.1; done && echo none >lost) &
    back=$!
    # shellcheck disable=SC2016 # a variable of the host's
    timeout -k 5 100 "$copy" --hosts good1,good2 --retry 5 --pipe 'cat >%d.$FANOUT_TEST_HOST' - target <source >out 2>err
    status=$?
    check "--retry of standard input: the host that was lost stays so" ended 1 "good2: target: host good2 was not reached"
    check "--retry of standard input: it has no file" [ ! -e target.good2 ]
    check "--retry of standard input: the other one has the copy" cmp source target.good1
    kill $back 2>/dev/null

    # MPICH's launcher does not notice, and waits for ever.
    rm -f target*
    echo good2 >lost
    (sleep 3 && echo none >lost) &
    back=$!
    # shellcheck disable=SC2016 # a variable of the host's
    hosts good1,good2 --pipe 'cat >%d.$FANOUT_TEST_HOST' source target
    check "a host is away while the job is started: it ends" [ "$status" -le 1 ]
    check "a host is away while the job is started: the other one has the copy" cmp source target.good1
    wait $back
    # As orted of Open MPI 4.1.4 now and then.
    # shellcheck disable=SC2016 # a variable of the host's
    hosts good1,crash2 --pipe 'cat >%d.$FANOUT_TEST_HOST' source again
    check "a daemon crashes when it starts: the job is started again" ended 0 "$here: again: starting again with 2 hosts"
    check "a daemon crashes when it starts: the first host has the copy" cmp source again.good1
    check "a daemon crashes when it starts: so has the other one" cmp source again.crash2
    for rank in 0 1; do
        FANOUT_TEST_FAULT=fail:$rank:1 FANOUT_TEST_FAULT_FILE=$work/fault FANOUT_TEST_FAULT_ONCE=1 \
            LD_PRELOAD=$top_builddir/tests/faults/.libs/inject.so${LD_PRELOAD:+:$LD_PRELOAD} hosts good1,good2 source target.%r
        check "MPI fails on rank $rank: the job is started again" ended 0 "$here: target.%r: starting again with 2 hosts"
        check "MPI fails on rank $rank: all have the copy" both_have_all
        rm -f target.* fault.*
    done
    copy_slowly source target.%r
    until_both_have +500c '.target.*journal'
    kill -KILL "$(pgrep -f -- "--driven=.* source target.%r" | tail -n 1)"
    wait $driver
    status=$?
    check "a process dies, its host does not: status" [ "$status" = 0 ]
    check "a process dies, its host does not: all have the copy" both_have_all
    check "a process dies, its host does not: not all was sent again" grep -qE ' of it sent in |nothing had to be sent' out
    check "nothing is left" [ -z "$(find . -name '*.fanout-*')" ]
    rm -f target.*
}
# A plain program says "Unable to find reachable pairing between local and remote interfaces" there.
if [ "$launcher_kind" = prrte ]; then
    skip "hosts that are lost" "Open MPI 5 does not connect two hosts that have one address"
else
    lose_hosts
fi

# ---- mpirun, which does not start a job again, says how to ----

mkdir place.0
# shellcheck disable=SC2086 # MPIRUN is a command with arguments
timeout -k 5 100 $MPIRUN -np 2 "$copy" source "place.%r/it's" >out 2>err </dev/null
check "mpirun, a host has failed: how to go on" \
    grep -qF "fanout-copy: to go on: fanout-copy --hosts $here --source-host $here --resume source 'place.%r/it'\''s'" err

# ---- signals, and a process that dies ----

mkfifo fifo
# begin: a copy of standard input that does not end, as process $driver.
begin() {
    (cat source && exec sleep 1000) >fifo &
    writer=$!
    timeout -k 5 100 "$copy" --hosts "$here" - target >out 2>err <fifo &
    driver=$!
    for _ in {1..300}; do
        [ ! -s .target.fanout-part ] || break
        sleep 0.1
    done
    process=$(pgrep -f -- "--driven=.* --hosts $here - target" | tail -n 1)
}
for signal in TERM INT HUP; do
    begin
    kill -s $signal "$(pgrep -P $driver)"
    wait $driver
    status=$?
    check "SIG$signal: status" [ "$status" = 1 ]
    check "SIG$signal: nothing is left" nothing
    check "SIG$signal: no process either" [ -z "$(pgrep -f -- "--driven=.* --hosts $here - target")" ]
    kill $writer 2>/dev/null
done
begin
kill -KILL "$process"
wait $driver
status=$?
check "a process dies that has read some of its input" ended 1 "$here: target: .*cannot be read again"
kill $writer 2>/dev/null
rm -f .target.fanout-*
begin
kill -KILL "$(pgrep -P $driver)" # of timeout
wait $driver 2>/dev/null
for _ in {1..100}; do
    running "$process" || break
    sleep 0.1
done
check "the process dies that reads standard input: what was read is not taken for all" [ ! -e target ]
kill $writer 2>/dev/null

finish
