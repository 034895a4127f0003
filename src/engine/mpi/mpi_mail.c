/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "engine/mpi/mpi_mail.h"

#include "base/clock.h"
#include "base/poll.h"
#include "base/spare/spare.h"
#include "comm/ulfm/ulfm.h"

#include <stdatomic.h>
#include <stddef.h>
#include <sys/queue.h>

enum {
    RECEIVING = 2, /* letters of a peer at a time: the next is asked for while one comes */
    OUTDATED = -1  /* the broadcast of a letter that was not received */
};

static const double close_seconds = 1;

/* A letter on its way. */
typedef struct post {
    MPI_Request request; /* MPI_REQUEST_NULL: it has arrived */
    fan_letter *letter;
    int peer;
    bool failed;
    TAILQ_ENTRY(post) link;
} post;

TAILQ_HEAD(post_list, post);

typedef struct box {
    struct post_list received; /* in order of their coming; the first may wait for its broadcast */
    int receiving;             /* the length of this list */
    int sending;
    bool lost;
} box;

struct fan_mail {
    MPI_Comm comm;
    int tag;
    int ranks;
    struct post_list sent;
    box *boxes;       /* [ranks] */
    fan_letter *kept; /* whose memory MPI may use even after an error */
    struct fan_mail *next;
};

/* ---- letters ---- */

fan_letter *fan_letter_new(int64_t broadcast, int64_t chunk, int64_t bytes, int references)
{
    fan_letter *letter = fan_spare_malloc(sizeof *letter + (size_t)bytes);
    if (letter != NULL)
        *letter = (fan_letter){.references = references,
                               .bytes = bytes,
                               .head = {.broadcast = broadcast, .chunk = chunk}};
    return letter;
}

void fan_letter_drop(fan_letter *letter)
{
    if (--letter->references == 0)
        fan_spare_free(letter);
}

static int message_bytes(const fan_letter *letter)
{
    return (int)(offsetof(fan_letter, data) - offsetof(fan_letter, head) + (size_t)letter->bytes);
}

/* ---- posts ---- */

static post *new_post(fan_letter *letter, int peer)
{
    post *p = letter == NULL ? NULL : fan_spare_malloc(sizeof *p);
    if (p != NULL)
        *p = (post){.request = MPI_REQUEST_NULL, .letter = letter, .peer = peer};
    return p;
}

/* For ever: Open MPI 5.0.7 may not end a message that a dead rank had begun to send or to take. */
static void keep(fan_mail *m, fan_letter *letter)
{
    letter->references++;
    letter->next_kept = m->kept;
    m->kept = letter;
}

static bool has_ended(fan_mail *m, post *p)
{
    int ended = 0;
    if (p->request == MPI_REQUEST_NULL)
        return true;
    if (MPI_Test(&p->request, &ended, MPI_STATUS_IGNORE) == MPI_SUCCESS &&
        (ended || !fan_ulfm_has_died(m->comm, p->peer)))
        return ended;
    m->boxes[p->peer].lost = true;
    p->failed = true;
    p->request = MPI_REQUEST_NULL;
    keep(m, p->letter);
    return true;
}

/* ---- sending ---- */

static void end_send(fan_mail *m, post *p)
{
    TAILQ_REMOVE(&m->sent, p, link);
    m->boxes[p->peer].sending--;
    fan_letter_drop(p->letter);
    fan_spare_free(p);
}

bool fan_mail_send(fan_mail *m, fan_letter *letter, int peer)
{
    box *b = &m->boxes[peer];
    post *p = new_post(letter, peer);
    if (p == NULL)
        return false;
    TAILQ_INSERT_TAIL(&m->sent, p, link);
    b->sending++;
    if (b->lost || MPI_Issend(&letter->head, message_bytes(letter), MPI_BYTE, peer, m->tag, m->comm,
                              &p->request) != MPI_SUCCESS) {
        b->lost = true;
        end_send(m, p);
    }
    return true;
}

bool fan_mail_progress(fan_mail *m)
{
    bool moved = false;
    for (post *p = TAILQ_FIRST(&m->sent), *next; p != NULL; p = next) {
        next = TAILQ_NEXT(p, link);
        if (!has_ended(m, p))
            continue;
        end_send(m, p);
        moved = true;
    }
    return moved;
}

int fan_mail_sending(const fan_mail *m, int peer)
{
    return m->boxes[peer].sending;
}

/* ---- receiving ---- */

