/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "lib/where/slowness.h"

#include <math.h>
#include <stdlib.h>

fan_slowness *fan_slowness_allocate(const fan_order *order, int nodes)
{
    fan_slowness *s = calloc(1, sizeof *s + (size_t)nodes * sizeof s->rates[0]);
    if (s == NULL)
        return NULL;
    s->nodes = nodes;
    s->order = fan_order_allocate(nodes, 0, order == NULL ? 1 : order->switches, 1);
    if (s->order != NULL)
        return s;
    free(s);
    return NULL;
}

void fan_slowness_free(fan_slowness *slowness)
{
    while (slowness != NULL) {
        fan_slowness *before = slowness->before;
        free(slowness->order);
        free(slowness);
        slowness = before;
    }
}

int fan_slowness_count(const fan_slowness *slowness)
{
    int count = 0;
    for (int node = 0; slowness != NULL && node < slowness->nodes; node++)
        count += slowness->rates[node] > 0;
    return count;
}

void fan_slowness_settle(fan_slowness *s, const fan_order *order)
{
    double slowest = 1;
    for (int node = 0; node < s->nodes; node++)
        if (s->rates[node] > 0)
            slowest = fmin(slowest, (double)s->rates[node] / (double)s->usual);
    fan_order_set_back(order, s->rates, slowest, s->order);
}

bool fan_slowness_is_slow(int64_t rate, int64_t usual, const fan_slowness *before, int node)
{
    const double becomes = 0.5, remains = 0.7;
    bool was = before != NULL && before->rates[node] > 0;
    return (double)rate < (was ? remains : becomes) * (double)usual;
}
