# SPDX-License-Identifier: BSD-3-Clause

# FAN_PYTHON: where the Python package goes. Not AM_PATH_PYTHON: it asks for a directory below the prefix, and Debian's
# Python answers one below "local" of it.
AC_DEFUN([FAN_PYTHON], [
  AC_ARG_WITH([python],
    [AS_HELP_STRING([--with-python=DIRECTORY], [install the Python package there, by default where python3 looks below the prefix])],
    [], [with_python=yes])
  AC_ARG_VAR([PYTHON3], [Python for which the package is installed])
  for fan_python in python3 /usr/bin/python3; do
    AS_IF([test -z "$PYTHON3" && $fan_python -c 'import mpi4py' 2>/dev/null], [PYTHON3=$fan_python])
  done
  AC_CHECK_PROGS([PYTHON3], [python3])
  AS_IF([test "$with_python" = yes && test -n "$PYTHON3"], [
    AC_MSG_CHECKING([where $PYTHON3 looks for packages below the prefix])
    fan_prefix=$prefix
    test "$fan_prefix" != NONE || fan_prefix=$ac_default_prefix
    with_python=`$PYTHON3 -c '
import site, sys
prefix = sys.argv[[1]]
below = [[path for path in site.getsitepackages() if path.startswith(prefix + "/lib/")]]
own = prefix + "/lib/python%d.%d/site-packages" % sys.version_info[[:2]]
print("$" + "{prefix}" + (below or [[own]])[[0]][[len(prefix):]])' "$fan_prefix"`
    AC_MSG_RESULT([$with_python])
  ])
  AS_CASE([$with_python], [yes], [with_python=no])
  AC_SUBST([pythondir], [$with_python])
  AM_CONDITIONAL([INSTALL_PYTHON], [test "$with_python" != no && test -n "$with_python"])
])