/* Receive the letter that has been seen. Without memory it stays where it is. */
static void begin_receive(fan_mail *m, int peer, const MPI_Status *seen)
{
    box *b = &m->boxes[peer];
    int bytes;
    MPI_Get_count(seen, MPI_BYTE, &bytes);
    fan_letter *letter =
        fan_letter_new(OUTDATED, 0, bytes - (int)sizeof(((fan_letter *)NULL)->head), 1);
    post *p = new_post(letter, peer);
    if (p == NULL) {
        if (letter != NULL)
            fan_letter_drop(letter);
        return;
    }
    TAILQ_INSERT_TAIL(&b->received, p, link);
    b->receiving++;
    if (MPI_Irecv(&letter->head, bytes, MPI_BYTE, peer, m->tag, m->comm, &p->request) !=
        MPI_SUCCESS)
        b->lost = true;
}

static void fetch(fan_mail *m, int peer)
{
    box *b = &m->boxes[peer];
    MPI_Status seen;
    int found = 0;
    if (b->lost || b->receiving == RECEIVING)
        return;
    if (MPI_Iprobe(peer, m->tag, m->comm, &found, &seen) != MPI_SUCCESS)
        b->lost = true;
    else if (found)
        begin_receive(m, peer, &seen);
    else
        b->lost = fan_ulfm_has_died(m->comm, peer);
}

static fan_letter *open_first(box *b)
{
    post *p = TAILQ_FIRST(&b->received);
    fan_letter *letter = p->letter;
    if (p->failed)
        letter->head.broadcast = OUTDATED;
    TAILQ_REMOVE(&b->received, p, link);
    b->receiving--;
    fan_spare_free(p);
    return letter;
}

fan_letter *fan_mail_take(fan_mail *m, int peer, int64_t broadcast)
{
    box *b = &m->boxes[peer];
    for (;;) {
        fetch(m, peer);
        post *p = TAILQ_FIRST(&b->received);
        if (p == NULL || !has_ended(m, p) || (!p->failed && p->letter->head.broadcast > broadcast))
            return NULL;
        fan_letter *letter = open_first(b);
        if (letter->head.broadcast == broadcast)
            return letter;
        fan_letter_drop(letter);
    }
}

bool fan_mail_is_past(const fan_mail *m, int peer, int64_t broadcast)
{
    const box *b = &m->boxes[peer];
    const post *p = TAILQ_FIRST(&b->received);
    if (p == NULL)
        return b->lost;
    return p->request == MPI_REQUEST_NULL && p->letter->head.broadcast > broadcast;
}

/* ---- the whole ---- */

fan_mail *fan_mail_open(MPI_Comm comm, int tag)
{
    fan_mail *m = fan_spare_calloc(1, sizeof *m);
    if (m == NULL)
        return NULL;
    *m = (fan_mail){.comm = comm, .tag = tag};
    MPI_Comm_size(comm, &m->ranks);
    m->boxes = fan_spare_calloc((size_t)m->ranks, sizeof *m->boxes);
    if (m->boxes == NULL) {
        fan_spare_free(m);
        return NULL;
    }
    TAILQ_INIT(&m->sent);
    for (int peer = 0; peer < m->ranks; peer++)
        TAILQ_INIT(&m->boxes[peer].received);
    return m;
}

static bool is_empty(const fan_mail *m)
{
    bool empty = TAILQ_EMPTY(&m->sent);
    for (int peer = 0; peer < m->ranks; peer++)
        empty = empty && m->boxes[peer].receiving == 0;
    return empty;
}

static void drop_all(fan_mail *m)
{
    for (int peer = 0; peer < m->ranks; peer++)
        fan_mail_take(m, peer, INT64_MAX);
}

/* So that they are not taken for leaks. */
static _Atomic(fan_mail *) abandoned;

static void abandon(fan_mail *m)
{
    m->next = atomic_load(&abandoned);
    while (!atomic_compare_exchange_weak(&abandoned, &m->next, m))
        continue;
}

bool fan_mail_close(fan_mail *m)
{
    if (m == NULL)
        return true;
    double end = fan_clock_now() + close_seconds;
    for (int polls = 0; !is_empty(m) && fan_clock_now() < end; fan_poll_pause(&polls)) {
        fan_mail_progress(m);
        drop_all(m);
    }
    if (!is_empty(m)) {
        abandon(m);
        return false;
    }
    fan_spare_free(m->boxes);
    if (m->kept != NULL)
        abandon(m);
    else
        fan_spare_free(m);
    return true;
}
