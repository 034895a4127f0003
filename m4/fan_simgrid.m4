# SPDX-License-Identifier: BSD-3-Clause

# FAN_CHECK_SIMGRID: the simulator of MPI programs (Debian package libsimgrid-dev), for bench/simgrid. Optional.
AC_DEFUN([FAN_CHECK_SIMGRID], [
  AC_ARG_VAR([SMPICC], [SimGrid's MPI C compiler])
  AC_ARG_VAR([SMPIRUN], [SimGrid's launcher])
  AC_CHECK_PROGS([SMPICC], [smpicc])
  AC_CHECK_PROGS([SMPIRUN], [smpirun])
  AM_CONDITIONAL([HAVE_SIMGRID], [test -n "$SMPICC" && test -n "$SMPIRUN"])
])
