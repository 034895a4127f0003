#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Standard input, commands, compression, checksums, --dry-run, --verify, libraries, the source's host.
# shellcheck source=tests/copy/common.sh
. "${top_srcdir:?}/tests/copy/common.sh"

# json FIELD: a number in the file report
json() {
    sed -n "s/^  \"$1\": \([0-9]*\),*$/\1/p" report
}

head -c 1000003 /dev/urandom >source

# ---- standard input ----

# MPICH's launcher (4.0.2) dies of SIGPIPE when it forwards more than a pipe holds, whatever the program is.
if [ "$MPI_VENDOR" = mpich ]; then
    head -c 20000 source >middle
else
    cp source middle
fi
mkfifo input
{
    printf begin
    sleep 0.3
    cat middle
    sleep 0.3
    printf end
} >input &
writer=$!
stream input 3 --json report - 'stdin.%r'
wait "$writer"
{
    printf begin
    cat middle
    printf end
} >whole
check "standard input: every rank exits with 0" every_rank 0
check "standard input: slow and in short pieces, all is there" same whole stdin.{0,1,2}
check "standard input: its length" [ "$(json bytes)" = "$(stat -c %s whole)" ]
check "standard input: the mode of a new file" \
    [ "$(stat -c %a stdin.1)" = "$(printf %o $((0666 & ~$(umask))))" ]
stream /dev/null 2 --digest sha256 - 'empty.%r'
check "empty input: an empty file" [ -f empty.0 -a -f empty.1 -a ! -s empty.1 ]
check "empty input: its checksum" grep -qx "$(sha256sum </dev/null)" out
mkdir directory
stream whole 2 - directory
check "standard input to a directory: refused" said "directory: cannot write here: Is a directory"
check "standard input to a directory: every rank exits with 1" every_rank 1
check "standard input to a directory: nothing is there" [ -z "$(ls -A directory)" ]
copy 2 --source-host "$host" --files-from - . directory
check "a list from standard input of which host: refused" every_rank 2

# ---- a command on each host ----

place="it's \"here\" \$HOME"
mkdir "$place"
copy 3 --pipe 'sleep 0.2; cat >%d-%r-%h' source "$place/%r"
check "--pipe: every rank exits with 0" every_rank 0
check "--pipe: %d with quotes and spaces, %h, %r; all bytes" same source "$place"/{0-0,1-1,2-2}-"$host"
stream whole 2 --compress lz4 --pipe 'cat >pipe.%r' - x.%r
check "--pipe from standard input, compressed" same whole pipe.{0,1}
truncate -s 300000 sparse
printf end >>sparse
copy 2 --pipe 'cat >pipe.%r' sparse x.%r
check "--pipe: holes are zeros" same sparse pipe.{0,1}
copy 4 --pipe 'case %r in 0) cat >/dev/null; exit 7;; 1) head -c 10 >/dev/null;; 2) kill -9 $$;; *) cat >pipe.3;; esac' \
    source failing.%r
check "--pipe: every rank exits with 1" every_rank 1
check "--pipe: a command that fails" said "failing.0: the command of --pipe ended with status 7"
check "--pipe: one that stops reading" said "failing.1: the command of --pipe ended before it had read everything"
check "--pipe: one that is killed" said "failing.2: the command of --pipe was ended by signal 9"
check "--pipe: others get all" same source pipe.3
cp source shrinking
FANOUT_TEST_DISTURB_PAUSE=100000 start_copy half.1 2 --pipe 'cat >half.%r && mv half.%r whole.%r' shrinking x.%r
truncate -s 700000 shrinking
end_copy
check "--pipe: a source that fails" said "shrinking: shrank from 1000003 to 700000 bytes"
check "--pipe: no command takes a part for all" absent whole.0 whole.1
rm half.*
# Open MPI's launcher takes a second to pass the signal on.
FANOUT_TEST_DISTURB_PAUSE=300000 start_copy half.1 2 --pipe 'cat >half.%r && mv half.%r whole.%r' source x.%r
kill -TERM "$launcher"
end_copy
check "--pipe: nor if the copy is stopped" absent whole.0 whole.1
check "--pipe: which is said" said "x.1: not written, the copy was stopped by a signal"

