/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Compression of blocks: there and back, damage, blocks that do not shrink, and the words of
 * --compress.
 */
#include "config.h"

#include "copy/coding/codec.h"
#include "tests/common/random.h"
#include "tests/common/unit_main.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

enum { BLOCK_BYTES = 70000, GUARD_BYTES = 64, GUARD = 0xA5, LONGEST_PAUSE = 64 };

static unsigned char zeros[BLOCK_BYTES], noise[BLOCK_BYTES], text[BLOCK_BYTES], mixed[BLOCK_BYTES];

/* mixed: the first fifth shrinks, the rest does not. */
static void make_blocks(void)
{
    random_state state = 1;
    for (size_t i = 0; i < sizeof noise; i++)
        noise[i] = (unsigned char)(random_bits(&state) >> 56);
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (unsigned char)"etaoin shrdlu"[random_between(&state, 0, 12)];
    memcpy(mixed, noise, sizeof mixed);
    memset(mixed, 'x', sizeof mixed / 5);
}

static fan_copy_codec *codec_of(const char *words)
{
    char error[200];
    fan_copy_compression compression;
    ck_assert(fan_copy_compression_parse(words, &compression, error, sizeof error));
    fan_copy_codec *codec = fan_copy_codec_create(&compression);
    ck_assert_ptr_nonnull(codec);
    return codec;
}

/* What follows the bytes that may be written must stay as it is. */
static bool expand_guarded(fan_copy_codec *codec, fan_copy_method method, const void *in,
                           size_t bytes, unsigned char *out, size_t expected)
{
    memset(out + expected, GUARD, GUARD_BYTES);
    /* Read from the end of a heap block, so that sanitizers see reads beyond it. */
    void *copy = malloc(bytes + 1);
    memcpy(copy, in, bytes);
    bool whole = fan_copy_codec_expand(codec, method, copy, bytes, out, expected);
    free(copy);
    for (size_t i = 0; i < GUARD_BYTES; i++)
        if (out[expected + i] != GUARD)
            ck_abort_msg("byte %zu behind the block was written", i);
    return whole;
}

static const struct {
    const char *words;
    fan_copy_method method;
} ways[] = {{"zstd", FAN_COPY_ZSTD},
            {"zstd:-7", FAN_COPY_ZSTD},
            {"zstd:19", FAN_COPY_ZSTD},
            {"auto", FAN_COPY_ZSTD},
            {"lz4", FAN_COPY_LZ4}};
enum { WAYS = sizeof ways / sizeof ways[0] };

static void there_and_back(int way, const unsigned char *block, size_t bytes)
{
    static unsigned char packed[BLOCK_BYTES], back[BLOCK_BYTES + GUARD_BYTES];
    fan_copy_codec *codec = codec_of(ways[way].words), *other = codec_of("none");
    for (int again = 0; again < 2; again++) {
        size_t length = fan_copy_codec_compress(codec, block, bytes, packed, sizeof packed);
        if (length == 0 || length > bytes - bytes / 16)
            ck_abort_msg("%s: %zu bytes became %zu", ways[way].words, bytes, length);
        ck_assert(expand_guarded(other, ways[way].method, packed, length, back, bytes));
        ck_assert(memcmp(back, block, bytes) == 0);
    }
    fan_copy_codec_free(codec);
    fan_copy_codec_free(other);
}

START_TEST(blocks_come_back)
{
    for (int way = 0; way < WAYS; way++) {
        there_and_back(way, zeros, sizeof zeros);
        there_and_back(way, mixed, sizeof mixed);
        there_and_back(way, zeros, 100);
    }
    there_and_back(0, text, sizeof text);
}
END_TEST

START_TEST(the_level_counts)
{
    static unsigned char packed[BLOCK_BYTES];
    fan_copy_codec *fast = codec_of("zstd:-50"), *thorough = codec_of("zstd:19");
    size_t most = fan_copy_codec_compress(fast, mixed, sizeof mixed, packed, sizeof packed);
    size_t few = fan_copy_codec_compress(thorough, text, sizeof text, packed, sizeof packed);
    size_t many = fan_copy_codec_compress(fast, text, sizeof text, packed, sizeof packed);
    ck_assert(most > 0 && few > 0);
    ck_assert(many == 0 || many > few);
    fan_copy_codec_free(fast);
    fan_copy_codec_free(thorough);
}
END_TEST

