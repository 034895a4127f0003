/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "pulse/watch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>

static const double longest_interval = 5, shortest_interval = 0.02; /* seconds */
enum { QUESTIONS_IN_LIMIT = 8, TICKS_TO_ALARM = 2 };

static bool is_apart(int a, int b)
{
    int distance = abs(a - b);
    return distance > 0 && (distance & (distance - 1)) == 0;
}

/* On a circle, so that the first and the last have as many as the others. */
static bool is_watched(int self, int other, int count)
{
    return is_apart(self, other) || is_apart(self + count, other) || is_apart(self, other + count);
}

bool fan_pulse_watch_begin(fan_pulse_watch *w, const fan_pulse_place *places, int count, int self,
                           double limit)
{
    *w = (fan_pulse_watch){.count = count, .self = self, .limit = limit, .ticks_to_alarm = -1};
    w->interval = MAX(limit / QUESTIONS_IN_LIMIT, shortest_interval);
    w->interval = MIN(w->interval, longest_interval);
    w->most_missed = MAX((int)(limit / w->interval + 0.5), 2);
    w->members = calloc((size_t)count, sizeof *w->members);
    if (w->members == NULL)
        return false;
    for (int i = 0; i < count; i++) {
        w->members[i].place = places[i];
        w->members[i].watched = places[i].port != 0 && is_watched(self, i, count);
    }
    return true;
}

void fan_pulse_watch_end(fan_pulse_watch *w)
{
    free(w->members);
    w->members = NULL;
    w->count = 0;
}

static bool is_elsewhere(const fan_pulse_watch *w, const fan_pulse_member *m)
{
    return strcmp(m->place.host, w->members[w->self].place.host) != 0;
}

/* Whether the member, which has answered, does not any more. */
static bool is_lost(const fan_pulse_watch *w, const fan_pulse_member *m)
{
    return m->watched && m->heard && !m->gone && is_elsewhere(w, m) &&
           m->missed >= w->most_missed / 2;
}

static bool is_heard_elsewhere(const fan_pulse_watch *w)
{
    for (int i = 0; i < w->count; i++) {
        const fan_pulse_member *m = &w->members[i];
        if (m->watched && m->heard && !m->gone && is_elsewhere(w, m) && !is_lost(w, m))
            return true;
    }
    return false;
}

static bool is_first_of_its_host(const fan_pulse_watch *w, int lost)
{
    for (int i = 0; i < lost; i++)
        if (is_lost(w, &w->members[i]) &&
            strcmp(w->members[i].place.host, w->members[lost].place.host) == 0)
            return false;
    return true;
}

/*
 * Whoever hears nobody any more on three other hosts or more has itself lost the network: two may
 * have died. (One that does not answer and one that cannot be reached look alike.)
 */
static bool is_cut_off(const fan_pulse_watch *w)
{
    enum { SO_MANY_DO_NOT_DIE = 3 };
    int hosts = 0;
    for (int i = 0; i < w->count; i++)
        hosts += is_lost(w, &w->members[i]) && is_first_of_its_host(w, i);
    return hosts >= SO_MANY_DO_NOT_DIE && !is_heard_elsewhere(w);
}

static void note_silence(fan_pulse_watch *w, fan_pulse_member *m)
{
    if (m->gone)
        return;
    m->silent = true;
    if (w->ticks_to_alarm < 0)
        w->ticks_to_alarm = TICKS_TO_ALARM;
}

static void convict(fan_pulse_watch *w, fan_pulse_member *m, fan_pulse_send_fn *send, void *state)
{
    if (is_elsewhere(w, m) && is_cut_off(w)) {
        w->cut_off = true;
        note_silence(w, &w->members[w->self]);
        return;
    }
    note_silence(w, m);
    for (int i = 0; i < w->count; i++)
        if (i != w->self && w->members[i].place.port != 0)
            send(state, &w->members[i].place, FAN_PULSE_SILENT, m->place.key);
}

static void look_at(fan_pulse_watch *w, fan_pulse_member *m, fan_pulse_send_fn *send, void *state)
{
    if (!m->watched || m->gone || m->silent)
        return;
    if (m->heard && m->missed >= w->most_missed) {
        convict(w, m, send, state);
        return;
    }
    m->missed++;
    send(state, &m->place, FAN_PULSE_ASK, 0);
}

void fan_pulse_watch_tick(fan_pulse_watch *w, fan_pulse_send_fn *send, void *state)
{
    for (int i = 0; i < w->count && !w->cut_off; i++)
        look_at(w, &w->members[i], send, state);
    if (w->ticks_to_alarm > 0)
        w->ticks_to_alarm--;
    w->alarm = w->ticks_to_alarm == 0;
}

static fan_pulse_member *find(fan_pulse_watch *w, uint64_t key)
{
    for (int i = 0; i < w->count; i++)
        if (w->members[i].place.key == key && w->members[i].place.port != 0)
            return &w->members[i];
    return NULL;
}

void fan_pulse_watch_hear(fan_pulse_watch *w, const fan_pulse_message *message)
{
    fan_pulse_member *from = find(w, message->from);
    if (from == NULL)
        return;
    from->missed = 0;
    from->heard = true;
    if (message->kind == FAN_PULSE_LEAVE)
        from->gone = true;
    fan_pulse_member *about = find(w, message->about);
    if (message->kind == FAN_PULSE_SILENT && about != NULL)
        note_silence(w, about);
}

void fan_pulse_watch_excuse(fan_pulse_watch *w, int member)
{
    w->members[member].gone = true;
    w->members[member].silent = false;
    if (w->cut_off && !is_cut_off(w)) {
        w->cut_off = false;
        w->members[w->self].silent = false;
    }
    for (int i = 0; i < w->count; i++)
        if (w->members[i].silent)
            return;
    w->ticks_to_alarm = -1;
    w->alarm = false;
}

bool fan_pulse_watch_is_complete(const fan_pulse_watch *w)
{
    for (int i = 0; i < w->count; i++)
        if (w->members[i].watched && !w->members[i].heard && !w->members[i].gone)
            return false;
    return true;
}

/* Returns how many there are. */
static int list_silent(const fan_pulse_watch *w, char *text, size_t size)
{
    enum { MOST_NAMED = 4 };
    int named = 0;
    size_t used = 0;
    for (int i = 0; i < w->count; i++) {
        if (!w->members[i].silent)
            continue;
        if (named++ < MOST_NAMED && used < size)
            used += (size_t)snprintf(text + used, size - used, "%s%s (rank %d)",
                                     named > 1 ? ", " : "", w->members[i].place.host, i);
    }
    if (named > MOST_NAMED && used < size)
        snprintf(text + used, size - used, " and %d more", named - MOST_NAMED);
    return named;
}

void fan_pulse_watch_describe(const fan_pulse_watch *w, char *text, size_t size)
{
    char names[400] = "";
    if (w->cut_off || w->members[w->self].silent) {
        snprintf(text, size,
                 "%s (rank %d) and the other hosts have not heard each other for %g s: it was "
                 "stopped, or has lost its network",
                 w->members[w->self].place.host, w->self, w->limit);
        return;
    }
    bool is_one = list_silent(w, names, sizeof names) == 1;
    snprintf(text, size, "%s %s not answered for %g s", names, is_one ? "has" : "have", w->limit);
}
