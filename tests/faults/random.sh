# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
# Sourced by soak, after common.sh: draws a case from RANDOM, runs it, and judges it. "verdict" is empty if it went as it must,
# or has some of the words hang, wrong, unnamed, left, status (success where there is none, or the other way round).
# FANOUT_TEST_DOOR, FANOUT_TEST_RANKS and FANOUT_TEST_FAULT take the place of what is drawn.
# shellcheck disable=SC2034,SC2154 # variables of those who source this and of what they have sourced

with_ulfm=
if [ -n "${FANOUT_TEST_ULFM-}" ] && grep -q 'define HAVE_MPI_ULFM' "$top_builddir/config.h"; then
    with_ulfm=1 MPIRUN+=" --with-ft ulfm"
fi
doors=(small large nonblocking persistent stream mdc mdc_within copy tree)
[ -z "$with_ulfm" ] || doors+=(survivor descriptors continue)
# A host is a name of its own here, which takes root. Open MPI 5 does not connect two hosts that have one address.
if [ -z "$with_ulfm" ] && [ "$launcher_kind" != prrte ] && unshare --uts true 2>/dev/null; then
    doors+=(hosts)
fi

# ---- what is drawn ----

# one_of WORD...
one_of() {
    local words=("$@")
    word=${words[RANDOM % $#]}
}

# Ranks are hosts of their own, or share one, or there are several with several ranks each.
draw_place() {
    local rank hosts=$((1 + (ranks + 1) / 3)) places=(a b c d e f)
    unset FANOUT_TOPO_FILE FANOUT_SHARED_MEMORY
    one_of apart apart together hosts
    place=$word
    case $place in
        apart) export FANOUT_SHARED_MEMORY=0 ;;
        hosts)
            for ((rank = 0; rank < ranks; rank++)); do
                echo "Ranks=$rank Host=${places[rank % hosts]}"
            done >topology
            export FANOUT_TOPO_FILE=$PWD/topology
            ;;
    esac
}

# draw_fault ACTION...: adds one for a rank that has none yet. Every other one is among the first steps, where ranks agree.
draw_fault() {
    local rank=$((RANDOM % 4 == 0 ? 0 : RANDOM % ranks)) most=$((RANDOM % 2 ? 300 : 30))
    one_of "$@"
    local action=$word
    [ "$door" != copy ] && [ "$door" != tree ] && [ "$door" != hosts ] || most=$((RANDOM % 2 ? 120 : 30))
    while [[ $fault == *:$rank:* ]]; do
        rank=$(((rank + 1) % ranks))
    done
    fault+=${fault:+,}$action:$rank:$((1 + RANDOM % most))
}

# draw: door, ranks, place and fault.
draw() {
    local most=$((1 + RANDOM % 8))
    ranks=$((2 + RANDOM % most)) # few more often: they take less time
    one_of "${doors[@]}"
    door=${FANOUT_TEST_DOOR-$word}
    [ "$door" != hosts ] || ranks=$((2 + RANDOM % 4))
    [ -z "${FANOUT_TEST_RANKS-}" ] || ranks=$FANOUT_TEST_RANKS
    fault=
    case $door in
        survivor | descriptors | continue)
            ranks=$((ranks < 3 ? 3 : ranks))
            one_of 0 10
            FANOUT_TIMEOUT=$word # more than it takes to hear of a death
            draw_fault kill
            local more
            for ((more = RANDOM % (ranks - 1); more > 0; more--)); do
                draw_fault kill
            done
            ;;
        hosts) draw_fault down down kill stop ;;
        *)
            draw_fault kill kill stop stop cut delay
            [ $((RANDOM % 4)) != 0 ] || [ "$ranks" = 2 ] || draw_fault kill stop
            ;;
    esac
    draw_place
    fault=${FANOUT_TEST_FAULT-$fault}
    [[ $fault != *delay* ]] || FANOUT_TIMEOUT=3 # that is more than a delay
}

# ---- how it is run ----

