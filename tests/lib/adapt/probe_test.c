/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How long a link is measured, and what is found: on one that is fast, on one that is slow but lets
 * a burst through, for short broadcasts and for long ones. The time of the link is made up.
 */
#include "config.h"

#include "comm/probe/probe.h"
#include "tests/common/tap.h"

#include <math.h>

enum { KIB = 1024, SHORT = 1 << 20, LONG = 1 << 28 };

/* What a link does with its first bytes. */
typedef struct start {
    int64_t from, to; /* of these */
    double takes;     /* so many times as long as usual */
} start;

static const start warms_up = {32 * KIB, 96 * KIB, 10}, has_burst = {0, 64 * KIB, 0};

static start begins;
static double rate, now;
static int64_t sent;

int PMPI_Isend(const void *data, int count, MPI_Datatype type, int peer, int tag, MPI_Comm comm,
               MPI_Request *request)
{
    bool is_usual = sent < begins.from || sent >= begins.to;
    now += 5e-6 + count / rate * (is_usual ? 1 : begins.takes);
    sent += count;
    return MPI_Isend(data, count, type, peer, tag, comm, request);
}

double MPI_Wtime(void)
{
    return now;
}

/* On the rank that leads; the other one has an empty result. */
static fan_probe_link measure(double bytes_per_second, start at_first, double of_bytes, double most)
{
    fan_probe_patience patience = {4e-3, 0.02, of_bytes, most};
    fan_probe_link link = {0};
    bool unused;
    rate = bytes_per_second;
    begins = at_first;
    sent = 0;
    int code = tap_rank == 0 ? fan_probe_lead(MPI_COMM_WORLD, 1, 7, &patience, NULL, &link, &unused)
                             : fan_probe_follow(MPI_COMM_WORLD, 0, 7);
    tap_ok(code == MPI_SUCCESS, "%.0f MB/s, for %.0f bytes: measured", rate / 1e6, of_bytes);
    return link;
}

/* One rank has found something; all say whether it is right. */
static void check(bool is_right, const char *what)
{
    tap_ok(tap_rank != 0 || is_right, "%s", what);
}

static bool is_near(double found, double truth)
{
    return fabs(found / truth - 1) < 0.25;
}

int main(void)
{
    tap_begin(MPI_THREAD_SINGLE);

    fan_probe_link link = measure(1e9, warms_up, SHORT, 0.25);
    check(link.is_rough && !link.is_settled, "fast, a short broadcast: left at a rough value");
    check(link.bandwidth > 0.5e9 && link.bandwidth < 2e9, "which is of the right order");
    check(sent < 256 * KIB, "after a quarter of its bytes");

    link = measure(1e9, warms_up, LONG, 0.25);
    check(!link.is_rough && link.is_settled, "a long one: measured until it is sure");
    check(is_near(link.bandwidth, 1e9), "and near");

    link = measure(1e9, warms_up, 0, 0.25);
    check(!link.is_rough && link.is_settled, "one of unknown length: the same");

    link = measure(1e9, warms_up, SHORT, INFINITY);
    check(!link.is_rough && link.is_settled, "so if all the time may be spent");

    link = measure(25e6, has_burst, 128 * KIB, 0.25);
    check(!link.is_rough, "slow, but for a burst: is not taken for fast");
    check(is_near(link.bandwidth, 25e6), "the rate is that after the burst");
    return tap_end();
}
