/* SPDX-License-Identifier: BSD-3-Clause */
/** @file run.h  One copy, from the first look at the source to the report. */
#ifndef FAN_COPY_RUN_H
#define FAN_COPY_RUN_H

#include "copy/job/ranks.h"
#include "copy/options/options.h"
#include "copy/report/audience.h"
#include "copy/survive/survival.h"

enum { FAN_COPY_RUN_AGAIN = -1 };

/**
 * Copy as the options say, and tell `audience` of it. Collective over `ranks->writers`.
 *
 * @param survival  of processes that may die; or NULL
 * @return on its rank 0: the exit status, 0 if every writer has everything, else 1; elsewhere 0. On
 *         all FAN_COPY_RUN_AGAIN if some process of the job has died: then nothing was told
 */
int fan_copy_run(const fan_copy_options *options, fan_copy_ranks *ranks,
                 fan_copy_survival *survival, const fan_copy_audience *audience);

#endif
