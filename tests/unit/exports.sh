#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# The shared library exports what include/fanout.h and include/fanout_mdc.h declare, and nothing else.
set -u

library=${top_builddir:?}/.libs/libfanout.so
declared=$(sed -n 's/^FANOUT_EXPORT.*[ *]\(fanout_[a-z0-9_]*\)(.*/\1/p' "${top_srcdir:?}"/include/fanout{,_mdc}.h | sort)
exported=$(nm -D --defined-only "$library" | awk '$2 != "A" { sub(/@.*/, "", $3); print $3 }' | sort)

echo 1..1
if [ -n "$declared" ] && [ "$declared" = "$exported" ]; then
    echo "ok 1 - the library exports the declared functions only"
else
    echo "not ok 1 - the library exports the declared functions only"
    diff <(echo "$declared") <(echo "$exported") | sed 's/^/# /'
fi
