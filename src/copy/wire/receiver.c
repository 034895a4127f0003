/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/job/memory.h"
#include "copy/wire/receiver.h"
#include "fanout.h"
#include "os/cleanup.h"

#include <stdlib.h>
#include <string.h>
#include <sys/param.h>

static bool write_queued(void *state, const void *data, size_t bytes)
{
    fan_os_cleanup_lock();
    bool good = fan_copy_receiver_write(state, data, bytes) == 0;
    fan_os_cleanup_unlock();
    return good;
}

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
    fan_copy_queue_open(&receiver->queue, FAN_COPY_QUEUE_BYTES, write_queued, receiver);
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
static int take_block(fan_copy_receiver *receiver, const unsigned char *data, int64_t bytes,
                      const XXH128_hash_t *hash)
{
    fan_copy_block block;
    fan_copy_piece piece;
    if (!fan_copy_blocks_next(receiver->manifest, receiver->set, &receiver->cursor, &block) ||
        block.bytes < bytes)
        return fail(receiver);
    for (int64_t done = 0; done < bytes; done += piece.bytes) {
        fan_copy_pieces_next_of(receiver->manifest, receiver->set, &block.start, &piece);
        piece.bytes = MIN(piece.bytes, bytes - done);
        if (!receiver->take(receiver->state, &piece, data + done,
                            piece.bytes == bytes ? hash : NULL))
            return -1;
    }
    receiver->taken += bytes;
    return 0;
}

static int take_frame(fan_copy_receiver *receiver, const fan_copy_frame_header *header,
                      const unsigned char *stored)
{
    const unsigned char *data =
        fan_copy_frame_unpack(header, stored, receiver->room, receiver->codec);
    receiver->got = 0;
    return data == NULL ? fail(receiver) : take_block(receiver, data, header->bytes, &header->hash);
}

/* Bytes of the frame that begins here, if all of it has come: then it need not be put together. */
static size_t whole_frame(const fan_copy_receiver *receiver, const unsigned char *from,
                          size_t bytes, fan_copy_frame_header *header)
{
    if (receiver->got > 0 || bytes < sizeof *header)
        return 0;
    memcpy(header, from, sizeof *header);
    size_t all = fan_copy_frame_bytes(header);
    return fan_copy_frame_valid(header) && all <= bytes ? all : 0;
}

/* How many bytes the frame needs before something can be done with it. */
static size_t needed(const fan_copy_receiver *receiver)
{
    const size_t header = sizeof receiver->frame->header;
    return receiver->got < header ? header : fan_copy_frame_bytes(&receiver->frame->header);
}

/* Put more of a frame together; its end, or that of its header, may have come. */
static int take_part(fan_copy_receiver *receiver, const unsigned char *from, size_t part)
{
    fan_copy_frame *frame = receiver->frame;
    size_t wanted = needed(receiver) - receiver->got;
    memcpy((char *)frame + receiver->got, from, part);
    receiver->got += part;
    if (part < wanted)
        return 0;
    if (receiver->got > sizeof frame->header)
        return take_frame(receiver, &frame->header, frame->data);
    return fan_copy_frame_valid(&frame->header) ? 0 : fail(receiver);
}

int fan_copy_receiver_write(fan_copy_receiver *receiver, const void *buffer, size_t bytes)
{
    const unsigned char *from = buffer;
    int code = 0;
    for (size_t part; bytes > 0 && code == 0; from += part, bytes -= part) {
        fan_copy_frame_header header;
        part = whole_frame(receiver, from, bytes, &header);
        if (part > 0) {
            code = take_frame(receiver, &header, from + sizeof header);
        } else {
            part = MIN(needed(receiver) - receiver->got, bytes);
            code = take_part(receiver, from, part);
        }
    }
    return code;
}

static void release(void *kept)
{
    fanout_stream_release(kept);
}

bool fan_copy_receiver_give(fan_copy_receiver *receiver, const void *buffer, size_t bytes)
{
    fanout_kept *kept = fanout_stream_keep(buffer);
    if (kept == NULL)
        return fan_copy_queue_give(&receiver->queue, buffer, bytes);
    return fan_copy_queue_lend(&receiver->queue, buffer, bytes,
                               (fan_copy_queue_lender){release, kept});
}

bool fan_copy_receiver_wait(fan_copy_receiver *receiver)
{
    return fan_copy_queue_wait(&receiver->queue);
}

void fan_copy_receiver_close(fan_copy_receiver *receiver)
{
    fan_copy_receiver_wait(receiver);
    fan_copy_queue_close(&receiver->queue);
    free(receiver->frame);
    free(receiver->room);
    receiver->frame = NULL;
    receiver->room = NULL;
}
