#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# bench/regret: the right figures of jobs whose times are known, a picture of them, the real programs once, wrong input.
# shellcheck source=tests/common/tap.sh
. "${top_srcdir:?}/tests/common/tap.sh"

for command in gnuplot python3 xmllint; do
    command -v "$command" >/dev/null && continue
    skip "regret" "there is no $command"
    finish
    exit
done

# Jobs of a "fanout-bench" that knows its times, and a launcher that starts it once.
mkdir bin build
cat >bin/mpirun <<'END'
#!/bin/bash
shift 2
exec "$@"
END
cat >build/fanout-bench <<'END'
#!/usr/bin/env python3
import json, sys
words = sys.argv[1:]
size = int(words[words.index("--sizes") + 1])
settings = [words[i + 1] for i, word in enumerate(words) if word == "--setting"]
times = {"limit": [1.0] * 7, "memcpy": [0.1] * 7, "MPI_Bcast": [9, 9, 9, 2, 4, 2, 4],
         "fanout_bcast": [8, 7, 6, 5, 5, 5, 5], **{s: [1, 1, 1, 5, 5, 5, 5] for s in settings}}
json.dump({"results": [{"bytes": size, "contender": name, "samples": samples} for name, samples in times.items()]},
          open(words[words.index("--json") + 1], "w"))
END
chmod +x bin/mpirun build/fanout-bench

regret() {
    "$top_srcdir/bench/regret" "$@" >out 2>err </dev/null
    status=$?
}
succeeds() {
    [ "$status" = 0 ] && [ ! -s err ]
}
fails_with() {
    [ "$status" = "$1" ] && grep -qF -- "$2" err && [ "$(wc -l <err)" -lt 12 ]
}
# is FIELD VALUE: of the only cell.
is() {
    python3 -c 'import json, sys; cell, = json.load(open("cells")); sys.exit(cell[sys.argv[1]] != eval(sys.argv[2]))' "$@"
}
is_svg() {
    xmllint --noout "$1" && [ "$(xmllint --xpath 'local-name(/*)' "$1")" = svg ]
}

PATH=$PWD/bin:$PATH regret --build build --networks node --hosts 4 --sizes 1M --jobs 2 --json cells -o map.svg
check "known times: exit status" succeeds
check "the limit" is limit 1.0
check "a first call" is first 8.0
check "later calls" is later 5.0
check "what is best" is which '"MPI_Bcast"'
# Found by the even samples, 2; its time is that of the odd ones.
check "the best one's time is of other samples than those it was chosen by" is best 4.0
check "regret of later calls" is regret 0.25
check "regret of first calls" is first_regret 1.0
check "a median of all cells" grep -qx 'later calls: regret median 25.0 %, worst 25.0 %' out
check "the picture" is_svg map.svg
check "the picture has the figure" grep -q '>25<' map.svg

regret --from cells -o again.svg
check "drawn from a file: exit status" succeeds
check "drawn from a file: the same picture" cmp map.svg again.svg

top_builddir=${top_builddir:-$top_srcdir/build}
regret --build "$top_builddir" --networks own --hosts 4 --sizes 1M --json cells
check "simulated: exit status" succeeds
check "simulated: no regret" is regret 0.0

printf '#!/bin/sh\necho no memory >&2\nexit 3\n' >build/fanout-bench
PATH=$PWD/bin:$PATH regret --build build --networks node --hosts 4 --sizes 1M --json none
check "a job that fails" fails_with 1 'ended with status 3:'
check "its message is passed on" fails_with 1 'no memory'
check "nothing is written then" [ ! -e none ]
regret --from missing
check "a file that is missing" fails_with 1 "regret: [Errno 2] No such file or directory: 'missing'"
echo '[{"size": 1}]' >other
regret --from other
check "another file" fails_with 1 'regret: '
for words in '--networks ether' '--hosts 1' '--hosts x' '--sizes 0' '--sizes 1X' '--jobs 0' 'extra'; do
    # shellcheck disable=SC2086 # words
    regret $words
    check "usage: $words" fails_with 2 'regret: error: '
done
regret --help
check "--help: exit status" succeeds

finish
