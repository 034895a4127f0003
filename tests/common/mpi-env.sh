# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=sh
# Sourced by the tests that start an MPI launcher.

# Which launcher it is decides what its variables are called: orte (Open MPI 4), prrte (Open MPI 5 and later) or hydra.
# shellcheck disable=SC2086 # MPIRUN may have arguments
launcher_version=$(${MPIRUN-mpirun} --version 2>/dev/null)
case $launcher_version in
*OpenRTE* | *'(Open MPI) '[1-4].*) launcher_kind=orte ;;
*'Open MPI'* | *PRRTE*) launcher_kind=prrte ;;
*) launcher_kind=hydra ;;
esac

export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
# Several ranks on a core: let waiting ranks yield.
export OMPI_MCA_mpi_yield_when_idle=1
# Where a host has IPv6, the other component of Open MPI 5 complains at each start that it does not reach itself. Also
# for hydra: some of its tests start a program of Open MPI.
export OMPI_MCA_reachable=weighted
case $launcher_kind in
orte) export OMPI_MCA_rmaps_base_oversubscribe=1 ;;
prrte)
    export PRTE_MCA_rmaps_default_mapping_policy=:oversubscribe
    # A launcher that is killed leaves a directory with its process number in its name, and the next launcher of that
    # number fails: it is to go with what else the test leaves.
    [ -z "${work-}" ] || export PRTE_MCA_prte_tmpdir_base="$work/.launcher"
    ;;
esac

# end_all_when_one_fails 0|1: whether the launcher kills the other ranks when one has ended with a failure.
end_all_when_one_fails() {
    case $launcher_kind in
    orte) export OMPI_MCA_orte_abort_on_non_zero_status="$1" ;;
    prrte) export PRTE_MCA_state_base_error_non_zero_exit="$1" ;;
    esac
}

# has_failed STATUS: whether a job that ended so may have failed. The launcher of MPICH 4.2.1 returns 0 in one run of five
# in which a process has ended without MPI_Finalize, by a signal, exit or MPI's error handler; 4.0.2 never did.
has_failed() {
    [ "$1" != 0 ] || { [ "$launcher_kind" = hydra ] && echo "$launcher_version" | grep -qE 'Version: +4\.[2-9]'; }
}

# starts_two_programs: whether the launcher can. That of Open MPI 5.0.7 (PRRTE 3.0.8) ends by a signal, also with `true`.
starts_two_programs() {
    # shellcheck disable=SC2086 # MPIRUN may have arguments
    ${MPIRUN-mpirun} -np 1 true : -np 1 true >/dev/null 2>&1 </dev/null
}

# MPICH has no such setting: a library between it and UCX yields (see bench/lab/mpich_idle.c).
if [ "${MPI_VENDOR-}" = mpich ]; then
    mpich_idle=${top_builddir:?}/bench/lab/.libs/mpich_idle.so
    MPIRUN="$MPIRUN -genv LD_PRELOAD $mpich_idle"
fi

# Unless it is what they test, tests have each broadcast done as the defaults say.
export FANOUT_ADAPT="${FANOUT_ADAPT-0}"
# Nor does what they measure go to, or come from, files of the user who runs them.
export FANOUT_CACHE="${FANOUT_CACHE-0}"
# What libfanout cannot do must not pass for what it does.
export FANOUT_FALLBACK="${FANOUT_FALLBACK-error}"

# In a build with sanitizers, what MPI itself leaks does not count. Only the slow unwinder sees that it is MPI's.
export ASAN_OPTIONS=fast_unwind_on_malloc=0
export LSAN_OPTIONS="suppressions=${top_srcdir:-.}/tests/common/lsan.supp:print_suppressions=0"
