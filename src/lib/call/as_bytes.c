/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "lib/call/as_bytes.h"

#include "base/spare/spare.h"
#include "lib/state/errors.h"

void fan_as_bytes_open(fan_as_bytes *b, const fan_call *call, bool apart)
{
    b->is_root = call->state->rank == call->root;
    b->bytes = call->bytes;
    b->data = b->packed = NULL;
    fan_buffer_open(&b->buffer, call);
    if (b->buffer.failure.status != FAN_OK)
        return;
    b->data = apart ? NULL : fan_buffer_store(&b->buffer, b->is_root).base;
    if (b->data == NULL)
        b->data = b->packed =
            apart ? fan_spare_calloc((size_t)b->bytes + 1, 1) : fan_spare_malloc((size_t)b->bytes);
}

fan_status fan_as_bytes_failure(const fan_as_bytes *b)
{
    if (b->buffer.failure.status != FAN_OK)
        return fan_fail_again(&b->buffer.failure);
    return b->data != NULL
               ? FAN_OK
               : fan_fail(FAN_ERR_MEMORY, "no memory to pack %lld bytes", (long long)b->bytes);
}

#ifdef OPEN_MPI
enum { DATATYPES_MAY_DIFFER = false };
#else
enum { DATATYPES_MAY_DIFFER = true };
#endif

fan_call fan_as_bytes_call(fan_as_bytes *b, const fan_call *call, bool is_whole)
{
    fan_call bytes = *call;
    if (fan_as_bytes_failure(b) != FAN_OK) {
        if (!is_whole && !DATATYPES_MAY_DIFFER)
            fan_error_abort();
        return bytes;
    }
    if (b->packed != NULL && b->is_root)
        fan_buffer_pack(&b->buffer, b->packed, b->bytes);
    bytes.buffer = b->data;
    bytes.count = b->bytes;
    bytes.datatype = MPI_BYTE;
    return bytes;
}

void fan_as_bytes_done(fan_as_bytes *b)
{
    if (b->packed != NULL && !b->is_root)
        fan_buffer_unpack(&b->buffer, b->packed, b->bytes);
}

void fan_as_bytes_close(fan_as_bytes *b)
{
    fan_spare_free(b->packed);
    fan_buffer_free(&b->buffer);
}
