/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "engine/typemap/tree.h"

#include "base/spare/spare.h"

#include <stdbool.h>

static fan_status too_long(void)
{
    return fan_fail(FAN_ERR_ARGUMENT, "count and datatype describe more than 2^63 - 1 bytes");
}

static fan_body *new_body(int64_t room)
{
    /* calloc: memory that merging leaves unused is not touched. */
    fan_body *body = fan_spare_calloc(1, sizeof *body + (size_t)room * sizeof body->parts[0]);
    if (body == NULL)
        fan_fail(FAN_ERR_MEMORY, "no memory for a datatype with %lld parts", (long long)room);
    return body;
}

static void add_body(fan_body **bodies, fan_body *body)
{
    body->next = *bodies;
    *bodies = body;
}

static bool is_block(const fan_loop *loop)
{
    return loop->count == 1 && loop->body == NULL;
}

fan_loop fan_loop_block(int64_t displacement, int64_t bytes)
{
    if (bytes == 0)
        return (fan_loop){0};
    return (fan_loop){.displacement = displacement, .count = 1, .bytes = bytes};
}

int64_t fan_loop_bytes(const fan_loop *loop)
{
    return loop->count * loop->bytes;
}

/** Make a loop of several copies the only part of a new body, so that it can be repeated. */
static fan_status enclose(fan_body **bodies, fan_loop *loop)
{
    fan_body *body = new_body(1);
    if (body == NULL)
        return FAN_ERR_MEMORY;
    body->count = 1;
    body->parts[0].loop = *loop;
    body->parts[0].loop.displacement = 0;
    add_body(bodies, body);
    *loop = (fan_loop){.displacement = loop->displacement,
                       .count = 1,
                       .bytes = fan_loop_bytes(loop),
                       .body = body};
    return FAN_OK;
}

fan_status fan_loop_repeat(fan_body **bodies, int64_t count, int64_t stride, fan_loop *loop)
{
    int64_t total;
    if (__builtin_mul_overflow(count, fan_loop_bytes(loop), &total))
        return too_long();
    if (total == 0)
        *loop = (fan_loop){0};
    if (total == 0 || count == 1)
        return FAN_OK;
    if (loop->count > 1 && loop->count * loop->stride == stride) {
        loop->count *= count;
        return FAN_OK;
    }
    fan_status status = loop->count > 1 ? enclose(bodies, loop) : FAN_OK;
    loop->count = count;
    loop->stride = stride;
    if (loop->body == NULL && stride == loop->bytes)
        *loop = fan_loop_block(loop->displacement, total);
    return status;
}

fan_sequence fan_sequence_begin(int64_t room)
{
    fan_body *body = new_body(room);
    return (fan_sequence){.body = body, .status = body == NULL ? FAN_ERR_MEMORY : FAN_OK};
}

/** Let a block grow over the block that follows it. */
static bool merge(fan_loop *block, const fan_loop *next)
{
    if (!is_block(block) || !is_block(next) ||
        block->displacement + block->bytes != next->displacement)
        return false;
    block->bytes += next->bytes;
    return true;
}

void fan_sequence_append(fan_sequence *sequence, const fan_loop *loop)
{
    if (loop->count == 0 || sequence->status != FAN_OK)
        return;
    int64_t start = sequence->bytes;
    if (__builtin_add_overflow(start, fan_loop_bytes(loop), &sequence->bytes)) {
        sequence->status = too_long();
        return;
    }
    fan_body *body = sequence->body;
    if (body->count > 0 && merge(&body->parts[body->count - 1].loop, loop))
        return;
    body->parts[body->count++] = (fan_part){.start = start, .loop = *loop};
}

fan_status fan_sequence_end(fan_sequence *sequence, fan_body **bodies, fan_loop *loop)
{
    fan_body *body = sequence->body;
    if (sequence->status == FAN_OK && body->count > 1) {
        /* Give back the room that merging left unused. */
        body = fan_spare_shrink(body, sizeof *body + (size_t)body->count * sizeof body->parts[0]);
        add_body(bodies, body);
        *loop = (fan_loop){.count = 1, .bytes = sequence->bytes, .body = body};
        return FAN_OK;
    }
    *loop = (fan_loop){0};
    if (sequence->status == FAN_OK && body->count == 1)
        *loop = body->parts[0].loop;
    fan_spare_free(body);
    return sequence->status;
}
