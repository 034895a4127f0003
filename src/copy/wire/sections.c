/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/wire/sections.h"

#include "copy/job/memory.h"
#include "copy/party/pace.h"
#include "copy/survive/death.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>
#include <time.h>

enum { TAG_TURN = 4 };

/* Of two nobody knows which is slow. */
enum { LEAST_RANKS = 3 };

bool fan_copy_sections_worth(const fan_copy_ranks *ranks, int64_t bytes)
{
    enum { LEAST_BYTES = 8 << 20 };
    /* Of several readers one sends after the other: who has left would miss the next one's. */
    return ranks->reader_count == 1 && ranks->size >= LEAST_RANKS && bytes >= LEAST_BYTES;
}

/* ---- what each tells the others ---- */

typedef struct word {
    double pace; /* bytes per second that it can take */
    int able;    /* it needs what comes, and has not failed */
    int told;    /* it has told the source that it failed */

    /* Of the source. */
    int more; /* the section was cut */
    double rate, left;
} word;

typedef struct meeting {
    fan_copy_sections *sections;
    fan_copy_transfer *transfer;
    word *words; /* [size of the party] */
    double *rates;
    bool *slow;
} meeting;

static meeting open_meeting(fan_copy_sections *s, fan_copy_transfer *t)
{
    size_t size = (size_t)s->party.size;
    return (meeting){.sections = s,
                     .transfer = t,
                     .words = fan_copy_allocate(size, sizeof(word)),
                     .rates = fan_copy_allocate(size, sizeof(double)),
                     .slow = fan_copy_allocate(size, sizeof(bool))};
}

static void close_meeting(meeting *m)
{
    free(m->words);
    free(m->rates);
    free(m->slow);
}

static fan_copy_queue_work disk_work(const fan_copy_transfer *t)
{
    return t->receiver != NULL ? fan_copy_queue_look(&t->receiver->queue)
                               : (fan_copy_queue_work){0};
}

/* After a section of so many bytes. */
static void exchange(meeting *m, int64_t bytes)
{
    const fan_copy_sections *s = m->sections;
    fan_copy_transfer *t = m->transfer;
    bool writes = t->receiver != NULL && !t->has_failed;
    fan_copy_queue_work work = disk_work(t);
    word own = {.pace = writes ? fan_copy_section_pace(&s->section, &work) : INFINITY,
                .able = t->takes && writes,
                .told = t->told,
                .more = s->section.cut && t->sender->error[0] == '\0',
                .rate = bytes == 0 ? INFINITY : fan_copy_section_rate(&s->section, bytes),
                .left = fan_copy_transfer_left(t)};
    MPI_Allgather(&own, sizeof own, MPI_BYTE, m->words, sizeof own, MPI_BYTE, s->party.talk);
    t->told = false;
}

static int count_told(const meeting *m)
{
    int told = 0;
    for (int i = 0; i < m->sections->party.size; i++)
        told += m->words[i].told;
    return told;
}

static int count_able(const meeting *m, bool slow)
{
    int able = 0;
    for (int i = 0; i < m->sections->party.size; i++)
        able += m->words[i].able && m->slow[i] == slow;
    return able;
}

/* ---- who is slow ---- */

static bool find(meeting *m)
{
    const fan_copy_party *party = &m->sections->party;
    for (int i = 0; i < party->size; i++)
        m->rates[i] = MIN(m->words[i].pace, party->links[i]);
    const fan_copy_pace pace = {
        .rates = m->rates, .size = party->size, .now = m->words[0].rate, .left = m->words[0].left};
    return fan_copy_pace_find(&pace, m->slow) > 0 && count_able(m, false) > 0;
}

/* Disks have shown how fast they are; links have not, because all wait for the slowest one. */
static bool look(meeting *m)
{
    const word *source = &m->words[0];
    if (find(m))
        return true;
    if (source->left <= FAN_COPY_PACE_GAIN * source->rate && source->rate < INFINITY)
        return false;
    fan_copy_party_measure(&m->sections->party, source->left);
    return find(m);
}

/* ---- those who are slow leave ---- */

/* What the source says to them. */
typedef enum turn { NEVER, NOW, LOST, TIMED_OUT } turn;

/* Their core is for others meanwhile. */
static turn wait_for_turn(const fan_copy_party *party)
{
    const struct timespec pause = {.tv_nsec = 10 * 1000 * 1000};
    static int said; /* after a death it is still waited for */
    int done = 0;
    MPI_Request request = MPI_REQUEST_NULL;
    said = NEVER;
    MPI_Irecv(&said, 1, MPI_INT, 0, TAG_TURN, party->talk, &request);
    MPI_Test(&request, &done, MPI_STATUS_IGNORE);
    while (!done && !fan_copy_death_has_shown(party->talk)) {
        nanosleep(&pause, NULL);
        MPI_Test(&request, &done, MPI_STATUS_IGNORE);
    }
    return done ? (turn)said : NEVER;
}

