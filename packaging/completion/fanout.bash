# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
# Completion for all programs of libfanout. What there is to complete, the program says itself: --help.

# _fanout_help PROGRAM: with the format that argp has when the user sets none.
_fanout_help() {
    local program=$1
    [[ $program != '~'/* ]] || program=$HOME/${program#'~/'}
    ARGP_HELP_FMT='' "$program" --help 2>/dev/null </dev/null
}

# _fanout_options PROGRAM: "-x" and "--name", and "--name=" where a value must follow.
_fanout_options() {
    _fanout_help "$1" | sed -nE 's/^ {2,6}(-.*)/\1/p' | sed -E 's/ {2,}.*//' | grep -oE -- '(^|[ ,])--?[[:alnum:]?][[:alnum:]-]*=?' |
        tr -d ' ,' | sed 's/^\(-[^-]\)=$/\1/'
}

# _fanout_commands PROGRAM: the words that a line of its usage has after the options, such as "encode".
_fanout_commands() {
    _fanout_help "$1" | sed -nE 's/^(Usage|  or): .*\[OPTION\.\.\.\] ([a-z]+)( .*|$)/\2/p'
}

# _fanout_program_at: where the program to run is on the command line of fanout-preload, if it is there already.
_fanout_program_at() {
    local i
    for ((i = 1; i < COMP_CWORD; i++)); do
        [[ ${COMP_WORDS[i]} == -* ]] || { echo "$i" && return; }
    done
}

_fanout() {
    local program=$1 current=$2 previous=$3 place
    COMPREPLY=()
    if [[ ${program##*/} == fanout-preload* && $current != -* ]]; then
        place=$(_fanout_program_at)
        if [[ -n $place ]] && declare -F _command_offset >/dev/null; then
            _command_offset "$place"
            return
        fi
        [[ -n $place ]] || mapfile -t COMPREPLY < <(compgen -c -- "$current")
    elif [[ $current == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$(_fanout_options "$program")" -- "$current")
        [[ ${#COMPREPLY[@]} != 1 || ${COMPREPLY[0]} != *= ]] || compopt -o nospace 2>/dev/null
    elif [[ $previous == "${COMP_WORDS[0]}" ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$(_fanout_commands "$program")" -- "$current")
    fi
    # Nothing of this: names of files, by -o default.
}

complete -o default -F _fanout fanout-{bench,copy,info,mdc,plan,preload,trace,tune}{,.openmpi,.mpich}
