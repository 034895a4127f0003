/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "pulse/pulse.h"

#include "base/clock.h"
#include "pulse/watch.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/param.h>
#include <sys/queue.h>
#include <time.h>
#include <unistd.h>

struct fan_pulse {
    fan_pulse_watch watch;
    double next; /* tick */
    atomic_bool alarm;
    bool called;
    void (*call)(fan_pulse *pulse, void *state);
    void *state;
    LIST_ENTRY(fan_pulse) link;
};

static struct {
    pthread_once_t once;
    pthread_mutex_t lock; /* of the list and what is in it */
    bool runs;
    int fd;
    fan_pulse_place place;
    LIST_HEAD(, fan_pulse) all;
    LIST_HEAD(, fan_pulse) ended; /* which other threads may still look at */
    fan_pulse *largest;           /* of those that ended; the others have forgotten their members */
    fan_pulse *last;              /* it stays until the process ends */
    pid_t process;
} own = {.once = PTHREAD_ONCE_INIT, .lock = PTHREAD_MUTEX_INITIALIZER};

static void send_to(void *unused, const fan_pulse_place *to, fan_pulse_kind kind, uint64_t about)
{
    (void)unused;
    fan_pulse_post_send(own.fd, to, kind, own.place.key, about);
}

/* ---- the thread ---- */

static void take_all(void)
{
    fan_pulse_message message;
    while (fan_pulse_post_take(own.fd, own.place.key, &message)) {
        fan_pulse *p;
        LIST_FOREACH (p, &own.all, link)
            fan_pulse_watch_hear(&p->watch, &message);
    }
}

/* Returns the seconds to the next tick of any circle. */
static double tick_all(void)
{
    double soonest = 3600, now = fan_clock_now();
    fan_pulse *p;
    LIST_FOREACH (p, &own.all, link) {
        if (now >= p->next) {
            fan_pulse_watch_tick(&p->watch, send_to, NULL);
            p->next = now + p->watch.interval;
            atomic_store(&p->alarm, p->watch.alarm);
        }
        soonest = p->next - now < soonest ? p->next - now : soonest;
    }
    return soonest;
}

/* With the lock, the circle whose function is to be called now; or NULL. */
static fan_pulse *find_alarm(void)
{
    fan_pulse *p;
    LIST_FOREACH (p, &own.all, link)
        if (p->watch.alarm && !p->called && p->call != NULL)
            break;
    if (p != NULL)
        p->called = true;
    return p;
}

static bool take_silent(fan_pulse *p, int member, fan_pulse_place *place, fan_pulse_place *here)
{
    pthread_mutex_lock(&own.lock);
    bool silent =
        member < p->watch.count && member != p->watch.self && p->watch.members[member].silent;
    if (silent) {
        *place = p->watch.members[member].place;
        *here = p->watch.members[p->watch.self].place;
    }
    pthread_mutex_unlock(&own.lock);
    return silent;
}

/* At the end of the job it is right to end, also by _exit(), or if the word of it was lost. */
static void excuse_ended(fan_pulse *p)
{
    fan_pulse_place place, here;
    for (int i = 0; i < p->watch.count; i++)
        if (take_silent(p, i, &place, &here) && fan_pulse_post_has_ended(&place, &here))
            fan_pulse_excuse(p, i);
}

static void tell(fan_pulse *p, bool at_end)
{
    if (at_end)
        excuse_ended(p);
    if (atomic_load(&p->alarm))
        p->call(p, p->state);
}

static void *run(void *unused)
{
    (void)unused;
    for (;;) {
        pthread_mutex_lock(&own.lock);
        take_all();
        double wait = tick_all();
        fan_pulse *alarmed = find_alarm();
        bool at_end = own.last != NULL;
        pthread_mutex_unlock(&own.lock);
        if (alarmed != NULL)
            tell(alarmed, at_end);
        struct pollfd fd = {.fd = own.fd, .events = POLLIN};
        poll(&fd, 1, (int)(wait * 1000) + 1);
    }
    return NULL;
}

static void start(void)
{
    sigset_t all, before;
    pthread_t thread;
    if (!fan_pulse_post_open(&own.place, &own.fd))
        return;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    own.runs = pthread_create(&thread, NULL, run, NULL) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (own.runs)
        pthread_detach(thread);
    else
        own.place.port = 0;
}

/* ---- the other threads ---- */

fan_pulse_place fan_pulse_place_of_this(void)
{
    pthread_once(&own.once, start);
    return own.place;
}

static bool is_complete(fan_pulse *p)
{
    pthread_mutex_lock(&own.lock);
    bool complete = fan_pulse_watch_is_complete(&p->watch);
    pthread_mutex_unlock(&own.lock);
    return complete;
}