# Names are given to hosts by the agent that takes the place of ssh.
launch_hosts() {
    local list='good1'
    [ "$ranks" = 2 ] || list="good[1-$((ranks - 1))]"
    cat >agent <<'END'
#!/bin/bash
while [[ $1 == -* ]]; do shift; done
! grep -qxs "$1" "${0%/*}/fault.lost" || { echo "agent: $1 is down" >&2 && exit 255; }
export FANOUT_TEST_HOST=$1
shift
exec unshare --uts sh -c "hostname $FANOUT_TEST_HOST; $*"
END
    chmod +x agent
    rm -rf fault.* out copy.* .copy.*
    # "down" kills a launcher, which the source has on this host, too.
    fault=${fault/down:0:/kill:0:}
    OMPI_MCA_plm=rsh OMPI_MCA_plm_rsh_agent=$PWD/agent HYDRA_LAUNCHER=ssh HYDRA_LAUNCHER_EXEC=$PWD/agent \
        FANOUT_TEST_FAULT=$fault FANOUT_TEST_FAULT_FILE=$PWD/fault FANOUT_TEST_FAULT_ONCE=1 LD_PRELOAD=$inject \
        "$top_builddir/fanout-copy" --hosts "$list" --json "$PWD/report" "$PWD/from" "$PWD/copy.%h" >out 2>&1 </dev/null &
    await $!
}

# await_survivors COMMAND...: until it succeeds or the launcher has ended, which does not always do so by itself after a death;
# so it gets two more seconds.
await_survivors() {
    local looks grace=0
    for ((looks = 0; looks < hang * 10 && grace < 20; looks++)); do
        kill -0 "$launcher" 2>/dev/null || break
        ! "$@" || grace=$((grace + 1))
        sleep 0.1
    done
    took=$((looks / 10)) status=
    "$@" || [ "$looks" -lt $((hang * 10)) ] || show_waits
    kill -TERM "$launcher" 2>/dev/null && sleep 0.3 && kill -KILL "$launcher" 2>/dev/null
    wait "$launcher" 2>/dev/null
}

count_killed() {
    struck kill | grep -c .
}

# They have said that all is well: all but those that have been killed.
are_well() {
    [ $(($(grep -ac 'all is well' out) + $(count_killed))) -ge "$ranks" ]
}

have_ended() {
    local rank
    for ((rank = 0; rank < ranks; rank++)); do
        [ -s "status.$rank" ] || grep -qsxE "(kill|stop) $rank" fault.hit || return 1
    done
}

# have_spoken: each that lives has told an error, or that all is well.
have_spoken() {
    [ $(($(grep -acE '^rank [0-9]+: ' out) + $(struck kill stop | grep -c .))) -ge "$ranks" ]
}

# survive COMMAND PROGRAM ARGUMENTS...: with a launcher that lets the others live, and that is not waited for.
survive() {
    rm -rf fault.* out copy.* .copy.* status.* pid.*
    # shellcheck disable=SC2086 # a command with arguments
    FANOUT_TEST_FAULT=$fault FANOUT_TEST_FAULT_FILE=$PWD/fault DIE_WITH_PROGRAM=1 DISTURB=$inject \
        $MPIRUN -np $ranks "${@:2}" >out 2>&1 </dev/null &
    launcher=$!
    await_survivors "$1"
}

# show_waits: where each process is that has not come to its end.
show_waits() {
    local process
    for process in $(processes); do
        gdb -p "$process" -batch -ex 'thread apply all bt 20' 2>/dev/null | grep -aE '^(Thread|#)'
    done >>waits 2>/dev/null
}

# processes: those of this case.
processes() {
    grep -lzs "^FANOUT_TEST_FAULT_FILE=$PWD/fault\$" /proc/[0-9]*/environ | cut -d / -f 3
}

# make_source: what is copied, as "from".
make_source() {
    rm -rf from report
    if [ "$door" = tree ]; then
        mkdir from && head -c 1M /dev/urandom | split -b 60K - from/
    else
        head -c 1M /dev/urandom >from
    fi
}

