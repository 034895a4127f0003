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
    fan_typemap *map;
    bool lacks_memory; /**< for the map: nothing can be taken from the buffer or put there */
} fan_buffer;

/**
 * Decode the datatype of a call. fan_buffer_free releases it. It is no failure that a buffer
 * `lacks_memory`, because the other ranks wait for this one's part.
 */
fan_status fan_buffer_open(fan_buffer *buffer, const fan_call *call);

/**
 * A store of it. Memory that is not one piece is packed and unpacked a piece at a time. That of
 * a buffer that `lacks_memory` fails.
 */
fan_store fan_buffer_store(fan_buffer *buffer, bool is_root);

/** What a delivery with that store has come to: FAN_ERR_MEMORY if the buffer `lacks_memory`. */
fan_status fan_buffer_result(const fan_buffer *buffer, fan_status delivered);

void fan_buffer_free(fan_buffer *buffer);

#endif
