/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Loaded with LD_PRELOAD: counts the calls of MPI by which a process sends, receives or agrees.
 *
 * FANOUT_TEST_FAULT=ACTION:RANK:STEP  what happens at that call of that rank; or several, with
 *                                     commas between them, in the order of time. In
 *                                     FANOUT_TEST_FAULT_FILE.hit it gets a line. ACTION is
 *                                     kill, stop
 *                                     delay  1 s
 *                                     lose   that message or the next is not sent
 *                                     cut    nor is any that follows
 *                                     fail   the next call of libfanout's own has an error
 *                                     down   its launcher is killed, too, and the name of the host,
 *                                            FANOUT_TEST_HOST, goes to FANOUT_TEST_FAULT_FILE.lost
 * FANOUT_TEST_FAULT_ONCE=1            not if there is a line already, from a job before
 * FANOUT_TEST_FAULT_FILE=FILE         FILE.RANK receives how many calls there were, at exit
 * FANOUT_TEST_CALLS=FILE              FILE.RANK receives the name of each call, a line each
 */
#include "config.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
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

static atomic_int steps, messages_to_lose;
static atomic_bool fails;

static int rank_of_this(void)
{
    const char *rank = getenv("OMPI_COMM_WORLD_RANK");
    if (rank == NULL)
        rank = getenv("PMI_RANK");
    return rank == NULL ? -1 : atoi(rank);
}

static bool name_file(char path[PATH_MAX], const char *suffix)
{
    const char *file = getenv("FANOUT_TEST_FAULT_FILE");
    if (file != NULL)
        snprintf(path, PATH_MAX, "%s.%s", file, suffix);
    return file != NULL;
}

static bool has_file(const char *suffix)
{
    char path[PATH_MAX];
    return name_file(path, suffix) && access(path, F_OK) == 0;
}

/* One write, so that lines of several processes do not mix. `mode`: O_APPEND or O_TRUNC. */
static void write_line(const char *suffix, int mode, const char *line)
{
    char path[PATH_MAX];
    int fd = name_file(path, suffix) ? open(path, O_WRONLY | O_CREAT | mode, 0600) : -1;
    if (fd >= 0) {
        dprintf(fd, "%s\n", line);
        close(fd);
    }
}

/* Nothing of it is there any more: neither the launcher's part nor another process. */
static void lose_host(void)
{
    const char *host = getenv("FANOUT_TEST_HOST");
    write_line("lost", O_APPEND, host == NULL ? "" : host);
    kill(getppid(), SIGKILL);
    raise(SIGKILL);
}

static void act(const char *action)
{
    char line[64];
    if (getenv("FANOUT_TEST_FAULT_ONCE") != NULL && has_file("hit"))
        return;
    snprintf(line, sizeof line, "%s %d", action, rank_of_this());
    write_line("hit", O_APPEND, line);
    if (strcmp(action, "kill") == 0)
        raise(SIGKILL);
    else if (strcmp(action, "down") == 0)
        lose_host();
    else if (strcmp(action, "stop") == 0)
        raise(SIGSTOP);
    else if (strcmp(action, "delay") == 0)
        sleep(1);
    else if (strcmp(action, "lose") == 0)
        atomic_fetch_add(&messages_to_lose, 1);
    else if (strcmp(action, "cut") == 0)
        atomic_store(&messages_to_lose, INT_MAX);
    else if (strcmp(action, "fail") == 0)
        atomic_store(&fails, true);
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

static void step(const char *name)
{
    const char *fault = getenv("FANOUT_TEST_FAULT");
    char action[8];
    int rank, number, now = atomic_fetch_add(&steps, 1) + 1;
    note(name);
    while (fault != NULL && sscanf(fault, "%7[^:]:%d:%d", action, &rank, &number) == 3) {
        if (rank == rank_of_this() && number == now) {
            act(action);
        }
        fault = strchr(fault, ',');
        fault = fault == NULL ? NULL : fault + 1;
    }
}

/* What is sent to nobody is lost. (A receive from nobody would look like one that is complete.) */
static int receiver(int peer)
{
    int count = atomic_load(&messages_to_lose);
    while (count > 0)
        if (atomic_compare_exchange_weak(&messages_to_lose, &count, count - 1))
            return MPI_PROC_NULL;
    return peer;
}

__attribute__((destructor)) static void tell_steps(void)
{
    char suffix[16], line[16];
    if (rank_of_this() < 0 || atomic_load(&steps) == 0)
        return;
    snprintf(suffix, sizeof suffix, "%d", rank_of_this());
    snprintf(line, sizeof line, "%d", atomic_load(&steps));
    write_line(suffix, O_TRUNC, line);
}

#define STEP(name, parameters, arguments)                                                          \
    int name parameters;                                                                           \
    int name parameters                                                                            \
    {                                                                                              \
        union {                                                                                    \
            void *object;                                                                          \
            int(*function) parameters;                                                             \
        } next = {dlsym(RTLD_NEXT, #name)};                                                        \
        step(#name);                                                                               \
        if (#name[0] == 'P' && atomic_exchange(&fails, false))                                     \
            return MPI_ERR_OTHER;                                                                  \
        return next.function arguments;                                                            \
    }

#define MESSAGE(name, buffer_type, other)                                                          \
    STEP(name,                                                                                     \
         (buffer_type buffer, int count, MPI_Datatype datatype, int peer, int tag, MPI_Comm comm,  \
          MPI_Request *request),                                                                   \
         (buffer, count, datatype, other, tag, comm, request))

MESSAGE(MPI_Isend, const void *, receiver(peer))
MESSAGE(MPI_Issend, const void *, receiver(peer))
MESSAGE(MPI_Irecv, void *, peer)
MESSAGE(PMPI_Isend, const void *, receiver(peer))
MESSAGE(PMPI_Irecv, void *, peer)

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
