/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "lib/deliver/dissent.h"

#include "base/log.h"
#include "comm/agree.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Ranks that said the same, as "0-2,7". */
typedef struct camp {
    char said[FAN_DISSENT_TEXT];
    int first, last; /* of the run of ranks that is not in the text yet */
    char ranks[80];
} camp;

enum { MOST_CAMPS = 4 };

/* Appends; what does not fit ends in "...". */
static void append(char *text, size_t size, const char *more)
{
    size_t used = strlen(text);
    if (used + strlen(more) + sizeof "..." <= size)
        strcpy(text + used, more);
    else if (used < 3 || strcmp(text + used - 3, "...") != 0)
        strcpy(text + used, "...");
}

static void end_run(camp *c)
{
    char run[40];
    const char *comma = c->ranks[0] == '\0' ? "" : ",";
    if (c->first == c->last)
        snprintf(run, sizeof run, "%s%d", comma, c->first);
    else
        snprintf(run, sizeof run, "%s%d-%d", comma, c->first, c->last);
    append(c->ranks, sizeof c->ranks, run);
}

static void join(camp *c, int rank)
{
    if (c->last + 1 != rank) {
        end_run(c);
        c->first = rank;
    }
    c->last = rank;
}

/* The number of camps after `rank` has joined one. Beyond `MOST_CAMPS` they are only counted. */
static int assign(camp *camps, int count, const char *said, int rank)
{
    for (int i = 0; i < count && i < MOST_CAMPS; i++)
        if (strcmp(camps[i].said, said) == 0) {
            join(&camps[i], rank);
            return count;
        }
    if (count < MOST_CAMPS) {
        camps[count] = (camp){.first = rank, .last = rank};
        strcpy(camps[count].said, said);
    }
    return count + 1;
}

static fan_status tell(const char *subject, camp *camps, int count)
{
    char text[480] = "";
    for (int i = 0; i < count && i < MOST_CAMPS; i++) {
        char part[FAN_DISSENT_TEXT + 120];
        camp *c = &camps[i];
        end_run(c);
        snprintf(part, sizeof part, "%s %.*s on rank%s %.*s", i == 0 ? "" : ";", FAN_DISSENT_TEXT,
                 c->said, strpbrk(c->ranks, ",-") ? "s" : "", (int)sizeof c->ranks, c->ranks);
        append(text, sizeof text, part);
    }
    return fan_fail(FAN_ERR_DISAGREEMENT, "%s:%s%s", subject, text,
                    count > MOST_CAMPS ? "; and others" : "");
}

/*
 * Each rank broadcasts what it says in turn: that needs no memory, and time does not matter after a
 * mistake.
 */
fan_status fan_dissent(MPI_Comm comm, const char *subject, const char own[FAN_DISSENT_TEXT])
{
    camp camps[MOST_CAMPS];
    int count = 0, code = MPI_SUCCESS, size, own_rank;
    PMPI_Comm_size(comm, &size);
    PMPI_Comm_rank(comm, &own_rank);
    for (int rank = 0; rank < size && code == MPI_SUCCESS; rank++) {
        char said[FAN_DISSENT_TEXT] = "";
        snprintf(said, sizeof said, "%s", own);
        code = fan_comm_from(rank, said, sizeof said, comm);
        count = assign(camps, count, said, rank);
    }
    if (code != MPI_SUCCESS)
        return fan_fail_mpi(code, "cannot find out which ranks differ");
    fan_status status = tell(subject, camps, count);
    if (own_rank == 0)
        fan_warn("%s", fan_fail_text());
    /* No rank aborts before the warning is written. */
    bool unused = false;
    fan_comm_any(comm, &unused);
    return status;
}
