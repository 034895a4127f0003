#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# What fanout-copy says: summary, JSON, progress line, usage.
# shellcheck source=tests/copy/common.sh
. "$top_srcdir/tests/copy/common.sh"

head -c 2M /dev/urandom >source

copy 3 source 'copy.%r'
check "the summary" grep -qE '^2\.0 MiB to 3 ranks in [0-9.]+ m?s: [0-9.]+ MB/s delivered, [0-9.]+ MB/s per rank$' out
check "nothing on standard error" [ ! -s err ]
copy 3 --quiet source 'copy.%r'
check "--quiet says nothing" [ ! -s out -a ! -s err ]

parse()
{
    python3 -m json.tool "$1" >/dev/null
}
# field FILE EXPRESSION: its value, with the report as r
field()
{
    python3 -c "import json, sys; r = json.load(open(sys.argv[1])); print($2)" "$1"
}
if command -v python3 >/dev/null; then
    copy 3 --json report source 'copy.%r'
    check "--json FILE parses" parse report
    check "bytes" [ "$(field report 'r["bytes"]')" = 2097152 ]
    check "source" [ "$(field report '(r["source"], r["source_host"], r["error"])')" = "('source', '$host', None)" ]
    check "a hash of 128 bits" [ "$(field report 'len(r["xxh3_128"])')" = 32 ]
    check "one entry for each rank" [ "$(field report '[(h["rank"], h["path"], h["ok"], h["error"]) for h in r["hosts"]]')" = \
        "[(0, 'copy.0', True, None), (1, 'copy.1', True, None), (2, 'copy.2', True, None)]" ]
    check "times and rate agree" [ "$(field report 'r["seconds"] == max(h["seconds"] for h in r["hosts"]) > 0
        and abs(r["delivered_bytes_per_second"] * r["seconds"] / (3 * r["bytes"]) - 1) < 1e-6')" = True ]
    copy 2 --json - source copy
    check "--json - prints JSON and nothing else" parse out
    copy 2 --json report missing copy
    check "a missing source: the reason" [ "$(field report '(r["error"].split(":")[0], r["hosts"])')" = "('cannot open the source', [])" ]
    copy 3 --json report source 'copy.%r/'
    check "a failure: the reason of each rank" [ "$(field report '[h["ok"] or h["error"].split(":")[0] for h in r["hosts"]]')" = \
        "['cannot write here', 'cannot write here', 'cannot write here']" ]
else
    skip "--json" "there is no python3"
fi
if command -v xxhsum >/dev/null && command -v python3 >/dev/null; then
    copy 2 --json report source copy
    check "the hash is xxhsum's" [ "$(field report 'r["xxh3_128"]')" = "$(xxhsum -H2 source | cut -d' ' -f1)" ]
else
    skip "the hash is xxhsum's" "there is no xxhsum or no python3"
fi

# 32 pieces, 50 ms each
export FANOUT_DISTURB_PAUSE=50000
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
unset FANOUT_DISTURB_PAUSE

copy 3 --help
check "--help: exit status" every_rank 0
check "--help: printed once" [ "$(grep -c '^Usage: ' out)" = 1 ]
copy 3 --version
check "--version: exit status" every_rank 0
check "--version: printed once" [ "$(grep -c '^fanout-copy (libfanout) [0-9.]*$' out)" = 1 ]

# usage WHAT TEXT ARGUMENTS...: a wrong command line.
usage()
{
    local what=$1 text=$2
    shift 2
    copy 3 "$@"
    check "$what: exit status 2 on every rank" every_rank 2
    check "$what: one message" said_once "$text"
}
usage "no arguments" "SRC and DST are both needed"
usage "one argument" "SRC and DST are both needed" source
usage "three arguments" "too many arguments: third" source copy third
usage "an unknown option" "unrecognized option '--nonsense'" --nonsense source copy
usage "an unknown %" "DST copy%q: after % only" source copy%q
usage "a % at the end" "DST copy%: after % only" source copy%

finish
