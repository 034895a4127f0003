/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/survive/survival.h"

#include "comm/ulfm/ulfm.h"
#include "copy/job/memory.h"
#include "copy/job/stop.h"
#include "copy/survive/death.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool fan_copy_survival_begin(fan_copy_survival *s, const fan_copy_ranks_options *wanted)
{
    *s = (fan_copy_survival){.job = wanted->job, .per_rank = wanted->per_rank};
    if (!fan_ulfm_is_on())
        return false;
    fan_copy_death_watch(MPI_COMM_WORLD);
    MPI_Comm_rank(MPI_COMM_WORLD, &s->number);
    MPI_Comm_size(MPI_COMM_WORLD, &s->size);
    s->start = MPI_Wtime();
    size_t size = (size_t)s->size;
    s->hosts = fan_copy_allocate(size, sizeof *s->hosts);
    s->dead = fan_copy_allocate(size, sizeof *s->dead);
    s->reads = fan_copy_allocate(size, sizeof *s->reads);
    s->percent = fan_copy_allocate(size, sizeof *s->percent);
    s->losses = fan_copy_allocate(size, sizeof *s->losses);
    s->reads[wanted->root] = wanted->source_host == NULL; /* until the readers are known */
    fan_copy_survival_host own = "";
    gethostname(own, sizeof own - 1);
    MPI_Allgather(own, sizeof own, MPI_BYTE, s->hosts, sizeof own, MPI_BYTE, MPI_COMM_WORLD);
    return true;
}

/* ---- ranks and numbers ---- */

static void note_readers(fan_copy_survival *s, const fan_copy_ranks *ranks)
{
    int *numbers = fan_copy_allocate((size_t)ranks->reader_count, sizeof *numbers);
    fan_copy_ranks_translate(s->job, ranks->reader_count, ranks->job_readers, MPI_COMM_WORLD,
                             numbers);
    memset(s->reads, 0, (size_t)s->size * sizeof *s->reads);
    for (int i = 0; i < ranks->reader_count; i++)
        s->reads[numbers[i]] = true;
    free(numbers);
}

void fan_copy_survival_number(fan_copy_survival *s, fan_copy_ranks *ranks)
{
    if (s == NULL || ranks->source < 0)
        return;
    ranks->number = s->number;
    note_readers(s, ranks);
    if (ranks->default_source >= 0)
        fan_copy_ranks_translate(s->job, 1, &ranks->default_source, MPI_COMM_WORLD,
                                 &ranks->default_source);
}

/* ---- the end of an attempt ---- */

/* Who has noted a death takes part in nothing any more; others may wait for that. */
static void let_go(const fan_copy_ranks *ranks)
{
    const MPI_Comm all[] = {ranks->writers, ranks->stream, ranks->node};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (all[i] != MPI_COMM_NULL)
            fan_ulfm_revoke(all[i]);
}

bool fan_copy_survival_settle(fan_copy_survival *s, const fan_copy_ranks *ranks)
{
    char nothing = 0;
    if (s == NULL)
        return true;
    if (!fan_copy_death_is_noted())
        fan_copy_ranks_tell(ranks, false, &nothing, sizeof nothing);
    bool noted = fan_copy_death_is_noted();
    if (noted)
        let_go(ranks);
    return fan_ulfm_agree(s->job, !noted);
}

void fan_copy_survival_has(fan_copy_survival *s, int number, int percent)
{
    if (s != NULL)
        s->percent[number] = percent;
}

/* ---- the next one ---- */

static bool has_others(const fan_copy_survival *s, const char *host)
{
    for (int i = 0; i < s->size; i++)
        if (!s->dead[i] && strcmp(s->hosts[i], host) == 0)
            return true;
    return false;
}

static bool is_named(const fan_copy_survival *s, const char *host)
{
    for (int i = 0; i < s->loss_count; i++)
        if (strcmp(s->losses[i].host, host) == 0)
            return true;
    return false;
}

/* A host on which another process lives is not lost, unless each has a copy of its own. */
static void note_loss(fan_copy_survival *s, int number)
{
    const char *host = s->hosts[number];
    if (s->per_rank || (!has_others(s, host) && !is_named(s, host)))
        s->losses[s->loss_count++] = (fan_copy_loss){
            .host = host, .percent = s->percent[number], .why = "its process has died"};
}

/* Those that have died since the last time, by number. To be freed. */
static bool *find_dead(fan_copy_survival *s)
{
    size_t size = (size_t)s->size;
    bool *died = fan_copy_allocate(size, sizeof *died);
    int *all = fan_copy_allocate(size, sizeof *all),
        *there = fan_copy_allocate(size, sizeof *there);
    for (int i = 0; i < s->size; i++)
        all[i] = i;
    fan_copy_ranks_translate(MPI_COMM_WORLD, s->size, all, s->job, there);
    for (int i = 0; i < s->size; i++) {
        died[i] = there[i] == MPI_UNDEFINED && !s->dead[i];
        s->dead[i] |= died[i];
    }
    free(all);
    free(there);
    return died;
}

static int size_of(MPI_Comm comm)
{
    int size;
    MPI_Comm_size(comm, &size);
    return size;
}

/* Every attempt has fewer than the one before, so there is an end of them. */
static void leave_dead_out(fan_copy_survival *s)
{
    MPI_Comm before = s->job;
    s->job = fan_ulfm_shrink(before);
    if (s->job == MPI_COMM_NULL || size_of(s->job) == size_of(before))
        fan_copy_abort("a process has died, and MPI cannot go on without it; start again");
    fan_copy_death_watch(s->job);
    fan_copy_death_forget();
    s->any = true;
}

const char *fan_copy_survival_go_on(fan_copy_survival *s)
{
    const char *source = NULL;
    leave_dead_out(s);
    bool *died = find_dead(s);
    for (int i = 0; i < s->size; i++) {
        if (died[i])
            note_loss(s, i);
        if (died[i] && s->reads[i])
            source = s->hosts[i];
    }
    free(died);
    return source;
}

bool fan_copy_survival_speaks(const fan_copy_survival *s)
{
    int rank;
    MPI_Comm_rank(s->job, &rank);
    return rank == 0;
}
