#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Common misspellings. A word that is right goes into tests/unit/words, in lower case.
# shellcheck source=tests/unit/files.sh
. "${top_srcdir:-.}/tests/unit/files.sh"
need codespell codespell

mapfile -t texts < <(files '*.md' '*.[ch]' '*.def' '*.sh' '*.py' '*.inc' '*.am' '*.ac' '*.m4' '*.[13]' '*.txt' '.ci/*' quickstart 'bench/*' |
    grep -v -e '^bench/results/' -e '\.png$' -e '\.svg$')
verdict "codespell finds nothing in ${#texts[@]} files" codespell --ignore-words tests/unit/words "${texts[@]}"
finish
