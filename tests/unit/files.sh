# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
# Sourced by the tests of the files themselves: TAP lines, in the root of the sources, and which files there are.
set -u
cd "${top_srcdir:-.}" || exit 99

checks=0 failures=0

# verdict TEXT COMMAND...: one check, passed if the command finds nothing to print.
verdict() {
    local found
    found=$("${@:2}" 2>&1)
    checks=$((checks + 1))
    if [ -z "$found" ]; then
        echo "ok $checks - $1"
    else
        failures=$((failures + 1))
        echo "not ok $checks - $1"
        printf '%s\n' "$found" | head -n 60 | sed 's/^/# /'
    fi
}

# need COMMAND PACKAGE: without the command the whole test is skipped.
need() {
    command -v "$1" >/dev/null && return
    echo "1..0 # SKIP $1 is not installed (package $2)"
    exit 0
}

finish() {
    echo "1..$checks"
    exit $((failures > 0))
}

# In a checkout, what git knows or would take; in an unpacked distribution, what neither configure nor make wrote, nor an
# autoconf (configure~) or editor that keeps what it replaces.
all_files() {
    if [ "$(git rev-parse --show-toplevel 2>/dev/null)" = "$(pwd -P)" ]; then
        git ls-files --cached --others --exclude-standard
    else
        find . -mindepth 1 -maxdepth 1 ! -name '.git' ! -name 'build*' ! -name '_*' ! -name 'autom4te.cache' \
            ! -name 'aclocal.m4' ! -name configure ! -name 'config.*' ! -name 'libfanout-*' ! -name Makefile \
            -exec find {} -type f ! -path './m4/l*.m4' ! -name '*~' \; | sed 's|^\./||'
    fi
}

# files PATTERN...: those whose path matches one of the patterns of the shell.
files() {
    local file pattern
    all_files | while read -r file; do
        [ -f "$file" ] || continue
        for pattern; do
            # shellcheck disable=SC2053 # it is a pattern
            if [[ $file == $pattern ]]; then
                echo "$file"
                break
            fi
        done
    done
}
