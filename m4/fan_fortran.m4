# SPDX-License-Identifier: BSD-3-Clause

# FAN_PROG_MPIFC: the MPI Fortran compiler, if there is one, as the Fortran compiler; before libtool looks at compilers.
AC_DEFUN([FAN_PROG_MPIFC], [
  AC_REQUIRE([FAN_MPI_VENDOR])
  AC_ARG_ENABLE([fortran], [AS_HELP_STRING([--disable-fortran], [do not build the Fortran module])], [], [enable_fortran=check])
  AC_ARG_VAR([MPIFC], [MPI Fortran compiler, for the Fortran module and tests of the shim])
  AC_CHECK_PROGS([MPIFC], [mpif90.$fan_cv_mpi_vendor mpifort.$fan_cv_mpi_vendor])
  # Without one, libtool is told of a compiler that there is not, so that it does not look for another.
  FC=no
  AS_IF([test "$enable_fortran" != no && test -n "$MPIFC"], [FC=$MPIFC])
  AC_PROG_FC
])

# FAN_CHECK_FORTRAN: the Fortran module is built if the compiler has mpi_f08 and array descriptors that this C compiler knows.
AC_DEFUN([FAN_CHECK_FORTRAN], [
  AC_ARG_WITH([fmoddir], [AS_HELP_STRING([--with-fmoddir=DIR], [where to install the Fortran module [INCLUDEDIR]])],
    [], [with_fmoddir='${includedir}'])
  AC_SUBST([fmoddir], [$with_fmoddir])
  fan_fortran=no
  AS_IF([test "$FC" != no], [
    AC_CHECK_HEADER([ISO_Fortran_binding.h], [fan_fortran=yes], [], [[#include <stddef.h>]])
    AC_LANG_PUSH([Fortran])
    AC_MSG_CHECKING([whether $FC compiles programs with mpi_f08 and arrays of any rank])
    AC_LINK_IFELSE([AC_LANG_SOURCE([[
      program test
      use mpi_f08
      interface
      subroutine any(buffer) bind(C, name="fanout_test_any")
      type(*), dimension(..), intent(inout) :: buffer
      end subroutine
      end interface
      call MPI_Finalize()
      end program
]])], [AC_MSG_RESULT([yes])], [AC_MSG_RESULT([no])
      fan_fortran=no])
    AS_IF([test $fan_fortran = yes], [
      AC_FC_MODULE_FLAG([], [fan_fortran=no])
      AC_FC_MODULE_OUTPUT_FLAG([], [fan_fortran=no])
      AC_FC_MODULE_EXTENSION
      FAN_FORTRAN_WARNINGS
    ])
    AC_LANG_POP([Fortran])
  ])
  AS_IF([test "$enable_fortran" = yes && test $fan_fortran = no],
    [AC_MSG_ERROR([no MPI Fortran compiler works with $MPICC; install gfortran and libopenmpi-dev (or libmpich-dev), or set MPIFC])],
    [test "$enable_fortran" = check && test $fan_fortran = no],
    [AC_MSG_WARN([no MPI Fortran compiler works with $MPICC (Debian package gfortran): the Fortran module is not built])])
  AM_CONDITIONAL([HAVE_FORTRAN], [test $fan_fortran = yes])
])

# FAN_FORTRAN_WARNINGS: those of GNU Fortran; others have none worth the name. Kinds of MPI are those of C.
AC_DEFUN([FAN_FORTRAN_WARNINGS], [
  WARN_FCFLAGS= STD_FCFLAGS=
  AS_IF([test "$ac_cv_fc_compiler_gnu" = yes], [
    STD_FCFLAGS=-std=f2018
    WARN_FCFLAGS="-Wall -Wextra -Wno-c-binding-type -Wno-compare-reals -Wno-function-elimination -Wno-unused-parameter"
    AS_IF([test "x$enable_werror" = xyes], [WARN_FCFLAGS="$WARN_FCFLAGS -Werror"])
  ])
  AC_SUBST([WARN_FCFLAGS])
  AC_SUBST([STD_FCFLAGS])
])
