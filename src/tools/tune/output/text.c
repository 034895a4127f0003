/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "tools/tune/output/text.h"

#include "base/units.h"
#include "tools/tune/model/crossover.h"
#include "tools/tune/model/fit.h"
#include "tools/tune/model/knee.h"
#include "tools/tune/model/model.h"

static void write_value(const fan_tune_results *results, const char *name, FILE *out)
{
    char text[64];
    fan_tune_value(&results->params, name, text, sizeof text);
    fprintf(out, "%s = %s\n\n", name, text);
}

static void write_default(const fan_tune_results *results, const char *name, const char *what,
                          FILE *out)
{
    fprintf(out, "# There was no time for %s, more --seconds would help. So this is the default.\n",
            what);
    write_value(results, name, out);
}

static void write_head(const fan_tune_results *results, FILE *out)
{
    fprintf(out,
            "# Parameters of libfanout, measured by fanout-tune %s\n"
            "# The library reads them if the variable FANOUT_TUNE_FILE names this file.\n"
            "#\n"
            "# when   %s, %.0f s of measuring\n"
            "# where  %d ranks on %d host%s: %s\n"
            "# MPI    %s\n"
            "#\n"
            "# a [b..c] is a median and a range.\n\n",
            results->version, results->when, results->seconds, results->ranks, results->host_count,
            results->host_count == 1 ? " (so this is not a network's performance)" : "s",
            results->hosts, results->library);
}

static void write_seconds(fan_summary s, FILE *out)
{
    char median[16], minimum[16], maximum[16];
    fprintf(out, "%s [%s..%s]", fan_format_seconds(s.median, median, sizeof median),
            fan_format_seconds(s.minimum, minimum, sizeof minimum),
            fan_format_seconds(s.maximum, maximum, sizeof maximum));
}

/* The least and the greatest sample of all pairs' points number `point`. */
static void write_repetitions(const fan_tune_results *results, int point, FILE *out)
{
    fan_summary all = fan_tune_curve_summary(&results->pairs[0].messages, point);
    for (int i = 1; i < results->pair_count && results->pairs[i].messages.count > point; i++) {
        fan_summary s = fan_tune_curve_summary(&results->pairs[i].messages, point);
        all.minimum = s.minimum < all.minimum ? s.minimum : all.minimum;
        all.maximum = s.maximum > all.maximum ? s.maximum : all.maximum;
    }
    char minimum[16], maximum[16];
    fprintf(out, "%s..%s", fan_format_seconds(all.minimum, minimum, sizeof minimum),
            fan_format_seconds(all.maximum, maximum, sizeof maximum));
}

static void write_messages(const fan_tune_results *results, FILE *out)
{
    fprintf(out, "# An empty message takes ");
    write_seconds(fan_tune_hops(results), out);
    fprintf(out, " over %d pair%s\n# (single repetitions: ", results->pair_count,
            results->pair_count == 1 ? "" : "s");
    write_repetitions(results, 0, out);
    fprintf(out, ").\n# That is latency + 2 overhead.\n");
    write_value(results, "latency", out);
    fprintf(out, "# A rank that relays at its fastest needs ");
    write_seconds(fan_tune_relays(results), out);
    fprintf(out, " a message.\n# That is 2 overhead, and at most the time of an empty message.\n");
    write_value(results, "overhead", out);
}

static void write_slow_hosts(const fan_tune_results *results, FILE *out)
{
    int slow = 0;
    for (int i = 0; i < results->pair_count; i++)
        slow += results->pairs[i].speed < FAN_TUNE_SLOW;
    if (slow == 0)
        return;
    fprintf(out,
            "# Below %.1f of the usual bandwidth: %d of the %d hosts that were asked. If this is "
            "permanent,\n"
            "# put these lines into the file that FANOUT_TOPO_FILE names, see fanout-plan(1):\n",
            FAN_TUNE_SLOW, slow, results->pair_count);
    for (int i = 0; i < results->pair_count; i++)
        if (results->pairs[i].speed < FAN_TUNE_SLOW)
            fprintf(out, "# NodeName=%s Speed=%.2g\n", results->pairs[i].host,
                    results->pairs[i].speed);
    fprintf(out, "\n");
}

