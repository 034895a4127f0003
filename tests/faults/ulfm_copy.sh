#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# fanout-copy in a job with ULFM: processes are killed in the middle of a copy, at counted calls of MPI or when so much has
# arrived. All others have the whole copy then, end with 1, name who was lost, and leave nothing. Skipped where MPI has no
# ULFM. FANOUT_TEST_STEPS: the more, the more steps (default 8).
# shellcheck source=tests/copy/common.sh
. "${top_srcdir:?}/tests/copy/common.sh"

if ! grep -q 'define HAVE_MPI_ULFM' "$top_builddir/config.h"; then
    skip "a process dies, the others have the whole copy" "this MPI library has no ULFM"
    finish
    exit
fi

MPIRUN="$MPIRUN --with-ft ulfm"
export DISTURB=$top_builddir/tests/faults/.libs/inject.so:$DISTURB
export DIE_WITH_PROGRAM=1
unset FANOUT_TEST_MESSAGES
all=4
# Far more than it takes, so that a busy machine is not taken for a hang.
hang=60

head -c 20M /dev/urandom >source
mkdir tree
cp source tree/large
for ((i = 0; i < 40; i++)); do
    head -c $((i * 500)) source >"tree/$i"
done

clean() {
    rm -rf copy.* .copy.* report fault.* source.there
}

# ended RANK: that process is not there any more.
ended() {
    [ -e "pid.$1" ] && ! running "$(cat "pid.$1")"
}

survivors_ended() {
    local rank
    for rank in $living; do
        [ -s "status.$rank" ] || return 1
    done
}

# end_survivors: wait until all that live have ended, and for the launcher, which does not always end by itself then.
end_survivors() {
    local tries
    for ((tries = 0; tries < hang * 10; tries++)); do
        survivors_ended && break
        kill -0 "$launcher" 2>/dev/null || break
        sleep 0.1
    done
    survivors_ended || echo "# hangs: $living" | tee -a err
    for ((tries = 0; tries < 30; tries++)); do
        kill -0 "$launcher" 2>/dev/null || break
        sleep 0.1
    done
    # shellcheck disable=SC2046 # a process id a word
    kill -KILL "$launcher" $(cat pid.*) 2>/dev/null
    wait "$launcher" 2>/dev/null
}

# without DEAD...: who lives then.
without() {
    local rank
    living=
    for ((rank = 0; rank < all; rank++)); do
        [[ " $* " == *" $rank "* ]] || living+=" $rank"
    done
}

# await FILE BYTES: until it has so many, or the copy has ended.
await() {
    until [ "$(stat -c %s "$1" 2>/dev/null || echo 0)" -ge "$2" ] || ! kill -0 "$launcher" 2>/dev/null; do
        sleep 0.01
    done
}

# kill_when BYTES RANK...: kill these when the first of them has so much.
kill_when() {
    local bytes=$1 rank
    shift
    without "$@"
    await ".copy.$1.fanout-part" "$bytes"
    for rank; do
        kill -KILL "$(cat "pid.$rank")"
    done
    end_survivors
}

# each_survivor STATUS
each_survivor() {
    local rank
    for rank in $living; do
        [ "$(cat "status.$rank")" = "$1" ] || return 1
    done
}

all_whole() {
    local rank
    for rank in $living; do
        if [ -d "$1" ]; then
            diff -r "$1" "copy.$rank" || return 1
        else
            cmp "$1" "copy.$rank" || return 1
        fi
    done
}

nothing_left() {
    local rank
    for rank in $living; do
        absent ".copy.$rank.fanout-part" ".copy.$rank.fanout-journal" || return 1
    done
}

# in_report LOST: it has so many, each with its percent; and nothing else that has failed.
in_report() {
    [ "$(sed -n 's/^ *"lost": \([0-9]*\),*$/\1/p' report)" = "$1" ] && [ "$(grep -c '"percent": [0-9]*$' report)" = "$1" ] &&
        [ "$(grep -c '"ok": false' report)" = "$1" ] && [ "$(grep -c '"ok": true' report)" = $((all - $1)) ]
}

