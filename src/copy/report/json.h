/* SPDX-License-Identifier: BSD-3-Clause */
/** @file json.h  The report for machines. doc/man1/fanout-copy.1 describes its members. */
#ifndef FAN_COPY_REPORT_JSON_H
#define FAN_COPY_REPORT_JSON_H

#include "copy/report/tally.h"

#include <stdbool.h>
#include <stdio.h>

/** Write the tally to `file`. False if that fails. Local. */
bool fan_copy_json_write(const fan_copy_tally *tally, FILE *file);

#endif
