/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/job/memory.h"
#include "copy/wire/receiver.h"

#include <stdlib.h>
#include <string.h>
#include <sys/param.h>

void fan_copy_receiver_open(fan_copy_receiver *receiver, const fan_copy_manifest *manifest,
                            const fan_copy_set *set, fan_copy_codec *codec,
                            fan_copy_receiver_fn *take, void *state, fan_copy_outcome *outcome)
{
    *receiver = (fan_copy_receiver){.manifest = manifest,
                                    .set = set,
                                    .codec = codec,
                                    .take = take,
                                    .state = state,
                                    .outcome = outcome};
    receiver->frame = fan_copy_allocate(1, sizeof *receiver->frame);
    receiver->room = fan_copy_allocate(1, FAN_COPY_BLOCK);
}

static int fail(fan_copy_receiver *receiver)
{
    fan_copy_outcome_fail(receiver->outcome,
                          "the data that arrived differs from the source; check the memory and the "
                          "network of this host and copy again");
    return -1;
}

/*
 * The pieces of a block: those that the source has put into it. Of an endless piece, as much as
 * has come.
 */
static int take_block(fan_copy_receiver *receiver, const unsigned char *data, int64_t bytes)
{
    fan_copy_block block;
    fan_copy_piece piece;
    if (!fan_copy_blocks_next(receiver->manifest, receiver->set, &receiver->cursor, &block) ||
        block.bytes < bytes)
        return fail(receiver);
    for (int64_t done = 0; done < bytes; done += piece.bytes) {
        fan_copy_pieces_next_of(receiver->manifest, receiver->set, &block.start, &piece);
        piece.bytes = MIN(piece.bytes, bytes - done);
        if (!receiver->take(receiver->state, &piece, data + done))
            return -1;
    }
    receiver->taken += bytes;
    return 0;
}

static int take_frame(fan_copy_receiver *receiver)
{
    const unsigned char *data =
        fan_copy_frame_unpack(receiver->frame, receiver->room, receiver->codec);
    receiver->got = 0;
    return data == NULL ? fail(receiver)
                        : take_block(receiver, data, receiver->frame->header.bytes);
}

/* How many bytes the frame needs before something can be done with it. */
static size_t needed(const fan_copy_receiver *receiver)
{
    const size_t header = sizeof receiver->frame->header;
    return receiver->got < header ? header : fan_copy_frame_bytes(receiver->frame);
}

int fan_copy_receiver_write(fan_copy_receiver *receiver, const void *buffer, size_t bytes)
{
    const char *from = buffer;
    while (bytes > 0) {
        size_t wanted = needed(receiver) - receiver->got;
        size_t part = MIN(wanted, bytes);
        memcpy((char *)receiver->frame + receiver->got, from, part);
        receiver->got += part;
        from += part;
        bytes -= part;
        if (part < wanted)
            return 0;
        if (receiver->got == sizeof receiver->frame->header) {
            if (!fan_copy_frame_valid(&receiver->frame->header))
                return fail(receiver);
        } else if (take_frame(receiver) != 0) {
            return -1;
        }
    }
    return 0;
}

void fan_copy_receiver_close(fan_copy_receiver *receiver)
{
    free(receiver->frame);
    free(receiver->room);
    receiver->frame = NULL;
    receiver->room = NULL;
}
