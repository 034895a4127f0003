#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# A few rounds of what tests/copy/kill-and-resume does as often as one likes.
exec bash "${top_srcdir:?}/tests/copy/kill-and-resume" 5
