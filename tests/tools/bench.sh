#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# fanout-bench: the report agrees with itself, wrong data is noticed, wrong command lines are refused.
# shellcheck source=tests/common/tap.sh
. "${top_srcdir:?}/tests/common/tap.sh"
# shellcheck source=tests/common/mpi-env.sh
. "$top_srcdir/tests/common/mpi-env.sh"

report_check=$top_builddir/tests/tools/bench_report_check
pretend=$top_builddir/tests/tools/.libs/bench_pretend.so

# alone ARGUMENTS...: run it without a launcher. Leaves out, err and status.
alone() {
    # shellcheck disable=SC2086 # LAUNCH and FANOUT_TEST_WRAPPER are commands with arguments
    timeout -k 5 120 ${LAUNCH-} ${FANOUT_TEST_WRAPPER-} "$top_builddir/fanout-bench" "$@" >out 2>err </dev/null
    status=$?
}

# bench RANKS ARGUMENTS...: run it under the launcher.
bench() {
    LAUNCH="$MPIRUN -np $1" alone "${@:2}"
}

# pretending NAME=VALUE RANKS ARGUMENTS...: run it with bench_pretend.c.
pretending() {
    FANOUT_TEST_WRAPPER="env LD_PRELOAD=$pretend $1 ${FANOUT_TEST_WRAPPER-}" bench "${@:2}"
}

# succeeds; fails_with STATUS TEXT: and says TEXT on exactly one line.
succeeds() {
    [ "$status" = 0 ]
}
fails_with() {
    [ "$status" = "$1" ] && [ "$(cat out err | grep -cF -- "$2")" = 1 ]
}

# lines TEXT COUNT: standard output has COUNT lines with TEXT.
lines() {
    [ "$(grep -cF -- "$1" out)" = "$2" ]
}

# has TEXT FILE
has() {
    grep -qF -- "$1" "$2"
}

bench 3 --sizes 1K:64K:8,100001 --algorithm ktree,chain --root 2 --repeat 5 --check --json report
check "three ranks: exit status" succeeds
check "the report has all samples, and their medians" \
    "$report_check" report 5 1024,8192,65536,100001 limit,MPI_Bcast,fanout_bcast,memcpy,ktree,chain
check "it says which root" has '"root": 2' report
check "the table has a row for each size of each contender" lines ' ktree ' 4
check "sizes are not rounded" lines ' 100001 B ' 1
check "the ranks are counted" lines 'ranks   3 on 1 host, root 2 ' 1

bench 2 --sizes 70000 --algorithm group --group-size 1 --repeat 2 --warmup 0 --json -
check "--json -: exit status" succeeds
check "--json -: standard output is the report" \
    "$report_check" out 2 70000 'limit,MPI_Bcast,fanout_bcast,memcpy,group k=1'

bench 2 --sizes 70000 --setting window=8 --setting child_sends=3 --repeat 2 --json report
check "settings: exit status" succeeds
check "settings are contenders" \
    "$report_check" report 2 70000 limit,MPI_Bcast,fanout_bcast,memcpy,window=8,child_sends=3
check "a setting is in force" has '"window": "8"' report
check "two settings are two contenders" has '"child_sends": "3"' report
bench 2 --sizes 70000 --setting window=8,chunk_bytes=32K --repeat 1 --json report
check "a setting may have several parameters" has '"chunk_bytes": "32768"' report

bench 2 --sizes 1 --repeat 1 --quiet
check "--quiet: exit status" succeeds
check "--quiet: prints nothing" [ ! -s out ]

pretending FANOUT_TEST_PRETEND_HOSTS=1 6 --sizes 1K --repeat 1 --root 1 --json report
check "hosts are counted" has '"host_count": 3' report
check "the limit is measured with another host" has '"limit_peer": 2' report
pretending FANOUT_TEST_PRETEND_HOSTS=1 6 --sizes 1K --repeat 1 --root 5 --json report
check "from the last rank on: with the first one" has '"limit_peer": 0' report

# Two rounds of one size, warm-up first. The lost broadcast leaves what an earlier one has delivered.
pretending FANOUT_TEST_PRETEND_LOSS=0 3 --sizes 10001 --repeat 1
check "data that does not arrive is noticed" fails_with 1 ': fanout_bcast, 10001 bytes: wrong from byte 0'
pretending FANOUT_TEST_PRETEND_LOSS=1 3 --sizes 10001 --repeat 1 --check
check "with --check in later rounds too" fails_with 1 ': fanout_bcast, 10001 bytes: wrong from byte 0'
pretending FANOUT_TEST_PRETEND_LOSS=1 3 --sizes 10001 --repeat 1
check "without it, only the first round is verified" succeeds

# bytes FROM TO, messages FROM TO: sent by MPI itself in the last run that was monitored.
sent() {
    awk -v from="$2" -v to="$3" -v column="$1" '$1 == "I" && $2 == from && $3 == to { print $column }' "prof.$2.prof"
}
bytes() {
    sent 4 "$@"
}
messages() {
    sent 6 "$@"
}