static bool shrinks(fan_copy_codec *codec, const void *block, size_t bytes)
{
    static unsigned char packed[BLOCK_BYTES];
    return fan_copy_codec_compress(codec, block, bytes, packed, sizeof packed) > 0;
}

START_TEST(what_does_not_shrink_is_stored)
{
    static unsigned char little[BLOCK_BYTES], enough[BLOCK_BYTES];
    memcpy(little, noise, sizeof little);
    memset(little, 0, sizeof little / 20);
    memcpy(enough, noise, sizeof enough);
    memset(enough, 0, sizeof enough / 14);
    for (int way = 0; way < WAYS; way++) {
        fan_copy_codec *codec = codec_of(ways[way].words);
        ck_assert(shrinks(codec, enough, sizeof enough));
        ck_assert(!shrinks(codec, little, sizeof little));
        fan_copy_codec_free(codec);
        codec = codec_of(ways[way].words);
        ck_assert(!shrinks(codec, noise, sizeof noise));
        ck_assert(!shrinks(codec, zeros, 0));
        ck_assert(!shrinks(codec, "a", 1));
        fan_copy_codec_free(codec);
    }
    fan_copy_codec *none = codec_of("none");
    ck_assert(!shrinks(none, zeros, sizeof zeros));
    fan_copy_codec_free(none);
}
END_TEST

START_TEST(room_is_respected)
{
    unsigned char packed[100 + GUARD_BYTES];
    memset(packed, GUARD, sizeof packed);
    for (int way = 0; way < WAYS; way++) {
        fan_copy_codec *codec = codec_of(ways[way].words);
        ck_assert_uint_eq(fan_copy_codec_compress(codec, mixed, sizeof mixed, packed, 100), 0);
        for (size_t i = 100; i < sizeof packed; i++)
            ck_assert_uint_eq(packed[i], GUARD);
        fan_copy_codec_free(codec);
    }
}
END_TEST

/* How many zero blocks in a row are not tried. */
static int pause_of(fan_copy_codec *codec)
{
    int pause = 0;
    while (!shrinks(codec, zeros, sizeof zeros))
        if (++pause > 10 * LONGEST_PAUSE)
            ck_abort_msg("it is never tried again");
    return pause;
}

static int pause_after(int failures)
{
    return failures == 0 ? 0 : failures > 7 ? LONGEST_PAUSE : 1 << (failures - 1);
}

static void fail_to_shrink(fan_copy_codec *codec, int times)
{
    for (int failures = 0; failures < times; failures++)
        for (int block = 0; block <= pause_after(failures); block++)
            ck_assert(!shrinks(codec, noise, sizeof noise));
}

START_TEST(blocks_are_skipped_after_failures)
{
    fan_copy_codec *codec = codec_of("lz4");
    for (int failures = 0; failures <= 9; failures++) {
        fail_to_shrink(codec, failures);
        ck_assert_int_eq(pause_of(codec),
                         pause_after(failures)); /* and what shrinks makes a fresh start */
    }
    fan_copy_codec_free(codec);
}
END_TEST

START_TEST(wrong_sizes_and_damage_are_seen)
{
    static unsigned char packed[BLOCK_BYTES], back[BLOCK_BYTES + GUARD_BYTES];
    for (int way = 0; way < WAYS; way++) {
        fan_copy_codec *codec = codec_of(ways[way].words);
        fan_copy_method method = ways[way].method;
        size_t bytes = 3000;
        size_t length = fan_copy_codec_compress(codec, mixed, 15000, packed, sizeof packed);
        ck_assert(!expand_guarded(codec, method, packed, length, back, 15001));
        ck_assert(!expand_guarded(codec, method, packed, length, back, 14999));
        ck_assert(!expand_guarded(codec, method, packed, length, back, 0));
        ck_assert(!expand_guarded(codec, method, noise, length, back, 15000));
        length = fan_copy_codec_compress(codec, zeros, bytes, packed, sizeof packed);
        ck_assert_uint_gt(length, 0);
        for (size_t cut = 0; cut < length; cut++)
            ck_assert(!expand_guarded(codec, method, packed, cut, back, bytes));
        ck_assert(!expand_guarded(codec, method, packed, length + 3, back, bytes));
        ck_assert(expand_guarded(codec, method, packed, length, back,
                                 bytes)); /* and it goes on working */
        fan_copy_codec_free(codec);
    }
}
END_TEST

