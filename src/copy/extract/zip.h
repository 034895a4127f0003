/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file zip.h  The directory at the end of a zip: modes, and which entries are symbolic links. A
 * zip that is read as it arrives does not say so earlier. Pure.
 */
#ifndef FAN_COPY_EXTRACT_ZIP_H
#define FAN_COPY_EXTRACT_ZIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/** Between two entries. */
typedef struct fan_copy_zip {
    const unsigned char *at, *end;
    uint64_t entries; /**< in all */
} fan_copy_zip;

typedef struct fan_copy_zip_entry {
    const char *name;
    size_t name_bytes;
    bool utf8;   /**< the name is said to be that */
    mode_t mode; /**< 0: it was not made on a system that has modes */
} fan_copy_zip_entry;

/**
 * Find it in `data`, which reaches to the end of the zip. False if that is damaged or not complete.
 */
bool fan_copy_zip_open(fan_copy_zip *zip, const unsigned char *data, size_t bytes);

/** Take the next entry. False at the end, or if it is damaged: then `at` is not `end`. */
bool fan_copy_zip_next(fan_copy_zip *zip, fan_copy_zip_entry *entry);

#endif
