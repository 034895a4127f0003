/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "tools/tune/model/model.h"

#include "tools/tune/model/fit.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/param.h>

double fan_tune_round(double value)
{
    char text[32];
    snprintf(text, sizeof text, "%.4g", value);
    return strtod(text, NULL);
}

static double hop(const fan_tune_pair *pair)
{
    return fan_tune_curve_median(&pair->messages, 0);
}

/*
 * Twice what is in the curve: that is half of the time per message. The least, as more on the way
 * may be too many.
 */
static double relay(const fan_tune_pair *pair)
{
    double least = fan_tune_curve_median(&pair->messages, 0);
    for (int i = 1; i < pair->messages.count; i++)
        if (fan_tune_curve_median(&pair->messages, i) < least)
            least = fan_tune_curve_median(&pair->messages, i);
    return 2 * least;
}

static double bandwidth(const fan_tune_pair *pair)
{
    return 1 / fan_tune_fit(&pair->transfers, pair->transfers.count - 1).slope;
}

/* Of the pairs with so many points: there may have been no time for the last ones. */
static fan_summary over_pairs(const fan_tune_results *results,
                              double (*value)(const fan_tune_pair *), size_t curve_offset,
                              int points)
{
    double values[FAN_TUNE_PAIRS];
    int count = 0;
    for (int i = 0; i < results->pair_count; i++) {
        const fan_tune_pair *pair = &results->pairs[i];
        const fan_tune_curve *curve = (const void *)((const char *)pair + curve_offset);
        if (curve->count >= points)
            values[count++] = value(pair);
    }
    return fan_summarize(values, count);
}

fan_summary fan_tune_hops(const fan_tune_results *results)
{
    return over_pairs(results, hop, offsetof(fan_tune_pair, messages), 1);
}

/* Single messages on the way say nothing of it. */
fan_summary fan_tune_relays(const fan_tune_results *results)
{
    return over_pairs(results, relay, offsetof(fan_tune_pair, messages), 2);
}

fan_summary fan_tune_bandwidths(const fan_tune_results *results)
{
    return over_pairs(results, bandwidth, offsetof(fan_tune_pair, transfers), 1);
}

/* To say of a host that it is slow: one lost message makes a transfer look slow. */
static bool has_enough(const fan_tune_curve *transfers)
{
    int last = transfers->count - 1;
    return last > 0 && transfers->points[last].count >= FAN_TUNE_SURE &&
           transfers->points[last - 1].count >= FAN_TUNE_SURE;
}

void fan_tune_model(fan_tune_results *results)
{
    double hops = fan_tune_hops(results).median, relays = fan_tune_relays(results).median;
    double usual = fan_tune_bandwidths(results).median;
    /* Medians of different pairs may contradict each other a little. */
    double overheads = MIN(relays, hops);
    results->params.overhead = fan_tune_round(overheads / 2);
    results->params.latency = fan_tune_round(hops - overheads);
    results->params.bandwidth = fan_tune_round(usual);
    for (int i = 0; i < results->pair_count; i++) {
        fan_tune_pair *pair = &results->pairs[i];
        bool is_known = results->host_count > 1 && has_enough(&pair->transfers);
        pair->speed = is_known ? bandwidth(pair) / usual : 1;
    }
}

bool fan_tune_gap_is_known(const fan_tune_curve *chunks, double bandwidth)
{
    const double busy = 1.5;
    int last = chunks->count - 1;
    if (last < 1)
        return false;
    return chunks->points[last].count >= FAN_TUNE_SURE ||
           fan_tune_curve_median(chunks, last) <= busy * chunks->points[last].x / bandwidth;
}

double fan_tune_gap(const fan_tune_curve *chunks, double bandwidth)
{
    if (!fan_tune_gap_is_known(chunks, bandwidth))
        return fan_tune_round(FAN_PARAMS_GAP_BYTES / bandwidth);
    double start = fan_tune_fit_all(chunks).start;
    return start > 0 ? fan_tune_round(start) : 0;
}
