#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# A host whose disk or link is slow: the others have their copies before it has its own, which is as good.
# shellcheck source=tests/copy/common.sh
. "${top_srcdir:?}/tests/copy/common.sh"
MPIRUN="timeout -k 5 100 $MPIRUN"

head -c 12M /dev/urandom >source
mkdir -p tree/a
cp source tree/a/large
head -c 300K source | split -b 10K - tree/small.
ln tree/a/large tree/last
slow_disk=pwrite:150000:0 # 0.15 s for each block of 256 KiB
export DISTURB_RANK=2

# wait_for_others: until all but rank 2 have their copies.
wait_for_others() {
    local tries=1500
    until [ -e copy.0 ] && [ -e copy.1 ] && [ -e copy.3 ]; do
        ((tries-- > 0)) || break
        sleep 0.02
    done
}
# behind WHAT: rank 2 still lacks much then.
behind() {
    local kib
    wait_for_others
    kib=$(du -sk .copy.2.fanout-part | cut -f 1)
    check "$1: the others do not wait for it" [ "${kib:-12288}" -lt 10000 ]
}
# served WHAT: rank 2 has it, too.
served() {
    end_copy
    check "$1: every rank exits with 0" every_rank 0
    check "$1: it is said who is slow" said "copy.2: is slow ("
    check "$1: of nobody else" said_once "is slow ("
    check "$1: no temporary file" no_temporary
}
# left WHAT TEXT: the others are whole, rank 2 is not.
left() {
    check "$1: all say so" every_rank 1
    check "$1: it is named" said "$2"
    check "$1: the others are whole" same source copy.{0,1,3}
    check "$1: it has nothing" absent copy.2
    check "$1: no temporary file" no_temporary
}
not_blamed() {
    ! grep -F "not sent completely" err
}

all_like_tree() {
    local rank
    for rank in 0 1 2 3; do
        diff -r tree "copy.$rank" && [ "copy.$rank/a/large" -ef "copy.$rank/last" ] || return 1
    done
}
ended() {
    end_copy
    ranks_gone
}

FANOUT_TEST_DISTURB_DELAY=$slow_disk launch 4 --json report source 'copy.%r'
behind "a slow disk"
served "a slow disk"
check "a slow disk: all are whole" same source copy.{0,1,2,3}
check "a slow disk: in the report, too" grep -q '"note": "is slow' report
check "a slow disk: what was sent is counted once" grep -q '"sent_bytes": 12582912,' report
rm -r copy.*

FANOUT_TEST_DISTURB_DELAY=$slow_disk launch 4 --compress zstd -r tree 'copy.%r'
behind "a tree, compressed"
served "a tree, compressed"
check "a tree, compressed: all are whole" all_like_tree
rm -r copy.*

FANOUT_TEST_DISTURB_LINK=30000 copy 4 --digest sha256 source 'copy.%r'
served "a slow link"
check "a slow link: all are whole" same source copy.{0,1,2,3}
check "a slow link: the sum is right" grep -q "$(sha256sum <source | cut -d ' ' -f 1)" out
rm -r copy.*

# Who needs nothing leaves, too, as it would pass data on slowly. Nothing is read once more for that.
cp -p source changing
cp -p source copy.2
FANOUT_TEST_DISTURB_LINK=30000 FANOUT_TEST_DISTURB_PAUSE=10000 launch 4 --update changing 'copy.%r'
wait_for_others
touch -d '3 hours ago' changing
end_copy
check "it needs nothing: every rank exits with 0" every_rank 0
check "it needs nothing: nobody is said to be slow" [ ! -s err ]
check "it needs nothing: all are whole" same source copy.{0,1,2,3}
rm -r copy.*

# Nobody is slow where all are.
DISTURB_RANK='' FANOUT_TEST_DISTURB_DELAY=pwrite:100000:0 copy 4 source 'copy.%r'
check "all are slow: every rank exits with 0" every_rank 0
check "all are slow: nobody is said to be" [ ! -s err ]
check "all are slow: all are whole" same source copy.{0,1,2,3}
rm -r copy.*

# None of those that stay can write all of it, the source among them. It is served all the same.
cat >fail-or-wait <<END
#!/bin/bash
if [ "\${OMPI_COMM_WORLD_RANK:-\$PMI_RANK}" = 2 ]; then
    export FANOUT_TEST_DISTURB_DELAY=$slow_disk
else
    export FANOUT_TEST_DISTURB_FAIL=pwrite:ENOSPC:40
fi
exec "\$@"
END
chmod +x fail-or-wait
FANOUT_TEST_WRAPPER=$work/fail-or-wait copy 4 --expect-digest "sha256:$(sha256sum <source | cut -d ' ' -f 1)" \
    source 'copy.%r'
check "all others fail: all say so" every_rank 1
check "all others fail: one of them is named" said "copy.1: cannot write: No space left on device"
check "all others fail: the source is not blamed" not_blamed
check "all others fail: it is said who is slow" said "copy.2: is slow ("
check "all others fail: it is whole" same source copy.2
check "all others fail: nobody else has anything" absent copy.0 copy.1 copy.3
check "all others fail: no temporary file" no_temporary
rm -r copy.*

# The rest fails.
FANOUT_TEST_DISTURB_DELAY=$slow_disk FANOUT_TEST_DISTURB_FAIL=pwrite:EIO:40 copy 4 source 'copy.%r'
left "it fails at last" "copy.2: cannot write: Input/output error"
check "it fails at last: the source is not blamed" not_blamed
check "it fails at last: there is a summary" grep -q "to 3 of 4 ranks" out
rm -r copy.*
cp source changing
FANOUT_TEST_DISTURB_DELAY=$slow_disk launch 4 changing 'copy.%r'
behind "the source changes then"
touch -d '1 hour ago' changing
end_copy
left "the source changes then" "changing: changed while it was read"
rm -r copy.*
FANOUT_TEST_DISTURB_DELAY=$slow_disk start_copy .copy.2.fanout-part 4 --ignore-changed changing 'copy.%r'
touch -d '2 hours ago' changing
end_copy
check "the source changes before, which is ignored: all say so" every_rank 2
check "the source changes before, which is ignored: it is said who is slow" said "copy.2: is slow ("
check "the source changes before, which is ignored: it is told once" said_once "changed meanwhile"
check "the source changes before, which is ignored: all are whole" same source copy.{0,1,2,3}
rm -r copy.*
FANOUT_TEST_DISTURB_DELAY=$slow_disk launch 4 source 'copy.%r'
behind "it is killed then"
kill -KILL "$(cat pid.2)"
check "it is killed then: the copy ends" ended
check "it is killed then: the others are whole" same source copy.{0,1,3}
check "it is killed then: it has nothing" absent copy.2

finish
