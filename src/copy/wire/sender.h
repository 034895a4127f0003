/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file sender.h  The source's side of the stream: reads the lacking pieces and makes frames of
 * them.
 */
#ifndef FAN_COPY_WIRE_SENDER_H
#define FAN_COPY_WIRE_SENDER_H

#include "copy/coding/xxh3.h"
#include "copy/job/outcome.h"
#include "copy/source/ahead.h"
#include "copy/wire/frame.h"
#include "copy/wire/sums.h"

#include <stdint.h>
#include <sys/types.h>

/** What is read, and how it travels. */
typedef struct fan_copy_sender_options {
    char *const *sources; /**< what was named on the command line */
    int64_t first, end;   /**< which entries of the manifest are here */
    fan_copy_compression compression;
    double link_rate; /**< bytes per second to another host; 0: not known, or there is none */
    bool alone;       /**< no other rank reads parts of the source */
    bool checks;      /**< whether files that have no data to send have changed, too */
    /** a file that changes, but does not shrink, is sent as far as it was found, and noted */
    bool ignores_changes;
    double timeout; /**< seconds in which standard input must give something; 0: no limit */
} fan_copy_sender_options;

/** Asked now and then while standard input gives nothing: whether to stop waiting for it. */
typedef bool fan_copy_sender_stop_fn(void *state);

typedef struct fan_copy_sender {
    fan_copy_sender_options options;
    const fan_copy_manifest *manifest;
    const fan_copy_set *set; /**< the pieces to send; NULL: all */
    fan_copy_cursor cursor;
    fan_copy_codec *codec; /**< or NULL */
    int uncompressed;      /**< blocks to send before it is tried again */
    fan_copy_sums *sums;   /**< or NULL */
    fan_copy_sender_stop_fn *stop;
    void *stop_state;

    int64_t entry;   /**< whose file is open, -1: none */
    int64_t checked; /**< all before have been sent, or have no data and were looked at again */
    fan_copy_ahead ahead;      /**< not of standard input */
    fan_copy_ahead_file *file; /**< the one that is open, or NULL */
    const char *path;          /**< of the one that was opened or looked at last */

    unsigned char *block;           /**< as read; without a codec it is that of the frame */
    fan_copy_frame *frame;          /**< being sent */
    fan_copy_block current;         /**< what it has */
    int64_t frame_start, frame_end; /**< where it is in the stream */
    bool is_read;                   /**< otherwise its length is that without compression */
    int64_t read;                   /**< bytes of data in the frames so far */
    int64_t files;                  /**< files that have been opened */
    /** of the only file, as far as it was read without a gap; NULL if there are several */
    XXH3_state_t *hash;
    int64_t hashed; /**< bytes in it */
    bool finished;

    int64_t *changed; /**< with `ignores_changes`: entries that have, in order */
    int64_t changed_count;
    size_t changed_room;

    char error[FAN_COPY_TEXT]; /**< why the source cannot be read and what to do, or "" */
    char error_path[PATH_MAX];
} fan_copy_sender;

/**
 * Begin before the first piece. `set`, `codec` and `sums` may be NULL and are the caller's. The
 * caller sets `stop` and its state afterwards.
 */
void fan_copy_sender_open(fan_copy_sender *sender, const fan_copy_sender_options *options,
                          const fan_copy_manifest *manifest, const fan_copy_set *set,
                          fan_copy_codec *codec, fan_copy_sums *sums);

/**
 * A fanout_reader_fn in all but its state: bytes of the stream from `offset` on, which does not go
 * back. Without compression what is between is not read, so that several ranks can read parts of
 * one stream.
 *
 * @return how many; fewer than `bytes` at the end; negative, with the error, if the source fails,
 *         or without one if it was stopped
 */
int64_t fan_copy_sender_read(fan_copy_sender *sender, int64_t offset, void *buffer, size_t bytes);

/** How many bytes of the frame that is being sent come from `offset` on. */
size_t fan_copy_sender_rest(const fan_copy_sender *sender, int64_t offset);

/** All was read: look at the files after the last that had data. Their changes are errors, too. */
void fan_copy_sender_finish(fan_copy_sender *sender);

/** The hash of the only file, if all of it was sent; else "". */
void fan_copy_sender_hash(const fan_copy_sender *sender, char text[FAN_COPY_XXH3_TEXT]);

/** Release what is held. */
void fan_copy_sender_close(fan_copy_sender *sender);

#endif
