/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/coding/codec.h"

#include <ctype.h>
#include <limits.h>
#include <lz4.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

/* A block must shrink by at least 1/LEAST_GAIN: what less would gain is lost in expanding it. */
enum { LEAST_GAIN = 16 };

/* The most blocks in a row that are sent without trying to compress them. */
enum { LONGEST_PAUSE = 64 };

struct fan_copy_codec {
    fan_copy_method method;
    ZSTD_CCtx *compressor;
    ZSTD_DCtx *expander;
    void *lz4_state;
    int untried; /* the number of next blocks that are not tried */
    int pause;   /* untried after the next one that does not shrink */
};

static bool parse_level(const char *text, int *level)
{
    char *end;
    long value = strtol(text, &end, 10);
    if (!isdigit((unsigned char)text[text[0] == '-']) || *end != '\0')
        return false;
    *level = (int)value;
    return value >= ZSTD_minCLevel() && value <= ZSTD_maxCLevel();
}

bool fan_copy_compression_parse(const char *text, fan_copy_compression *compression, char *error,
                                size_t size)
{
    static const struct {
        const char *name;
        fan_copy_compression meaning;
    } words[] = {
        {"none", {FAN_COPY_STORED, 0, false}},
        {"lz4", {FAN_COPY_LZ4, 0, false}},
        {"zstd", {FAN_COPY_ZSTD, ZSTD_CLEVEL_DEFAULT, false}},
        {"auto", {FAN_COPY_ZSTD, 1, true}},
    };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcmp(text, words[i].name) == 0) {
            *compression = words[i].meaning;
            return true;
        }
    if (strncmp(text, "zstd:", 5) != 0) {
        snprintf(error, size,
                 "%s is not a compression method; use none, lz4, zstd, zstd:LEVEL or auto", text);
        return false;
    }
    *compression = (fan_copy_compression){.method = FAN_COPY_ZSTD};
    if (parse_level(text + 5, &compression->level))
        return true;
    snprintf(error, size, "%s: the level of zstd is a number from %d to %d", text, ZSTD_minCLevel(),
             ZSTD_maxCLevel());
    return false;
}

fan_copy_codec *fan_copy_codec_create(const fan_copy_compression *compression)
{
    fan_copy_codec *codec = malloc(sizeof *codec);
    if (codec == NULL)
        return NULL;
    *codec = (fan_copy_codec){
        .method = compression->method,
        .compressor = ZSTD_createCCtx(),
        .expander = ZSTD_createDCtx(),
        .lz4_state = malloc((size_t)LZ4_sizeofState()),
        .pause = 1,
    };
    if (codec->compressor == NULL || codec->expander == NULL || codec->lz4_state == NULL) {
        fan_copy_codec_free(codec);
        return NULL;
    }
    ZSTD_CCtx_setParameter(codec->compressor, ZSTD_c_compressionLevel, compression->level);
    return codec;
}

void fan_copy_codec_free(fan_copy_codec *codec)
{
    if (codec == NULL)
        return;
    ZSTD_freeCCtx(codec->compressor);
    ZSTD_freeDCtx(codec->expander);
    free(codec->lz4_state);
    free(codec);
}

static size_t with_zstd(fan_copy_codec *codec, const void *in, size_t bytes, void *out, size_t room)
{
    size_t result = ZSTD_compress2(codec->compressor, out, room, in, bytes);
    return ZSTD_isError(result) ? 0 : result;
}

static size_t with_lz4(fan_copy_codec *codec, const void *in, size_t bytes, void *out, size_t room)
{
    if (bytes > LZ4_MAX_INPUT_SIZE)
        return 0;
    return (size_t)LZ4_compress_fast_extState(codec->lz4_state, in, out, (int)bytes, (int)room, 1);
}

size_t fan_copy_codec_compress(fan_copy_codec *codec, const void *in, size_t bytes, void *out,
                               size_t room)
{
    size_t useful = bytes - (bytes + LEAST_GAIN - 1) / LEAST_GAIN;
    if (codec->method == FAN_COPY_STORED || useful == 0)
        return 0;
    if (codec->untried > 0) {
        codec->untried--;
        return 0;
    }
    if (room > useful)
        room = useful;
    size_t result = codec->method == FAN_COPY_ZSTD ? with_zstd(codec, in, bytes, out, room)
                                                   : with_lz4(codec, in, bytes, out, room);
    if (result > 0) {
        codec->pause = 1;
        return result;
    }
    codec->untried = codec->pause;
    if (codec->pause < LONGEST_PAUSE)
        codec->pause *= 2;
    return 0;
}

bool fan_copy_codec_expand(fan_copy_codec *codec, fan_copy_method method, const void *in,
                           size_t bytes, void *out, size_t expected_bytes)
{
    switch (method) {
    case FAN_COPY_STORED:
        if (bytes != expected_bytes)
            return false;
        memcpy(out, in, bytes);
        return true;
    case FAN_COPY_ZSTD:
        return ZSTD_decompressDCtx(codec->expander, out, expected_bytes, in, bytes) ==
               expected_bytes;
    case FAN_COPY_LZ4:
        if (bytes > INT_MAX || expected_bytes > INT_MAX)
            return false;
        return LZ4_decompress_safe(in, out, (int)bytes, (int)expected_bytes) == (int)expected_bytes;
    }
    return false; /* the method came over the network as well */
}
