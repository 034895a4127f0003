/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/library/process.h"

#include "copy/job/memory.h"
#include "copy/job/stop.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

/* Several times what a copy of a file takes beside the list of what is copied. */
enum { MEMORY = 64 << 20 };

/* What a copy knows of its process, such as what is to be removed if it ends, is one's only. */
static atomic_flag is_taken = ATOMIC_FLAG_INIT;

static sigset_t set_of_limit(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGXFSZ);
    return set;
}

void fan_copylib_process_take(fan_copylib_process *process)
{
    const sigset_t set = set_of_limit();
    process->taken = !atomic_flag_test_and_set(&is_taken);
    if (!process->taken)
        return;
    process->has_memory = fan_copy_memory_reserve(MEMORY);
    fan_copy_abort_silently();
    pthread_sigmask(SIG_BLOCK, &set, &process->mask);
}

void fan_copylib_process_leave(fan_copylib_process *process)
{
    const sigset_t set = set_of_limit();
    const struct timespec now = {0};
    if (!process->taken)
        return;
    if (!sigismember(&process->mask, SIGXFSZ))
        sigtimedwait(&set, NULL, &now); /* it was for a write of the copy */
    pthread_sigmask(SIG_SETMASK, &process->mask, NULL);
    fan_copy_memory_release();
    atomic_flag_clear(&is_taken);
}
