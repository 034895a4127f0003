#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Files that hold something else than their size says: those of /proc and /sys, and those that change.
# shellcheck source=tests/copy/common.sh
. "${top_srcdir:?}/tests/copy/common.sh"

# ---- /proc: size 0 ----

copy 2 /proc/version 'version.%r'
check "/proc, a file: every rank exits with 0" every_rank 0
check "/proc, a file: content" same /proc/version version.{0,1}
check "/proc, a file: mode" [ "$(stat -c %a version.1)" = "$(stat -c %a /proc/version)" ]
copy 2 --verify --compress zstd --json report /proc/self/status 'status-of.%r'
check "/proc, a process: every rank exits with 0" every_rank 0
check "/proc, a process: content" grep -q '^Name:.*fanout-copy' status-of.1
check "/proc, a process: the same everywhere" same status-of.0 status-of.1
check "/proc, a process: its size is known" grep -q "\"bytes\": $(stat -c %s status-of.0)," report
copy 2 --pipe 'cat >piped.%r' /proc/version x.%r
check "/proc, --pipe" same /proc/version piped.{0,1}
printf '%s\n' version filesystems >list
copy 2 --files-from list --digest sha256 /proc 'list.%r'
check "/proc, a list: content" same /proc/filesystems list.{0,1}/filesystems
check "/proc, a list: --digest of what was copied" grep -qx "$(sha256sum /proc/version)" out
mkdir tree
ln -s /proc/version tree/version
ln -s /proc/filesystems tree/filesystems
: >tree/empty
truncate -s 100000 tree/hole
copy 2 -r -L --resume tree 'tree.%r'
check "/proc, a tree with other files: every rank exits with 0" every_rank 0
check "/proc, a tree with other files: content" diff -r tree tree.1
copy 2 -r -L -T --checksum --json report tree 'tree.%r'
check "/proc, --checksum: nothing is sent again" grep -q '"sent_bytes": 0,' report
copy 2 --dry-run /proc/version x
check "/proc, --dry-run: the size is what it holds" grep -q "^ *$(stat -c %s version.0) *B  /proc/version" out
copy 2 --source-shared /proc/version x.%r
check "/proc, several readers: refused" said "/proc/version: does not say how much it holds"
check "/proc, several readers: no file" absent x.0 x.1

# ---- /sys: a page, whatever they hold ----

sys=/sys/class/net/lo
if [ "$(stat -c %s $sys/mtu 2>/dev/null)" = 4096 ]; then
    copy 2 --verify $sys/mtu 'mtu.%r'
    check "/sys, a file: every rank exits with 0" every_rank 0
    check "/sys, a file: content" same $sys/mtu mtu.{0,1}
    copy 2 -r $sys/statistics 'numbers.%r'
    check "/sys, a tree: every rank exits with 0" every_rank 0
    check "/sys, a tree: the same names" [ "$(ls $sys/statistics)" = "$(ls numbers.1)" ]
    check "/sys, a tree: content" grep -qx '[0-9]*' numbers.1/rx_packets
    copy 2 $sys/speed 'speed.%r'
    check "/sys, a file that cannot be read: every rank exits with 1" every_rank 1
    check "/sys, a file that cannot be read: it is named" said "$sys/speed: cannot read the source: Invalid argument"
    check "/sys, a file that cannot be read: no file" absent speed.{0,1}
else
    skip "/sys" "it is not there"
fi
check "what was made for the copy is removed" [ -z "$(ls -d "${TMPDIR:-/tmp}"/fanout-copy.?????? 2>/dev/null)" ]

# ---- files that change while others are copied ----

# change_during OPTIONS COMMAND: run it when the copy of the tree has begun.
change_during() {
    rm -rf changing to.*
    mkdir changing
    head -c 16M /dev/urandom >changing/a
    : >changing/b-empty
    truncate -s 100000 changing/c-hole
    head -c 1M changing/a >changing/d
    : >changing/e-empty
    # shellcheck disable=SC2086 # several options
    FANOUT_TEST_DISTURB_DELAY=pwrite:40000:0 start_copy .to.1.fanout-part/.a.fanout-part 2 -r $1 changing 'to.%r'
    eval "$2"
    end_copy
}
# refused WHAT TEXT: no host has the tree.
refused() {
    check "$1: every rank exits with 1" every_rank 1
    check "$1: it is said" said "$2"
    check "$1: no tree" absent to.0 to.1
    check "$1: no temporary file" no_temporary
}
for options in '' '--verify' '--compress zstd' '--resume' '--digest md5'; do
    change_during "$options" 'echo grown >changing/e-empty'
    refused "an empty file that grows $options" "changing/e-empty: changed while it was read"
done
change_during '' 'echo grown >changing/b-empty'
refused "an empty file in the middle" "changing/b-empty: changed while it was read"
change_during '' 'echo data >>changing/c-hole'
refused "a hole that gets data" "changing/c-hole: changed while it was read"
change_during '' 'rm changing/e-empty'
refused "an empty file that goes" "changing/e-empty: cannot open the source: No such file or directory"
change_during '' 'truncate -s 100 changing/d'
refused "a file that shrinks" "changing/d: shrank from 1048576 to 100 bytes"
change_during '' 'touch changing/e-empty'
check "an empty file that is touched: every rank exits with 0" every_rank 0
check "an empty file that is touched: content" diff -r changing to.1
printf '%s\n' a e-empty >list
FANOUT_TEST_DISTURB_DELAY=pwrite:40000:0 start_copy .list-of.1.fanout-part/.a.fanout-part 2 --files-from list changing 'list-of.%r'
echo grown >changing/e-empty
end_copy
check "an empty file of a list: it is said" said "changing/e-empty: changed while it was read"
check "an empty file of a list: no tree" absent list-of.0 list-of.1

# ---- --ignore-changed ----

# tolerated WHAT NAME...: every host has the tree as it was found, and these files are named.
tolerated() {
    local what=$1 name
    shift
    check "$what: every rank exits with 2" every_rank 2
    for name; do
        check "$what: $name is named" said_once "fanout-copy: $host: changing/$name: changed meanwhile; copied as far as it was found"
    done
    check "$what: no others" [ "$(grep -c ': changed meanwhile' err)" = $# ]
    check "$what: every host has what was there" same_trees
}
same_trees() {
    diff -r found to.0 && diff -r to.0 to.1
}
rm -rf changing
for options in '' '--verify --compress zstd' '--digest md5 --json report'; do
    # As they are found, and then they grow.
    change_during "--ignore-changed $options" 'rm -rf found; cp -a changing found; echo more | tee -a changing/a changing/d changing/e-empty >/dev/null'
    tolerated "logs $options" a d e-empty
done
check "logs: the report counts them" grep -q '"changed_files": 3,' report
check "logs: their checksums are those of what was copied" grep -qx "$(md5sum <found/d | cut -d' ' -f1)  changing/d" out
change_during --ignore-changed :
check "nothing changes: every rank exits with 0" every_rank 0
change_during --ignore-changed 'truncate -s 100 changing/d'
refused "a log that shrinks" "changing/d: shrank from 1048576 to 100 bytes"
change_during --ignore-changed 'rm changing/d'
refused "a log that goes" "changing/d: cannot open the source: No such file or directory"
copy 2 --ignore-changed --source-shared changing/a x.%r
check "--ignore-changed with several readers: a wrong command line" every_rank 2

finish
