#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# --unpack where making a file takes long, so that several are made at the same time: what depends on one waits for it,
# and an error names the entry.
# shellcheck source=tests/copy/common.sh
. "${top_srcdir:?}/tests/copy/common.sh"
export DISTURB=$top_builddir/tests/copy/.libs/slow.so:$DISTURB

python3 - <<'END'
import io, tarfile

def write(name, entries):
    with tarfile.open(name, "w", format=tarfile.PAX_FORMAT) as tar:
        for path, kind, content, mode in entries:
            entry = tarfile.TarInfo(path)
            entry.type, entry.mode, entry.mtime = kind, mode, 981000000
            data = b""
            if kind == tarfile.REGTYPE:
                data = content
                entry.size = len(data)
            else:
                entry.linkname = content
            tar.addfile(entry, io.BytesIO(data))

FILE, DIRECTORY, HARD, LINK = tarfile.REGTYPE, tarfile.DIRTYPE, tarfile.LNKTYPE, tarfile.SYMTYPE
many = [(f"many/{i}", FILE, b"%d\n" % i, 0o644) for i in range(300)]
write("tree.tar", [
    ("many", DIRECTORY, "", 0o755), *many,
    # to a file that may not be there yet, and to that
    ("many/hard", HARD, "many/299", 0o644), ("harder", HARD, "many/hard", 0o644),
    ("link", LINK, "many/later", 0o777), ("many/later", FILE, b"later\n", 0o600),
    # nothing may be made in it, when all is there
    ("shut", DIRECTORY, "", 0o500), *[(f"shut/{i}", FILE, b"", 0o400) for i in range(20)],
    # its entry comes after what is in it, and its name has been needed before
    *[(f"implied/{i}", FILE, b"%d" % i, 0o751) for i in range(20)], ("implied", DIRECTORY, "", 0o500),
    ("implied/last", FILE, b"last", 0o444),
])
write("again.tar", [
    *[(f"{i}", FILE, b"first of them", 0o644) for i in range(10)],
    *[(f"{i}", FILE, b"second", 0o600) for i in range(10)],
    ("0", LINK, "1", 0o777), ("1", FILE, b"third", 0o640),
])
write("large.tar", [("many", DIRECTORY, "", 0o755), *many[:100], ("many/large", FILE, bytes(100000), 0o644), *many[100:]])

