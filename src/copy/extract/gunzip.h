/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file gunzip.h  Decompresses what is in gzip's format and passes on the rest as it is. Libarchive
 * could do it, but does not look at the checksum. Local.
 */
#ifndef FAN_COPY_EXTRACT_GUNZIP_H
#define FAN_COPY_EXTRACT_GUNZIP_H

#include "copy/extract/functions.h"

#include <zlib.h>

typedef struct fan_copy_gunzip {
    fan_copy_extract_pull_fn *pull;
    void *state;
    bool begun, is_gzip;
    bool between;        /**< one part has ended; another one may follow */
    unsigned char *room; /**< for what is decompressed */
    z_stream stream;
    const char *error; /**< what is wrong with the data, or NULL */
} fan_copy_gunzip;

/** Begin, with what gives the compressed data. */
void fan_copy_gunzip_open(fan_copy_gunzip *gunzip, fan_copy_extract_pull_fn *pull, void *state);

/** A fan_copy_extract_pull_fn with the gunzip as state. Negative, with `error`: it is damaged. */
ssize_t fan_copy_gunzip_pull(void *gunzip, const void **data);

void fan_copy_gunzip_close(fan_copy_gunzip *gunzip);

#endif
