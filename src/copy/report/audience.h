/* SPDX-License-Identifier: BSD-3-Clause */
/** @file audience.h  Who hears of a copy: the user of a program, or the caller of a library. */
#ifndef FAN_COPY_REPORT_AUDIENCE_H
#define FAN_COPY_REPORT_AUDIENCE_H

#include "copy/report/tally.h"

#include <stdbool.h>

typedef struct fan_copy_audience {
    /** On those who read: what is wrong at a path of a host. */
    void (*message)(void *state, const char *host, const char *path, const char *text);
    /** On rank 0: what came of the whole copy. NULL: nobody wants to know. */
    void (*end)(void *state, const fan_copy_tally *tally);
    /**
     * On any rank: libfanout has failed with an MPI error code, and this rank can say nothing more
     * to the others. If this returns, the copy ends here without them. `together`: time is up, as
     * all ranks find out.
     */
    void (*lost)(void *state, int code, const char *text, bool together);
    void *state;
} fan_copy_audience;

#endif