run_copy() {
    local copy=("$top_builddir/fanout-copy" --json "$PWD/report" -r -T "$PWD/from" copy.%r)
    make_source
    if [ -n "$with_ulfm" ]; then
        survive have_ended "$top_srcdir/tests/copy/run-rank" "$PWD" "${copy[@]}"
    else
        launch "$fault" "${copy[@]}"
    fi
}

run_case() {
    local here=$top_builddir/tests/faults rounds=15
    rm -f waits
    case $door in
        survivor) survive are_well env LD_PRELOAD="$inject" "$here/survivor" ;;
        descriptors) FANOUT_MDC_ORDER=spread survive are_well env LD_PRELOAD="$inject" "$here/survivor" 0 ;;
        continue) FANOUT_ON_FAILURE='continue' survive are_well env LD_PRELOAD="$inject" "$here/going_on" 300000 0 ;;
        hosts) make_source && launch_hosts ;;
        copy | tree) run_copy ;;
        *)
            [ "$door" != small ] || rounds=300
            if [ -n "$with_ulfm" ]; then
                survive have_spoken env LD_PRELOAD="$inject" "$here/victim" "$door" $rounds
            else
                launch "$fault" "$here/victim" "$door" $rounds
            fi
            ;;
    esac
}

# ---- what is right ----

wrong() {
    [[ " $verdict " == *" $1 "* ]] || verdict+=${verdict:+ }$1
}

# struck ACTION...: the ranks to which one of these was done.
struck() {
    local IFS='|'
    sed -nE "s/^($*) //p" fault.hit 2>/dev/null
}

# names_one: some rank that was struck is named.
names_one() {
    local rank
    for rank in $(struck kill stop cut down); do
        is_named "$rank" || grep -aqE "$(names_of "$rank")" out && return
    done
    # The launcher of MPICH, whose others are told by MPI, or who is killed in its turn.
    [ -n "$survivors" ] && grep -qE 'MPI error|Killed|HYD' out
}

# names_of RANK: a pattern. Copies name hosts; all are this one, unless there is an agent.
names_of() {
    echo "\\(rank $1\\)|rank $1( on [^ ]*)? has died|rank $1 on |host good$1 |(failed after|does not answer).* its process has died"
}

# all_name_one: each rank that has told an error of ours.
all_name_one() {
    local rank patterns='some rank does not come'
    for rank in $(struck kill stop cut down); do
        patterns+="|$(names_of "$rank")"
    done
    ! grep -aE '^rank [0-9]+: .*(timeout|error): .*fanout: ' out | grep -avqE "$patterns"
}

# copied WHERE: it is the whole of what was to be copied.
copied() {
    diff -r from "$1" >/dev/null 2>&1
}

# What is at its place under its own name is whole, whoever has died.
judge_copies() {
    local target rank
    for target in copy.*; do
        [ ! -f "$target" ] || copied "$target" || wrong wrong
    done
    # The launcher of MPICH 4.2.1 may say 0 of a job that has not ended, which the report then says.
    [ "$status" != 0 ] || grep -qs 'the copy has not ended' report || for ((rank = 0; rank < ranks; rank++)); do
        [ "$door" = hosts ] || [[ " $(struck kill down | xargs) " == *" $rank "* ]] || copied "copy.$rank" || wrong wrong
    done
    # The others have it, unless the source is lost.
    [ "$door" != hosts ] || [ -z "$(struck down)" ] || for ((rank = 1; rank < ranks; rank++)); do
        [[ " $(struck down | xargs) " == *" $rank "* ]] || copied "copy.good$rank" || wrong wrong
    done
    # What is kept on purpose is told.
    grep -aq 'kept for --resume\|to go on: fanout-copy' out || judge_leftovers
}

