/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "lib/call/buffer.h"

#include <stdatomic.h>
#include <string.h>

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

/* An MPI_SHORT_INT has a gap. */
static bool has_no_gap(MPI_Datatype datatype)
{
    MPI_Aint lower, extent, true_lower, true_extent;
    int size;
    return MPI_Type_size(datatype, &size) == MPI_SUCCESS &&
           MPI_Type_get_extent(datatype, &lower, &extent) == MPI_SUCCESS &&
           MPI_Type_get_true_extent(datatype, &true_lower, &true_extent) == MPI_SUCCESS &&
           lower == 0 && true_lower == 0 && extent == size && true_extent == size;
}

/*
 * To decode even MPI_BYTE takes as long as a tenth of a small MPI_Bcast. Most programs use one
 * datatype over and over; handles of predefined ones stay what they are.
 */
static bool is_plain(MPI_Datatype datatype)
{
    static _Atomic(MPI_Datatype) last;
    static atomic_bool has_last;
    int integers, addresses, types, combiner;
    if (atomic_load_explicit(&has_last, memory_order_acquire) &&
        atomic_load_explicit(&last, memory_order_relaxed) == datatype)
        return true;
    if (MPI_Type_get_envelope(datatype, &integers, &addresses, &types, &combiner) != MPI_SUCCESS ||
        combiner != MPI_COMBINER_NAMED || !has_no_gap(datatype))
        return false;
    atomic_store_explicit(&last, datatype, memory_order_relaxed);
    atomic_store_explicit(&has_last, true, memory_order_release);
    return true;
}

void fan_buffer_open(fan_buffer *buffer, const fan_call *call)
{
    /* Its text, which is set after a failure only, is not worth clearing. */
    buffer->failure.status = FAN_OK;
    buffer->address = call->buffer;
    buffer->map = NULL;
    buffer->is_plain = is_plain(call->datatype);
    if (buffer->is_plain)
        return;
    fan_fail_keep(&buffer->failure, fan_typemap_make(call->count, call->datatype, &buffer->map));
}

fan_store fan_buffer_store(fan_buffer *buffer, bool is_root)
{
    int64_t offset;
    if (buffer->is_plain)
        return (fan_store){.base = buffer->address};
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

void fan_buffer_pack(const fan_buffer *buffer, void *packed, int64_t bytes)
{
    if (!buffer->is_plain)
        fan_typemap_pack(buffer->map, buffer->address, 0, packed, bytes);
    else if (bytes > 0)
        memcpy(packed, buffer->address, (size_t)bytes);
}

void fan_buffer_unpack(const fan_buffer *buffer, const void *packed, int64_t bytes)
{
    if (!buffer->is_plain)
        fan_typemap_unpack(buffer->map, buffer->address, 0, packed, bytes);
    else if (bytes > 0)
        memcpy(buffer->address, packed, (size_t)bytes);
}

void fan_buffer_free(fan_buffer *buffer)
{
    fan_typemap_free(buffer->map);
    buffer->map = NULL;
}
