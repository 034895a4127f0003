/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "tools/bench/data.h"

#include <string.h>
#include <sys/param.h>

enum { WORD = sizeof(uint64_t) };

/*
 * Word `index` of the data: SplitMix64 (Steele, Lea, Flood, OOPSLA 2014). Neither data of another
 * broadcast nor data from another place of the same one can pass for it.
 */
static uint64_t word(uint64_t number, uint64_t index)
{
    uint64_t x = (number << 32) + index;
    x *= UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

void fan_bench_fill(unsigned char *buffer, int bytes, uint64_t number)
{
    for (int64_t at = 0; at < bytes; at += WORD) {
        uint64_t value = word(number, (uint64_t)at / WORD);
        memcpy(buffer + at, &value, (size_t)MIN(WORD, (int)(bytes - at)));
    }
}

static int first_unequal(const unsigned char *a, const unsigned char *b, int bytes)
{
    int i = 0;
    while (i < bytes && a[i] == b[i])
        i++;
    return i;
}

int fan_bench_difference(const unsigned char *buffer, int bytes, uint64_t number)
{
    for (int64_t at = 0; at < bytes; at += WORD) {
        uint64_t value = word(number, (uint64_t)at / WORD);
        int length = MIN(WORD, (int)(bytes - at));
        if (memcmp(buffer + at, &value, (size_t)length) != 0)
            return (int)at + first_unequal(buffer + at, (const unsigned char *)&value, length);
    }
    return bytes;
}
