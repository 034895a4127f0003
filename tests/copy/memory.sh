#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# The memory of a copy does not grow with the file.
# shellcheck source=tests/copy/common.sh
. "${top_srcdir:?}/tests/copy/common.sh"

unset FANOUT_CHUNK_BYTES
truncate -s 1G source
PEAK_DIRECTORY=$work copy 2 source 'copy.%r'
check "1 GiB: exit status" every_rank 0
check "1 GiB: sizes" [ "$(stat -c %s copy.0 copy.1)" = $'1073741824\n1073741824' ]
check "1 GiB: a rank uses at most 200 MB ($(cat peak.0) and $(cat peak.1) KiB)" \
    [ "$(cat peak.0)" -lt 195312 -a "$(cat peak.1)" -lt 195312 ]

finish