# ---- compression ----

mkdir mixed
yes "one line of many" | head -c 500000 >mixed/a-text
cp source mixed/random
: >mixed/empty
truncate -s 1M mixed/hole
bytes=$(($(stat -c %s mixed/a-text) + 1000003))
for method in zstd zstd:19 lz4 auto none; do
    copy 2 --json report --compress "$method" -r mixed "$method.%r"
    check "--compress $method: every rank exits with 0" every_rank 0
    check "--compress $method: content" diff -r mixed "$method.1"
    travelled=$(json travelled_bytes)
    case $method in
        auto | none) least=$bytes ;; # ranks of one host have no network to be faster than
        *) least=1000003 ;;
    esac
    check "--compress $method: what travels" [ "$travelled" -ge $((least * 99 / 100)) -a "$travelled" -lt $((least + 30000)) ]
    check "--compress $method: what was sent" [ "$(json sent_bytes)" = "$bytes" ]
done

# ---- checksums ----

ln mixed/a-text mixed/other-name
copy 2 --verify --digest sha256 -r mixed 'sums.%r'
find mixed -type f -exec sha256sum {} + | sort >sums
check "--digest sha256: that of sha256sum, also of empty and sparse files and hard links" cmp sums <(grep '^[0-9a-f]\{64\}  ' out | sort)
check "--verify: every rank exits with 0" every_rank 0
check "--verify: content" diff -r mixed sums.1
echo more >>sums.0/a-text
copy 2 --update --digest md5 --json report -r mixed/. 'sums.%r'
find mixed/. -type f -exec md5sum {} + | sort >sums
check "--digest md5: that of md5sum, also of files that need not be sent" cmp sums <(grep '^[0-9a-f]\{32\}  ' out | sort)
check "--digest md5: only one is sent" [ "$(json sent_bytes)" = "$(stat -c %s mixed/a-text)" ]
check "--update: content" diff -r mixed sums.0

# ---- nothing but a plan ----

# shellcheck disable=SC2094 # that is the name of a file to leave out
find . ! -name 'status.*' ! -name 'pid.*' ! -name out ! -name err ! -name before ! -name . | sort >before
mkdir -p plan.{0,2} plan.1/mixed/a-text
copy 3 --dry-run -r mixed 'plan.%r'
check "--dry-run: it says what would be copied" grep -q '^ *976\.6 KiB  mixed/random$' out
check "--dry-run: and how much" grep -qE '^2\.4 MiB, of which some host lacks 1\.4 MiB, to 3 writers; nothing was written$' out
check "--dry-run: every rank exits with 0" every_rank 0
rm -r plan.{0,1,2}
mkdir file-in-the-way
: >file-in-the-way/1
copy 2 --dry-run -r mixed 'file-in-the-way/%r'
check "--dry-run: a check that fails" said "file-in-the-way/1: cannot write here: Not a directory"
check "--dry-run: every rank then exits with 1" every_rank 1
copy 2 --dry-run --pipe 'touch started' source x
check "--dry-run: no command is started" absent started
rm -r file-in-the-way
check "--dry-run: nothing is written" cmp before \
    <(find . ! -name 'status.*' ! -name 'pid.*' ! -name out ! -name err ! -name before ! -name . | sort)

# ---- a program and its libraries ----

if command -v cc >/dev/null; then
    mkdir -p 'libs of mine'
    echo 'int answer(void); int main(void) { return answer(); }' >program.c
    echo 'int answer(void) { return 42; }' >answer.c
    cc -shared -fPIC -o 'libs of mine/libanswer.so' answer.c
    cc -o program program.c -L'libs of mine' -lanswer
    mkdir 'in here'
    answers_42()
    {
        "$@"
        [ $? = 42 ]
    }
    LD_LIBRARY_PATH="$work/libs of mine${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}" copy 2 --with-libs program 'in here'
    check "--with-libs: every rank exits with 0" every_rank 0
    check "--with-libs: the library and no other" [ "$(ls 'in here/program_libs')" = libanswer.so ]
    check "--with-libs: the program runs as it says" \
        answers_42 bash -c "$(sed -n 's/^libraries in .*: \(LD_LIBRARY_PATH=\)/\1/p' out)"
    LD_LIBRARY_PATH="$work/libs of mine${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}" \
        copy 2 -q --with-libs --libs-exclude none program here
    check "--libs-exclude none: the C library, too" test -f here_libs/libc.so.6
    check "--libs-exclude none: and ld.so" [ -n "$(find here_libs -name 'ld-*')" ]
    check "--with-libs --quiet says nothing" [ ! -s out ]
    copy 2 --with-libs program there
    check "--with-libs: a library that is not found" said "libanswer.so"
    check "--with-libs: nothing is copied" absent there there_libs
    copy 2 --with-libs source there
    check "--with-libs: not a program" every_rank 1
