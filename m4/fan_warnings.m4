# SPDX-License-Identifier: BSD-3-Clause

# FAN_WARNINGS: warnings for our own code; --enable-werror turns them into errors, --enable-sanitizers
# builds with the address and undefined-behaviour sanitizers, or with others that it names.
AC_DEFUN([FAN_WARNINGS], [
  AC_ARG_ENABLE([werror], [AS_HELP_STRING([--enable-werror], [warnings are errors])])
  AC_ARG_ENABLE([sanitizers], [AS_HELP_STRING([--enable-sanitizers@<:@=LIST@:>@], [build with ASan and UBSan, or those listed])])
  WARN_CFLAGS="-Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion"
  AS_IF([test "x$enable_werror" = xyes], [WARN_CFLAGS="$WARN_CFLAGS -Werror"])
  AS_IF([test "x$enable_sanitizers" = xyes], [enable_sanitizers=address,undefined])
  INSTRUMENT_FLAGS=
  AS_IF([test "x${enable_sanitizers:-no}" != xno],
        [INSTRUMENT_FLAGS="-fsanitize=$enable_sanitizers -fno-sanitize-recover=undefined -fno-omit-frame-pointer"])
  FAN_COVERAGE
  WARN_CFLAGS="$WARN_CFLAGS $INSTRUMENT_FLAGS"
  FAN_FUZZERS
  AC_SUBST([WARN_CFLAGS])
  AC_SUBST([INSTRUMENT_FLAGS])
])

# FAN_COVERAGE: --enable-coverage counts which lines run, for gcov.
AC_DEFUN([FAN_COVERAGE], [
  AC_ARG_ENABLE([coverage], [AS_HELP_STRING([--enable-coverage], [count which lines run, for gcov])])
  AS_IF([test "x$enable_coverage" = xyes], [INSTRUMENT_FLAGS="$INSTRUMENT_FLAGS --coverage -fprofile-update=atomic"])
])

# FAN_FUZZERS: --enable-fuzzers lets libFuzzer, which clang has, run tests/fuzz.
AC_DEFUN([FAN_FUZZERS], [
  AC_ARG_ENABLE([fuzzers], [AS_HELP_STRING([--enable-fuzzers], [tests/fuzz is run by libFuzzer (needs clang)])])
  FUZZ_LDFLAGS=
  AS_IF([test "x$enable_fuzzers" = xyes], [
    fan_saved_flags=$CFLAGS
    CFLAGS="$CFLAGS -fsanitize=fuzzer"
    AC_MSG_CHECKING([for libFuzzer])
    AC_LINK_IFELSE([AC_LANG_SOURCE([[#include <stddef.h>
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size) { return data == NULL && size > 0; }]])],
      [AC_MSG_RESULT([yes])],
      [AC_MSG_RESULT([no])
       AC_MSG_ERROR([--enable-fuzzers needs clang and its run-time library (packages clang, libclang-rt-14-dev), and MPI compilers that call it (OMPI_CC=clang or MPICH_CC=clang)])])
    CFLAGS=$fan_saved_flags
    WARN_CFLAGS="$WARN_CFLAGS -fsanitize=fuzzer-no-link"
    FUZZ_LDFLAGS=-fsanitize=fuzzer
  ])
  AC_SUBST([FUZZ_LDFLAGS])
  AM_CONDITIONAL([HAVE_LIBFUZZER], [test "x$enable_fuzzers" = xyes])
])
