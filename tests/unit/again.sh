#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# tests/again: a test is run once more if the launcher has crashed, and only then.
# shellcheck source=tests/common/tap.sh
. "${top_srcdir:?}/tests/common/tap.sh"
ulimit -c 0

printf '#!/bin/sh\nkill -s SEGV $$\n' >crashes
printf '#!/bin/sh\nexit 139\n' >fails
chmod +x crashes fails
# Its first run starts the launcher and says RESULT, the others say "ok".
cat >once <<'END'
echo run >>runs
[ "$(wc -l <runs)" = 1 ] || { echo "ok 1 - again" && exit 0; }
$MPIRUN -np 2 true
echo "$RESULT"
exit 3
END

# again LAUNCHER RESULT: leaves out, and status.
again() {
    rm -f runs
    MPIRUN=./$1 RESULT=$2 bash "$top_srcdir/tests/again" bash once >out 2>&1
    status=$?
}
# was TIMES STATUS: it was run so often, and has ended so.
was() {
    [ "$(wc -l <runs)" = "$1" ] && [ "$status" = "$2" ]
}

again crashes "not ok 1 - first"
check "a failure, and the launcher has crashed: twice" was 2 0
check "the second result counts" grep -qx "ok 1 - again" out
check "the first one is a comment" [ "$(grep -c '^not ok' out)" = 0 -a "$(grep -c '^# not ok 1 - first' out)" = 1 ]
again fails "not ok 1 - first"
check "a failure, and the launcher has told of a signal: once" was 1 3
check "it is told" grep -qx "not ok 1 - first" out
again crashes "ok 1 - first"
check "no failure: once" was 1 3

finish
