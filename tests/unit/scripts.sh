#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# What shellcheck says of all scripts, which their first line tells, and of what they source.
# shellcheck disable=SC2317 # functions are called by way of verdict
# shellcheck source=tests/unit/files.sh
. "${top_srcdir:-.}/tests/unit/files.sh"
need shellcheck shellcheck

scripts() {
    local file
    files '*' | while read -r file; do
        LC_ALL=C head -n 1 "$file" | LC_ALL=C grep -aqE '^#! *[^ ]*/(env +)?(ba|da)?sh( |$)' && echo "$file"
    done
}

mapfile -t found < <(scripts)
verdict "there are scripts" test "${#found[@]}" -gt 40
verdict "shellcheck finds nothing in ${#found[@]} scripts" shellcheck --check-sourced --external-sources --format=gcc "${found[@]}"
finish
