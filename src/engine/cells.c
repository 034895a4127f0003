/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "engine/cells.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/queue.h>

enum { LINE = 64 /* of a cache, before the data of an extra one */ };

/* A piece of memory that is in no cell: kept, or spare. */
struct fan_kept {
    fan_cells *cells;
    char *piece;
    char *instead;      /* what the next chunk of its cell gets */
    atomic_int holders; /* the user, and the cell until its chunk is finished */
    SLIST_ENTRY(fan_kept) link;
};

/* Taken when more was kept than the cells have memory for. */
typedef struct extra {
    SLIST_ENTRY(extra) link;
} extra;

typedef struct place {
    char *piece;
    fan_kept *kept; /* it, or NULL */
} place;

struct fan_cells {
    atomic_int holders; /* the stream, and each one that is kept */
    int64_t count;
    size_t bytes;
    char *memory;  /* of all cells */
    place *places; /* [count] */
    SLIST_HEAD(extras, extra) extras;

    pthread_mutex_t mutex; /* of what follows */
    SLIST_HEAD(spare, fan_kept) spare;
};

static void free_all(fan_cells *c)
{
    while (!SLIST_EMPTY(&c->spare)) {
        fan_kept *first = SLIST_FIRST(&c->spare);
        SLIST_REMOVE_HEAD(&c->spare, link);
        free(first);
    }
    while (!SLIST_EMPTY(&c->extras)) {
        extra *first = SLIST_FIRST(&c->extras);
        SLIST_REMOVE_HEAD(&c->extras, link);
        free(first);
    }
    pthread_mutex_destroy(&c->mutex);
    free(c->places);
    free(c->memory);
    free(c);
}

static void drop(fan_cells *c)
{
    if (atomic_fetch_sub(&c->holders, 1) == 1)
        free_all(c);
}

fan_cells *fan_cells_make(int64_t count, int64_t bytes)
{
    fan_cells *c = calloc(1, sizeof *c);
    if (c == NULL)
        return NULL;
    atomic_init(&c->holders, 1);
    c->count = count;
    c->bytes = (size_t)bytes;
    pthread_mutex_init(&c->mutex, NULL);
    c->memory = malloc((size_t)count * c->bytes);
    c->places = calloc((size_t)count, sizeof *c->places);
    if (c->memory == NULL || c->places == NULL) {
        drop(c);
        return NULL;
    }
    for (int64_t i = 0; i < count; i++)
        c->places[i].piece = c->memory + (size_t)i * c->bytes;
    return c;
}

char *fan_cells_at(const fan_cells *c, int64_t cell)
{
    return c->places[cell].piece;
}

/* ---- what is kept ---- */

static fan_kept *take_spare(fan_cells *c)
{
    pthread_mutex_lock(&c->mutex);
    fan_kept *first = SLIST_FIRST(&c->spare);
    if (first != NULL)
        SLIST_REMOVE_HEAD(&c->spare, link);
    pthread_mutex_unlock(&c->mutex);
    return first;
}

static fan_kept *make_spare(fan_cells *c)
{
    fan_kept *made = calloc(1, sizeof *made);
    extra *more = malloc(LINE + c->bytes);
    if (made == NULL || more == NULL) {
        free(made);
        free(more);
        return NULL;
    }
    SLIST_INSERT_HEAD(&c->extras, more, link);
    made->cells = c;
    made->piece = (char *)more + LINE;
    return made;
}

fan_kept *fan_cells_keep(fan_cells *c, int64_t cell)
{
    enum { USER_AND_CELL = 2 };
    place *p = &c->places[cell];
    if (p->kept != NULL)
        return NULL;
    fan_kept *kept = take_spare(c);
    if (kept == NULL)
        kept = make_spare(c);
    if (kept == NULL)
        return NULL;
    kept->instead = kept->piece;
    kept->piece = p->piece;
    atomic_store(&kept->holders, USER_AND_CELL);
    atomic_fetch_add(&c->holders, 1);
    p->kept = kept;
    return kept;
}

void fan_kept_release(fan_kept *kept)
{
    fan_cells *c = kept->cells;
    if (atomic_fetch_sub(&kept->holders, 1) > 1)
        return;
    pthread_mutex_lock(&c->mutex);
    SLIST_INSERT_HEAD(&c->spare, kept, link);
    pthread_mutex_unlock(&c->mutex);
    drop(c);
}

void fan_cells_renew(fan_cells *c, int64_t cell)
{
    place *p = &c->places[cell];
    fan_kept *kept = p->kept;
    if (kept == NULL)
        return;
    p->piece = kept->instead;
    p->kept = NULL;
    fan_kept_release(kept);
}

void fan_cells_leave(fan_cells *c)
{
    if (c == NULL)
        return;
    for (int64_t i = 0; i < c->count; i++)
        fan_cells_renew(c, i);
    drop(c);
}
