#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# A launcher of another MPI library starts processes of which each believes to be alone: programs refuse, the shim
# warns. A process that is meant to be alone is left alone.
# shellcheck source=tests/common/tap.sh
. "${top_srcdir:?}/tests/common/tap.sh"
# shellcheck source=tests/common/mpi-env.sh
. "$top_srcdir/tests/common/mpi-env.sh"

copy=${top_builddir:?}/fanout-copy
case $MPI_VENDOR in
    mpich) other=openmpi own_size=PMI_SIZE other_size=OMPI_COMM_WORLD_SIZE ;;
    *) other=mpich own_size=OMPI_COMM_WORLD_SIZE other_size=PMI_SIZE ;;
esac
echo data >source

# alone COMMAND...: without any launcher; out, err and status are left behind.
alone() {
    timeout -k 5 100 "$@" >out 2>err </dev/null
    status=$?
}

# launched RANKS COMMAND...: by the launcher of the library.
launched() {
    # shellcheck disable=SC2086 # MPIRUN is a command with arguments
    alone $MPIRUN -np "$@"
}

# When a process ends with a failure, the launcher ends those that have not spoken yet.
# shellcheck disable=SC2016 # for the inner shell
first_is_late=(sh -c '[ "${OMPI_COMM_WORLD_RANK-${PMI_RANK-}}" != 0 ] || sleep 0.5; exec "$@"' sh)

# refused PROGRAM VARIABLE: it names the variable and what helps, once.
refused() {
    [ "$status" = 1 ] && [ "$(grep -c "^$1: $2 in .*srun --mpi=pmix" err)" = 1 ]
}

# copied: the copy is there, and nothing was said about launchers.
copied() {
    [ "$status" = 0 ] && cmp -s source target && ! grep -q "in the environment" err && rm target
}

no_target() {
    [ ! -e target ]
}

# ---- by hand ----

for variable in $own_size=3 $other_size=3 MPI_LOCALNRANKS=2 JSM_NAMESPACE_SIZE=2 MV2_COMM_WORLD_SIZE=2 \
    "FLUX_TASK_RANK=0 FLUX_JOB_SIZE=2" "SLURM_NTASKS=4 SLURM_STEP_NUM_TASKS=4"; do
    # shellcheck disable=SC2086 # one or two assignments
    alone env $variable "$copy" source target
    check "$variable: fanout-copy refuses" refused fanout-copy "${variable##* }"
    check "$variable: nothing is copied" no_target
done
for program in bench tune; do
    alone env $other_size=3 "$top_builddir/fanout-$program"
    check "fanout-$program refuses" refused "fanout-$program" $other_size=3
done
alone env PMIX_RANK=2 SLURM_STEP_NUM_TASKS=3 SLURM_NTASKS=3 SLURM_PROCID=2 "$copy" source target
check "another process than the first refuses, too" [ "$status" = 1 ]
check "and leaves the words to the first" [ ! -s err ]
alone env $other_size=3 "$copy" --help
check "--help is shown anyway" [ "$status" = 0 -a ! -s err ]
alone env $other_size=3 "$copy" --no-such-option
check "a wrong command line is told anyway" [ "$status" = 2 ]

# ---- meant to be alone ----

alone "$copy" source target
check "no launcher" copied
alone env SLURM_NTASKS=8 SLURM_PROCID=0 SLURM_JOB_ID=7 "$copy" source target
check "no launcher, in a batch script with 8 tasks" copied
launched 1 "$copy" source target
check "the launcher, one process" copied
SLURM_NTASKS=8 launched 1 "$copy" source target
check "the launcher, one process, in a batch script" copied
SLURM_NTASKS=8 SLURM_STEP_NUM_TASKS=8 launched 1 "$copy" source target
check "the launcher, one process, in a step of srun" copied
MPI_LOCALNRANKS=8 launched 1 "$copy" source target
check "the launcher, one process, in a job of MPICH" copied
if launched 2 "$top_builddir/tests/launch/spawn_one" "$copy" source target && [ "$status" = 0 ]; then
    check "a process that MPI_Comm_spawn has started alone" copied
else
    skip "a process that MPI_Comm_spawn has started alone" "MPI_Comm_spawn of this MPI library fails"
fi
launched 2 "$copy" source 'target.%r'
check "the launcher, two processes" cmp target.0 target.1

launched 3 "${first_is_late[@]}" "$copy" --hosts lab0 source target
check "--hosts in a job: the first process says why not" grep -q "^fanout-copy: --hosts.* is in a job of MPI already" err
launched 3 "${first_is_late[@]}" "$copy" --hosts lab0 --no-such-option source target
check "a wrong command line with --hosts in a job: the first process says it" grep -q "unrecognized option" err

# ---- the launcher of the other library ----

if command -v mpirun.$other >/dev/null; then
    # Also where that is Open MPI's, and there are fewer cores.
    export OMPI_MCA_rmaps_base_oversubscribe=1 PRTE_MCA_rmaps_default_mapping_policy=:oversubscribe
    alone mpirun.$other -np 3 "${first_is_late[@]}" "$copy" source target
    check "mpirun.$other: refused" refused fanout-copy $other_size=3
    check "mpirun.$other: nothing is copied" no_target
    # shellcheck disable=SC2086 # MPIRUN is a command with arguments
    alone mpirun.$other -np 1 env PMI_SIZE=4 $MPIRUN -np 1 "$copy" source target
    check "the launcher inside of mpirun.$other: one process is meant to be alone" copied
else
    skip "mpirun.$other: refused" "it is not here"
fi

# ---- the shim ----

preload=$top_builddir/fanout-preload
if [ -x "$preload" ]; then
    export FANOUT_TEST_RANKS=1
    alone env $other_size=3 "$preload" "$top_builddir/tests/pmpi/empty"
    check "the shim: the program runs" [ "$status" = 0 -a "$(cat out)" = right ]
    check "the shim: one warning" [ "$(grep -c "^fanout: $other_size=3 .*srun --mpi=pmix" err)" = 1 ]
    launched 1 "$preload" "$top_builddir/tests/pmpi/empty"
    check "the shim: no warning where one process is meant" [ "$status" = 0 -a ! -s err ]
else
    skip "the shim" "it is not built"
fi

finish
