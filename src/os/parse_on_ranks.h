/* SPDX-License-Identifier: BSD-3-Clause */
/** @file parse_on_ranks.h  A command line that every rank parses and one rank talks about. */
#ifndef FAN_OS_PARSE_ON_RANKS_H
#define FAN_OS_PARSE_ON_RANKS_H

#include <argp.h>
#include <stdbool.h>

/**
 * Parse the arguments, the same on every rank. --help, --version and errors end the process with
 * exit(), with the same status on every rank; only a rank with `prints` talks. Call
 * fan_os_program() first.
 *
 * @param input  what the parser finds in state->input
 */
void fan_os_parse_on_ranks(const struct argp *parser, int argc, char **argv, bool prints,
                           void *input);

#endif
