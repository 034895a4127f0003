#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Under the real Slurm, with network namespaces as its nodes: the batch script of the manual, standard input that goes to
# all tasks, what is left when a copy is ended, srun without --mpi.
# shellcheck source=tests/common/tap.sh
. "${top_srcdir:?}/tests/common/tap.sh"
top_srcdir=$(cd "$OLDPWD" && cd "$top_srcdir" && pwd)
lab=$top_srcdir/bench/lab/lab
export LAB_STATE=$work/lab
export PATH=${top_builddir:?}:$PATH
hosts=4 receivers='lab[1-3]'

skip_all() {
    skip "Slurm" "$1"
    finish
    exit
}
((EUID == 0)) || skip_all "only root can make hosts"
unshare --net --mount --uts --ipc true 2>err || skip_all "no right to make namespaces: $(cat err)"
for command in ip tc nsenter srun slurmctld slurmd munged; do
    [ -n "$(PATH=$PATH:/usr/sbin type -P $command)" ] || skip_all "there is no $command"
done
[ "$MPI_VENDOR" = openmpi ] || skip_all "MPICH of Debian does not use PMIx"

# ---- a cluster ----

on() {
    "$lab" on "$@"
}
# bench/peers/slurm is made for bench/copy-peers.
contender() { :; }
# shellcheck disable=SC2034 # it refers to it
data=
# shellcheck source=bench/peers/slurm
. "$top_srcdir/bench/peers/slurm"
eval "$(declare -f slurm_conf | sed '1s/slurm_conf/conf_of_peers/')"
# Each host has a directory of that name of its own, but they share /tmp.
slurm_conf() {
    conf_of_peers "$@"
    echo "PMIxCliTmpDirBase=$LAB_STATE/disk" >"$1/mpi.conf"
    echo KillWait=10
}

end_cluster() {
    local file
    for file in "$work"/slurm/*.pid; do
        [ ! -e "$file" ] || kill "$(cat "$file")"
    done
    "$lab" down
    rm -rf "$work"
}
trap end_cluster EXIT

"$lab" up $hosts none >out 2>err || skip_all "no lab: $(cat err)"
setup_slurm >out 2>err || skip_all "Slurm does not start: $(cat err)"
job=$(cat "$work/slurm/job")
[ -n "$job" ] || skip_all "Slurm gives no nodes: $(cat out)"

# step ARGUMENTS...: srun in that job, one task on each of its hosts; out, err and status are left behind.
step() {
    timeout -k 5 60 "$lab" on 0 srun --jobid="$job" --overlap -N3 -n3 "$@" >out 2>err
    status=$?
}
same_on_all() {
    [ "$status" = 0 ] && cmp "$1" target.lab1 && cmp "$1" target.lab2 && cmp "$1" target.lab3
}
nothing() {
    [ -z "$(find . -maxdepth 1 -name '*target*')" ]
}

head -c 5000000 /dev/urandom >image.sif
mkdir input
echo one >input/file

# ---- a step ----

step --mpi=pmix fanout-copy image.sif "$work/target.%h"
check "a file" same_on_all image.sif
rm -f target.*
step --mpi=pmix fanout-copy - "$work/target.%h" <image.sif
check "standard input, which goes to all tasks" same_on_all image.sif
rm -f target.*
step --mpi=pmix --input=0 fanout-copy - "$work/target.%h" <image.sif
check "standard input for rank 0 only" same_on_all image.sif
rm -f target.*
step fanout-copy image.sif "$work/target.%h" </dev/null
check "without --mpi: an error" [ "$status" = 1 ]
check "without --mpi: nothing is there" nothing

# ---- ended ----

mkfifo fifo

# begin: a copy that does not come to its end, as job step $running.
begin() {
    (exec sleep 1000) >fifo &
    writer=$!
    (cat image.sif && exec sleep 1000) >fifo &
    other_writer=$!
    "$lab" on 0 srun --jobid="$job" --overlap -N3 -n3 -K --mpi=pmix fanout-copy --stdin-from "$work/fifo" - \
        "$work/target.%h" >out 2>err </dev/null &
    step=$!
    for _ in {1..300}; do
        [ "$(find . -maxdepth 1 -name '*.fanout-part' -size +0 | wc -l)" != 3 ] || break
        sleep 0.1
    done
    running=$(on 0 squeue --steps --noheader --format=%i | grep "^$job\.[0-9]" | tail -n 1)
}
# ended: the step is over within 30 seconds.
ended() {
    for _ in {1..300}; do
        kill -0 $step 2>/dev/null || return 0
        sleep 0.1
    done
    kill -KILL $step
    return 1
}
over() {
    check "$1: the step ends" ended
    wait $step
    check "$1: not with success" [ $? != 0 ]
    kill $writer $other_writer 2>/dev/null
}

begin
on 0 scancel --signal=TERM "$running"
over "scancel -s TERM of the step"
check "scancel -s TERM of the step: nothing is left" nothing
check "scancel -s TERM of the step: each host says so" [ "$(grep -c 'not written, the copy was stopped by a signal' err)" = 3 ]
begin
kill -KILL "$(pgrep -n -f "fanout-copy --stdin-from $work/fifo")"
over "a process that is killed, with -K"
step --mpi=pmix fanout-copy image.sif "$work/target.%h" </dev/null
check "the next copy" same_on_all image.sif
check "the next copy: what was left is gone" [ -z "$(find . -name '*.fanout-*')" ]
rm -f target.*
begin
on 0 scancel "$job"
over "scancel of the job"
check "scancel of the job: nothing is left" nothing

# ---- the batch script of the manual ----

sed -n '/^#!\/bin\/sh/,/^\.fi/{/^\.fi/d; s/\\-/-/g; s/\\(aq/'\''/g; p}' "$top_srcdir/doc/man1/fanout-copy.1" |
    sed "s|/tmp|$LAB_STATE/disk|g" >script
check "the manual has a script" [ "$(grep -c srun script)" = 3 ]
timeout -k 5 100 "$lab" on 0 sbatch --wait --output="$work/batch" --chdir="$work" script >out 2>err
status=$?
cat batch >>err
check "the script of the manual" [ "$status" = 0 ]
check "the script of the manual: both are on each node" [ "$(grep -c 'disk/image.sif$' batch)" = 3 -a "$(grep -cx file batch)" = 3 ]

finish
