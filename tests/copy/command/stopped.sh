#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# --pipe when the copy is stopped in the middle: no command goes on, none takes a part of the data for all of it.
# shellcheck source=tests/copy/common.sh
. "${top_srcdir:?}/tests/copy/common.sh"

head -c 1000003 /dev/urandom >source
export FANOUT_TEST_DISTURB_PAUSE=100000

# %r of a command is the shell's own word, so those in quotes get it as $0.
# shellcheck disable=SC2016 # the command's shell expands it
take='echo $$ >command.$0; cat >half.$0 && mv half.$0 whole.$0'
declare -A commands=(
    [simple]="sh -c '$take' %r"
    [stubborn]="trap '' TERM INT HUP; sh -c '$take' %r"
    [session]="setsid -w sh -c '$take' %r"
    [daemon]="exec 3<&0; setsid sh -c '$take' %r <&3 & wait"
    [slow]="sh -c 'echo \$\$ >command.\$0; echo >half.\$0; sleep 4; cat >>half.\$0 && mv half.\$0 whole.\$0' %r"
    [tidy]="r=%r; trap 'echo >tidied.\$r; exit 3' TERM; sh -c '$take' %r"
    [pipeline]='echo $$ >command.%r; cat | (cat >half.%r; mv half.%r whole.%r)'
)

# start_command KIND [SOURCE]: a copy to two such commands, the second of which has got some data.
start_command() {
    rm -f half.* whole.* command.* tidied.*
    start_copy half.1 2 --pipe "${commands[$1]}" "${2:-source}" x.%r
}
# commands_gone: they end within half a minute.
commands_gone() {
    local pid tries=1500
    # shellcheck disable=SC2013 # a process id a word
    for pid in $(cat command.0 command.1); do
        while running "$pid"; do
            ((tries-- > 0)) || return 1
            sleep 0.02
        done
    done
}
# stopped TEXT: the copy is; what became of the commands?
stopped() {
    check "$1: all ranks end" ranks_gone
    check "$1: the commands do" commands_gone
    check "$1: none has taken a part for all" absent whole.0 whole.1
    [[ $1 != *tidy ]] || check "$1: a command that handles SIGTERM may tidy up" [ -e tidied.0 -a -e tidied.1 ]
}

for kind in "${!commands[@]}"; do
    for signal in TERM KILL; do
        start_command "$kind"
        # shellcheck disable=SC2046 # a process id a word
        kill -$signal $(cat pid.*)
        stopped "SIG$signal, $kind"
        end_copy
    done
    cp source shrinking
    start_command "$kind" shrinking
    truncate -s 700000 shrinking
    end_copy
    check "a source that shrinks, $kind: it is said" said "shrinking: shrank from 1000003 to 700000 bytes"
    stopped "a source that shrinks, $kind"
done
for signal in INT HUP; do
    start_command simple
    kill -$signal "$(cat pid.1)"
    check "SIG$signal for one rank: it is said" said_soon "x.1: not written, the copy was stopped by a signal"
    kill -TERM "$launcher"
    stopped "SIG$signal for one rank"
    end_copy
done
for kind in simple stubborn; do
    start_command "$kind"
    kill -TERM "$launcher"
    end_copy
    stopped "SIGTERM for the launcher, $kind"
done

finish
