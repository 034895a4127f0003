#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# What was measured, what was decided and why: fanout_explain, FANOUT_STATS and traces say it in the same words.
# shellcheck source=tests/common/tap.sh
. "${top_srcdir:?}/tests/common/tap.sh"
# shellcheck source=tests/common/mpi-env.sh
. "$top_srcdir/tests/common/mpi-env.sh"
export FANOUT_ADAPT=1 FANOUT_SHARED_MEMORY=0

# told [VARIABLE=VALUE...]: broadcasts of 100,000 bytes on three ranks; leaves out, err and status.
told() {
    # shellcheck disable=SC2086 # MPIRUN is a command with arguments
    env "$@" timeout -k 5 100 $MPIRUN -np 3 "$top_builddir/tests/lib/adapt/told" 100000 60 >out 2>err </dev/null
    status=$?
}

explains() { [ "$status" = 0 ] && grep -qE -- "$1" out; }
# prints TIMES PATTERN: the statistics have that many such lines.
prints() { [ "$status" = 0 ] && [ "$(grep -cE -- "^fanout:   $2" err)" = "$1" ]; }
is_silent() { [ "$status" = 0 ] && ! grep -q '^fanout: ' err; }
# Each line of the explanation before that of the plan is in the statistics as well.
has_words_of_explain() {
    sed '/^97.7 KiB from /,$d' out >found
    [ -s found ] && while read -r line; do grep -qxF "fanout:   $line" <(sed 's/^fanout:   *  /fanout:   /' err) || return; done <found
}

told FANOUT_STATS=1
check "explain: what was measured" explains '^Measured between two nodes: latency [0-9.]+ [mu]?s'
check "explain: the times of the ways" explains '^  in pieces: ([0-9.]+ [mu]s|not tried; it takes at least)'
check "explain: what was decided, and why" explains \
    '^Decided: .*(the fastest of those tried|none is clearly faster|no other can be faster by a fifth)'
check "statistics: of both communicators" [ "$(grep -c '^fanout: .*3 ranks on 3 nodes:$' err)" = 2 ]
check "statistics: what was measured" prints 2 'Measured between two nodes: latency'
check "statistics: sizes" prints 2 'Broadcasts of 64.0 KiB to 128.0 KiB'
check "statistics: decisions" prints 2 'Decided: '
check "statistics: the words of fanout_explain" has_words_of_explain
told FANOUT_STATS=0
check "no statistics unless asked for" is_silent

told FANOUT_ADAPT=0 FANOUT_STATS=1
check "adapt is 0: said" explains '^Nothing is measured or tried: the parameter adapt is 0'
check "adapt is 0: nothing was found out" is_silent
told FANOUT_WINDOW=4
check "set by hand: said" explains '^No other way is tried: a parameter that says how to broadcast is set'

told FANOUT_TRACE=run.h5
check "traced: said" explains '^No other way is tried while a trace is recorded'
cp out explained
"$top_builddir/fanout-trace" --communicator 1 run.h5 >out 2>err
status=$?
check "the trace has it: what was measured" explains '^  Measured between two nodes: latency'
check "the trace has it: why nothing is tried" explains '^  No other way is tried while a trace is recorded'
check "the trace has it: the plan and why" explains '^  Algorithm: '
has_all_words() { while read -r line; do grep -qF "  $line" out || return; done <explained; }
check "the trace has the words of fanout_explain" has_all_words

finish
