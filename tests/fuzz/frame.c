/* SPDX-License-Identifier: BSD-3-Clause */
/* Frames that arrive: the header as it is, then data of as many bytes as it says. */
#include "config.h"

#include "copy/wire/frame.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>

/* No more than what arrives may be read, so memory ends there. */
static void unpack(fuzz_input input, const fan_copy_frame_header *header)
{
    const fan_copy_compression compression = {.method = FAN_COPY_ZSTD, .level = 1};
    fan_copy_codec *codec = fan_copy_codec_create(&compression);
    fan_copy_frame *frame = malloc(sizeof *header + header->stored);
    unsigned char *room = malloc(header->bytes);
    fuzz_assert(codec != NULL && frame != NULL && room != NULL);
    frame->header = *header;
    fuzz_take(&input, frame->data, header->stored);
    fan_copy_frame_unpack(&frame->header, frame->data, room, codec);
    free(room);
    free(frame);
    fan_copy_codec_free(codec);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fan_copy_frame_header header;
    fuzz_input input = {data, size};
    fuzz_take(&input, &header, sizeof header);
    if (fan_copy_frame_valid(&header))
        unpack(input, &header);
    return 0;
}
