/* SPDX-License-Identifier: BSD-3-Clause */
/** @file json_report.h  The report for machines. doc/fanout-copy.1 describes its members. */
#ifndef FAN_COPY_JSON_REPORT_H
#define FAN_COPY_JSON_REPORT_H

#include "copy/report.h"

#include <stdbool.h>
#include <stdio.h>

/** Write the report to `file`. False if that fails. */
bool fan_copy_json_write(const fan_copy_report *report, FILE *file);

#endif
