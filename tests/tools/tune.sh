#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# fanout-tune: its file is whole and the library reads it, what would distort it is refused, nothing is left behind.
# Times are never judged.
# shellcheck disable=SC2317 # functions are called by way of check
# shellcheck source=tests/common/tap.sh
. "${top_srcdir:?}/tests/common/tap.sh"
# shellcheck source=tests/common/mpi-env.sh
. "$top_srcdir/tests/common/mpi-env.sh"
unset "${!FANOUT_@}"

pretend=$top_builddir/tests/tools/.libs/bench_pretend.so

# tune RANKS ARGUMENTS...: run it under the launcher. Leaves out, err and status.
tune() {
    # shellcheck disable=SC2086 # MPIRUN and wrapper are commands with arguments
    timeout -k 5 120 $MPIRUN -np "$1" ${wrapper-} "$top_builddir/fanout-tune" "${@:2}" >out 2>err </dev/null
    status=$?
}

# ends_with STATUS TEXT: the last run did, and said TEXT on exactly one line.
ends_with() {
    [ "$status" = "$1" ] && [ "$(cat out err | grep -cF -- "$2")" = 1 ]
}

# has TEXT FILE
has() {
    grep -qF -- "$1" "$2"
}

# value NAME FILE: as the file sets it.
value() {
    sed -n "s/^$1 = //p" "$2"
}

# complete FILE: each measured parameter once, nothing else but comments.
complete() {
    local name
    for name in latency overhead bandwidth gap connections min_bytes; do
        [ "$(grep -c "^$name = [0-9]" "$1")" = 1 ] || return 1
    done
    [ "$(grep -cv '^#\|^$' "$1")" = 6 ]
}

# three_sizes FILE: the samples of chunks are for three sizes, each twice the one before.
three_sizes() {
    awk '/^  "chunks": / { inside = 1 }
        /^  "mpi_bcast": / { inside = 0 }
        inside && $1 == "\"bytes\":" { bytes[++count] = $2 + 0 }
        END { exit !(count == 3 && bytes[2] == 2 * bytes[1] && bytes[3] == 2 * bytes[2]) }' "$1"
}

