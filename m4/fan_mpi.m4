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

# FAN_MPI_VENDOR: which MPI library it is.
AC_DEFUN([FAN_MPI_VENDOR], [
  AC_CACHE_CHECK([which MPI library this is], [fan_cv_mpi_vendor], [
    AC_PREPROC_IFELSE([AC_LANG_SOURCE([[
#include <mpi.h>
#ifndef OPEN_MPI
#error not Open MPI
#endif
]])], [fan_cv_mpi_vendor=openmpi], [fan_cv_mpi_vendor=mpich])])
])

# FAN_CHECK_MPI: the library works, its launcher, and the calls that not every library has.
AC_DEFUN([FAN_CHECK_MPI], [
  AC_CHECK_FUNC([MPI_Bcast], [], [AC_MSG_ERROR([$MPICC does not link MPI programs; install libopenmpi-dev, or set MPICC])])
  AC_CHECK_FUNCS([MPI_Bcast_c MPI_Bcast_init MPI_Type_get_envelope_c])
  FAN_CHECK_ULFM
  AC_REQUIRE([FAN_MPI_VENDOR])
  AC_ARG_VAR([MPIRUN], [launcher of MPI programs, for the tests])
  AC_CHECK_PROGS([MPIRUN], [mpirun.$fan_cv_mpi_vendor mpiexec.$fan_cv_mpi_vendor mpirun mpiexec])
  AS_IF([test -z "$MPIRUN"], [AC_MSG_ERROR([no MPI launcher found; install openmpi-bin (or mpich), or set MPIRUN])])
  AC_DEFINE_UNQUOTED([FAN_MPIRUN], ["$MPIRUN"], [The launcher of the MPI library, as configure has found it.])
  AC_SUBST([MPI_VENDOR], [$fan_cv_mpi_vendor])
  AM_CONDITIONAL([OPEN_MPI], [test $fan_cv_mpi_vendor = openmpi])
])

# FAN_CHECK_ULFM: whether MPI can tell the others of a process that has died. A run may have it or not.
AC_DEFUN([FAN_CHECK_ULFM], [
  AC_CACHE_CHECK([whether MPI lets ranks survive the death of others (ULFM)], [fan_cv_mpi_ulfm], [
    AC_LINK_IFELSE([AC_LANG_PROGRAM([[
#include <mpi.h>
#include <mpi-ext.h>]], [[
      MPI_Group dead;
      int ft = MPIX_FT;
      return MPIX_Comm_get_failed(MPI_COMM_WORLD, &dead) + MPIX_Comm_revoke(MPI_COMM_WORLD) + ft;]])],
      [fan_cv_mpi_ulfm=yes], [fan_cv_mpi_ulfm=no])])
  AS_IF([test $fan_cv_mpi_ulfm = yes],
        [AC_DEFINE([HAVE_MPI_ULFM], [1], [MPI tells of processes that have died, if the run has that.])])
])

# FAN_CHECK_SHIM: the shim recognises the MPI library it was built for by its soname. Without a shared one there is none.
AC_DEFUN([FAN_CHECK_SHIM], [
  AC_CACHE_CHECK([for the soname of the MPI library], [fan_cv_mpi_soname], [
    AC_LINK_IFELSE([AC_LANG_PROGRAM([[#include <mpi.h>]], [[return PMPI_Finalize();]])],
      [fan_cv_mpi_soname=`$OBJDUMP -p conftest$EXEEXT | sed -n 's/^ *NEEDED  *\(libmpi[[^ ]]*\)$/\1/p' | head -n 1`])])
  AC_SUBST([MPI_SONAME], [$fan_cv_mpi_soname])
  AC_DEFINE_UNQUOTED([FAN_MPI_SONAME], ["$fan_cv_mpi_soname"], [The soname of the MPI library; empty if it is a static one.])
  AM_CONDITIONAL([HAVE_SHIM], [test -n "$fan_cv_mpi_soname"])
])

# FAN_LIBRARY_SUFFIX: names of libraries for several MPI libraries in one prefix: libfanout-SUFFIX.so.0.
AC_DEFUN([FAN_LIBRARY_SUFFIX], [
  AC_ARG_WITH([library-suffix],
    [AS_HELP_STRING([--with-library-suffix=SUFFIX], [call the libraries libfanout-SUFFIX.so.0 and so on])], [], [with_library_suffix=no])
  AS_CASE([$with_library_suffix],
    [no], [LIBRARY_SUFFIX=],
    [yes | *[[!A-Za-z0-9._+-]]*], [AC_MSG_ERROR([--with-library-suffix needs a suffix of letters and digits, such as openmpi])],
    [LIBRARY_SUFFIX="-release $with_library_suffix"])
  AC_SUBST([LIBRARY_SUFFIX])
])
