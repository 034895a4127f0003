/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A block goes into a frame and comes out of it; damage is found. Run with the address sanitizer,
 * too.
 */
#include "config.h"

#include "copy/wire/frame.h"
#include "tests/common/random.h"
#include "tests/common/unit_main.h"

#include <stdlib.h>
#include <string.h>

static const fan_copy_compression methods[] = {
    {FAN_COPY_STORED, 0, false}, {FAN_COPY_ZSTD, 1, false}, {FAN_COPY_LZ4, 0, false}};
enum { METHODS = sizeof methods / sizeof methods[0] };

/* Of fixed size, so that the address sanitizer sees what goes beyond. */
typedef struct bench {
    fan_copy_frame *frame;
    unsigned char *block, *room;
    fan_copy_codec *codec;
} bench;

static bench open_bench(const fan_copy_compression *compression)
{
    bench b = {malloc(sizeof *b.frame), malloc(FAN_COPY_BLOCK), malloc(FAN_COPY_BLOCK),
               fan_copy_codec_create(compression)};
    ck_assert(b.frame != NULL && b.block != NULL && b.room != NULL && b.codec != NULL);
    memset(b.frame, 0, sizeof *b.frame);
    return b;
}

static void close_bench(bench *b)
{
    free(b->frame);
    free(b->block);
    free(b->room);
    fan_copy_codec_free(b->codec);
}

static const unsigned char *unpack(bench *b)
{
    return fan_copy_frame_unpack(&b->frame->header, b->frame->data, b->room, b->codec);
}

/* Text that shrinks, with noise that does not in its first part. */
static void fill(bench *b, size_t bytes, random_state *random)
{
    for (size_t i = 0; i < bytes; i++)
        b->block[i] =
            i < bytes / 4 ? (unsigned char)random_bits(random) : (unsigned char)(i / 5 % 7);
}

START_TEST(a_block_comes_out_as_it_went_in)
{
    static const size_t sizes[] = {1, 2, 15, 16, 17, 1000, FAN_COPY_BLOCK - 1, FAN_COPY_BLOCK};
    random_state random = 1;
    for (int m = 0; m < METHODS; m++)
        for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
            bench b = open_bench(&methods[m]);
            fill(&b, sizes[i], &random);
            fan_copy_frame_pack(b.frame, b.block, sizes[i], b.codec, methods[m].method);
            ck_assert(fan_copy_frame_valid(&b.frame->header));
            ck_assert_uint_eq(b.frame->header.bytes, sizes[i]);
            ck_assert_uint_le(fan_copy_frame_bytes(&b.frame->header),
                              sizeof b.frame->header + sizes[i]);
            bool shrinks = methods[m].method != FAN_COPY_STORED && sizes[i] >= 1000;
            ck_assert_int_eq(b.frame->header.stored < sizes[i], shrinks);
            const unsigned char *out = unpack(&b);
            ck_assert_ptr_nonnull(out);
            ck_assert_mem_eq(out, b.block, sizes[i]);
            close_bench(&b);
        }
}
END_TEST

/* What the receiver does with a frame that came: found, or the block is right all the same. */
static void expect_harmless(bench *b, size_t bytes)
{
    if (!fan_copy_frame_valid(&b->frame->header))
        return;
    const unsigned char *out = unpack(b);
    if (out == NULL)
        return;
    ck_assert_uint_eq(b->frame->header.bytes, bytes);
    ck_assert_mem_eq(out, b->block, bytes);
}

START_TEST(damage_of_any_byte_is_found_or_harmless)
{
    enum { BYTES = 3000 };
    random_state random = 2;
    for (int m = 0; m < METHODS; m++) {
        bench b = open_bench(&methods[m]);
        fill(&b, BYTES, &random);
        fan_copy_frame_pack(b.frame, b.block, BYTES, b.codec, methods[m].method);
        unsigned char *bytes = (unsigned char *)b.frame;
        size_t end = fan_copy_frame_bytes(&b.frame->header);
        for (size_t i = 0; i < end; i++)
            for (int bit = 0; bit < 8; bit++) {
                bytes[i] ^= (unsigned char)(1u << bit);
                expect_harmless(&b, BYTES);
                bytes[i] ^= (unsigned char)(1u << bit);
            }
        ck_assert_ptr_nonnull(unpack(&b));
        close_bench(&b);
    }
}
END_TEST

START_TEST(a_damaged_block_is_not_taken)
{
    bench b = open_bench(&methods[0]);
    random_state random = 3;
    fill(&b, FAN_COPY_BLOCK, &random);
    fan_copy_frame_pack(b.frame, b.block, FAN_COPY_BLOCK, NULL, FAN_COPY_STORED);
    for (int i = 0; i < 200; i++) {
        int at = random_between(&random, 0, FAN_COPY_BLOCK - 1);
        b.frame->data[at] ^= 1;
        ck_assert_ptr_null(unpack(&b));
        b.frame->data[at] ^= 1;
    }
    close_bench(&b);
}
END_TEST

START_TEST(rubbish_stays_in_bounds)
{
    random_state random = 4;
    bench b = open_bench(&methods[1]);
    fill(&b, FAN_COPY_BLOCK, &random);
    memcpy(b.frame->data, b.block, FAN_COPY_BLOCK);
    for (int i = 0; i < 20000; i++) {
        b.frame->header = (fan_copy_frame_header){
            .method = (uint32_t)random_between(&random, 0, 3),
            .stored = (uint32_t)random_bits(&random) >> random_between(&random, 0, 31),
            .bytes = (uint32_t)random_bits(&random) >> random_between(&random, 0, 31)};
        const fan_copy_frame_header *header = &b.frame->header;
        bool valid = header->stored > 0 && header->stored <= header->bytes &&
                     header->bytes <= FAN_COPY_BLOCK &&
                     (header->method != FAN_COPY_STORED || header->stored == header->bytes);
        ck_assert_int_eq(fan_copy_frame_valid(header), valid);
        if (valid)
            ck_assert_ptr_null(unpack(&b));
    }
    close_bench(&b);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {a_block_comes_out_as_it_went_in,
                                  damage_of_any_byte_is_found_or_harmless,
                                  a_damaged_block_is_not_taken, rubbish_stays_in_bounds};
    return unit_main("frame", tests, sizeof tests / sizeof tests[0]);
}
