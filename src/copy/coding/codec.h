/* SPDX-License-Identifier: BSD-3-Clause */
/** @file codec.h  Compression of blocks, and what --compress says of it. */
#ifndef FAN_COPY_CODING_CODEC_H
#define FAN_COPY_CODING_CODEC_H

#include <stdbool.h>
#include <stddef.h>

/** How a block travels. */
typedef enum fan_copy_method { FAN_COPY_STORED, FAN_COPY_ZSTD, FAN_COPY_LZ4 } fan_copy_method;

typedef struct fan_copy_compression {
    fan_copy_method method;
    int level;      /**< of zstd; 0 for the others */
    bool automatic; /**< only where it pays */
} fan_copy_compression;

/**
 * Parse "none", "lz4", "zstd", "zstd:LEVEL" or "auto". False, with a text in `error`, for anything
 * else.
 */
bool fan_copy_compression_parse(const char *text, fan_copy_compression *compression, char *error,
                                size_t size);

/**
 * The memory that compressing and expanding need, and what the last blocks were like. Not
 * thread-safe.
 */
typedef struct fan_copy_codec fan_copy_codec;

/** NULL if memory is short. */
fan_copy_codec *fan_copy_codec_create(const fan_copy_compression *compression);

void fan_copy_codec_free(fan_copy_codec *codec);

/**
 * Compress a block into at most `room` bytes of `out`; the size of the block is always enough.
 *
 * @return the bytes in `out`, or 0 if the block is to be sent as it is: it does not shrink by a
 *         16th, or it was not tried, because those before it did not
 */
size_t fan_copy_codec_compress(fan_copy_codec *codec, const void *in, size_t bytes, void *out,
                               size_t room);

/**
 * Undo it. Any codec expands any method. `in` may be anything; no more than `expected_bytes` are
 * written.
 *
 * @return whether it was whole and had exactly `expected_bytes`. Damage that leaves a valid block
 *         of this size is not noticed: a hash of the data has to find it.
 */
bool fan_copy_codec_expand(fan_copy_codec *codec, fan_copy_method method, const void *in,
                           size_t bytes, void *out, size_t expected_bytes);

#endif