/* Who dies before it has answered would never be missed. */
static void wait_for_answers(fan_pulse *p)
{
    enum { SHORTEST = 50 * 1000, LONGEST = 1000 * 1000, ALL = 200 * 1000 * 1000 }; /* ns */
    struct timespec pause = {.tv_nsec = SHORTEST};
    for (long waited = 0; waited < ALL && !is_complete(p); waited += pause.tv_nsec) {
        nanosleep(&pause, NULL);
        pause.tv_nsec = MIN(2 * pause.tv_nsec, LONGEST);
    }
}

fan_pulse *fan_pulse_begin(const fan_pulse_place *places, int count, int self, double limit,
                           void (*alarm)(fan_pulse *pulse, void *state), void *state)
{
    fan_pulse *p = own.runs ? calloc(1, sizeof *p) : NULL;
    if (p == NULL)
        return NULL;
    if (!fan_pulse_watch_begin(&p->watch, places, count, self, limit)) {
        free(p);
        return NULL;
    }
    p->call = alarm;
    p->state = state;
    pthread_mutex_lock(&own.lock);
    LIST_INSERT_HEAD(&own.all, p, link);
    pthread_mutex_unlock(&own.lock);
    send_to(NULL, &own.place, FAN_PULSE_WAKE, 0);
    wait_for_answers(p);
    return p;
}

/* The largest may be needed once more: fan_pulse_stay. */
static void keep_largest(fan_pulse *p)
{
    if (own.largest != NULL && p->watch.count < own.largest->watch.count) {
        fan_pulse_watch_end(&p->watch);
        return;
    }
    if (own.largest != NULL)
        fan_pulse_watch_end(&own.largest->watch);
    own.largest = p;
}

void fan_pulse_end(fan_pulse *p)
{
    if (p == NULL)
        return;
    pthread_mutex_lock(&own.lock);
    if (p != own.last) {
        LIST_REMOVE(p, link);
        LIST_INSERT_HEAD(&own.ended, p, link);
        atomic_store(&p->alarm, false);
        keep_largest(p);
    }
    pthread_mutex_unlock(&own.lock);
}

/* With the lock. The others hear of this one only from those. */
static void tell_who_watches(const fan_pulse *p)
{
    for (int i = 0; i < p->watch.count; i++)
        if (p->watch.members[i].watched)
            send_to(NULL, &p->watch.members[i].place, FAN_PULSE_LEAVE, 0);
}

void fan_pulse_leave(fan_pulse *p)
{
    if (p == NULL)
        return;
    pthread_mutex_lock(&own.lock);
    tell_who_watches(p);
    pthread_mutex_unlock(&own.lock);
}

/* ---- the end ---- */

/* With the lock. */
static fan_pulse *find_largest(void (*alarm)(fan_pulse *pulse, void *state))
{
    fan_pulse *p, *found = own.largest != NULL && own.largest->call == alarm ? own.largest : NULL;
    LIST_FOREACH (p, &own.all, link)
        if (p->call == alarm && (found == NULL || p->watch.count >= found->watch.count))
            found = p;
    return found;
}

/* At exit(). A child that was forked has the addresses of its parent, but is not heard there. */
static void leave_last(void)
{
    if (getpid() == own.process)
        fan_pulse_leave(own.last);
}

void fan_pulse_stay(void (*alarm)(fan_pulse *pulse, void *state))
{
    pthread_mutex_lock(&own.lock);
    fan_pulse *p = find_largest(alarm);
    if (p != NULL && atexit(leave_last) == 0) {
        LIST_REMOVE(p, link);
        LIST_INSERT_HEAD(&own.all, p, link);
        own.largest = NULL;
        own.last = p;
        own.process = getpid();
        p->called = false;
    }
    pthread_mutex_unlock(&own.lock);
    if (p != NULL)
        send_to(NULL, &own.place, FAN_PULSE_WAKE, 0);
}

void fan_pulse_excuse(fan_pulse *p, int member)
{
    pthread_mutex_lock(&own.lock);
    if (member < p->watch.count) {
        fan_pulse_watch_excuse(&p->watch, member);
        p->called = p->called && p->watch.alarm;
        atomic_store(&p->alarm, p->watch.alarm);
    }
    pthread_mutex_unlock(&own.lock);
}

bool fan_pulse_has_alarm(const fan_pulse *p)
{
    return p != NULL && atomic_load_explicit(&p->alarm, memory_order_relaxed);
}

void fan_pulse_describe(fan_pulse *p, char *text, size_t size)
{
    pthread_mutex_lock(&own.lock);
    if (p->watch.count > 0)
        fan_pulse_watch_describe(&p->watch, text, size);
    else
        *text = '\0';
    pthread_mutex_unlock(&own.lock);
}

bool fan_pulse_is_first_heard(fan_pulse *p)
{
    pthread_mutex_lock(&own.lock);
    int first = 0;
    while (first < p->watch.count - 1 && p->watch.members[first].silent)
        first++;
    bool is_own = first == p->watch.self;
    pthread_mutex_unlock(&own.lock);
    return is_own;
}
