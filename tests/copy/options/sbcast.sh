#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# The options of Slurm's sbcast, as they stand in scripts: they mean the same here, or it is said what to write.
# shellcheck source=tests/copy/common.sh
. "${top_srcdir:?}/tests/copy/common.sh"

yes "a line" | head -c 700000 >source
cat >program.c <<'END'
int main(void) { return 0; }
END
cc program.c -o program

# copies OPTION...: two hosts get the file with them.
copies() {
    copy 2 --json report "$@" source 'target.%r'
    check "$*: every rank exits with 0" every_rank 0
    check "$*: all is there" same source target.{0,1}
    rm -f target.*
}
travelled() {
    sed -n 's/^  "travelled_bytes": \([0-9]*\),*$/\1/p' report
}
# refused TEXT OPTION...
refused() {
    local text=$1
    shift
    copy 2 "$@" source 'target.%r'
    check "$*: every rank exits with 2" every_rank 2
    check "$*: $text" grep -qF -- "$text" err
}

copies -f
copies --force -p
copies --preserve -v
copies -Clz4
check "-Clz4: less travels" [ "$(travelled)" -lt 100000 ]
copies -Cnone
check "-Cnone: all travels" [ "$(travelled)" -ge 700000 ]
copies -C
copies --compress=lz4 --fanout=8 --size=8m
copies -F 4 -s 1m -f
copies --timeout=20
SLURM_JOB_ID=77 copies -j 77
SLURM_JOB_ID=77 copies --jobid=77.3
SLURM_JOB_ID=77 refused "this is job 77; write srun --jobid=78 fanout-copy" -j 78
SLURM_JOB_ID=77 refused "this is job 77" -j 7
unset SLURM_JOB_ID
refused "this is no job of Slurm" --jobid=5
for option in --send-libs --send-libs=yes; do
    copy 2 $option --libs-exclude=none program 'sent.%r'
    check "$option: every rank exits with 0" every_rank 0
    check "$option: the libraries" [ -n "$(ls sent.0_libs)" ]
    rm -r sent.*
done
copy 2 --send-libs=no program 'sent.%r'
check "--send-libs=no: none" absent sent.0_libs sent.1_libs
refused "write yes or no" --send-libs=maybe
refused "libraries: --libs-exclude" --send-libs --exclude=/usr/lib

finish
