/* SPDX-License-Identifier: BSD-3-Clause */
/** @file advice.h  What the user may type to go on with a copy that has failed. Local. */
#ifndef FAN_COPY_REPORT_ADVICE_H
#define FAN_COPY_REPORT_ADVICE_H

#include "copy/report/tally.h"

/**
 * A line of the shell that goes on with this copy, by --hosts.
 *
 * @param tally      the hosts are those of its outcomes that are not whole, and its losses
 * @param arguments  of this program, without its name; the last is NULL
 * @param source_host  of those sources that name none
 * @param resume     whether to say --resume
 * @return a text to be freed; NULL if there is no such line, or no host
 */
char *fan_copy_advice(const fan_copy_tally *tally, const char *const *arguments,
                      const char *source_host, bool resume);

#endif
