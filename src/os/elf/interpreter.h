/* SPDX-License-Identifier: BSD-3-Clause */
/** @file interpreter.h  What starts a program. */
#ifndef FAN_OS_ELF_INTERPRETER_H
#define FAN_OS_ELF_INTERPRETER_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

/**
 * The interpreter that the ELF program at `path` names: its ld.so, or "" if it is linked
 * statically.
 *
 * @return false, with a text in `error`, if it is not such a program, or one for another byte order
 */
bool fan_elf_interpreter(const char *path, char interpreter[PATH_MAX], char *error, size_t size);

#endif
