/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/wire/frame.h"

#include <string.h>

void fan_copy_frame_pack(fan_copy_frame *frame, const void *block, size_t bytes,
                         fan_copy_codec *codec, fan_copy_method method)
{
    frame->header =
        (fan_copy_frame_header){.bytes = (uint32_t)bytes, .hash = XXH3_128bits(block, bytes)};
    size_t packed =
        codec == NULL ? 0 : fan_copy_codec_compress(codec, block, bytes, frame->data, bytes);
    frame->header.stored = (uint32_t)(packed > 0 ? packed : bytes);
    frame->header.method = packed > 0 ? (uint32_t)method : FAN_COPY_STORED;
    if (packed == 0 && block != frame->data)
        memcpy(frame->data, block, bytes);
}

size_t fan_copy_frame_bytes(const fan_copy_frame_header *header)
{
    return sizeof *header + header->stored;
}

bool fan_copy_frame_valid(const fan_copy_frame_header *header)
{
    return header->bytes > 0 && header->bytes <= FAN_COPY_BLOCK && header->stored > 0 &&
           (header->method == FAN_COPY_STORED ? header->stored == header->bytes
                                              : header->stored <= header->bytes);
}

const unsigned char *fan_copy_frame_unpack(const fan_copy_frame_header *header,
                                           const unsigned char *stored, unsigned char *room,
                                           fan_copy_codec *codec)
{
    const unsigned char *block = room;
    if (header->method == FAN_COPY_STORED)
        block = stored;
    else if (!fan_copy_codec_expand(codec, (fan_copy_method)header->method, stored, header->stored,
                                    room, header->bytes))
        return NULL;
    XXH128_hash_t hash = XXH3_128bits(block, header->bytes);
    return XXH128_isEqual(hash, header->hash) ? block : NULL;
}

int64_t fan_copy_frames_bytes(const fan_copy_manifest *manifest, const fan_copy_set *set)
{
    int64_t bytes = 0;
    fan_copy_cursor cursor = {0};
    fan_copy_block block;
    while (fan_copy_blocks_next(manifest, set, &cursor, &block))
        bytes += (int64_t)sizeof(fan_copy_frame_header) + block.bytes;
    return bytes;
}
