#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Names with control characters and with bytes that are not UTF-8: nothing that is printed has them as they are.
# shellcheck source=tests/copy/common.sh
. "${top_srcdir:?}/tests/copy/common.sh"

evil=$'n\e[31m\a\rl\nx\x7f\xc2\x9b1\xff\xe4u'                # ESC, BEL, CR, LF, DEL, CSI as one character, Latin-1
shown='n\033[31m\007\rl\nx\177\302\2331\377\344u'

# plain FILE...: no control character but newlines, all is UTF-8, and no line but those of ours begins within a name.
plain() {
    LC_ALL=C.UTF-8 grep -qaP '[\x00-\x08\x0b-\x1f\x7f\x{80}-\x{9f}]' "$@" && return 1
    iconv -f UTF-8 -t UTF-8 "$@" >converted && ! grep -qa '^x' "$@"
}

mkdir -p "tree/$evil" "$evil"
echo data >"tree/$evil/$evil"
ln -s "$evil" "tree/link"
echo name >tree/größe

copy 2 --dry-run -r tree 'plan.%r'
check "--dry-run: plain text" plain out err
check "--dry-run: the name of a file" grep -qF "tree/$shown/$shown" out
check "--dry-run: where a link goes" grep -qF "tree/link -> $shown" out
check "--dry-run: letters stay as they are" grep -qF "tree/größe" out
copy 2 -r "no-$evil" 'copy.%r'
check "an error at the source: plain text" plain err
check "an error at the source: the name" said "no-$shown: cannot open the source"
copy 2 -r tree "no-$evil/%r"
check "an error at the destination: plain text" plain err
check "an error at the destination: the name" said "no-$shown/0: cannot"
copy 2 --json report -r tree "no-$evil/%r"
check "--json: plain text" plain report
check "--json: the path is there" grep -qF '"path": "no-n\\033[31m' report
copy 2 --json report -r tree $'to\e[1m\x7f\xc2\x9b.%r'
check "--json of a valid name: plain text" plain report
check "--json of a valid name: it can be read" python3 -c '
import json
assert json.load(open("report"))["hosts"][1]["path"] == "to\x1b[1m\x7f\x9b.1"'
copy 2 "--exclude=[$evil" tree x
check "an option: plain text" plain err
check "an option: its value" grep -qF "[$shown" err
copy 2 tree "$evil%q"
check "DST that is wrong: plain text" plain err
copy 2 --source-host "$evil" tree x
check "--source-host: plain text" plain err
check "--source-host: the name" grep -qF -- "--source-host $shown" err
touch "tree/.$evil.fanout-part"
copy 2 -r tree x.%r
check "what a killed copy left: plain text" plain err
rm "tree/.$evil.fanout-part"
touch .x$'\e'.0.fanout-part
copy 1 tree/größe x$'\e'.%r
check "a note: plain text" plain err
check "a note: the name" said 'x\033.0: removed the temporary file'
head -c 1000000 /dev/urandom >source
FANOUT_TEST_DISTURB_PAUSE=300000 start_copy "$evil/.$evil.0.fanout-part" 2 source "$evil/$evil.%r"
kill -TERM "$launcher"
end_copy
check "a signal: plain text" plain err
check "a signal: the name" said "$shown/$shown.0: not written"

if command -v cc >/dev/null; then
    echo 'int answer(void); int main(void) { return answer(); }' >program.c
    echo 'int answer(void) { return 42; }' >answer.c
    cc -shared -fPIC -o libanswer.so answer.c
    cc -o program program.c -L. -lanswer
    LD_LIBRARY_PATH="$work${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}" copy 1 --with-libs program "$evil/it's"
    check "--with-libs: plain text" plain out
    bash -c "$(sed -n 's/^libraries in .*: \(LD_LIBRARY_PATH=\)/\1/p' out)"
    check "--with-libs: the program runs as it says" [ $? = 42 ]
else
    skip "--with-libs" "no compiler"
fi

finish
