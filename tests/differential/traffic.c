/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "tests/differential/traffic.h"

#include "tests/differential/watch.h"

#include <stdlib.h>

enum { FIRST_TAG = 9000, BYTES_MOST = 90000 };

static unsigned char *must_allocate(void)
{
    unsigned char *memory = malloc(BYTES_MOST);
    if (memory == NULL)
        MPI_Abort(MPI_COMM_WORLD, 1);
    return memory;
}

static letter draw_letter(actor *a, const team *t, int number)
{
    static const int most[] = {0, 1, 100, 5000, BYTES_MOST};
    letter l = {
        .tag = FIRST_TAG + number, .sending = MPI_REQUEST_NULL, .receiving = MPI_REQUEST_NULL};
    l.from = random_between(&a->common, 0, t->size - 1);
    l.to = random_between(&a->common, 0, t->size - 1);
    l.content.id = actor_id(a);
    l.content.bytes = (size_t)random_between(&a->common, 0, DRAW_FROM(&a->common, most));
    return l;
}

void traffic_begin(traffic *f, actor *a, const team *freed)
{
    *f = (traffic){.place = a->place};
    const team *t = actor_team(a);
    if (t == freed || !random_one_in(&a->common, 3))
        return;
    f->team = t;
    f->count = random_between(&a->common, 1, TRAFFIC_MOST);
    for (int i = 0; i < f->count; i++) {
        letter *l = &f->letters[i];
        *l = draw_letter(a, f->team, i);
        if (l->to != f->team->rank)
            continue;
        l->received = must_allocate();
        MPI_Irecv(l->received, BYTES_MOST, MPI_BYTE, MPI_ANY_SOURCE, MPI_ANY_TAG, f->team->comm,
                  &l->receiving);
    }
}

void traffic_step(traffic *f)
{
    if (f->next == f->count)
        return;
    letter *l = &f->letters[f->next++];
    if (l->from != f->team->rank)
        return;
    l->sent = must_allocate();
    for (size_t i = 0; i < l->content.bytes; i++)
        l->sent[i] = content_byte(&l->content, i);
    MPI_Isend(l->sent, (int)l->content.bytes, MPI_BYTE, l->to, l->tag, f->team->comm, &l->sending);
}

/* The receive of any letter has got this one. */
static void compare(traffic *f, const unsigned char *data, const MPI_Status *status)
{
    int bytes, number = status->MPI_TAG - FIRST_TAG;
    MPI_Get_count(status, MPI_BYTE, &bytes);
    if (number < 0 || number >= f->count || f->letters[number].from != status->MPI_SOURCE ||
        f->letters[number].to != f->team->rank || f->letters[number].has_come ||
        (size_t)bytes != f->letters[number].content.bytes) {
        watch_fail(f->place, "a message of %d bytes from %d with the tag %d was not sent", bytes,
                   status->MPI_SOURCE, status->MPI_TAG);
        return;
    }
    f->letters[number].has_come = true;
    for (int i = 0; i < bytes; i++)
        if (data[i] != content_byte(&f->letters[number].content, (size_t)i)) {
            watch_fail(f->place, "a message of %d bytes is wrong at %d", bytes, i);
            return;
        }
}

void traffic_end(traffic *f)
{
    if (f->team == NULL || f->team->rank < 0)
        return;
    while (f->next < f->count)
        traffic_step(f);
    watch_step(f->place, "waiting for %d messages of the program on %d ranks", f->count,
               f->team->size);
    for (letter *l = f->letters; l < f->letters + f->count; l++) {
        MPI_Status status;
        if (l->receiving != MPI_REQUEST_NULL) {
            MPI_Wait(&l->receiving, &status);
            compare(f, l->received, &status);
        }
        free(l->received);
    }
    for (letter *l = f->letters; l < f->letters + f->count; l++) {
        MPI_Wait(&l->sending, MPI_STATUS_IGNORE);
        free(l->sent);
    }
    MPI_Barrier(f->team->comm);
}

void traffic_probe(const actor *a)
{
    for (const team *t = a->pool.teams; t < a->pool.teams + a->pool.count; t++) {
        int found = 0;
        MPI_Status status;
        if (t->rank < 0)
            continue;
        MPI_Iprobe(MPI_ANY_SOURCE, MPI_ANY_TAG, t->comm, &found, &status);
        if (found && status.MPI_TAG != TAG_OF_GROUPS &&
            (status.MPI_TAG < FIRST_TAG || status.MPI_TAG >= FIRST_TAG + TRAFFIC_MOST))
            watch_fail(a->place, "a message from %d with the tag %d was not sent",
                       status.MPI_SOURCE, status.MPI_TAG);
    }
}