# monitored ARGUMENTS...: one round of 1 MiB on four ranks; Open MPI counts what it sends between each two.
monitored() {
    OMPI_MCA_pml_monitoring_enable=2 OMPI_MCA_pml_monitoring_enable_output=3 OMPI_MCA_pml_monitoring_filename=prof \
        bench 4 --sizes 1M --repeat 1 --warmup 0 "$@"
}

# in_segments COUNT: rank 1 has sent so many to rank 2, beside what the contenders without force send.
in_segments() {
    [ "$(messages 1 2)" -ge $(($1 + default_messages)) ] && [ "$(messages 1 2)" -lt $((2 * $1)) ]
}

test_peers() {
    monitored --quiet
    default_bytes=$(bytes 0 3) default_messages=$(messages 1 2) all_default=$(bytes 0 1)/$(bytes 1 2)/$(bytes 2 3)
    OMPI_MCA_coll_tuned_use_dynamic_rules=1 monitored --quiet
    check "what --peers turns on leaves MPI_Bcast alone" \
        [ "$(bytes 0 1)/$(bytes 1 2)/$(bytes 2 3)" = "$all_default" ]
    monitored --peers=basic_linear
    check "the peer basic_linear: the root sends to everyone" \
        [ $(($(bytes 0 3) - default_bytes)) = 1048576 ]
    monitored --peers=pipeline:8K
    check "the peer pipeline:8K sends 128 segments" in_segments 128
    check "and the root sends nothing to the last rank" [ "$(bytes 0 3)" = "$default_bytes" ]
    monitored --peers=basic_linear,pipeline:32K --json report
    check "two peers: exit status" succeeds
    check "two peers: each does its own" in_segments 32
    check "two peers: the report has them" "$report_check" report 1 1048576 \
        'limit,MPI_Bcast,fanout_bcast,memcpy,MPI_Bcast basic_linear,MPI_Bcast pipeline:32K'
    check "the table marks one of them" lines '  best peer' 1

    bench 2 --peers=bogus --sizes 1
    check "usage: a peer that the library does not have" fails_with 2 "no algorithm 'bogus'; it has basic_linear chain"
    OMPI_MCA_coll_tuned_use_dynamic_rules=0 bench 2 --peers --sizes 1
    check "usage: forcing is forbidden" fails_with 2 "set OMPI_MCA_coll_tuned_use_dynamic_rules=1"
    OMPI_MCA_coll_tuned_bcast_algorithm=3 bench 2 --peers --sizes 1
    check "usage: an algorithm is forced already" fails_with 2 "unset OMPI_MCA_coll_tuned_bcast_algorithm"
    OMPI_MCA_coll_sm_priority=90 bench 2 --peers --sizes 1
    check "usage: forcing would have no effect" fails_with 2 "set OMPI_MCA_coll_sm_priority=0"
    OMPI_MCA_coll_han_priority=90 monitored --peers=basic_linear
    if [ "$launcher_kind" = orte ]; then
        check "usage: a preference that cannot be written" fails_with 2 "set OMPI_MCA_coll_han_priority=0"
    else
        check "a preference that can be written: exit status" succeeds
        check "a preference that can be written: the peer's root sends to everyone" \
            [ "$(bytes 0 3)" -ge 1048576 ]
    fi
    OMPI_MCA_coll=^tuned bench 2 --peers --sizes 1
    check "usage: Open MPI without coll/tuned" fails_with 2 "cannot be forced"
}

if [ "$MPI_VENDOR" = openmpi ]; then
    test_peers
else
    bench 2 --peers --sizes 1
    check "usage: peers of another library than Open MPI" fails_with 2 "cannot be forced"
fi

for arguments in "--sizes 1M:1K" "--sizes 1K:2K:1" "--sizes 0" "--sizes 3G" "--sizes 1K," "--sizes 1K:2K:3:4" \
    "--repeat 0" "--warmup -1" "--root x" "--algorithm best" "--group-size 2" "--peers=pipeline:x" \
    "--algorithm ktree --group-size x" "--setting window" "--setting bogus=1" "--setting window=x" \
    "--setting window=8,"; do
    # shellcheck disable=SC2086 # several arguments
    alone $arguments
    check "usage: $arguments" fails_with 2 "fanout-bench: --"
done
bench 2 --bogus
check "usage: --bogus" fails_with 2 "unrecognized option '--bogus'"
alone extra
check "usage: extra" fails_with 2 "unexpected argument: extra"
bench 2 --root 2
check "usage: a root that is no rank" fails_with 2 "--root 2: ranks are 0 to 1"
alone
check "usage: one rank" fails_with 2 "a broadcast needs two ranks"

bench 2 --sizes 1 --json missing/report
check "a report that cannot be written" fails_with 1 "cannot write --json missing/report: No such file"
FANOUT_ALGORITHM=chain bench 2 --sizes 1 --algorithm ktree
check "a contender that the environment changes" fails_with 1 "fanout_algorithm is chain instead of ktree"

bench 2 --version
check "--version: exit status" succeeds
check "--version is printed once" lines 'fanout-bench (libfanout) ' 1
bench 2 --help
check "--help: exit status" succeeds
check "--help is printed once" lines 'Usage: fanout-bench ' 1

finish
