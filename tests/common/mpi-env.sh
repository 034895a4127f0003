# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=sh
# Sourced by the tests that start an MPI launcher.

# Several ranks on a core: let waiting ranks yield.
export OMPI_MCA_rmaps_base_oversubscribe=1 OMPI_MCA_mpi_yield_when_idle=1
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
export PRTE_MCA_rmaps_default_mapping_policy=:oversubscribe

# MPICH has no such setting: a library between it and UCX yields (see bench/lab/mpich_idle.c).
if [ "${MPI_VENDOR-}" = mpich ]; then
    mpich_idle=${top_builddir:?}/bench/lab/.libs/mpich_idle.so
    MPIRUN="$MPIRUN -genv LD_PRELOAD $mpich_idle"
fi

# In a build with sanitizers, what MPI itself leaks does not count. Only the slow unwinder sees that it is MPI's.
export ASAN_OPTIONS=fast_unwind_on_malloc=0
export LSAN_OPTIONS="suppressions=${top_srcdir:-.}/tests/common/lsan.supp:print_suppressions=0"