# Several threads write parts of 256 KiB. Each word says where it is.
def counted(size):
    return b"".join(b"%08d" % i for i in range(size // 8 + 1))[:size]
PART = 256 << 10
sizes = [PART, PART + 1, 2 * PART - 1, 2 * PART, 9 * PART + 5]
write("parts.tar", [
    ("d", DIRECTORY, "", 0o755),
    *[(f"d/{size}", FILE, counted(size), 0o755 - 0o100 * i) for i, size in enumerate(sizes)],
    ("d/hard", HARD, f"d/{sizes[-1]}", 0o644), ("d/small", FILE, b"small", 0o644), ("d/read-only", FILE, counted(3 * PART), 0o400),
    ("shut", DIRECTORY, "", 0o500), ("shut/large", FILE, counted(3 * PART), 0o644),
])
write("parts_again.tar", [
    ("d", DIRECTORY, "", 0o755), ("d/twice", FILE, counted(9 * PART), 0o644), ("d/twice", FILE, counted(2 * PART), 0o600),
    ("d/shrinks", FILE, counted(5 * PART), 0o644), ("d/shrinks", FILE, b"small", 0o640),
    ("d/grows", FILE, b"small", 0o644), ("d/grows", FILE, counted(5 * PART), 0o604),
])
write("full.tar", [("many", DIRECTORY, "", 0o755), *many[:100], ("many/large", FILE, counted(9 * PART), 0o644), *many[100:]])
with open("full.tar", "rb") as whole, open("cut.tar", "wb") as cut:
    cut.write(whole.read(512 * 250 + 3 * PART))
END

# The directory has another name until all is there.
export FANOUT_TEST_SLOW=5000
slow() { # TEXT DIRECTORY OPTIONS...
    local what=$1
    shift
    rm -rf counts copy.*
    FANOUT_TEST_SLOW_BELOW=$work/.copy. FANOUT_TEST_SLOW_COUNTS=$work/counts copy 2 "$@" "$work/copy.%r"
    check "$what: every rank exits with 0" every_rank 0
}
listing() {
    (cd "$1" && find . -mindepth 1 -printf '%P %y %m %n %l\n' | LC_ALL=C sort)
}
other_times() {
    find "$1" -mindepth 1 -printf '%T@ %P\n' | grep -v '^981000000\.0* '
}
mkdir tar
tar -C tar -xpf tree.tar
slow "a tree" --unpack tree.tar
read -r calls most <counts
check "a tree: $most of $calls files at the same time, at least 4" [ "$most" -ge 4 ]
check "a tree: content" diff -r --no-dereference tar copy.1
check "a tree: modes and links" diff <(listing tar) <(listing copy.1)
check "a tree: times" [ -z "$(other_times copy.1)" ]
check "a tree: hard links" [ copy.1/harder -ef copy.1/many/299 ]

slow "names that come again, --unpack-unsafe" --unpack-unsafe again.tar
check "names that come again: the last of them" \
    [ "$(readlink copy.1/0) $(cat copy.1/1) $(stat -c %a copy.1/1) $(cat copy.1/9)" = "1 third 640 second" ]

# ---- large files ----

rm -rf tar/* copy.*
tar -C tar -xpf parts.tar
slow "large files" --unpack parts.tar
check "large files: content" diff -r tar copy.1
check "large files: modes" diff <(listing tar) <(listing copy.1)
check "large files: times" [ -z "$(other_times copy.1)" ]
check "large files: hard links" [ "copy.1/d/hard" -ef "copy.1/d/$((9 * 262144 + 5))" ]
# The first threads to write are late.
for part in 1 2 3; do
    rm -rf copy.*
    FANOUT_TEST_DISTURB_THREADS=1 FANOUT_TEST_DISTURB_DELAY=pwrite:200000:$part copy 2 --unpack parts.tar 'copy.%r'
    check "part $part is late: every rank exits with 0" every_rank 0
    check "part $part is late: content" diff -r tar copy.1
    check "part $part is late: modes" diff <(listing tar) <(listing copy.1)
    check "part $part is late: times" [ -z "$(other_times copy.1)" ]
done
FANOUT_TEST_DISTURB_THREADS=1 FANOUT_TEST_DISTURB_DELAY=pwrite:20000:0 slow "large names that come again" \
    --unpack-unsafe parts_again.tar
check "large names that come again: the last of them" \
    [ "$(stat -c %s,%a copy.1/d/{twice,shrinks,grows} | tr '\n' ' ')" = "524288,600 5,640 1310720,604 " ]
check "large names that come again: content" cmp -n 524288 copy.1/d/twice copy.1/d/grows

# ---- what cannot be written ----

# full TEXT MESSAGE: rank 1 has failed so, rank 0 has everything.
full() {
    check "$1: the entry is named" said "copy.1: entry many/large: cannot write: $2"
    check "$1: rank 1 fails, and leaves nothing" [ "$(cat status.1)" = 1 -a ! -e copy.1 -a ! -e .copy.1.fanout-part ]
    check "$1: rank 0 has all" [ "$(find copy.0/many -type f | wc -l)" = 301 ]
}
for part in 1 4 9; do
    for threads in '' 1; do
        rm -rf copy.*
        [ -z "$threads" ] || export FANOUT_TEST_DISTURB_THREADS=1
        DISTURB_RANK=1 FANOUT_TEST_DISTURB_FAIL=pwrite:ENOSPC:$part copy 2 --unpack full.tar 'copy.%r'
        unset FANOUT_TEST_DISTURB_THREADS
        full "the disk is full in part $part of a large file${threads:+, with threads}" "No space left on device"
    done
done
rm -rf copy.*
copy 2 --unpack cut.tar 'copy.%r'
check "the end of a large file is missing: every rank fails" every_rank 1
check "... and names it" said "copy.1: entry many/large: the archive is damaged or not complete"
check "... and leaves nothing" absent copy.0 copy.1 .copy.0.fanout-part .copy.1.fanout-part

rm -rf copy.*
FANOUT_TEST_DISTURB_PAUSE=300000 start_copy .copy.1.fanout-part 2 --unpack large.tar "$work/copy.%r"
prlimit --fsize=50000 --pid "$(cat pid.1)"
end_copy
check "a file that cannot be written: the entry is named" said "copy.1: entry many/large: cannot write: File too large"
check "... rank 1 fails, and leaves nothing" [ "$(cat status.1)" = 1 -a ! -e copy.1 -a ! -e .copy.1.fanout-part ]
check "... rank 0 has all" [ "$(find copy.0/many -type f | wc -l)" = 301 ]
finish
