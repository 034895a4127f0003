/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "tools/mdc/progress.h"

#include "base/clock.h"

#include <stdio.h>

enum { FIRST_SECONDS = 10, SECONDS = 60 };

fan_mdctool_progress fan_mdctool_progress_begin(const char *command, const char *name, int64_t rows)
{
    double now = fan_clock_now();
    return (fan_mdctool_progress){command, name, rows, now, now + FIRST_SECONDS};
}

void fan_mdctool_progress_at(fan_mdctool_progress *p, int64_t row)
{
    double now = fan_clock_now();
    if (now < p->next)
        return;
    p->next = now + SECONDS;
    fprintf(stderr, "fanout-mdc: %s: %s: %.3g %% of the rows after %.0f s\n", p->command, p->name,
            100.0 * (double)row / (double)p->rows, now - p->begun);
}
