/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file others.h  Options of cp, rsync, scp and sbcast that are not ours: those that ask for what
 * is always done are taken, for others the message says what to write instead.
 */
#ifndef FAN_COPY_OPTIONS_OTHERS_H
#define FAN_COPY_OPTIONS_OTHERS_H

#include <argp.h>

/** A child of the parser. Its input is a const char **: an option that needs --archive, or NULL. */
extern const struct argp fan_copy_options_others;

#endif
