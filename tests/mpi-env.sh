# SPDX-License-Identifier: BSD-3-Clause
# Sourced by the tests that start an MPI launcher.

# Several ranks on a core: let waiting ranks yield.
export OMPI_MCA_rmaps_base_oversubscribe=1 OMPI_MCA_mpi_yield_when_idle=1
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
export PRTE_MCA_rmaps_default_mapping_policy=:oversubscribe
