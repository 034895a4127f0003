/* SPDX-License-Identifier: BSD-3-Clause */
/** @file run.h  One copy, from the first look at the source to the report. */
#ifndef FAN_COPY_RUN_H
#define FAN_COPY_RUN_H

#include "copy/job/ranks.h"
#include "copy/options/options.h"
#include "copy/report/audience.h"

/**
 * Copy as the options say, and tell `audience` of it. Collective over `ranks->writers`.
 *
 * @return on its rank 0: the exit status, 0 if every writer has everything, else 1; elsewhere 0
 */
int fan_copy_run(const fan_copy_options *options, const fan_copy_ranks *ranks,
                 const fan_copy_audience *audience);

#endif
