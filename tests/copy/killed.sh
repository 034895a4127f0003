#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# A copy that is killed: if the signal can be handled it leaves nothing, after SIGKILL the next run
# cleans up.
# shellcheck source=tests/copy/common.sh
. "${top_srcdir:?}/tests/copy/common.sh"

head -c 8M /dev/urandom >source
export FANOUT_TEST_DISTURB_PAUSE=100000

# What is said must reach the user, also by a launcher that forwards nothing any more.
messages=${FANOUT_TEST_MESSAGES-}
unset FANOUT_TEST_MESSAGES
for signal in TERM INT; do
    echo old >copy.2
    start_copy .copy.4.fanout-part 5 source 'copy.%r'
    kill -"$signal" "$launcher"
    end_copy
    # Hydra, which passes SIGINT on, has ended with 0 then, once in some runs, whatever the processes ended with.
    [ "$launcher_kind $signal" = 'hydra INT' ] || check "SIG$signal: the launcher fails" [ "$status" != 0 ]
    check "SIG$signal: all ranks end" ranks_gone
    check "SIG$signal: no temporary file is left" no_temporary
    check "SIG$signal: no file" absent copy.{0,1,3,4}
    check "SIG$signal: the old file is still there" [ "$(cat copy.2)" = old ]
    check "SIG$signal: a message with host and path" \
        said "copy.1: not written, the copy was stopped by a signal"
    rm -f copy.2
done
# What managers of jobs send before the time is over.
for signal in USR1 USR2 XCPU; do
    start_copy .copy.4.fanout-part 5 source 'copy.%r'
    kill -"$signal" "$(cat pid.1)"
    check "SIG$signal for one rank: it is said" \
        said_soon "copy.1: not written, the copy was stopped by a signal"
    check "SIG$signal for one rank: its file is gone" absent .copy.1.fanout-part copy.1
    kill_all
    rm -f .copy.*
done

[ -z "$messages" ] || export FANOUT_TEST_MESSAGES=$messages
start_copy .copy.4.fanout-part 5 source 'copy.%r'
check "SIGKILL: all ranks end" kill_all
check "SIGKILL leaves temporary files" [ -e .copy.0.fanout-part -a -e .copy.4.fanout-part ]
check "but none under the final name" absent copy.{0,1,2,3,4}

# Standard input ends when the launcher dies: that is not the end of the data. (Under PRRTE it is refused anyway.)
mkfifo fifo
mkdir tree
for what in "- copy.%r" "--files-from - . tree/copy.%r"; do
    if [ "$launcher_kind" = prrte ]; then
        skip "SIGKILL for the launcher, $what" "it is refused"
        continue
    fi
    { for ((i = 0; i < 1000; i++)); do echo source; done && exec sleep 100; } >fifo &
    writer=$!
    # shellcheck disable=SC2086 # several arguments
    INPUT=fifo start_copy pid.2 3 $what
    sleep 1
    kill -KILL "$launcher"
    end_copy 2>/dev/null
    check "SIGKILL for the launcher, $what: all ranks end" ranks_gone
    check "SIGKILL for the launcher, $what: nothing is there" absent copy.{0,1,2} tree/*
    kill "$writer"
done

unset FANOUT_TEST_DISTURB_PAUSE
copy 5 source 'copy.%r'
check "the next run ends well" every_rank 0
check "the next run's files are whole" same source copy.{0,1,2,3,4}
check "it has removed the temporary files" no_temporary
check "and says so" said "copy.3: removed the temporary file of an earlier copy that was killed"

finish
