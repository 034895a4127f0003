/* SPDX-License-Identifier: BSD-3-Clause */
/** @file json_file.h  Where the report goes: what is wrong with it is known before the copy. */
#ifndef FAN_COPY_REPORT_JSON_FILE_H
#define FAN_COPY_REPORT_JSON_FILE_H

#include <jansson.h>
#include <stdio.h>

/**
 * Open the file and write to it, so that failures are known now. Until fan_copy_json_close the
 * report says that the copy has not ended. "-" is standard output, to which nothing is written yet.
 *
 * @return NULL, with what is wrong in `wrong`, if it cannot be written, or is one of the sources
 */
FILE *fan_copy_json_open(const char *path, char *const *sources, int source_count, char *wrong,
                         size_t size);

/** Write the report and close the file. False, with what is wrong in `wrong`, if that fails. */
bool fan_copy_json_close(FILE *file, const char *path, const json_t *report, char *wrong,
                         size_t size);

#endif
