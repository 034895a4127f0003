/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file unpack.h  Archives that are unpacked while they arrive. All functions are for the thread
 * that gets the data; failures are recorded in the outcome.
 */
#ifndef FAN_COPY_ARCHIVE_UNPACK_H
#define FAN_COPY_ARCHIVE_UNPACK_H

#include "copy/archive/feed.h"
#include "copy/extract/functions.h"
#include "copy/job/outcome.h"

typedef struct fan_copy_unpack_options {
    char *const *archives; /**< their names in messages, [archive_count] */
    int archive_count;
    bool archive; /**< owners, extended attributes and ACLs, too */
    bool unsafe;  /**< as bsdtar does */
    bool sync;    /**< all of it is on the device before success is reported */
} fan_copy_unpack_options;

typedef struct fan_copy_unpack {
    fan_copy_unpack_options options;
    fan_copy_outcome *outcome;
    const char *root;
    const fan_copy_extract_module *module;
    fan_copy_extract *extract; /**< NULL: not open */
    int archive;               /**< the one that arrives, or is to arrive next */
    bool running;              /**< it has a thread */
    bool good;                 /**< what became of it, after that */
    pthread_t thread;
    fan_copy_feed feed;
} fan_copy_unpack;

/** Begin, in the empty directory `root`, which is kept. False if that fails. */
bool fan_copy_unpack_open(fan_copy_unpack *unpack, const fan_copy_unpack_options *options,
                          const char *root, fan_copy_outcome *outcome);

/** The next bytes, of this archive; the archives come one after the other. False if that fails. */
bool fan_copy_unpack_write(fan_copy_unpack *unpack, int archive, const void *data, size_t bytes);

/** All has come: wait until it is unpacked. False if that fails. */
bool fan_copy_unpack_finish(fan_copy_unpack *unpack);

/** Stop, if it has not ended, and release everything. What was made stays. */
void fan_copy_unpack_close(fan_copy_unpack *unpack);

#endif
