/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "lib/call/buffer.h"

static int64_t pack(void *state, int64_t offset, void *piece, int64_t bytes)
{
    const fan_buffer *b = state;
    fan_typemap_pack(b->map, b->address, offset, piece, bytes);
    return bytes;
}

static int unpack(void *state, int64_t offset, const void *piece, int64_t bytes)
{
    const fan_buffer *b = state;
    fan_typemap_unpack(b->map, b->address, offset, piece, bytes);
    return 0;
}

static int64_t give_nothing(void *state, int64_t offset, void *piece, int64_t bytes)
{
    (void)state, (void)offset, (void)piece, (void)bytes;
    return -1;
}

static int take_nothing(void *state, int64_t offset, const void *piece, int64_t bytes)
{
    (void)state, (void)offset, (void)piece, (void)bytes;
    return -1;
}

void fan_buffer_open(fan_buffer *buffer, const fan_call *call)
{
    buffer->address = call->buffer;
    fan_fail_keep(&buffer->failure, fan_typemap_make(call->count, call->datatype, &buffer->map));
}

fan_store fan_buffer_store(fan_buffer *buffer, bool is_root)
{
    int64_t offset;
    if (buffer->failure.status != FAN_OK)
        return (fan_store){.fill = give_nothing, .drain = take_nothing};
    if (fan_typemap_is_dense(buffer->map, &offset))
        return (fan_store){.base = (void *)((uintptr_t)buffer->address + (uintptr_t)offset)};
    return (fan_store){.fill = pack, .drain = is_root ? NULL : unpack, .state = buffer};
}

fan_status fan_buffer_result(const fan_buffer *buffer, fan_status delivered)
{
    bool is_ours = delivered == FAN_ERR_SOURCE || delivered == FAN_ERR_SINK;
    return buffer->failure.status != FAN_OK && is_ours ? fan_fail_again(&buffer->failure)
                                                       : delivered;
}

void fan_buffer_free(fan_buffer *buffer)
{
    fan_typemap_free(buffer->map);
    buffer->map = NULL;
}
