# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
# Sourced by shell tests: TAP, in a directory of its own that is removed at the end.
set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM
cd "$work" || exit 1

checks=0

# comment FILE...: what is in those that exist, as lines of comment; the last one may lack its end.
comment() {
    sed -s -e 's/^/# /' -e "\$a\\" -- "$@" 2>/dev/null
}

# check TEXT COMMAND...: one TAP line. COMMAND is a command that succeeds when all is well.
# The files out and err, where they exist, are shown when it does not.
check() {
    local text=$1
    shift
    checks=$((checks + 1))
    if "$@"; then
        echo "ok $checks - $text"
    else
        echo "not ok $checks - $text"
        comment out err
    fi
}

# skip TEXT REASON
skip() {
    checks=$((checks + 1))
    echo "ok $checks - $1 # SKIP $2"
}

finish() {
    echo "1..$checks"
}
