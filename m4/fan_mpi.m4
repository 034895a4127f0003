# SPDX-License-Identifier: BSD-3-Clause

# FAN_PROG_MPICC: make the MPI compiler the C compiler, or say which package has it.
AC_DEFUN([FAN_PROG_MPICC], [
  AS_IF([test -z "$MPICC"], [AC_CHECK_PROGS([MPICC], [mpicc mpicc.openmpi mpicc.mpich])])
  AS_IF([test -z "$MPICC"],
        [AC_MSG_ERROR([no MPI compiler found; install libopenmpi-dev openmpi-bin (or libmpich-dev mpich), or set MPICC])])
  AS_IF([$MPICC --version >/dev/null 2>&1], [],
        [AC_MSG_ERROR([$MPICC does not run; install gcc libc6-dev and libopenmpi-dev (or libmpich-dev), or set MPICC])])
  CC="$MPICC"
  AC_PROG_CC
])

# FAN_CHECK_MPI: the library works, its vendor, its launcher, and the calls that not every library has.
AC_DEFUN([FAN_CHECK_MPI], [
  AC_CHECK_FUNC([MPI_Bcast], [], [AC_MSG_ERROR([$MPICC does not link MPI programs; install libopenmpi-dev, or set MPICC])])
  AC_CHECK_FUNCS([MPI_Bcast_c MPI_Type_get_envelope_c])
  AC_CACHE_CHECK([which MPI library this is], [fan_cv_mpi_vendor], [
    AC_PREPROC_IFELSE([AC_LANG_SOURCE([[
#include <mpi.h>
#ifndef OPEN_MPI
#error not Open MPI
#endif
]])], [fan_cv_mpi_vendor=openmpi], [fan_cv_mpi_vendor=mpich])])
  AC_ARG_VAR([MPIRUN], [launcher of MPI programs, for the tests])
  AC_CHECK_PROGS([MPIRUN], [mpirun.$fan_cv_mpi_vendor mpiexec.$fan_cv_mpi_vendor mpirun mpiexec])
  AS_IF([test -z "$MPIRUN"], [AC_MSG_ERROR([no MPI launcher found; install openmpi-bin (or mpich), or set MPIRUN])])
  AC_SUBST([MPI_VENDOR], [$fan_cv_mpi_vendor])
])
