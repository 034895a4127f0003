/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Loaded with LD_PRELOAD into fanout-tune by its test: a network that is slow by rank 0's clock,
 * which nothing but messages moves on. So it does not matter how busy the machine is.
 *
 * FANOUT_TEST_HOP=SECONDS  that a message takes; what is on the way at the same time shares them
 * FANOUT_TEST_RATE=BYTES   that a link takes per second
 */
#include "config.h"

#include "fanout.h"

#include <dlfcn.h>
#include <stdlib.h>

static const double look = 1e-7; /* seconds that a look at the clock takes */
static double now;

static double number(const char *name)
{
    const char *text = getenv(name);
    return text != NULL ? atof(text) : 0;
}

static void spend(double hops, double bytes)
{
    now += hops * number("FANOUT_TEST_HOP") + bytes / number("FANOUT_TEST_RATE");
}

static double length_of(int count, MPI_Datatype type)
{
    int bytes;
    MPI_Type_size(type, &bytes);
    return (double)count * bytes;
}

/* Ranks that are reached one after the other: the height of a tree. */
static int height(MPI_Comm comm)
{
    int size, levels = 0;
    MPI_Comm_size(comm, &size);
    for (int reached = 1; reached < size; reached *= 2)
        levels++;
    return levels;
}

static void *next(const char *name)
{
    return dlsym(RTLD_NEXT, name);
}

double MPI_Wtime(void)
{
    return now += look;
}

int MPI_Issend(const void *data, int count, MPI_Datatype type, int to, int tag, MPI_Comm comm,
               MPI_Request *request)
{
    spend(0, length_of(count, type));
    return PMPI_Issend(data, count, type, to, tag, comm, request);
}

static int active(int count, const MPI_Request *requests)
{
    int found = 0;
    for (int i = 0; i < count; i++)
        found += requests[i] != MPI_REQUEST_NULL;
    return found;
}

int MPI_Testsome(int count, MPI_Request *requests, int *done, int *indices, MPI_Status *statuses)
{
    int before = active(count, requests);
    int code = PMPI_Testsome(count, requests, done, indices, statuses);
    if (*done > 0)
        spend((double)*done / before, 0);
    return code;
}

int MPI_Testall(int count, MPI_Request *requests, int *done, MPI_Status *statuses)
{
    int code = PMPI_Testall(count, requests, done, statuses);
    if (*done)
        spend(1, 0);
    return code;
}

int MPI_Barrier(MPI_Comm comm)
{
    spend(2 * height(comm), 0);
    return PMPI_Barrier(comm);
}

int MPI_Allreduce(const void *from, void *to, int count, MPI_Datatype type, MPI_Op op,
                  MPI_Comm comm)
{
    spend(2 * height(comm), 0);
    return PMPI_Allreduce(from, to, count, type, op, comm);
}

int MPI_Ibcast(void *data, int count, MPI_Datatype type, int root, MPI_Comm comm,
               MPI_Request *request)
{
    spend(height(comm), 0);
    return PMPI_Ibcast(data, count, type, root, comm, request);
}

int MPI_Comm_dup(MPI_Comm comm, MPI_Comm *copy)
{
    spend(4 * height(comm), 0);
    return PMPI_Comm_dup(comm, copy);
}

int MPI_Bcast(void *data, int count, MPI_Datatype type, int root, MPI_Comm comm)
{
    spend(height(comm), height(comm) * length_of(count, type));
    return PMPI_Bcast(data, count, type, root, comm);
}

int fanout_bcast(void *data, int count, MPI_Datatype type, int root, MPI_Comm comm)
{
    union {
        void *object;
        int (*function)(void *, int, MPI_Datatype, int, MPI_Comm);
    } real = {next("fanout_bcast")};
    spend(height(comm), length_of(count, type));
    return real.function(data, count, type, root, comm);
}

int fanout_comm_attach(MPI_Comm comm, MPI_Info hints)
{
    union {
        void *object;
        int (*function)(MPI_Comm, MPI_Info);
    } real = {next("fanout_comm_attach")};
    spend(20 * height(comm), 0);
    return real.function(comm, hints);
}
