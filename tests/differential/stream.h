/* SPDX-License-Identifier: BSD-3-Clause */
/** @file stream.h  A stream of random length, whose pieces are compared as they come. */
#ifndef FAN_TESTS_DIFFERENTIAL_STREAM_H
#define FAN_TESTS_DIFFERENTIAL_STREAM_H

#include "fanout.h"
#include "tests/differential/actor.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct stream {
    content content;
    const team *team;
    int root;
    bool to_end, is_shared, has_sink;
    int64_t chunk;
    int place; /**< of watch.h */
    MPI_Count consumed;
    bool is_right;
} stream;

stream stream_draw(actor *a);

/** Do it. Collective over the members, blocking. */
void stream_run(stream *s);

#endif
