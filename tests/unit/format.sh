#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# All C has the layout that .clang-format describes. Mend it by `clang-format -i FILE`.
# shellcheck source=tests/unit/files.sh
. "${top_srcdir:-.}/tests/unit/files.sh"
need clang-format clang-format

# Other versions format some lines in another way.
version=$(clang-format --version | sed -n 's/.*version \([0-9]*\).*/\1/p')
if [ "$version" != 14 ]; then
    echo "1..0 # SKIP clang-format $version is installed, and the format is that of 14"
    exit 0
fi

mapfile -t sources < <(files '*.[ch]')
verdict "${#sources[@]} C files have the format of .clang-format" \
    clang-format --dry-run -Werror --ferror-limit=1 "${sources[@]}"
verdict "no line of C has more than 100 columns" awk 'length > 100 { print FILENAME ":" FNR }' "${sources[@]}"
finish