static void write_bandwidth(const fan_tune_results *results, FILE *out)
{
    const fan_tune_curve *curve = &results->pairs[0].transfers;
    fan_summary bandwidths = fan_tune_bandwidths(results);
    char size[16];
    fan_format_bytes((int64_t)curve->points[curve->count - 1].x, size, sizeof size);
    fprintf(out,
            "# Bytes per second over the pairs: %.4g [%.4g..%.4g],\n# from the difference of "
            "transfers of up to %s.\n",
            bandwidths.median, bandwidths.minimum, bandwidths.maximum, size);
    fprintf(out, "# Those of %s to %s took ", size, results->pairs[0].host);
    write_seconds(fan_tune_curve_summary(curve, curve->count - 1), out);
    fprintf(out, ".\n");
    write_value(results, "bandwidth", out);
    write_slow_hosts(results, out);
}

static void write_connections(const fan_tune_results *results, FILE *out)
{
    const fan_tune_curve *rates = &results->rates;
    if (rates->count == 0) {
        write_default(results, "connections", "exchanges", out);
        return;
    }
    fprintf(out, "# What a rank sends, and receives, in an exchange with k others at once:\n");
    for (int i = 0; i < rates->count; i++) {
        fan_summary s = fan_tune_curve_summary(rates, i);
        fprintf(out, "#   k = %-3.0f %10.4g bytes per second [%.4g..%.4g]\n", rates->points[i].x,
                s.median, s.minimum, s.maximum);
    }
    int knee = fan_tune_knee(rates);
    if (knee == results->params.connections)
        fprintf(out, "# The largest k with at least 0.95 of the best rate is %d.\n", knee);
    else
        fprintf(out,
                "# No limit was found up to k = %d, the largest there was to try. So this is the "
                "default.\n",
                knee);
    write_value(results, "connections", out);
}

/* The beginning of a row of a curve over sizes. */
static void write_size(const fan_tune_curve *curve, int point, FILE *out)
{
    char size[16];
    fprintf(out, "#   %8s  ", fan_format_bytes((int64_t)curve->points[point].x, size, sizeof size));
}

/* What the gap is, if it is not known. */
static const char taken_for[] = "So this is the time of 300 bytes.\n";

static void write_gap(const fan_tune_results *results, FILE *out)
{
    const fan_tune_curve *chunks = &results->chunks;
    if (chunks->count == 0) {
        fprintf(out, "# There was no time for exchanges of chunks, more --seconds would help. %s",
                taken_for);
        write_value(results, "gap", out);
        return;
    }
    fprintf(out, "# Chunks, exchanged by two ranks, took, each:\n");
    for (int i = 0; i < chunks->count; i++) {
        write_size(chunks, i, out);
        write_seconds(fan_tune_curve_summary(chunks, i), out);
        fprintf(out, "\n");
    }
    if (!fan_tune_gap_is_known(chunks, results->params.bandwidth)) {
        fprintf(out, "# Links were idle, more --seconds would help. %s", taken_for);
        write_value(results, "gap", out);
        return;
    }
    fprintf(
        out,
        "# The straight line through them starts with what a chunk takes besides its bytes%s.\n",
        results->params.gap > 0 ? "" : ":\n# nothing that stands out from noise");
    write_value(results, "gap", out);
}

static void write_crossover(const fan_tune_results *results, FILE *out)
{
    const fan_tune_curve *mpi = &results->mpi, *fanout = &results->fanout;
    if (mpi->count == 0) {
        write_default(results, "min_bytes", "broadcasts", out);
        return;
    }
    fprintf(out, "# Broadcasts:\n");
    for (int i = 0; i < mpi->count; i++) {
        write_size(mpi, i, out);
        fprintf(out, "MPI_Bcast ");
        write_seconds(fan_tune_curve_summary(mpi, i), out);
        fprintf(out, ", fanout_bcast ");
        write_seconds(fan_tune_curve_summary(fanout, i), out);
        fprintf(out, "\n");
    }
    if (fan_tune_crossover(mpi, fanout) < mpi->count)
        fprintf(out, "# From here on fanout_bcast is not slower at any size tested.\n");
    else
        fprintf(out, "# fanout_bcast is slower at the largest size tested. So this is twice that "
                     "size,\n# or the default if that is more: a guess.\n");
    write_value(results, "min_bytes", out);
}

void fan_tune_text(const fan_tune_results *results, FILE *out)
{
    write_head(results, out);
    write_messages(results, out);
    write_bandwidth(results, out);
    write_connections(results, out);
    write_gap(results, out);
    write_crossover(results, out);
}
