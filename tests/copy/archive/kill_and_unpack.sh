#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# A few rounds of what tests/copy/archive/kill-and-unpack does as often as one likes; or FANOUT_TEST_ROUNDS of them.
exec bash "${top_srcdir:?}/tests/copy/archive/kill-and-unpack" "${FANOUT_TEST_ROUNDS:-6}"
