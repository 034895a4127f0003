#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# --json: what is wrong with the file is known before anything is copied.
# shellcheck source=tests/copy/common.sh
. "${top_srcdir:?}/tests/copy/common.sh"

head -c 500000 /dev/urandom >source
cp source original
mkdir tree directory
cp source tree/file

# refused FILE TEXT [SRC]
refused() {
    copy 2 --json "$1" -r "${3:-source}" 'copy.%r'
    check "--json $1: every rank exits with 1" every_rank 1
    check "--json $1: said" said "$1: $2"
    check "--json $1: nothing is copied" absent copy.0 copy.1
}
refused /dev/full "cannot write the report: No space left on device"
refused directory "cannot write the report: Is a directory"
refused nowhere/report "cannot write the report: No such file or directory"
refused source/report "cannot write the report: Not a directory"
refused "" "cannot write the report: No such file or directory"
refused source "is SRC, which the report would replace; choose another name"
ln -s source link
refused link "is SRC, which the report would replace"
ln source hard
refused ./hard "is SRC, which the report would replace"
check "the source is as it was" same original source
if [ "$(id -u)" = 0 ] && mkdir disk && mount -t tmpfs -o size=64k tmpfs disk 2>/dev/null; then
    mounts=("$work/disk")
    head -c 64k /dev/zero >disk/full
    refused disk/report "cannot write the report: No space left on device"
    check "a full disk: no file is left" absent disk/report
    umount disk
    mounts=()
else
    skip "a full disk" "cannot mount"
fi

# valid FILE: it is JSON.
valid() {
    python3 -c 'import json, sys; json.load(open(sys.argv[1]))' "$1"
}
copy 2 --json copy.0 source 'copy.%r'
check "a report that the copy replaces: every rank exits with 1" every_rank 1
check "a report that the copy replaces: said" said "copy.0: was replaced or removed while the copy ran"
check "a report that the copy replaces: the copy is whole" same source copy.0 copy.1
yes "an old and long report" | head -c 100000 >report
copy 2 --json report source 'copy.%r'
check "an old report: every rank exits with 0" every_rank 0
check "an old report: nothing of it is left" valid report
FANOUT_TEST_DISTURB_PAUSE=300000 start_copy .slow.1.fanout-part 2 --json report source 'slow.%r'
check "while it is copied, the report says so" grep -q "the copy has not ended" report
check "which is JSON" valid report
kill_all
mkfifo pipe
cat pipe >piped &
copy 2 --json pipe source 'copy.%r'
wait $!
check "a pipe gets the report only" grep -qx -m1 "{" piped
check "which is whole" valid piped
copy 2 --json - -r tree 'copy.tree.%r'
check "standard output: only the report" valid out
copy 2 --json /dev/null source 'copy.%r'
check "/dev/null: every rank exits with 0" every_rank 0

finish
