/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Preloaded into MPICH ranks by lab mpirun; stands between libmpich and libucp.
 *
 * 1. MPICH polls without ever yielding. With more ranks than cores the idle ones then take the
 *    CPU from the busy ones, and the links are no longer the bottleneck. Open MPI has
 *    mpi_yield_when_idle for this.
 * 2. MPI_Finalize of MPICH 4.0 can hang over UCX's TCP transport: a rank whose connections
 *    are closed blocks in a PMI barrier, where it no longer answers the ranks that still close
 *    theirs (github.com/pmodels/mpich pull request 6596). Here it goes on answering.
 */
#include "config.h"

#include <dlfcn.h>
#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Of <ucp/api/ucp.h>, so that UCX's headers need not be installed. */
unsigned ucp_worker_progress(void *worker);
void ucp_worker_destroy(void *worker);

enum { ANSWER_INTERVAL_MS = 1 };

static void *live_worker; /* the worker polled last; NULL once it is destroyed */

static unsigned progress(void *worker)
{
    static unsigned (*next)(void *);
    if (next == NULL)
        *(void **)&next = dlsym(RTLD_NEXT, "ucp_worker_progress");
    return next(worker);
}

unsigned ucp_worker_progress(void *worker)
{
    live_worker = worker;
    unsigned events = progress(worker);
    if (events == 0)
        sched_yield();
    return events;
}

void ucp_worker_destroy(void *worker)
{
    void (*next)(void *);
    *(void **)&next = dlsym(RTLD_NEXT, "ucp_worker_destroy");
    live_worker = NULL;
    next(worker);
}

static int is_pmi(int fd)
{
    const char *pmi = getenv("PMI_FD");
    return pmi != NULL && atoi(pmi) == fd;
}

ssize_t read(int fd, void *buffer, size_t size)
{
    if (live_worker != NULL && is_pmi(fd)) {
        struct pollfd pmi = {.fd = fd, .events = POLLIN};
        while (poll(&pmi, 1, ANSWER_INTERVAL_MS) == 0)
            progress(live_worker);
    }
    return syscall(SYS_read, fd, buffer, size);
}
