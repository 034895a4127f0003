/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file layers.h  An archive as it arrives: one reader that decompresses, and above it one that
 * finds the entries. They are apart so that what the inner one leaves unread (the end of a
 * compressed file with its checksum, the directory of a zip) is read as well. Local.
 */
#ifndef FAN_COPY_EXTRACT_LAYERS_H
#define FAN_COPY_EXTRACT_LAYERS_H

#include "copy/extract/gunzip.h"

#include <archive.h>

typedef struct fan_copy_layers {
    struct archive *outer, *entries;
    fan_copy_gunzip gunzip;
    bool stopped;  /**< `pull` said that there will be no more */
    int64_t bytes; /**< decompressed so far */

    const void *block; /**< of decompressed data, the last one */
    size_t block_bytes;
    unsigned char before[4096]; /**< the end of what was before it: the reader looks ahead */
    size_t before_bytes;

    unsigned char *rest; /**< when all is read: from the last entries' block on, for a zip only */
    size_t rest_bytes, rest_room;
} fan_copy_layers;

/** Begin. False, with why in `text`, if it is not an archive. */
bool fan_copy_layers_open(fan_copy_layers *layers, fan_copy_extract_pull_fn *pull, void *state,
                          char *text, size_t size);

/**
 * There are no more entries: read to the end, and see that it is the end of the archive and not of
 * a part of it. False, with why in `text`, if it is not.
 */
bool fan_copy_layers_finish(fan_copy_layers *layers, char *text, size_t size);

/** Why a reader has failed. */
void fan_copy_layers_explain(fan_copy_layers *layers, struct archive *failed, char *text,
                             size_t size);

/** Whether it is a zip. Known once there was an entry or the end. */
bool fan_copy_layers_is_zip(const fan_copy_layers *layers);

void fan_copy_layers_close(fan_copy_layers *layers);

#endif
