/* SPDX-License-Identifier: BSD-3-Clause */
/** @file buffer.h  A user's buffer as a store. */
#ifndef FAN_LIB_CALL_BUFFER_H
#define FAN_LIB_CALL_BUFFER_H

#include "engine/store.h"
#include "engine/typemap/typemap.h"
#include "lib/call/call.h"

typedef struct fan_buffer {
    void *address;
    fan_typemap *map;
} fan_buffer;

/** Decode the datatype of a call. fan_buffer_free releases it. */
fan_status fan_buffer_open(fan_buffer *buffer, const fan_call *call);

/** A store of it. Memory that is not one piece is packed and unpacked a piece at a time. */
fan_store fan_buffer_store(fan_buffer *buffer, bool is_root);

void fan_buffer_free(fan_buffer *buffer);

#endif
