/* SPDX-License-Identifier: BSD-3-Clause */
/** @file executable.h  What starts a program. */
#ifndef FAN_COPY_SOURCE_EXECUTABLE_H
#define FAN_COPY_SOURCE_EXECUTABLE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

/**
 * The interpreter that the ELF program at `path` names: its ld.so, or "" if it is linked
 * statically.
 *
 * @return false, with a text in `error`, if it is not such a program, or one for another byte order
 */
bool fan_copy_executable_interpreter(const char *path, char interpreter[PATH_MAX], char *error,
                                     size_t size);

#endif
