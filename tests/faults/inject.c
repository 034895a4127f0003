/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Loaded with LD_PRELOAD: counts the calls of MPI by which a process sends, receives or agrees.
 *
 * FANOUT_TEST_FAULT=ACTION:RANK:STEP  at that call of that rank: kill, stop, delay (1 s) or lose, a
 *                                     message that is not sent; when it does so it makes
 *                                     FANOUT_TEST_FAULT_FILE.hit; or several, with commas between
 *                                     them, in the order of time
 * FANOUT_TEST_FAULT_FILE=FILE         FILE.RANK receives how many calls there were, at exit
 * FANOUT_TEST_CALLS=FILE              FILE.RANK receives the name of each call, a line each
 */
#include "config.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <mpi.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifdef HAVE_MPI_ULFM
#include <mpi-ext.h>
#endif

static atomic_int steps;

static int rank_of_this(void)
{
    const char *rank = getenv("OMPI_COMM_WORLD_RANK");
    if (rank == NULL)
        rank = getenv("PMI_RANK");
    return rank == NULL ? -1 : atoi(rank);
}

static void write_number(const char *suffix, int number)
{
    char path[4096];
    const char *file = getenv("FANOUT_TEST_FAULT_FILE");
    if (file == NULL)
        return;
    snprintf(path, sizeof path, "%s.%s", file, suffix);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (fd >= 0) {
        dprintf(fd, "%d\n", number);
        close(fd);
    }
}

static void act(const char *action)
{
    write_number("hit", getpid());
    if (strcmp(action, "kill") == 0)
        raise(SIGKILL);
    else if (strcmp(action, "stop") == 0)
        raise(SIGSTOP);
    else if (strcmp(action, "delay") == 0)
        sleep(1);
}

static void note(const char *name)
{
    char path[4096];
    const char *file = getenv("FANOUT_TEST_CALLS");
    if (file == NULL)
        return;
    snprintf(path, sizeof path, "%s.%d", file, rank_of_this());
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND, 0600);
    if (fd >= 0) {
        dprintf(fd, "%s\n", name);
        close(fd);
    }
}

/* Whether the message is to be lost. */
static bool step(const char *name)
{
    const char *fault = getenv("FANOUT_TEST_FAULT");
    char action[8];
    bool is_lost = false;
    int rank, number, now = atomic_fetch_add(&steps, 1) + 1;
    note(name);
    while (fault != NULL && sscanf(fault, "%7[^:]:%d:%d", action, &rank, &number) == 3) {
        if (rank == rank_of_this() && number == now) {
            act(action);
            is_lost = is_lost || strcmp(action, "lose") == 0;
        }
        fault = strchr(fault, ',');
        fault = fault == NULL ? NULL : fault + 1;
    }
    return is_lost;
}

__attribute__((destructor)) static void tell_steps(void)
{
    char suffix[16];
    if (rank_of_this() < 0 || atomic_load(&steps) == 0)
        return;
    snprintf(suffix, sizeof suffix, "%d", rank_of_this());
    write_number(suffix, atomic_load(&steps));
}

#define STEP(name, parameters, arguments)                                                          \
    int name parameters;                                                                           \
    int name parameters                                                                            \
    {                                                                                              \
        union {                                                                                    \
            void *object;                                                                          \
            int(*function) parameters;                                                             \
        } next = {dlsym(RTLD_NEXT, #name)};                                                        \
        const bool is_lost = step(#name);                                                          \
        (void)is_lost;                                                                             \
        return next.function arguments;                                                            \
    }

#define MESSAGE(name, buffer_type)                                                                 \
    STEP(name,                                                                                     \
         (buffer_type buffer, int count, MPI_Datatype datatype, int peer, int tag, MPI_Comm comm,  \
          MPI_Request *request),                                                                   \
         (buffer, count, datatype, is_lost ? MPI_PROC_NULL : peer, tag, comm, request))

MESSAGE(MPI_Isend, const void *)
MESSAGE(MPI_Issend, const void *)
MESSAGE(MPI_Irecv, void *)
MESSAGE(PMPI_Isend, const void *)
MESSAGE(PMPI_Irecv, void *)

STEP(PMPI_Ibcast,
     (void *data, int count, MPI_Datatype datatype, int root, MPI_Comm comm, MPI_Request *request),
     (data, count, datatype, root, comm, request))
STEP(PMPI_Iallreduce,
     (const void *own, void *all, int count, MPI_Datatype datatype, MPI_Op operation, MPI_Comm comm,
      MPI_Request *request),
     (own, all, count, datatype, operation, comm, request))
STEP(PMPI_Iallgather,
     (const void *own, int own_count, MPI_Datatype own_type, void *all, int count,
      MPI_Datatype datatype, MPI_Comm comm, MPI_Request *request),
     (own, own_count, own_type, all, count, datatype, comm, request))
STEP(MPI_Bcast, (void *data, int count, MPI_Datatype datatype, int root, MPI_Comm comm),
     (data, count, datatype, root, comm))
STEP(MPI_Allreduce,
     (const void *own, void *all, int count, MPI_Datatype datatype, MPI_Op operation,
      MPI_Comm comm),
     (own, all, count, datatype, operation, comm))
STEP(MPI_Barrier, (MPI_Comm comm), (comm))
STEP(MPI_Gather,
     (const void *own, int own_count, MPI_Datatype own_type, void *all, int count,
      MPI_Datatype datatype, int root, MPI_Comm comm),
     (own, own_count, own_type, all, count, datatype, root, comm))
STEP(MPI_Ibcast,
     (void *data, int count, MPI_Datatype datatype, int root, MPI_Comm comm, MPI_Request *request),
     (data, count, datatype, root, comm, request))
STEP(MPI_Send,
     (const void *data, int count, MPI_Datatype datatype, int peer, int tag, MPI_Comm comm),
     (data, count, datatype, peer, tag, comm))
STEP(MPI_Comm_dup, (MPI_Comm comm, MPI_Comm *made), (comm, made))
STEP(MPI_Comm_split_type, (MPI_Comm comm, int type, int key, MPI_Info info, MPI_Comm *made),
     (comm, type, key, info, made))
STEP(MPI_Comm_split, (MPI_Comm comm, int color, int key, MPI_Comm *made), (comm, color, key, made))
STEP(PMPI_Comm_create, (MPI_Comm comm, MPI_Group group, MPI_Comm *made), (comm, group, made))
#ifdef HAVE_MPI_ULFM
STEP(PMPIX_Comm_iagree, (MPI_Comm comm, int *flag, MPI_Request *request), (comm, flag, request))
STEP(PMPIX_Comm_shrink, (MPI_Comm comm, MPI_Comm *made), (comm, made))
#endif
STEP(MPI_Finalize, (void), ())
