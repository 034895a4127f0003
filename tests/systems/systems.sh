#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# tests/systems/run where it cannot make a system: it says why, by name, and leaves nothing. (.ci/run is where it can.)
# shellcheck source=tests/common/tap.sh
. "${top_srcdir:?}/tests/common/tap.sh"

# In a tree of its own: what it makes is below build/ of the tree that it is in.
mkdir -p tree/tests/systems
cp "$top_srcdir/quickstart" tree/
cp "$top_srcdir/tests/systems/run" tree/tests/systems/
run=$PWD/tree/tests/systems/run

# With nothing in PATH but these programs.
mkdir programs
for program in bash dirname; do
    ln -s "$(type -P "$program")" programs/
done

system() {
    timeout -k 5 60 env PATH="$path" "$bash" "$run" "$@" >out 2>err </dev/null
    status=$?
}
ends_with() {
    [ "$status" = "$1" ] && grep -qF -- "$2" err && [ ! -e tree/build ]
}

# A debootstrap that has made half a system and goes on for long, under a lock.
interrupted() {
    if ! unshare --mount --pid --fork true 2>err; then
        skip "interrupted" "no mount namespaces here"
        return
    fi
    rm programs/apt-get programs/debootstrap
    printf '#!/bin/sh\necho Debian Debian http://example.invalid/\n' >programs/apt-get
    printf '#!/bin/sh\nmkdir -p %s && exec flock %s sleep 1000\n' "$PWD/tree/build/systems/trixie.new" "$PWD/lock" \
        >programs/debootstrap
    chmod +x programs/*
    env PATH="$path" "$bash" "$run" trixie true >out 2>err </dev/null &
    until [ -e lock ] && ! flock -n lock true; do
        kill -0 $! 2>/dev/null || break # it ended before
        sleep 0.1
    done
    kill -TERM $!
    wait $!
    check "interrupted: exit status" [ $? = 143 ]
    check "interrupted: no process is left" flock -w 30 lock true
    check "interrupted: no half system" [ ! -e tree/build/systems/trixie ]
    check "interrupted: no mount is left" not_mounted
}
not_mounted() {
    ! grep -qF "$PWD/tree" /proc/self/mountinfo
}

bash=$(type -P bash)
path=$PATH
system
check "usage: no system" ends_with 2 "usage: tests/systems/run bookworm|trixie|forky"
system bullseye true
check "usage: a system that it does not know" ends_with 2 "usage: tests/systems/run bookworm|trixie|forky"

if [ "$(id -u)" = 0 ]; then
    path=$PWD/programs
    system trixie true
    check "without its programs it is skipped" ends_with 77 "trixie skipped: there is no apt-get"
    path=$PATH
    printf '#!/bin/sh\nexit 1\n' >programs/unshare
    chmod +x programs/unshare
    for program in apt-get debootstrap rsync; do
        ln -s "$(type -P true)" programs/$program
    done
    path=$PWD/programs:$PATH
    system trixie true
    check "without namespaces it is skipped" ends_with 77 "trixie skipped: this machine does not let root make mount namespaces"
    printf '#!/bin/sh\nexit 0\n' >programs/unshare
    system forky true
    check "without a mirror it is skipped" ends_with 77 "forky skipped: apt knows no mirror of Debian here"
    rm programs/unshare
    interrupted
else
    system trixie true
    check "without root it is skipped" ends_with 77 "trixie skipped: only root can make it"
fi

finish