/* Some damage gives another block of the same size; none may leave the block. */
START_TEST(random_damage_stays_inside)
{
    static unsigned char packed[BLOCK_BYTES], back[BLOCK_BYTES + GUARD_BYTES];
    random_state state = 7;
    for (int way = 0; way < WAYS; way++) {
        fan_copy_codec *codec = codec_of(ways[way].words);
        int seen = 0;
        for (int draw = 0; draw < 500; draw++) {
            size_t length = fan_copy_codec_compress(codec, mixed, 2000, packed, sizeof packed);
            for (int flips = random_between(&state, 1, 5); flips > 0; flips--) {
                int at = random_between(&state, 0, (int)length - 1);
                packed[at] ^= (unsigned char)(1u << random_between(&state, 0, 7));
            }
            seen += !expand_guarded(codec, ways[way].method, packed, length, back, 2000);
        }
        ck_assert_int_gt(seen, 0);
        fan_copy_codec_free(codec);
    }
}
END_TEST

START_TEST(stored_blocks_and_unknown_methods)
{
    unsigned char back[100 + GUARD_BYTES];
    fan_copy_codec *codec = codec_of("none");
    ck_assert(expand_guarded(codec, FAN_COPY_STORED, noise, 100, back, 100));
    ck_assert(memcmp(back, noise, 100) == 0);
    ck_assert(!expand_guarded(codec, FAN_COPY_STORED, noise, 100, back, 99));
    ck_assert(!expand_guarded(codec, FAN_COPY_STORED, noise, 99, back, 100));
    ck_assert(!expand_guarded(codec, (fan_copy_method)3, noise, 100, back, 100));
    fan_copy_codec_free(codec);
}
END_TEST

static void expect_compression(const char *words, fan_copy_method method, int level, bool automatic)
{
    char error[200];
    fan_copy_compression compression;
    if (!fan_copy_compression_parse(words, &compression, error, sizeof error))
        ck_abort_msg("%s: %s", words, error);
    ck_assert_int_eq(compression.method, method);
    ck_assert_int_eq(compression.level, level);
    ck_assert(compression.automatic == automatic);
}

START_TEST(words_are_understood)
{
    char lowest[40];
    snprintf(lowest, sizeof lowest, "zstd:%d", ZSTD_minCLevel());
    expect_compression("none", FAN_COPY_STORED, 0, false);
    expect_compression("lz4", FAN_COPY_LZ4, 0, false);
    expect_compression("zstd", FAN_COPY_ZSTD, ZSTD_CLEVEL_DEFAULT, false);
    expect_compression("zstd:1", FAN_COPY_ZSTD, 1, false);
    expect_compression("zstd:-5", FAN_COPY_ZSTD, -5, false);
    expect_compression("zstd:22", FAN_COPY_ZSTD, 22, false);
    expect_compression(lowest, FAN_COPY_ZSTD, ZSTD_minCLevel(), false);
    expect_compression("auto", FAN_COPY_ZSTD, 1, true);
}
END_TEST

static void expect_error(const char *words, const char *part)
{
    char error[200];
    fan_copy_compression compression;
    if (fan_copy_compression_parse(words, &compression, error, sizeof error))
        ck_abort_msg("\"%s\" was taken", words);
    if (strstr(error, part) == NULL)
        ck_abort_msg("\"%s\": \"%s\" does not say \"%s\"", words, error, part);
}

START_TEST(other_words_are_refused)
{
    char range[60];
    snprintf(range, sizeof range, "from %d to %d", ZSTD_minCLevel(), ZSTD_maxCLevel());
    const char *const levels[] = {
        "zstd:",   "zstd:23", "zstd:-",   "zstd:-999999999",           "zstd:3x",
        "zstd: 3", "zstd:+3", "zstd:--3", "zstd:99999999999999999999", "zstd:4294967299"};
    for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++)
        expect_error(levels[i], range);
    expect_error("", "is not a compression method; use none, lz4, zstd, zstd:LEVEL or auto");
    expect_error("gzip", "gzip is not a compression method");
    expect_error("lz4:3", "lz4:3 is not a compression method");
    expect_error("ZSTD", "is not a compression method");
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        blocks_come_back,
        the_level_counts,
        what_does_not_shrink_is_stored,
        room_is_respected,
        blocks_are_skipped_after_failures,
        wrong_sizes_and_damage_are_seen,
        random_damage_stays_inside,
        stored_blocks_and_unknown_methods,
        words_are_understood,
        other_words_are_refused,
    };
    make_blocks();
    return unit_main("codec", tests, sizeof tests / sizeof tests[0]);
}