# in_force NAME: fanout-bench reports the value of the file as that of the library.
in_force() {
    awk -v name="\"$1\":" -v expected="$(value "$1" fanout.tune)" '
        $1 == name { gsub(/[",]/, "", $2); found = $2 }
        END { exit !(found != "" && found == expected) }' report
}

# only FILES...: the directory has these files, and out and err. (.launcher is that of mpi-env.sh.)
only() {
    [ "$(find . -mindepth 1 ! -name .launcher -printf '%f\n' | sort | tr '\n' ' ')" = "$(printf '%s\n' err out "$@" | sort | tr '\n' ' ')" ]
}

# ---- the file ----

picture=
if command -v gnuplot >/dev/null; then
    picture=picture.svg
fi
# Enough for all stages also where much else runs.
LC_ALL=C tune 3 --seconds 6 ${picture:+--svg "$picture"} --json samples.json
check "three ranks: exit status" [ "$status" = 0 ]
check "it says what to do next" has "Next: export FANOUT_TUNE_FILE=$PWD/fanout.tune" out
check "no progress is shown without a terminal" [ ! -s err ]
check "nothing else is left" only fanout.tune $picture samples.json
check "the file has every parameter once" complete fanout.tune
check "others may read it" [ "$(stat -c %a fanout.tune)" = "$(printf %o $((0666 & ~$(umask))))" ]
check "it says where" has '# where  3 ranks on 1 host (so this is not a network' fanout.tune
check "fanout-plan reads it" "$top_builddir/fanout-plan" --nodes 9 --bytes 1M --tune-file fanout.tune
# shellcheck disable=SC2086 # MPIRUN is a command with arguments
FANOUT_TUNE_FILE=$PWD/fanout.tune $MPIRUN -np 2 "$top_builddir/fanout-bench" --sizes 1 --repeat 1 --quiet \
    --json report >out 2>err
for name in latency overhead bandwidth gap connections min_bytes; do
    check "the library has its $name" in_force $name
done
if [ -z "$picture" ]; then
    skip "the picture" "gnuplot is missing"
elif command -v xmllint >/dev/null; then
    check "the picture is well-formed" xmllint --noout --nonet picture.svg
    for text in 'fanout-tune: 3 ranks on 1 host, ' 'Transfers from rank 0' 'single transfers' 'line through the largest' \
        'Exchange with k others' 'k = 2' 'knee' 'Broadcasts: ' 'MPI_Bcast' 'fanout_bcast'; do
        check "the picture has: $text" has "$text" picture.svg
    done
else
    skip "the picture is well-formed" "no xmllint"
fi
check "the samples have both broadcasts" [ "$(grep -c '"mpi_bcast": \|"fanout_bcast": ' samples.json)" = 2 ]
check "and every k" [ "$(grep -c '"k": [12],' samples.json)" = 2 ]
check "and three sizes of chunks" three_sizes samples.json
rm -f report

# ---- where it goes ----

tune 2 --seconds 1 -o -
check "-o -: exit status" [ "$status" = 0 ]
check "-o -: standard output is the file" complete out

rm -f ./*.svg ./*.json fanout.tune && mkdir there
tune 2 --seconds 1 -o there --quiet
check "--quiet: exit status" [ "$status" = 0 ]
check "--quiet: says nothing" [ ! -s out ]
check "a directory gets the file under its usual name" complete there/fanout.tune
rm -r there

echo "kept" >mine
tune 2 -o mine --json missing/samples
check "samples that cannot be written" ends_with 1 "cannot write --json missing/samples: No such file"
check "then an old tune file is kept" has kept mine
check "and no temporary one" only mine
rm mine
tune 2 -o missing/file
check "a tune file that cannot be written" ends_with 1 "cannot write -o missing/file: No such file"
tune 2 -o /dev/null
check "a device is not replaced" ends_with 1 "-o /dev/null is not a regular file"
if [ -n "$picture" ]; then
    tune 2 --svg missing/picture
    check "a picture that cannot be written" ends_with 1 "cannot write --svg missing/picture: No such file"
    tune 2 --seconds 1 --svg /dev/full
    check "no room for the picture" ends_with 1 "cannot write --svg /dev/full with gnuplot"
fi
mkdir nothing
wrapper="env PATH=$PWD/nothing"
tune 2 --svg picture.svg
wrapper=
rmdir nothing
check "without gnuplot nothing is measured" ends_with 1 "--svg: cannot start gnuplot: No such file"
check "nothing is left" only
tune 2 --seconds 1 --json /dev/full
check "no room for samples" ends_with 1 "cannot write --json /dev/full"
check "then there is no tune file" only

# ---- time ----

# By rank 0's clock, which only messages move on, so that it does not matter how busy the machine is.
wrapper="env LD_PRELOAD=$top_builddir/tests/tools/.libs/tune_slow.so"
# slow HOP RATE SECONDS [ARGUMENTS...]: a message takes HOP seconds, a link RATE bytes a second.
slow() {
    FANOUT_TEST_HOP=$1 FANOUT_TEST_RATE=$2 tune 5 --seconds "$3" --json samples.json "${@:4}"
}
# within SECONDS: it took no longer.
within() {
    [ "$status" = 0 ] && awk -v most="$1" '/^  "seconds": / { found = 1; if ($2 + 0 > most) exit 1 } END { exit !found }' samples.json
}
for hop in 0.001 0.01 0.05; do
    for seconds in 10 60; do
        slow $hop 12.5e6 $seconds
        # What it says of the rest: 50 messages one after the other, and 0.5 MiB.
        check "hops of $hop s: it keeps to $seconds s" within "$(awk "BEGIN { print $seconds + 50 * $hop + 0.5 * 2^20 / 12.5e6 }")"
        check "hops of $hop s, $seconds s: the file is whole" complete fanout.tune
    done
done
slow 0.01 12.5e6 60
check "all is measured" [ "$(grep -c 'There was no time for' fanout.tune)" = 0 ]
picture_now=${picture:+--svg picture.svg}
# shellcheck disable=SC2086 # two arguments or none
slow 0.5 1e6 1 $picture_now
check "there is no time for all of it: it ends soon" within 27
check "there is no time for all of it: the file is whole" complete fanout.tune
check "and says what was not measured" [ "$(grep -c '^# There was no time for .*--seconds would help' fanout.tune)" = 3 ]
check "and so does the summary" has "the default: there was no time for broadcasts" out
check "the picture is drawn" [ -z "$picture" -o -s picture.svg ]
wrapper=
rm -f fanout.tune samples.json picture.svg

# ---- ranks ----

# Two ranks on each host.
wrapper="env LD_PRELOAD=$pretend FANOUT_TEST_PRETEND_HOSTS=1"
tune 5 --seconds 1
wrapper=
check "hosts with several ranks: exit status" [ "$status" = 0 ]
check "one rank of each takes part" has '# where  3 ranks on 3 hosts: ' fanout.tune
rm -f fanout.tune

tune 1
check "one rank" ends_with 2 "measuring needs two ranks"

# ---- what is refused ----

for variable in FANOUT_LATENCY=1e-6 FANOUT_MIN_BYTES=0 FANOUT_GROUP_SIZE=2 FANOUT_ALGORITHM=; do
    export "${variable?}"
    tune 2
    check "$variable is refused" ends_with 2 "the environment sets ${variable%=*}, which would distort the result"
    unset "${variable%=*}"
done
FANOUT_CACHE=0 tune 2 --seconds 1
check "FANOUT_CACHE does not matter" complete fanout.tune
FANOUT_TUNE_FILE=missing tune 2 --seconds 1
check "a tune file of before does not matter" complete fanout.tune
rm -f fanout.tune

for arguments in "--seconds 0" "--seconds x" "--seconds 1e9"; do
    # shellcheck disable=SC2086 # two arguments
    tune 2 $arguments
    check "usage: $arguments" ends_with 2 "--seconds: '"
done
tune 2 --bogus
check "usage: --bogus" ends_with 2 "unrecognized option '--bogus'"
tune 2 extra
check "usage: extra" ends_with 2 "unexpected argument: extra"
check "nothing is written" only

tune 2 --version
check "--version is printed once" ends_with 0 'fanout-tune (libfanout) '
tune 2 --help
check "--help is printed once" ends_with 0 'Usage: fanout-tune '

finish
