#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# --hosts: the host of the source is lost at any step; those that are left have all of the copy then, or nothing.
# shellcheck source=tests/launch/lost-source.sh
. "${top_srcdir:?}/tests/launch/lost-source.sh"

# at_step STEP WHAT ARGUMENTS...: when the source has come to that step, it is lost.
at_step() {
    rm -f steps.hit
    "$lab" on 3 cp -a "$work/$2" $own
    LD_PRELOAD=$top_builddir/tests/faults/.libs/inject.so${LD_PRELOAD:+:$LD_PRELOAD} FANOUT_TEST_FAULT=stop:0:$1 \
        FANOUT_TEST_FAULT_FILE=$work/steps begin 0 --hosts 'lab[0-2]' --source-host lab3 "${@:3}" $own "$work/target.%h"
    for _ in {1..300}; do
        if [ -e steps.hit ] || ! kill -0 "$driver" 2>/dev/null; then break; fi
        sleep 0.1
    done
    lose lab3
    end
}
# all_or_nothing WHOLE: those that are left have all, or none has anything, and it is said.
all_or_nothing() {
    if grep -q ' to 3 hosts' out; then
        echo "# all is there, status $status"
        # If the report was given, the copy has ended well; others may not know that yet.
        ((status == 1)) || find . -maxdepth 1 -name '.target.*.fanout-list' -delete
        "$1" lab0 lab1 lab2 && nothing_left
    else
        grep -o 'the host of the source.* does not answer, .*' err | sed 's/^/# /'
        ended 1 && none_on lab0 lab1 lab2 && said 'the host of the source.* does not answer, and'
    fi
}
for what in source tree; do
    arguments=() same=whole
    [ $what = source ] || arguments=(-r) same=whole_tree
    at_step 1000000 $what "${arguments[@]}"
    steps=$(cat steps.0)
    clean
    for step in 1 $((steps / 2)) $((steps - 12)) $((steps - 7)) $((steps - 3)) "$steps"; do
        at_step "$step" $what "${arguments[@]}"
        check "$what, at step $step of $steps" all_or_nothing $same
        clean
    done
done

finish
