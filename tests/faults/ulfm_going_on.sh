# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
# For tests of FANOUT_ON_FAILURE=continue: judges what the ranks of going_on have said.
# shellcheck source=tests/faults/ulfm_common.sh
. "$top_srcdir/tests/faults/ulfm_common.sh"

export FANOUT_ON_FAILURE=continue FANOUT_DEBUG=info FANOUT_CHUNK_BYTES=16K

# use BYTES VECTOR [THREADS]
use() {
    program=("$top_builddir/tests/faults/going_on" "$@")
    rounds=$((2 * ${3-1}))
}

# words_of BROADCAST: what the ranks that have come to its end said, each once.
words_of() {
    sed -n "s/^rank [0-9]*: broadcast $1: //p" out | sort -u
}

# count_words BROADCAST: how many ranks said something.
count_words() {
    grep -ac "^rank [0-9]*: broadcast $1: " out
}

# judge RANKS DEAD...: each broadcast ended in the same way on all that live.
judge() {
    local ranks=$1 number words
    shift
    (($(grep -ac 'all is well' out) >= ranks - $#)) && ! grep -aq WRONG out || return 1
    for ((number = 0; number < rounds * ranks; number++)); do
        words=$(words_of "$number")
        (($(count_words "$number") >= ranks - $#)) || { echo "broadcast $number: not all have ended it"; return 1; }
        [[ $words == whole ]] || [[ " $* " == *" $((number % ranks)) "* && $words == lost:* && $words != *$'\n'* ]] ||
            { echo "broadcast $number: $words"; return 1; }
    done
}
