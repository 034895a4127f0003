/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "lib/call/as_bytes.h"

#include "base/spare/spare.h"
#include "lib/state/errors.h"

fan_status fan_as_bytes_open(fan_as_bytes *b, const fan_call *call)
{
    *b = (fan_as_bytes){.is_root = call->state->rank == call->root, .bytes = call->bytes};
    fan_status status = fan_buffer_open(&b->buffer, call);
    if (status != FAN_OK)
        return status;
    b->store = fan_buffer_store(&b->buffer, b->is_root);
    if (b->store.base == NULL && !b->buffer.lacks_memory)
        b->packed = fan_spare_malloc((size_t)b->bytes);
    b->lacks_memory = b->store.base == NULL && b->packed == NULL;
    return FAN_OK;
}

#ifdef OPEN_MPI
enum { DATATYPES_MAY_DIFFER = false };
#else
enum { DATATYPES_MAY_DIFFER = true };
#endif

static fan_call call_of_user(const fan_as_bytes *b, const fan_call *call, bool is_whole)
{
    if (!is_whole && !DATATYPES_MAY_DIFFER) {
        fan_fail(FAN_ERR_MEMORY, "no memory to pack %lld bytes", (long long)b->bytes);
        fan_error_abort();
    }
    return *call;
}

fan_call fan_as_bytes_call(fan_as_bytes *b, const fan_call *call, bool is_whole)
{
    if (b->lacks_memory)
        return call_of_user(b, call, is_whole);
    fan_call bytes = *call;
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
    fan_spare_free(b->packed);
    fan_buffer_free(&b->buffer);
}
