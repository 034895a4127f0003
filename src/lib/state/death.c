/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "lib/state/death.h"

#include "base/clock.h"
#include "base/poll.h"
#include "comm/check.h"
#include "comm/ulfm/ulfm.h"
#include "engine/mpi/mpi_wait.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_TEXT = 200 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
/* By rank in MPI_COMM_WORLD; "": not known. */
static fan_host_name *host_of;

/* With the lock. Without memory hosts are not named. */
static bool has_room(void)
{
    int size;
    PMPI_Comm_size(MPI_COMM_WORLD, &size);
    if (host_of == NULL)
        host_of = calloc((size_t)size, sizeof *host_of);
    return host_of != NULL;
}

void fan_death_know_hosts(MPI_Comm comm, const fan_host_name *hosts)
{
    int size;
    PMPI_Comm_size(comm, &size);
    pthread_mutex_lock(&lock);
    for (int rank = 0; rank < size && has_room(); rank++) {
        int number = fan_comm_rank_in_world(comm, rank);
        if (number != MPI_UNDEFINED)
            memcpy(host_of[number], hosts[rank], sizeof host_of[number]);
    }
    pthread_mutex_unlock(&lock);
}

fan_status fan_death_look(MPI_Comm comm)
{
    int first;
    if (fan_ulfm_is_on() && fan_ulfm_dead(comm, &first) > 0)
        return fan_fail(FAN_ERR_DIED, "a rank has died");
    return FAN_OK;
}

void fan_death_settle(MPI_Comm comm)
{
    fan_ulfm_revoke(comm);
    fan_mpi_settle();
}

fan_status fan_death_recognise(MPI_Comm comm, fan_status status)
{
    if (status != FAN_ERR_TRANSPORT || !fan_ulfm_is_death(fan_fail_code()))
        return status;
    fan_ulfm_revoke(comm);
    return fan_fail(FAN_ERR_DIED, "a rank has died");
}

/* " on n7", or nothing. */
static void describe_host(MPI_Comm comm, int rank, char *text, size_t size)
{
    int number = fan_comm_rank_in_world(comm, rank);
    pthread_mutex_lock(&lock);
    bool is_known = host_of != NULL && number != MPI_UNDEFINED && host_of[number][0] != '\0';
    snprintf(text, size, "%s%s", is_known ? " on " : "", is_known ? host_of[number] : "");
    pthread_mutex_unlock(&lock);
}

static int count_dead(MPI_Comm comm, int *first)
{
    static const double patience = 1;
    int count, polls = 0;
    double end = fan_clock_now() + patience;
    while ((count = fan_ulfm_dead(comm, first)) == 0 && fan_clock_now() < end) {
        fan_mpi_progress(NULL);
        fan_poll_pause(&polls);
    }
    return count;
}

/* "rank 3 on n7 and 2 more have died" */
static void describe(MPI_Comm comm, int first, int count, char *text, size_t size)
{
    char host[sizeof(fan_host_name) + 8];
    describe_host(comm, first, host, sizeof host);
    if (count == 1)
        snprintf(text, size, "rank %d%s has died", first, host);
    else
        snprintf(text, size, "rank %d%s and %d more have died", first, host, count - 1);
}

fan_status fan_death_name(MPI_Comm comm)
{
    char text[MOST_TEXT];
    int first, count = count_dead(comm, &first);
    if (count == 0)
        return fan_fail(FAN_ERR_DIED, "a rank has died, or the communicator was revoked");
    describe(comm, first, count, text, sizeof text);
    return fan_fail(FAN_ERR_DIED, "%s", text);
}

/* How many ranks of `comm` are not in `rest`. */
static int count_missing(MPI_Comm comm, MPI_Comm rest, int *first)
{
    const int lowest = 0;
    int count;
    MPI_Group all, living, missing;
    PMPI_Comm_group(comm, &all);
    PMPI_Comm_group(rest, &living);
    PMPI_Group_difference(all, living, &missing);
    PMPI_Group_size(missing, &count);
    if (count > 0)
        PMPI_Group_translate_ranks(missing, 1, &lowest, all, first);
    PMPI_Group_free(&missing);
    PMPI_Group_free(&living);
    PMPI_Group_free(&all);
    return count;
}

fan_status fan_death_name_loss(MPI_Comm comm, MPI_Comm survivors, int64_t lost, int64_t bytes)
{
    char text[MOST_TEXT];
    int first = 0, count = count_missing(comm, survivors, &first);
    describe(comm, first, count, text, sizeof text);
    return fan_fail(FAN_ERR_LOST, "%s, and %lld of %lld bytes are lost", text, (long long)lost,
                    (long long)bytes);
}
