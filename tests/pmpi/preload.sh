#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# fanout-preload itself.
# shellcheck source=tests/pmpi/common.sh
. "${top_srcdir:?}/tests/pmpi/common.sh"

# call ARGUMENT...: fanout-preload without a launcher.
call() {
    "$preload" "$@" >out 2>err
    status=$?
}

call --version
check "--version" grep -qE '^fanout-preload \(libfanout\) [0-9]' out
call --help
check "--help" grep -q '^Usage: fanout-preload' out
call
check "no program: status 2" [ "$status" = 2 ]
check "no program: message" grep -q 'name a program to run' err
call --bogus true
check "a wrong option: status 2" [ "$status" = 2 ]
call ./nothing
check "no such program: status 1" [ "$status" = 1 ]
check "no such program: message" grep -q '^fanout: ./nothing: No such file' err
call sh -c 'exit 7'
check "the program's status" [ "$status" = 7 ]
call printf '%s.' --help 'a b' ''
check "the program's arguments" [ "$(cat out)" = "--help.a b.." ]

library=$(realpath "$top_builddir/.libs/libfanout_pmpi.so")
env -u LD_PRELOAD "$preload" printenv LD_PRELOAD >out 2>err
check "LD_PRELOAD is our library" [ "$(cat out)" = "$library" ]
env LD_PRELOAD="$programs/.libs/aware.so" "$preload" printenv LD_PRELOAD >out 2>err
check "what was in LD_PRELOAD comes behind it" [ "$(cat out)" = "$library:$programs/.libs/aware.so" ]

# shellcheck disable=SC2016 # for the shell in the name space
if unshare --mount true 2>/dev/null; then
    env -u LD_PRELOAD unshare --mount sh -c 'mount -t tmpfs none /proc && cd "$1" && ./fanout-preload printenv LD_PRELOAD' \
        sh "$top_builddir" >out 2>err
    check "without /proc, it is found, too" [ "$(cat out)" = "$library" ]
else
    skip "without /proc, it is found, too" "no right to mount"
fi

# An installed tree, moved elsewhere: everything is found beside each other.
cp -r "$top_builddir/tests/installed" moved
installed=$(find "$work/moved" -name fanout-preload -path '*/bin/*')
run "$installed" "$programs/bcast_c"
check "installed and moved: the bytes are right" right
check "installed and moved: taken over" counted "taken over" "< 16.0 MiB" 22

mkdir 'with blank'
cp -r moved/* 'with blank'
"$(find "$work/with blank" -name fanout-preload -path '*/bin/*')" true >out 2>err
check "a path with a blank: status 1" [ $? = 1 ]
check "a path with a blank: message" grep -q 'cannot be preloaded: blanks and colons' err
rm -rf moved/*
cp "$preload" alone
./alone true >out 2>err
check "without the library: status 1" [ $? = 1 ]
check "without the library: message" grep -q 'libfanout_pmpi.so, is not beside fanout-preload' err

finish
