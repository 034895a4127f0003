/* SPDX-License-Identifier: BSD-3-Clause */
/** @file scan.h  Walks what is to be copied and writes the manifest, on the ranks that read. */
#ifndef FAN_COPY_SOURCE_SCAN_H
#define FAN_COPY_SOURCE_SCAN_H

#include "copy/source/catalog.h"

/** Look at all sources that are to be read here. */
void fan_copy_scan(const fan_copy_catalog_options *options, fan_copy_manifest *manifest,
                   fan_copy_catalog_problem_fn *problem, void *state);

/**
 * The path of an entry's file on this host, in memory that the caller frees. `sources` as in the
 * options.
 */
char *fan_copy_scan_path(char *const *sources, const fan_copy_manifest *manifest,
                         const fan_copy_entry *entry);

/** The same of the file that has the entry's content: another one if the entry has a snapshot. */
char *fan_copy_scan_content(char *const *sources, const fan_copy_manifest *manifest,
                            const fan_copy_entry *entry);

#endif