is_named() {
    grep -Eq "fanout-copy: $host: .*: host $host failed after [0-9]+ %: its process has died" err
}

# has_survived SOURCE LOST
has_survived() {
    all_whole "$1" && each_survivor 1 && nothing_left && in_report "$2" && is_named
}

show() {
    "$@" && return
    comment err
    return 1
}

# ---- receivers ----

export FANOUT_TEST_DISTURB_PAUSE=3000

# dies TEXT BYTES RANK...
dies() {
    local text=$1 bytes=$2
    shift 2
    clean
    launch $all --json report -T source 'copy.%r'
    kill_when "$bytes" "$@"
    check "$text" show has_survived source $#
}
dies "one dies at the first piece" 1 2
dies "one dies in the middle" 8000000 1
check "what had arrived was not sent again" [ "$(sed -n 's/^ *"sent_bytes": \([0-9]*\),*$/\1/p' report)" -lt $((14 << 20)) ]
check "the line to go on with" grep -qF "fanout-copy: to go on: fanout-copy --hosts $host --source-host $host --resume" err
dies "one dies near the end" 19000000 3
dies "two die" 8000000 1 3

# ---- counted steps ----

# FANOUT_TEST_FAULT goes to all ranks, who look whether they are meant.
# dies_at RANK STEP SOURCE OPTIONS...
dies_at() {
    local rank=$1 step=$2 source=$3
    shift 3
    clean
    FANOUT_TEST_FAULT=kill:$rank:$step FANOUT_TEST_FAULT_FILE=$work/fault launch $all --json report "$@" -T "$source" 'copy.%r'
    without "$rank"
    end_survivors
    # shellcheck disable=SC2015 # one after the other
    [ -e fault.hit ] || echo "# not killed" >>err
    check "rank $rank dies at step $step of $source" show has_survived "$source" 1
}

# count_steps SOURCE OPTIONS...: without the last two, the telling of the status and MPI_Finalize: all is done and reported.
count_steps() {
    local rank source=$1
    shift
    clean
    FANOUT_TEST_FAULT=none:-1:0 FANOUT_TEST_FAULT_FILE=$work/fault launch $all "$@" -T "$source" 'copy.%r'
    without
    end_survivors
    check "$source without a death" each_survivor 0
    for ((rank = 0; rank < all; rank++)); do
        steps[rank]=$(($(cat "fault.$rank") - 2))
    done
}

unset FANOUT_TEST_DISTURB_PAUSE
several=${FANOUT_TEST_STEPS:-8}
count_steps tree -r
# Not up to the last steps: some copies take fewer, because progress is told by the clock.
for ((i = 1; i <= several; i++)); do
    rank=$((1 + i % 3))
    dies_at "$rank" $((steps[rank] * i / (several + 3))) tree -r
done

# ---- the source ----

export FANOUT_TEST_DISTURB_PAUSE=3000
source_dies() {
    clean
    launch $all --json report -T source 'copy.%r'
    kill_when 8000000 0
}
# kill_when waits for a file that rank 0 has, too.
source_dies
check "the source dies: each says so with 1" each_survivor 1
check "it is named, and what to do" grep -q "the host of the source, $host, does not answer: .* kept for --resume" err
check "what has arrived is kept" [ -s .copy.1.fanout-journal -a -s .copy.2.fanout-part -a -s .copy.3.fanout-part ]
unset FANOUT_TEST_DISTURB_PAUSE
launch $all --resume --json report -T source 'copy.%r'
without
end_survivors
check "a copy with --resume goes on" [ "$(sed -n 's/^ *"sent_bytes": \([0-9]*\),*$/\1/p' report)" -lt $((14 << 20)) ]
check "and is whole" all_whole source

finish
