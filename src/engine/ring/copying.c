/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "engine/ring/copying.h"

#include "base/clock.h"
#include "engine/ring/stream_copy.h"

#include <string.h>
#include <sys/param.h>

enum {
    FIRST = 8,      /* copies that are timed, in turns */
    LOOKS = 16,     /* then one in so many is */
    LOOKS_BACK = 64 /* and one in so many goes the other way */
};

static const double memory = 0.125; /* of a new time: how much it counts */
static const double disturbed = 2;  /* times the usual: it counts as no more */
static const double clearly = 0.9;  /* what was copied by memcpy is near for who uses it */

static fan_copying_way faster(const fan_copying *c)
{
    const double *s = c->seconds;
    return s[FAN_COPYING_STREAMED] < clearly * s[FAN_COPYING_CACHED] ? FAN_COPYING_STREAMED
                                                                     : FAN_COPYING_CACHED;
}

fan_copying_way fan_copying_next(fan_copying *c, bool *is_timed)
{
    uint32_t n = c->copies++;
    *is_timed = n < FIRST || n % LOOKS == 0;
    if (n < FIRST)
        return n % FAN_COPYING_WAYS;
    fan_copying_way way = faster(c);
    return n % LOOKS_BACK == 0 ? FAN_COPYING_WAYS - 1 - way : way;
}

void fan_copying_note(fan_copying *c, fan_copying_way way, double seconds, int64_t bytes)
{
    double *usual = &c->seconds[way], now = seconds / (double)bytes;
    if (*usual == 0 || (c->copies <= FIRST && now < *usual))
        *usual = now; /* the first ones may meet pages that are new */
    else
        *usual += memory * (MIN(now, disturbed * *usual) - *usual);
}

void fan_copying_do(fan_copying *c, void *to, const void *from, int64_t bytes)
{
    bool is_timed;
    fan_copying_way way = fan_copying_next(c, &is_timed);
    double begun = is_timed ? fan_clock_now() : 0;
    if (way == FAN_COPYING_STREAMED)
        fan_stream_copy(to, from, bytes);
    else
        memcpy(to, from, (size_t)bytes);
    if (is_timed && bytes > 0)
        fan_copying_note(c, way, fan_clock_now() - begun, bytes);
}
