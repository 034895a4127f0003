#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# What fanout-copy says: summary, JSON, progress line, usage.
# shellcheck source=tests/copy/common.sh
. "${top_srcdir:?}/tests/copy/common.sh"

head -c 2M /dev/urandom >source

copy 3 source 'copy.%r'
number='[0-9.]+'
check "the summary" grep -qE \
    "^2\.0 MiB to 3 ranks in $number m?s: $number MB/s delivered$" out
check "nothing on standard error" [ ! -s err ]
copy 3 --quiet source 'copy.%r'
check "--quiet says nothing" [ ! -s out -a ! -s err ]

parse() {
    python3 -m json.tool "$1" >/dev/null
}
# holds EXPRESSION: it is true of the report r and of its hosts h
holds() {
    python3 -c "
import json, sys
r = json.load(open('report'))
h = r['hosts']
sys.exit(not ($1))"
}
if command -v python3 >/dev/null; then
    copy 3 --json report source 'copy.%r'
    check "--json FILE parses" parse report
    check "bytes" holds 'r["bytes"] == 2097152'
    check "source" holds 'r["source"] == "source" and r["source_host"] == "'"$host"'"'
    check "no error" holds 'r["error"] is None and all(x["ok"] and x["error"] is None for x in h)'
    check "a hash of 128 bits" holds 'len(r["xxh3_128"]) == 32'
    check "the ranks" holds '[x["rank"] for x in h] == [0, 1, 2]'
    check "their paths" holds '[x["path"] for x in h] == ["copy.0", "copy.1", "copy.2"]'
    check "their hosts" holds 'all(x["host"] == r["source_host"] for x in h)'
    check "the time is that of the last" holds 'r["seconds"] == max(x["seconds"] for x in h) > 0'
    check "the rate" holds \
        'abs(r["delivered_bytes_per_second"] * r["seconds"] / (3 * r["bytes"]) - 1) < 1e-6'
    if command -v xxhsum >/dev/null; then
        check "the hash is xxhsum's" holds 'r["xxh3_128"] == "'"$(xxhsum -H2 source | cut -c-32)"'"'
    else
        skip "the hash is xxhsum's" "xxhsum is missing"
    fi
    copy 2 --json - source copy
    check "--json - prints JSON and nothing else" parse out
    copy 2 --json report missing copy
    check "a missing source: the reason" holds 'r["error"].startswith("cannot open the source: ")'
    check "a missing source: no host has tried" holds 'h == []'
    copy 3 --json report source 'copy.%r/'
    check "a failure: the reason of each rank" holds \
        'len(h) == 3 and all(x["error"].startswith("cannot write here: ") for x in h)'
    check "a failure: nobody has it" holds 'not any(x["ok"] for x in h)'
else
    skip "--json" "there is no python3"
fi

# 32 pieces, 50 ms each
export FANOUT_TEST_DISTURB_PAUSE=50000
copy 3 --progress source 'copy.%r'
check "the progress line has bytes, share, rate, time to go and the slowest host" \
    grep -qE "[0-9.]+ [KM]iB +[0-9]+ %  [0-9.]+ MB/s  ETA [0-9]+ s  slowest $host [0-9]+ %" err
check "it is removed at the end" [ "$(tail -c 4 err | od -An -c | tr -d ' ')" = '\r033[K' ]
copy 3 source 'copy.%r'
check "there is none without a terminal" [ ! -s err ]
# MPICH's launcher gives its ranks no controlling terminal.
if [ "$MPI_VENDOR" = openmpi ] && command -v script >/dev/null; then
    on_terminal="$MPIRUN -np 2 env LD_PRELOAD=$DISTURB $top_builddir/fanout-copy"
    script -qec "$on_terminal source 'copy.%r'" typescript >/dev/null </dev/null
    check "there is one on a terminal" grep -q "slowest $host" typescript
    script -qec "$on_terminal --no-progress source 'copy.%r'" typescript >/dev/null </dev/null
    check "--no-progress" [ "$(grep -c slowest typescript)" = 0 ]
else
    skip "there is one on a terminal" "the launcher gives its ranks no terminal"
    skip "--no-progress" "the launcher gives its ranks no terminal"
fi
unset FANOUT_TEST_DISTURB_PAUSE

copy 3 --help
check "--help: exit status" every_rank 0
check "--help: printed once" [ "$(grep -c '^Usage: ' out)" = 1 ]
copy 3 --version
check "--version: exit status" every_rank 0
check "--version: printed once" [ "$(grep -c '^fanout-copy (libfanout) [0-9.]*$' out)" = 1 ]

# usage WHAT TEXT ARGUMENTS...: a wrong command line.
usage() {
    local what=$1 text=$2
    shift 2
    copy 3 "$@"
    check "$what: exit status 2 on every rank" every_rank 2
    check "$what: one message" said_once "$text"
}
usage "no arguments" "SRC and DST are both needed"
usage "one argument" "SRC and DST are both needed" source
usage "a wrong compression" "--compress zip: " --compress zip source copy
usage "a wrong digest" "--digest sha257: " --digest sha257 source copy
usage "a wrong time" "--timeout soon: a positive number" --timeout soon source copy
usage "a command with an unknown %" "--pipe cat >%x: after % only d (directory)" --pipe 'cat >%x' source copy
usage "a pipe for several files" "--pipe takes one file" --pipe cat source source copy
usage "standard input beside others" "must be the only SRC" - source copy
usage "-T with several sources" "they cannot all be DST" -T source source copy
usage "an unknown option" "unrecognized option '--nonsense'" --nonsense source copy
usage "an unknown %" "DST copy%q: only %h (host)" source copy%q
usage "a % at the end" "DST copy%: only %h (host)" source copy%

finish
