/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "engine/ring/stream_copy.h"

#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>

enum { LINE = 64 };

/*
 * `to` is at the beginning of a line. All loads come first, so that they do not wait for each
 * other.
 */
static void stream_line(char *to, const char *from)
{
    const __m128i *source = (const void *)from;
    __m128i *target = (void *)to;
    __m128i a = _mm_loadu_si128(source), b = _mm_loadu_si128(source + 1);
    __m128i c = _mm_loadu_si128(source + 2), d = _mm_loadu_si128(source + 3);
    _mm_stream_si128(target, a);
    _mm_stream_si128(target + 1, b);
    _mm_stream_si128(target + 2, c);
    _mm_stream_si128(target + 3, d);
}

static int64_t to_next_line(const char *to, int64_t bytes)
{
    int64_t distance = (int64_t)(-(uintptr_t)to % LINE);
    return distance < bytes ? distance : bytes;
}

void fan_stream_copy(void *to, const void *from, int64_t bytes)
{
    char *target = to;
    const char *source = from;
    int64_t done = to_next_line(target, bytes);
    memcpy(target, source, (size_t)done);
    for (; bytes - done >= LINE; done += LINE)
        stream_line(target + done, source + done);
    memcpy(target + done, source + done, (size_t)(bytes - done));
    _mm_sfence(); /* a release does not order these stores */
}
#else
void fan_stream_copy(void *to, const void *from, int64_t bytes)
{
    memcpy(to, from, (size_t)bytes);
}
#endif
