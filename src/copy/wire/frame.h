/* SPDX-License-Identifier: BSD-3-Clause */
/** @file frame.h  A block as it travels: a header, then its bytes, compressed or not. */
#ifndef FAN_COPY_WIRE_FRAME_H
#define FAN_COPY_WIRE_FRAME_H

#include "copy/coding/codec.h"
#include "copy/coding/xxhash.h"
#include "copy/model/pieces.h"

#include <stdint.h>

typedef struct fan_copy_frame_header {
    uint32_t method; /**< a fan_copy_method */
    uint32_t stored; /**< bytes that follow */
    uint32_t bytes;  /**< of the block */
    uint32_t blank;
    XXH128_hash_t hash; /**< of the block */
} fan_copy_frame_header;

typedef struct fan_copy_frame {
    fan_copy_frame_header header;
    unsigned char data[FAN_COPY_BLOCK];
} fan_copy_frame;

/**
 * Put a block into a frame, compressed if there is a codec, which uses `method`, and it helps.
 * Without a codec it may be there already: `block` is the frame's data.
 */
void fan_copy_frame_pack(fan_copy_frame *frame, const void *block, size_t bytes,
                         fan_copy_codec *codec, fan_copy_method method);

/** Bytes of a frame that travel. */
size_t fan_copy_frame_bytes(const fan_copy_frame_header *header);

/** Whether a header that arrived is a valid one. */
bool fan_copy_frame_valid(const fan_copy_frame_header *header);

/**
 * Get the block out of what follows a header, if need be into `room` (FAN_COPY_BLOCK bytes).
 * Returns it, or NULL if it is not what was sent.
 */
const unsigned char *fan_copy_frame_unpack(const fan_copy_frame_header *header,
                                           const unsigned char *stored, unsigned char *room,
                                           fan_copy_codec *codec);

/** Bytes that travel for the pieces of the set if nothing is compressed. */
int64_t fan_copy_frames_bytes(const fan_copy_manifest *manifest, const fan_copy_set *set);

#endif
