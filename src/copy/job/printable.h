/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file printable.h  Names for people: a file name may have any bytes, and some of them tell a
 * terminal to do things. All functions are thread-safe and async-signal-safe.
 */
#ifndef FAN_COPY_JOB_PRINTABLE_H
#define FAN_COPY_JOB_PRINTABLE_H

#include <stddef.h>

/** No byte becomes longer than this. */
enum { FAN_COPY_PRINTABLE = 9 };

/**
 * Copy `text` with \n, \t, \r or \ooo (octal) in place of control characters and of bytes that are
 * not UTF-8. Cut off, between two characters, if it does not fit.
 */
void fan_copy_printable(const char *text, char *copy, size_t size);

/** The same for a word of a shell in single quotes: '$'\ooo'' (bash, ksh, zsh, POSIX of 2024). */
void fan_copy_printable_word(const char *word, char *copy, size_t size);

#endif
