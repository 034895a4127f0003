/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Frames arrive in parts of any length: their pieces come out as they went in, and those that are
 * a whole block with its hash. Damage is found. Run with the address sanitizer, too.
 */
#include "config.h"

#include "copy/wire/receiver.h"
#include "tests/common/random.h"
#include "tests/common/unit_main.h"

#include <stdlib.h>
#include <string.h>
#include <sys/param.h>

/* Several small files make one block, large ones make several. */
static const int64_t sizes[] = {1, 100, 2000, 3 * FAN_COPY_BLOCK + 5, 7, FAN_COPY_BLOCK};
enum { FILES = sizeof sizes / sizeof sizes[0], MOST = 6 * FAN_COPY_BLOCK };

typedef struct bench {
    fan_copy_manifest manifest;
    unsigned char *data, *wire; /* of all files; as frames */
    size_t bytes, travel;
    size_t taken;
    int hashes; /* that came with a piece */
    fan_copy_receiver receiver;
    fan_copy_outcome outcome;
} bench;

static void send_all(bench *b)
{
    fan_copy_frame *frame = malloc(sizeof *frame);
    fan_copy_cursor cursor = {0};
    fan_copy_block block;
    ck_assert_ptr_nonnull(frame);
    for (size_t at = 0; fan_copy_blocks_next(&b->manifest, NULL, &cursor, &block);
         at += (size_t)block.bytes) {
        fan_copy_frame_pack(frame, b->data + at, (size_t)block.bytes, NULL, FAN_COPY_STORED);
        memcpy(b->wire + b->travel, frame, fan_copy_frame_bytes(&frame->header));
        b->travel += fan_copy_frame_bytes(&frame->header);
    }
    free(frame);
}

static bool take(void *state, const fan_copy_piece *piece, const void *data,
                 const XXH128_hash_t *hash)
{
    bench *b = state;
    ck_assert_uint_le(b->taken + (size_t)piece->bytes, b->bytes);
    ck_assert_mem_eq(data, b->data + b->taken, (size_t)piece->bytes);
    if (hash != NULL)
        ck_assert(XXH128_isEqual(*hash, XXH3_128bits(data, (size_t)piece->bytes)));
    b->hashes += hash != NULL;
    b->taken += (size_t)piece->bytes;
    return true;
}

static void open_bench(bench *b, random_state *random)
{
    *b = (bench){.data = malloc(MOST), .wire = malloc(MOST)};
    ck_assert(b->data != NULL && b->wire != NULL);
    for (int i = 0; i < FILES; i++) {
        fan_copy_manifest_add(&b->manifest, FAN_COPY_REGULAR, 0, "f",
                              &(struct stat){.st_mode = S_IFREG});
        fan_copy_manifest_add_extent(&b->manifest, 0, sizes[i]);
        b->bytes += (size_t)sizes[i];
    }
    for (size_t i = 0; i < b->bytes; i++)
        b->data[i] = (unsigned char)random_bits(random);
    send_all(b);
    fan_copy_receiver_open(&b->receiver, &b->manifest, NULL, NULL, take, b, &b->outcome);
}

static void close_bench(bench *b)
{
    fan_copy_receiver_close(&b->receiver);
    fan_copy_manifest_free(&b->manifest);
    free(b->data);
    free(b->wire);
}

/* All that travels, in parts of 1 to `most` bytes, each in memory of its own. */
static int arrive(bench *b, random_state *random, int most)
{
    int code = 0;
    for (size_t at = 0, part; at < b->travel && code == 0; at += part) {
        part = (size_t)random_between(random, 1, most);
        part = MIN(b->travel - at, part);
        unsigned char *copy = malloc(part);
        ck_assert_ptr_nonnull(copy);
        memcpy(copy, b->wire + at, part);
        code = fan_copy_receiver_write(&b->receiver, copy, part);
        free(copy);
    }
    return code;
}

START_TEST(parts_of_any_length)
{
    static const int most[] = {40, 1000, FAN_COPY_BLOCK, FAN_COPY_BLOCK + 100, MOST};
    enum { WHOLE_BLOCKS = 4 }; /* three of the fourth file, and the last */
    random_state random = 1;
    for (size_t i = 0; i < sizeof most / sizeof most[0]; i++) {
        bench b;
        open_bench(&b, &random);
        ck_assert_int_eq(arrive(&b, &random, most[i]), 0);
        ck_assert_uint_eq(b.taken, b.bytes);
        ck_assert_int_eq(b.hashes, WHOLE_BLOCKS);
        close_bench(&b);
    }
}
END_TEST

START_TEST(damage_is_found)
{
    random_state random = 2;
    for (int i = 0; i < 50; i++) {
        bench b;
        open_bench(&b, &random);
        size_t header = sizeof(fan_copy_frame_header);
        b.wire[header + (size_t)random_between(&random, 0, 2000)] ^= 1;
        ck_assert_int_ne(arrive(&b, &random, i % 2 == 0 ? MOST : 1000), 0);
        ck_assert_uint_eq(b.taken, 0);
        ck_assert_str_ne(b.outcome.error, "");
        close_bench(&b);
    }
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {parts_of_any_length, damage_is_found};
    return unit_main("receiver", tests, sizeof tests / sizeof tests[0]);
}
