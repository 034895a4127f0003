/* SPDX-License-Identifier: BSD-3-Clause */
/* What a sink keeps of a stream stays as it is until it is released, by any thread, at any time. */
#include "config.h"

#include "fanout.h"
#include "tests/common/tap.h"
#include "tests/lib/streams.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CHUNK = 64 * 1024, MOST = 512, LENGTH = 24 * 1024 * 1024 + 5 };

/* A piece that is kept, or a copy of one that could not be. */
typedef struct piece {
    MPI_Count offset;
    size_t bytes;
    const unsigned char *data;
    fanout_kept *kept;
} piece;

/* Pieces in the order in which they came; the last `delay` of them are not looked at. */
static struct {
    pthread_mutex_t mutex;
    piece pieces[MOST];
    int count, looked_at, copied, delay;
    bool good, ended;
} held = {.mutex = PTHREAD_MUTEX_INITIALIZER};

static unsigned char expected[CHUNK];

static void look_at(const piece *p)
{
    put_content(p->offset, expected, p->bytes);
    held.good = held.good && memcmp(expected, p->data, p->bytes) == 0;
    if (p->kept != NULL)
        fanout_stream_release(p->kept);
    else
        free((void *)(uintptr_t)p->data);
}

/* Returns whether there was one. */
static bool look_at_next(void)
{
    piece p = {0};
    pthread_mutex_lock(&held.mutex);
    bool is_due = held.looked_at < held.count - held.delay;
    if (is_due)
        p = held.pieces[held.looked_at++];
    pthread_mutex_unlock(&held.mutex);
    if (is_due)
        look_at(&p);
    return is_due;
}

static bool has_ended(void)
{
    pthread_mutex_lock(&held.mutex);
    bool ended = held.ended;
    pthread_mutex_unlock(&held.mutex);
    return ended;
}

static void *look(void *unused)
{
    while (!has_ended())
        if (!look_at_next())
            usleep(100);
    return unused;
}

/* What is not kept, or kept already, is copied. */
static int keep(void *state, MPI_Count offset, const void *buffer, size_t bytes)
{
    stream *s = state;
    piece p = {offset, bytes, buffer, fanout_stream_keep(buffer)};
    s->good = s->good && (p.kept == NULL || fanout_stream_keep(buffer) == NULL) &&
              fanout_stream_keep((const char *)buffer + 1) == NULL;
    s->consumed += (MPI_Count)bytes;
    if (p.kept == NULL) {
        unsigned char *copy = malloc(bytes);
        p.data = memcpy(copy, buffer, bytes);
    }
    pthread_mutex_lock(&held.mutex);
    held.copied += p.kept == NULL;
    held.pieces[held.count++] = p;
    pthread_mutex_unlock(&held.mutex);
    return 0;
}

static MPI_Info long_window(const char *algorithm)
{
    MPI_Info info;
    MPI_Info_create(&info);
    MPI_Info_set(info, "fanout_algorithm", algorithm);
    MPI_Info_set(info, "fanout_chunk_bytes", "64K");
    MPI_Info_set(info, "fanout_window", "32");
    return info;
}

/* See tests/run-mpi. */
static bool is_apart(void)
{
    const char *placement = getenv("FANOUT_TEST_PLACEMENT");
    return placement == NULL || *placement == '\0';
}

/* A thread looks at pieces when `delay` others have come, the rest is looked at in the end. */
static void test_stream(const char *algorithm, int delay)
{
    pthread_t thread;
    MPI_Comm comm;
    MPI_Info info = long_window(algorithm);
    stream s = make_stream(LENGTH);
    held.count = held.looked_at = held.copied = 0;
    held.delay = delay;
    held.good = true;
    held.ended = false;
    MPI_Comm_dup(MPI_COMM_WORLD, &comm);
    pthread_create(&thread, NULL, look, NULL);
    int code = fanout_stream(s.length, produce, keep, &s, 0, comm, info);
    MPI_Comm_free(&comm);
    MPI_Info_free(&info);
    pthread_mutex_lock(&held.mutex);
    held.ended = true;
    pthread_mutex_unlock(&held.mutex);
    pthread_join(thread, NULL);
    held.delay = 0;
    while (look_at_next())
        continue;
    tap_ok(code == MPI_SUCCESS && s.good && s.consumed == s.length && held.good,
           "%s: what is kept until %d more have come stays as it is", algorithm, delay);
    tap_ok(held.copied == 0 || !is_apart(), "%s: each piece can be kept, unless ranks share memory",
           algorithm);
}

int main(void)
{
    static const char *const algorithms[] = {"chain", "group", "full", "ktree", "kexchange"};
    tap_begin(MPI_THREAD_SERIALIZED);
    for (size_t i = 0; i < sizeof algorithms / sizeof algorithms[0]; i++)
        for (int delay = 0; delay <= 300; delay += 100)
            test_stream(algorithms[i], delay);
    tap_ok(fanout_stream_keep(expected) == NULL, "nothing can be kept outside of a sink");
    return tap_end();
}
