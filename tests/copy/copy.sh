#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# fanout-copy when all goes well.
# shellcheck source=tests/copy/common.sh
. "${top_srcdir:?}/tests/copy/common.sh"

head -c 3000017 /dev/urandom >source

mkdir five
copy 5 source 'five/copy.%r'
check "five ranks, five copies: every rank exits with 0" every_rank 0
check "the copies equal the source" same source five/copy.{0,1,2,3,4}
check "nothing else is there" [ "$(find five -type f | wc -l)" = 5 ]

# Looked at before the copy, because that changes the source's access time.
chmod 2751 source
touch -a -d '2001-02-03 04:05:06.123456789 UTC' source
touch -m -d '1999-12-31 23:59:59.987654321 UTC' source
attributes=$(stat -c '%a %x %y' source)
same_attributes() {
    [ "$(stat -c '%a %x %y' attributes)" = "$attributes" ]
}
copy 2 source attributes
check "mode, access and modification time are preserved" same_attributes

mkdir sizes
for size in 0 1 65535 65536 65537 196608 196609; do
    head -c "$size" source >sizes/source
    copy 3 sizes/source 'sizes/copy.%r'
    check "$size bytes: exit status" every_rank 0
    check "$size bytes: content" same sizes/source sizes/copy.{0,1,2}
done

mkdir directory one "$host"
copy 2 source directory
check "a directory as DST gets the file under its own name" same source directory/source
copy 2 ./directory/source directory/../one/
check "so does one with a slash at its end" same source one/source

copy 5 source single
check "without %r one rank of the node writes" [ "$(grep -c ' to 1 host in ' out)" = 1 ]
check "and the file is there" same source single
copy 3 source '%h/%%%r'
check "%h is the host, %r the rank, %% is %" same source "$host"/%{0,1,2}

echo old >replaced
ln replaced other-name
copy 2 source replaced
check "an existing file is replaced" same source replaced
check "by another one, not overwritten" [ "$(cat other-name)" = old ]
echo old >target
ln -s target link
copy 2 source link
check "a symbolic link is replaced" [ ! -L link ]
check "and what it points to is left alone" [ "$(cat target)" = old ]

inode=$(stat -c %i source)
ln -s source alias
for name in source alias .; do
    copy 3 source "$name"
    check "DST $name is the source itself: no failure" every_rank 0
    check "it is left alone" [ "$(stat -c %i source)" = "$inode" ]
    check "and the user is told" said "is the source itself"
done
check "the alias is left alone as well" [ -L alias ]
mkdir some
ln -s ../source some/copy.1
copy 3 source 'some/copy.%r'
check "where it is the source on one rank only, the others write" same source some/copy.{0,2}

copy 2 --fsync source flushed
check "--fsync: exit status" every_rank 0
check "--fsync: content" same source flushed

check "no temporary file is left" no_temporary
finish
