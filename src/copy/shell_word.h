/* SPDX-License-Identifier: BSD-3-Clause */
/** @file shell_word.h  Commands for /bin/sh with values put in. */
#ifndef FAN_COPY_SHELL_WORD_H
#define FAN_COPY_SHELL_WORD_H

/**
 * Replace %d, %h, %r and %% of a command by `directory`, `host`, `rank` and a percent sign, the first two quoted so that
 * the shell takes them as they are.
 *
 * @return for the caller to free; NULL if memory is short
 */
char *fan_copy_shell_expand(const char *command, const char *directory, const char *host, int rank);

#endif
