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

rm -rf copy.*
FANOUT_TEST_DISTURB_PAUSE=300000 start_copy .copy.1.fanout-part 2 --unpack large.tar "$work/copy.%r"
prlimit --fsize=50000 --pid "$(cat pid.1)"
end_copy
check "a file that cannot be written: the entry is named" said "copy.1: entry many/large: cannot write: File too large"
check "... rank 1 fails, and leaves nothing" [ "$(cat status.1)" = 1 -a ! -e copy.1 -a ! -e .copy.1.fanout-part ]
check "... rank 0 has all" [ "$(find copy.0/many -type f | wc -l)" = 301 ]
finish
