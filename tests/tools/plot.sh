#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# bench/plot: the right numbers of the right contenders, in pictures that are SVG; wrong input is refused.
# shellcheck source=tests/common/tap.sh
. "${top_srcdir:?}/tests/common/tap.sh"

for command in gnuplot python3 xmllint; do
    command -v "$command" >/dev/null && continue
    skip "pictures" "there is no $command"
    finish
    exit
done

# report FILE LIBRARY RANKS BYTES...: a report of three rounds; the limit takes 1, 2 and 4 seconds.
report() {
    python3 - "$@" <<'END'
import json, sys
file, library, ranks, *sizes = sys.argv[1:]
contenders = [("limit", "limit", None, 1), ("MPI_Bcast", "mpi", None, 8), ("fanout_bcast", "fanout", None, 1.25),
              ("chain", "fanout", "chain", 1.125)]
if library.startswith("Open"):
    contenders += [("MPI_Bcast binomial", "peer", "binomial", 3), ("MPI_Bcast pipeline:64K", "peer", "pipeline", 1.5)]
json.dump({
    "mpi_library": library, "ranks": int(ranks), "host_count": int(ranks), "repeat": 3,
    "contenders": [{"name": c[0], "kind": c[1], "algorithm": c[2]} for c in contenders],
    "results": [{"bytes": int(size), "contender": c[0],
                 "samples": [seconds * c[3] * stretch for seconds, stretch in ((1, 1), (2, 2 if i > 0 else 1), (4, 1))]}
                for size in sizes for i, c in enumerate(contenders)]}, open(file, "w"))
END
}

# plot ARGUMENTS...: leaves out, err and status.
plot() {
    "$top_srcdir/bench/plot" "$@" >out 2>err </dev/null
    status=$?
}
succeeds() {
    [ "$status" = 0 ] && [ ! -s err ]
}
fails_with() {
    [ "$status" = "$1" ] && grep -qF -- "$2" err && ! grep -q Traceback err
}
is_svg() {
    xmllint --noout --nonet "$1" 2>err && grep -q '<svg' "$1"
}

# texts FILE: what can be read in it, one text a line.
texts() {
    xmllint --xpath '//*[local-name()="text"]' "$1" | sed 's/<[^>]*>//g; s/^[[:space:]]*//; /^$/d'
}
says() {
    texts "$1" | grep -qxF -- "$2"
}

# curve_is NAME POINTS REPORT...: the curve's points by size.
curve_is() {
    python3 - "$top_srcdir/bench/plot" "$@" >out 2>err <<'END'
import sys
from importlib.machinery import SourceFileLoader
sys.dont_write_bytecode = True
path, name, points, *reports = sys.argv[1:]
plot = SourceFileLoader("plot", path).load_module()
_, curves = plot.by_size([plot.read_run(file) for file in reports])
found = {curve.name: curve.points for curve in curves}
print(found)
sys.exit(str(found[name]) != points)
END
}

report open 'Open MPI v4.1.4, package: Debian' 9 65536 1048576
report mpich $'MPICH Version:\t4.0.2\nMPICH Release date:' 9 65536 1048576
report open5 'Open MPI v4.1.4, package: Debian' 5 1048576 65536

plot --by size -o size.svg open mpich
check "by size: exit status" succeeds
check "by size: SVG" is_svg size.svg
for text in 'Open MPI 4.1.4, default' 'Open MPI 4.1.4, best forced' 'MPICH 4.0.2, default' \
    'fanout_bcast on Open MPI 4.1.4' 'fanout_bcast on MPICH 4.0.2' '64 KiB' '1 MiB' 'message size'; do
    check "by size: it says $text" says size.svg "$text"
done
check "no curve without data" [ "$(texts size.svg | grep -c 'best forced')" = 1 ]

plot --by nodes --bytes 1M -o nodes.svg open mpich open5
check "by nodes: exit status" succeeds
check "by nodes: SVG" is_svg nodes.svg
check "by nodes: it says which size" grep -q 'Broadcast of 1 MiB' nodes.svg
check "by nodes: it says how many" says nodes.svg 5

# The ratios of the rounds are 8, 16 and 8; that of the median times would be 16.
check "median and quartiles of the ratios" \
    curve_is 'Open MPI 4.1.4, default' '[(65536, 8.0, 8.0, 12.0), (1048576, 8.0, 8.0, 12.0)]' open mpich
check "the best of the peers" \
    curve_is 'Open MPI 4.1.4, best forced' '[(65536, 1.5, 1.5, 2.25), (1048576, 1.5, 1.5, 2.25)]' open
check "fanout_bcast is the one without settings" \
    curve_is 'fanout_bcast on MPICH 4.0.2' '[(65536, 1.25, 1.25, 1.875), (1048576, 1.25, 1.25, 1.875)]' mpich

plot --by size -o x.svg missing
check "a missing report" fails_with 1 'plot: cannot read missing: No such file'
echo '{"some": "JSON"}' >other
plot --by size -o x.svg other
check "JSON that is no report" fails_with 1 'plot: other is not a report of fanout-bench --json'
head -c 100 open >half
plot --by size -o x.svg half
check "half a report" fails_with 1 'plot: half is not a report of fanout-bench --json'
sed 's/"samples": \[[^]]*\]/"samples": []/g' open >empty
plot --by size -o x.svg empty
check "a report without samples" fails_with 1 'plot: empty is not a report of fanout-bench --json'
plot --by size -o x.svg open open5
check "by size: different numbers of ranks" fails_with 1 'must be of one number of ranks, not of 5, 9'
plot --by size -o x.svg open open
check "two reports for one place" fails_with 1 'open and open are both of Open MPI 4.1.4 on 9 ranks'
plot --by nodes --bytes 4M -o x.svg open
check "a size that was not measured" fails_with 1 'plot: open has no broadcasts of 4 MiB'
plot --by size -o missing/x.svg open
check "a picture that cannot be written" fails_with 1 'plot: cannot write missing/x.svg: No such file'
mkdir bin && ln -s "$(python3 -c 'import sys; print(sys.executable)')" bin/python3
PATH=$work/bin plot --by size -o x.svg open
check "gnuplot is missing" fails_with 1 'install the package gnuplot-nox'
check "nothing is written then" [ ! -e x.svg ]

plot --by size --bytes 1M -o x.svg open
check "usage: --bytes by size" fails_with 2 '--by nodes needs --bytes'
plot --by nodes --bytes big -o x.svg open
check "usage: no size" fails_with 2 "'big' is not a size such as 16M"
plot --by size -o x.svg
check "usage: no report" fails_with 2 'REPORT'
plot --help
check "--help: exit status" succeeds

finish
