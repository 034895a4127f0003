/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "hdf5/read/probe.h"

#include "hdf5/read/thread.h"

#include <hdf5.h>
#include <stdatomic.h>
#include <stdlib.h>

struct fan_h5_probe {
    atomic_bool passed;
    atomic_int users; /* the reader and the thread; the last one frees it */
};

static atomic_flag running = ATOMIC_FLAG_INIT;

static void let_go(fan_h5_probe *probe)
{
    if (atomic_fetch_sub(&probe->users, 1) == 1)
        free(probe);
}

/* The call takes HDF5's lock, but does not start HDF5 again if the program has ended it. */
static void *knock(void *state)
{
    fan_h5_probe *probe = state;
    hbool_t any;
    H5is_library_threadsafe(&any);
    atomic_store(&probe->passed, true);
    let_go(probe);
    atomic_flag_clear(&running);
    return NULL;
}

static bool start(fan_h5_probe *probe)
{
    pthread_t thread;
    atomic_init(&probe->users, 2);
    return fan_h5_thread_start(&thread, knock, probe) && pthread_detach(thread) == 0;
}

fan_h5_probe *fan_h5_probe_begin(void)
{
    if (atomic_flag_test_and_set(&running))
        return NULL;
    fan_h5_probe *probe = calloc(1, sizeof *probe);
    if (probe != NULL && start(probe))
        return probe;
    free(probe);
    atomic_flag_clear(&running);
    return NULL;
}

bool fan_h5_probe_passed(const fan_h5_probe *probe)
{
    return probe != NULL && atomic_load(&probe->passed);
}

void fan_h5_probe_end(fan_h5_probe *probe)
{
    if (probe != NULL)
        let_go(probe);
}
