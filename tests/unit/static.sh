#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# What cppcheck finds in src without knowing MPI: leaks of files, indices outside of arrays, formats that do not fit, ...
# Not asked for, because it is wrong about this code: memleak and deallocuse (it does not know fan_array_reserve and what
# realloc keeps), uninitvar (a function chosen by ?: sets the variable), nullPointerRedundantCheck (a check that aborts),
# arrayIndexOutOfBoundsCond (it guesses from conditions), normalCheckLevelMaxBranches (it could look longer),
# nullPointerOutOfMemory (a check that aborts).
# shellcheck disable=SC2317 # functions are called by way of verdict
# shellcheck source=tests/unit/files.sh
. "${top_srcdir:-.}/tests/unit/files.sh"
need cppcheck cppcheck

analyse() {
    timeout 60 cppcheck --quiet --std=c11 -j 2 --template=gcc --enable=warning,performance,portability \
        --suppress=memleak --suppress=deallocuse --suppress=uninitvar --suppress=nullPointerRedundantCheck \
        --suppress=internalAstError --suppress=arrayIndexOutOfBoundsCond --suppress=normalCheckLevelMaxBranches \
        --suppress=nullPointerOutOfMemory -I include -I src \
        --include=tests/unit/cppcheck.h src ||
        echo "cppcheck ended with $?"
}

verdict "cppcheck finds nothing in src" analyse
finish
