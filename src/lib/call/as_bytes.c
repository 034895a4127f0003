/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "lib/call/as_bytes.h"

#include <stdlib.h>

fan_status fan_as_bytes_open(fan_as_bytes *b, const fan_call *call)
{
    *b = (fan_as_bytes){.is_root = call->state->rank == call->root, .bytes = call->bytes};
    fan_status status = fan_buffer_open(&b->buffer, call);
    if (status != FAN_OK)
        return status;
    b->store = fan_buffer_store(&b->buffer, b->is_root);
    if (b->store.base == NULL)
        b->packed = malloc((size_t)b->bytes);
    return FAN_OK;
}

fan_call fan_as_bytes_call(fan_as_bytes *b, const fan_call *call)
{
    fan_call bytes = *call;
    if (b->store.base == NULL && b->packed == NULL)
        return bytes;
    if (b->packed != NULL && b->is_root)
        b->store.fill(b->store.state, 0, b->packed, b->bytes);
    bytes.buffer = b->packed != NULL ? b->packed : b->store.base;
    bytes.count = b->bytes;
    bytes.datatype = MPI_BYTE;
    return bytes;
}

void fan_as_bytes_done(fan_as_bytes *b)
{
    if (b->packed != NULL && !b->is_root)
        b->store.drain(b->store.state, 0, b->packed, b->bytes);
}

void fan_as_bytes_close(fan_as_bytes *b)
{
    free(b->packed);
    fan_buffer_free(&b->buffer);
}
