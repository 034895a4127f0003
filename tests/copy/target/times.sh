#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# The times of directories that nothing is copied into: they stay.
# shellcheck source=tests/copy/common.sh
. "${top_srcdir:?}/tests/copy/common.sh"

mkdir -p source/inner/deep source/empty
head -c 1000000 /dev/urandom >source/large
echo text >source/inner/file
ln source/inner/file source/inner/deep/hard
ln -s ../file source/inner/deep/soft
printf '%s\n' large inner/file >list

# times DIRECTORY...: modification times of all directories there.
times() {
    find "$@" -type d -printf '%p %T@\n'
}
# unchanged WHAT COPY-ARGUMENTS...: a copy of what is there already.
unchanged() {
    local what=$1
    shift
    find dst source -exec touch -h -d '2001-02-03 04:05:06.123456789 UTC' {} +
    times dst source >before
    copy 3 "$@"
    check "$what: every rank exits with 0" every_rank 0
    check "$what: directories have their times" cmp before <(times dst source)
    check "$what: no temporary file is left" no_temporary
}

mkdir -p dst/{0,1,2} dst/T dst/into dst/file.{0,1,2}
ln -s T dst/link
copy 3 -r source dst/into
copy 3 -r -T source dst/T
for i in 0 1 2; do
    cp -a source dst/$i/tree
    cp -p source/large dst/file.$i/
done
unchanged "a tree, -T" -r -T --update source dst/T
unchanged "a tree, into a directory" -r --update source dst/into
unchanged "a tree, -a and --checksum" -a -T --checksum source dst/T
unchanged "a tree for each rank" -r -T --resume source 'dst/%r/tree'
unchanged "its contents" -r --update source/. dst/T
unchanged "by way of a link" -r -T --update source dst/link
unchanged "a list" --files-from list --update source dst/T
unchanged "a file" --update source/large 'dst/file.%r/large'
unchanged "a file into a directory" --checksum source/large 'dst/file.%r'
unchanged "the source itself" -r source .
unchanged "the file itself" source/large source
unchanged "nothing but looking" --dry-run -r -T source dst/new
unchanged "a command" --pipe 'cat >/dev/null' source/large dst/T

# Where something is copied, there and nowhere else.
find dst source -exec touch -h -d '2001-02-03 04:05:06 UTC' {} +
rm dst/T/inner/deep/soft dst/T/inner/file
touch -d '2001-02-03 04:05:06 UTC' dst/T/inner dst/T/inner/deep
times dst source | grep -v '^dst/T/inner' >before
copy 3 -r -T --update source dst/T
check "two of a tree: every rank exits with 0" every_rank 0
check "two of a tree: other directories have their times" cmp before <(times dst source | grep -v '^dst/T/inner')
check "two of a tree: theirs are new" [ dst/T/inner -nt list -a dst/T/inner/deep -nt list ]
rm dst/T/large
copy 3 --update source/large dst/T
check "a file of a directory: its time is new" [ dst/T -nt list ]

finish
