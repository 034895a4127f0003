/* SPDX-License-Identifier: BSD-3-Clause */
/** @file buffer.h  A user's buffer as a store. */
#ifndef FAN_LIB_CALL_BUFFER_H
#define FAN_LIB_CALL_BUFFER_H

#include "engine/store.h"
#include "engine/typemap/typemap.h"
#include "lib/call/call.h"

typedef struct fan_buffer {
    void *address;
    bool is_plain; /**< elements that are predefined, without gaps: it has no map */
    fan_typemap
        *map; /**< NULL after a failure: nothing can be taken from the buffer or put there */
    fan_failure failure;
} fan_buffer;

/**
 * Decode the datatype of a call. fan_buffer_free releases it. A failure, such as one for want of
 * memory, is kept: the other ranks wait for this one's part in the broadcast.
 */
void fan_buffer_open(fan_buffer *buffer, const fan_call *call);

/**
 * A store of it. Memory that is not one piece is packed and unpacked a piece at a time. After a
 * failure it fails, too.
 */
fan_store fan_buffer_store(fan_buffer *buffer, bool is_root);

/** What a delivery with that store has come to: that failure, if it has failed on this rank. */
fan_status fan_buffer_result(const fan_buffer *buffer, fan_status delivered);

/** Copy all of it, packed, to memory of its own, or from there. There has been no failure. */
void fan_buffer_pack(const fan_buffer *buffer, void *packed, int64_t bytes);
void fan_buffer_unpack(const fan_buffer *buffer, const void *packed, int64_t bytes);

void fan_buffer_free(fan_buffer *buffer);

#endif
