# SPDX-License-Identifier: BSD-3-Clause

# FAN_REQUIRE(PREFIX, MODULES, PACKAGE): the first of the MODULES that pkg-config knows, or note the Debian
# package that is missing.
AC_DEFUN([FAN_REQUIRE], [
  fan_found=no
  for fan_module in $2; do
    AS_IF([test $fan_found = no], [PKG_CHECK_MODULES([$1], [$fan_module], [fan_found=yes], [:])])
  done
  AS_IF([test $fan_found = no], [fan_missing="$fan_missing $3"])
])

# FAN_CHECK_HWLOC: where ranks of a node are in it. Optional.
AC_DEFUN([FAN_CHECK_HWLOC], [
  AC_ARG_WITH([hwloc], [AS_HELP_STRING([--without-hwloc], [take each node for one NUMA domain])], [], [with_hwloc=check])
  fan_hwloc=no
  AS_IF([test "$with_hwloc" != no], [PKG_CHECK_MODULES([HWLOC], [hwloc >= 2.1], [fan_hwloc=yes], [:])])
  AS_IF([test $fan_hwloc = yes], [AC_DEFINE([HAVE_HWLOC], [1], [Define if hwloc is there.])],
    [test "$with_hwloc" = yes], [AC_MSG_ERROR([hwloc 2.1 not found; install the Debian package libhwloc-dev])],
    [test "$with_hwloc" = check], [AC_MSG_WARN([hwloc 2.1 not found (Debian package libhwloc-dev): every node counts as one NUMA domain])])
])

# FAN_CHECK_XXHASH_DISPATCH: functions of xxHash that choose by the processor. Only a library for x86 may have them.
AC_DEFUN([FAN_CHECK_XXHASH_DISPATCH], [
  fan_saved_libs=$LIBS
  LIBS="$XXHASH_LIBS $LIBS"
  AC_CHECK_HEADER([xxh_x86dispatch.h], [AC_CHECK_FUNC([XXH3_128bits_update_dispatch],
    [AC_DEFINE([HAVE_XXH_X86DISPATCH], [1], [Define if xxHash chooses its code by the processor.])])])
  LIBS=$fan_saved_libs
])

# FAN_CHECK_LIBRARIES: everything beside MPI.
AC_DEFUN([FAN_CHECK_LIBRARIES], [
  PKG_PROG_PKG_CONFIG
  AS_IF([test -z "$PKG_CONFIG"], [AC_MSG_ERROR([pkg-config not found; install pkg-config])])
  fan_missing=
  FAN_REQUIRE([XXHASH], [libxxhash], [libxxhash-dev])
  FAN_CHECK_XXHASH_DISPATCH
  FAN_REQUIRE([ZSTD], [libzstd], [libzstd-dev])
  FAN_REQUIRE([LZ4], [liblz4], [liblz4-dev])
  FAN_REQUIRE([ZLIB], [zlib], [zlib1g-dev])
  FAN_REQUIRE([CRYPTO], [libcrypto], [libssl-dev])
  FAN_REQUIRE([ELF], [libelf], [libelf-dev])
  FAN_REQUIRE([ATTR], [libattr], [libattr1-dev])
  FAN_REQUIRE([ARCHIVE], [libarchive], [libarchive-dev])
  FAN_REQUIRE([JANSSON], [jansson], [libjansson-dev])
  FAN_REQUIRE([CHECK], [check], [check])
  FAN_REQUIRE([HDF5], [hdf5-serial hdf5], [libhdf5-dev])
  # Later versions of HDF5 have other functions by the same names unless they are told.
  HDF5_CFLAGS="$HDF5_CFLAGS -DH5_USE_110_API"
  FAN_CHECK_HWLOC
  AS_IF([test -n "$fan_missing"], [AC_MSG_ERROR([libraries are missing; install these Debian packages:$fan_missing])])
])
