/* SPDX-License-Identifier: BSD-3-Clause */
/** @file program.h  What the command lines of all programs have in common. */
#ifndef FAN_OS_PROGRAM_H
#define FAN_OS_PROGRAM_H

#include <argp.h>
#include <stdbool.h>

/**
 * Before argp parses: let --version print "NAME (libfanout) VERSION", and let a wrong command line
 * end the program with status 2. Local; not thread-safe, as argp is not.
 *
 * @param name     of the program, such as "fanout-copy"; must outlive the parsing, as `version`
 *                 must
 * @param version  the release of the library
 */
void fan_os_program(const char *name, const char *version);

/**
 * At the end of a program: whether all that it printed is written. If not, standard error says so,
 * under the name that fan_os_program() was given. Local.
 */
bool fan_os_program_flush(void);

/**
 * The whole number in the text, which must have nothing else. If it is not one from `least` to
 * `most`, argp_error() says so and ends the program. Local.
 *
 * @param what  the option as the user knows it, such as "--root"; begins the message
 */
int fan_os_parse_number(const struct argp_state *state, const char *what, const char *text,
                        int least, int most);

#endif
