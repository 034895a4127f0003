/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/wire/section.h"

#include "copy/party/pace.h"

#include <math.h>
#include <mpi.h>

/* The first one says little: what is written is in memory at first, and windows fill. */
static const double first = 2; /* seconds */
enum { LEAST_BYTES = 4 << 20 };

void fan_copy_section_next(fan_copy_section *section, int64_t start,
                           const fan_copy_queue_work *work)
{
    section->start = start;
    section->begun = section->since = MPI_Wtime();
    section->at_since = 0;
    section->before = *work;
    section->least = section->least > 0 ? 2 * section->least : first;
    section->cut = false;
}

double fan_copy_section_rate(const fan_copy_section *section, int64_t bytes)
{
    return (double)bytes / (MPI_Wtime() - section->begun);
}

double fan_copy_section_pace(const fan_copy_section *section, const fan_copy_queue_work *work)
{
    double busy = work->busy - section->before.busy;
    bool waited = work->waited > section->before.waited;
    return waited && busy > 0 ? (double)(work->bytes - section->before.bytes) / busy : INFINITY;
}

bool fan_copy_section_ends(fan_copy_section *section, int64_t bytes, double left)
{
    double now = MPI_Wtime();
    double seconds = now - section->since;
    double rate = (double)(bytes - section->at_since) / seconds;
    if (seconds < section->least || bytes - section->at_since < LEAST_BYTES)
        return false;
    if (2 * rate < section->usual)
        return left > FAN_COPY_PACE_GAIN * rate;
    section->since = now;
    section->at_since = bytes;
    section->least = first;
    return false;
}
