/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "lib/call/arguments.h"

#include "base/log.h"
#include "comm/agree.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

/* ---- on this rank ---- */

/* A communicator of this process alone that returns errors. Nothing is sent on it. */
static MPI_Comm judge = MPI_COMM_NULL;
static pthread_once_t judge_made = PTHREAD_ONCE_INIT;

/*
 * Not MPI_Comm_dup, which would call the user's attribute functions, nor MPI_Comm_create, which may
 * meet collective calls of other threads on MPI_COMM_SELF.
 */
static void make_judge(void)
{
    enum { TAG = 20251 };
    MPI_Group group;
    MPI_Comm_group(MPI_COMM_SELF, &group);
    MPI_Comm_create_group(MPI_COMM_SELF, group, TAG, &judge);
    MPI_Group_free(&group);
    MPI_Comm_set_errhandler(judge, MPI_ERRORS_RETURN);
}

/*
 * MPI_BOTTOM is NULL in all MPI libraries that we know, so data cannot start there. Open MPI does
 * not check.
 */
static bool starts_nowhere(const void *buffer, MPI_Datatype datatype)
{
    MPI_Aint lower = 0, extent = 0;
    return buffer == NULL && MPI_Type_get_true_extent(datatype, &lower, &extent) == MPI_SUCCESS &&
           lower == 0 && extent > 0;
}

bool fan_arguments_accepted(const void *buffer, MPI_Count count, MPI_Datatype datatype)
{
    pthread_once(&judge_made, make_judge);
    if (buffer == MPI_IN_PLACE ||
        PMPI_Send(buffer, count > 0, datatype, MPI_PROC_NULL, 0, judge) != MPI_SUCCESS)
        return false;
    return count == 0 || !starts_nowhere(buffer, datatype);
}

/* ---- across ranks ---- */

typedef struct arguments {
    int64_t bytes;
    int64_t root;
} arguments;

/* Ranks that gave the same, as "0-2,7". */
typedef struct party {
    arguments given;
    int first, last; /* of the run of ranks that is not in the text yet */
    char ranks[80];
} party;

enum { MOST_PARTIES = 4 };

/* Appends; what does not fit ends in "...". */
static void append(char *text, size_t size, const char *more)
{
    size_t used = strlen(text);
    if (used + strlen(more) + sizeof "..." <= size)
        strcpy(text + used, more);
    else if (used < 3 || strcmp(text + used - 3, "...") != 0)
        strcpy(text + used, "...");
}

static void end_run(party *p)
{
    char run[40];
    const char *comma = p->ranks[0] == '\0' ? "" : ",";
    if (p->first == p->last)
        snprintf(run, sizeof run, "%s%d", comma, p->first);
    else
        snprintf(run, sizeof run, "%s%d-%d", comma, p->first, p->last);
    append(p->ranks, sizeof p->ranks, run);
}

static void join(party *p, int rank)
{
    if (p->last + 1 != rank) {
        end_run(p);
        p->first = rank;
    }
    p->last = rank;
}

/*
 * The number of parties after `rank` has joined one. Beyond `MOST_PARTIES` they are only counted.
 */
static int assign(party *parties, int count, arguments given, int rank)
{
    for (int i = 0; i < count && i < MOST_PARTIES; i++)
        if (parties[i].given.bytes == given.bytes && parties[i].given.root == given.root) {
            join(&parties[i], rank);
            return count;
        }
    if (count < MOST_PARTIES)
        parties[count] = (party){.given = given, .first = rank, .last = rank};
    return count + 1;
}

static const char *length_text(int64_t bytes, char *text, size_t size)
{
    if (bytes == FAN_UNKNOWN_LENGTH)
        return "a stream to its end";
    snprintf(text, size, "%lld bytes", (long long)bytes);
    return text;
}

static fan_status disagree(party *parties, int count)
{
    char text[480] = "";
    for (int i = 0; i < count && i < MOST_PARTIES; i++) {
        char part[200], length[40];
        party *p = &parties[i];
        end_run(p);
        snprintf(part, sizeof part, "%s %s from root %lld on rank%s %s", i == 0 ? "" : ";",
                 length_text(p->given.bytes, length, sizeof length), (long long)p->given.root,
                 strpbrk(p->ranks, ",-") ? "s" : "", p->ranks);
        append(text, sizeof text, part);
    }
    return fan_fail(FAN_ERR_DISAGREEMENT, "the ranks disagree on a broadcast:%s%s", text,
                    count > MOST_PARTIES ? "; and others" : "");
}

/*
 * Each rank broadcasts its arguments in turn: that needs no memory, and time does not matter after
 * a mistake.
 */
static fan_status hear_all(const fan_comm_state *state, arguments own)
{
    party parties[MOST_PARTIES];
    int count = 0, code = MPI_SUCCESS;
    for (int rank = 0; rank < state->size && code == MPI_SUCCESS; rank++) {
        arguments given = own;
        code = fan_comm_from(rank, &given, sizeof given, state->user_comm);
        count = assign(parties, count, given, rank);
    }
    if (code != MPI_SUCCESS)
        return fan_fail_mpi(code, "cannot compare the arguments of a broadcast");
    fan_status status = disagree(parties, count);
    if (state->rank == 0)
        fan_warn("%s", fan_fail_text());
    /* No rank aborts before the warning is written. */
    bool unused = false;
    fan_comm_any(state->user_comm, &unused);
    return status;
}

fan_status fan_arguments_compare(const fan_comm_state *state, int64_t bytes, int root)
{
    arguments own = {bytes, root};
    fan_comm_range ranges[] = {fan_comm_range_of(bytes), fan_comm_range_of(root)};
    int code = fan_comm_ranges(state->user_comm, 2, ranges);
    if (code != MPI_SUCCESS)
        return fan_fail_mpi(code, "cannot compare the arguments of a broadcast");
    bool equal = fan_comm_range_is_one(ranges[0]) && fan_comm_range_is_one(ranges[1]);
    return equal ? FAN_OK : hear_all(state, own);
}