static void say(const fan_copy_remainder *remainder, int said)
{
    for (int i = 1; i < remainder->party.size; i++)
        MPI_Send(&said, 1, MPI_INT, i, TAG_TURN, remainder->party.talk);
}

void fan_copy_sections_call(const fan_copy_remainder *remainder, bool good)
{
    say(remainder, good ? NOW : NEVER);
}

void fan_copy_sections_lose(const fan_copy_remainder *remainder, bool by_timeout)
{
    say(remainder, by_timeout ? TIMED_OUT : LOST);
}

/* The network has failed among those that stayed. Their code need not be one in this process. */
static void lose(fan_copy_transfer *t, turn said)
{
    t->together = said == TIMED_OUT;
    t->code = MPI_ERR_OTHER;
    snprintf(t->lost, sizeof t->lost, "the transfer failed: %s",
             t->together ? "a host has stopped" : "the network of the source failed");
}

/* False if nothing more can be said to the others. */
static bool stand_still(fan_copy_sections *s, fan_copy_transfer *t)
{
    turn said = wait_for_turn(&s->party);
    s->is_over = t->given_up = said != NOW;
    if (said == LOST || said == TIMED_OUT)
        lose(t, said);
    return said == NOW || said == NEVER;
}

static void note_remainder(meeting *m, const fan_copy_party *party)
{
    const fan_copy_transfer *t = m->transfer;
    fan_copy_remainder *behind = fan_copy_allocate(1, sizeof *behind);
    *behind = (fan_copy_remainder){.party = *party,
                                   .takers = count_able(m, true),
                                   .next = t->sender->cursor.index,
                                   .bytes = t->before + t->sender->read};
    STAILQ_INSERT_TAIL(m->sections->remainders, behind, link);
}

static void replace_party(fan_copy_sections *s, const fan_copy_party *party)
{
    fan_copy_party_close(&s->party, s->ranks);
    s->party = *party;
}

static void abandon(fan_copy_party *party)
{
    fan_copy_party_give_up(party);
    free(party->links);
}

static bool part(meeting *m)
{
    fan_copy_sections *s = m->sections;
    fan_copy_transfer *t = m->transfer;
    fan_copy_party stay, leave;
    int own = s->party.rank;
    char text[MPI_MAX_ERROR_STRING];
    t->code = fan_copy_party_part(&s->party, m->slow, s->patience, &stay, &leave, text);
    if (fan_copy_death_is_noted()) { /* some may be in one of them by now */
        abandon(&stay);
        abandon(&leave);
        return false;
    }
    if (own == 0)
        note_remainder(m, &leave); /* also after a failure, which they are told */
    if (t->code != MPI_SUCCESS) {
        snprintf(t->lost, sizeof t->lost, "the transfer failed: %s", text);
        return false;
    }
    t->takers = t->failed + count_able(m, false);
    t->quiet = t->quiet || (!t->fail_fast && count_able(m, true) > 0);
    if (m->slow[own] && m->words[own].able) {
        const fan_copy_pace pace = {.rates = m->rates, .size = s->party.size};
        s->pace = m->rates[own];
        s->usual = fan_copy_pace_usual(&pace);
    }
    replace_party(s, m->slow[own] ? &leave : &stay);
    return !m->slow[own] || stand_still(s, t);
}

/* ---- one section after the other ---- */

/* After a section of so many bytes; before the first: as if one had been cut. */
static bool meet(fan_copy_sections *s, fan_copy_transfer *t, int64_t bytes)
{
    meeting m = open_meeting(s, t);
    exchange(&m, bytes);
    fan_copy_transfer_hear(t, count_told(&m));
    s->is_over = !m.words[0].more;
    bool good = s->is_over || !look(&m) || part(&m);
    close_meeting(&m);
    return good && !fan_copy_death_is_noted();
}

static double usual_link(const fan_copy_party *party)
{
    const fan_copy_pace pace = {.rates = party->links, .size = party->size};
    return party->size < LEAST_RANKS ? 0 : fan_copy_pace_usual(&pace);
}

static bool meet_before(fan_copy_sections *s, fan_copy_transfer *t)
{
    s->section.cut = true;
    return meet(s, t, 0);
}

/* Returns whether all are still there. */
static bool run(fan_copy_sections *s, fan_copy_transfer *t)
{
    int64_t all = 0;
    bool good = s->goes_on || meet_before(s, t);
    while (good && !s->is_over) {
        fan_copy_queue_work work = disk_work(t);
        fan_copy_section_next(&s->section, all, &work);
        s->section.usual = usual_link(&s->party);
        good = fan_copy_transfer_run(t);
        all += t->bytes;
        good = good && meet(s, t, t->bytes);
    }
    t->bytes = all;
    return good;
}

bool fan_copy_sections_run(fan_copy_sections *s, fan_copy_transfer *t)
{
    t->section = &s->section;
    bool good = run(s, t);
    if (!good)
        fan_copy_party_give_up(&s->party);
    return good;
}