judge_leftovers() {
    local rank names=()
    # The launcher of MPICH kills all others at once when one has died.
    [ "$launcher_kind" != hydra ] || [ -z "$(struck kill)" ] || return 0
    for rank in $(struck kill stop cut down); do
        names+=(! -path "./.copy.$rank.fanout-*" ! -path "./copy.$rank/*" ! -path "./.copy.good$rank.fanout-*"
            ! -path "*.fanout-probe.*.$rank")
    done
    [ -z "$(find . -path ./.launcher -prune -o -name '*.fanout-*' "${names[@]}" -print | tee -a left)" ] || wrong left
}

# All that live have the copy, and end with 1 or, if it was done before, 0; if the source is dead, they end.
judge_surviving_copy() {
    local rank
    for ((rank = 0; rank < ranks; rank++)); do
        if grep -qsx "kill $rank" fault.hit; then
            continue
        elif [ ! -s "status.$rank" ]; then
            wrong hang
        elif ! grep -qx 'kill 0' fault.hit; then
            copied "copy.$rank" || wrong wrong
            [ "$(cat "status.$rank")" -le 1 ] || wrong status
        fi
    done
}

# Every process ends, within some seconds after the launcher. (With ULFM the launcher of Open MPI 5.0.7 leaves those that are
# stopped, of any program: mpirun --with-ft ulfm -np 2 sh -c 'kill -STOP $$' ...)
judge_processes() {
    local tries process
    [ -z "$with_ulfm" ] || kill_stopped
    for ((tries = 0; tries < 50; tries++)); do
        [ -n "$(processes)" ] || return 0
        sleep 0.1
    done
    wrong process
    for process in $(processes); do
        echo "# left: $process $(tr '\0' ' ' <"/proc/$process/cmdline")" >>out
        kill -KILL "$process"
    done
}

kill_stopped() {
    local process
    for process in $(processes); do
        ! grep -qs '^State:[[:space:]]*T' "/proc/$process/status" || kill -KILL "$process"
    done
}

# judge_survivors: by what they have said.
judge_survivors() {
    are_well || wrong hang
    ! grep -aqE '^rank [0-9]+: (WRONG|another)|: WRONG' out || wrong wrong
    # Of one broadcast all say the same.
    [ -z "$(sed -nE 's/^rank [0-9]+: broadcast ([0-9]+): (whole|lost).*/\1 \2/p' out | sort -u | cut -d ' ' -f 1 | uniq -d)" ] ||
        wrong wrong
}

judge_case() {
    local harm
    verdict=
    harm=$(struck kill stop cut down)
    case $door in
        survivor | descriptors | continue) judge_survivors ;;
        copy | tree)
            if [ -n "$with_ulfm" ] && [ -z "$(struck stop cut)" ]; then judge_surviving_copy; fi
            judge_copies
            ;;
        hosts) judge_copies ;;
        *)
            ! grep -aq 'WRONG DATA' out || wrong wrong
            [ -z "$with_ulfm" ] || have_spoken || grep -aq 'MPI_ABORT was invoked' out || wrong hang
            ;;
    esac
    if [ -n "$status" ]; then
        [ "$took" -lt "$hang" ] || wrong hang
        if [ -z "$harm" ]; then
            [ "$status" = 0 ] || wrong status
        elif [ "$status" = 0 ]; then
            is_harmless || wrong status
        fi
    fi
    [ -z "$harm" ] || is_harmless || { names_one && all_name_one; } || wrong unnamed
    judge_processes
}

# had_all_that_are_down: each host had its copy before.
had_all_that_are_down() {
    local rank
    for rank in $(struck down); do
        copied "copy.good$rank" || return
    done
}

# is_harmless: it came when all was done, or was overcome: a message too many was lost, or the job was started again, or the
# survivors have completed each broadcast.
is_harmless() {
    case $door in
        continue) are_well ;;
        hosts) [ "$status" = 0 ] && had_all_that_are_down ;;
        copy | tree) [ "${status:-0}" = 0 ] && grep -aqE ' to [0-9]+ (ranks|hosts)' out ;;
        *) [ "$(grep -ac 'all is well' out)" = "$ranks" ] ;;
    esac
}
