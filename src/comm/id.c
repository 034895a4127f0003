/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "comm/id.h"

#include "base/clock.h"

#include <sys/random.h>
#include <unistd.h>

uint64_t fan_comm_new_id(void)
{
    uint64_t id = 0;
    if (getrandom(&id, sizeof id, 0) != (ssize_t)sizeof id)
        id = (uint64_t)(fan_clock_now() * 1e9) ^ (uint64_t)getpid() << 32;
    return id == 0 ? 1 : id;
}