else
    skip "--with-libs" "no compiler"
fi

# ---- where from ----

copy 2 --source-host "$host" source 'from.%r'
check "--source-host: this one" same source from.{0,1}
copy 3 --source-host nowhere.example source 'nobody.%r'
check "--source-host: no host of the job: every rank exits with 1" every_rank 1
check "--source-host: no host of the job: it is named" said_once "--source-host nowhere.example: no process of this job runs on that host"

check "no temporary file is left" no_temporary
# ---- several readers ----

head -c 3000000 /dev/urandom >large
copy 5 --source-shared --progress large 'shared.%r'
check "--source-shared: every rank exits with 0" every_rank 0
check "--source-shared: content" same large shared.{0,1,2,3,4}
copy 3 --source-shared --compress zstd large 'shared.%r'
check "--source-shared with --compress: a wrong command line" every_rank 2

# ---- HDF5 ----

"$top_builddir/bench/make-field" field.h5 1M
mdc=$top_builddir/fanout-mdc
equal_fields() {
    "$mdc" compare field.h5 "$1" >compared && grep -qx equal compared
}
mkdir h5.{0,1,2}
copy 3 field.h5:/temperature 'h5.%r'
check "a dataset into a directory: every rank exits with 0" every_rank 0
check "a dataset has a file of its own" equal_fields h5.2/temperature.h5
copy 2 field.h5:/temperature 'part.%r.h5'
check "or the name that DST says" equal_fields part.1.h5
copy 2 field.h5:/nothing 'h5.%r'
check "a dataset that is not there: every rank exits with 1" every_rank 1
check "a dataset that is not there: it is named" said "field.h5:/nothing: "
cp source 'odd.h5:'
mkdir odd.h5:d
cp source odd.h5:d/e
copy 2 odd.h5:d/e 'odd.%r'
check "a file whose name looks like that is a file" same source odd.1

# holds COUNT DIRECTORY PATTERN: so many files there have such names.
holds() {
    [ "$(find "$2" -mindepth 1 -maxdepth 1 -name "$3" | wc -l)" = "$1" ]
}
copy 3 --mdc 2 field.h5 'h5.%r'
check "--mdc: every rank exits with 0" every_rank 0
check "--mdc: eight descriptors" holds 8 h5.1 'field.d?.h5'
"$mdc" decode h5.1/field.d?.h5 -o all.h5
check "--mdc: together they are the original" equal_fields all.h5
FANOUT_TEST_DISTURB_PAUSE=30000 start_copy new.1/temperature.d0.h5 3 --mdc 2 field.h5:/temperature 'new.%r'
check "--mdc: the first descriptor is there while the others are still coming" \
    [ -e new.1/temperature.d0.h5 -a ! -e new.1/temperature.d7.h5 ]
end_copy
check "--mdc: in the end all are there" holds 8 new.1 '*'
cp field.h5 .dotted.h5
copy 2 --mdc 2 .dotted.h5 'h5.%r'
check "--mdc of a name with a dot" holds 8 h5.1 '.dotted.d?.h5'
copy 2 --mdc 2x2 field.h5 'h5.%r'
check "--mdc, factors that do not fit: every rank exits with 1" every_rank 1
check "what was made for the copy is removed" [ -z "$(ls -d "${TMPDIR:-/tmp}"/fanout-copy.?????? 2>/dev/null)" ]

finish
