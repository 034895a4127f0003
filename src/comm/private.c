/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "comm/private.h"

#include "base/clock.h"
#include "comm/agree.h"
#include "comm/check.h"
#include "comm/wait.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;

bool fan_comm_take_turn(bool have_come)
{
    return (have_come || !fan_comm_has_threads()) && pthread_mutex_trylock(&turn) == 0;
}

void fan_comm_end_turn(void)
{
    pthread_mutex_unlock(&turn);
}

void fan_comm_miss_turn(void)
{
    enum { LONGEST_US = 1000 }; /* some times what making one takes */
    static _Thread_local unsigned seed;
    if (seed == 0)
        seed = (unsigned)getpid() ^ (unsigned)(fan_clock_now() * 1e6);
    double end = fan_clock_now() + rand_r(&seed) % LONGEST_US * 1e-6;
    for (int polls = 0; fan_clock_now() < end;)
        fan_comm_pause(&polls);
}

/* Not MPI_Comm_dup: that would copy the user's attributes, and so call the user's functions. */
static int create(MPI_Comm comm, MPI_Comm *own)
{
    MPI_Group group;
    int code = PMPI_Comm_group(comm, &group);
    if (code != MPI_SUCCESS)
        return code;
    code = PMPI_Comm_create(comm, group, own);
    PMPI_Group_free(&group);
    return code;
}

/* MPI libraries have a limit of communicators; what is to be done without one is not the user's. */
fan_status fan_comm_private_now(MPI_Comm comm, MPI_Comm *own)
{
    MPI_Errhandler users;
    if (!fan_comm_begin_blocking())
        return FAN_ERR_TIMEOUT;
    PMPI_Comm_get_errhandler(comm, &users);
    PMPI_Comm_set_errhandler(comm, MPI_ERRORS_RETURN);
    int code = create(comm, own);
    fan_comm_end_blocking();
    PMPI_Comm_set_errhandler(comm, users);
    PMPI_Errhandler_free(&users);
    if (code != MPI_SUCCESS)
        return fan_fail_mpi(code, "MPI_Comm_create failed");
    PMPI_Comm_set_errhandler(*own, MPI_ERRORS_RETURN);
    return FAN_OK;
}

static int take_turns(MPI_Comm comm)
{
    for (bool have_come = false; true; have_come = true) {
        bool has_turn = fan_comm_take_turn(have_come);
        int64_t missed = !has_turn;
        int code = fan_comm_worst(comm, &missed);
        if (code == MPI_SUCCESS && !missed)
            return code;
        if (has_turn)
            fan_comm_end_turn();
        if (code != MPI_SUCCESS)
            return code;
        fan_comm_miss_turn();
    }
}

fan_status fan_comm_private(MPI_Comm comm, MPI_Comm *own)
{
    int code = take_turns(comm);
    if (code != MPI_SUCCESS)
        return fan_fail_mpi(code, "cannot agree on making a communicator");
    fan_status status = fan_comm_private_now(comm, own);
    fan_comm_end_turn();
    return status;
}
