/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "lib/state/blocking.h"

#include "comm/check.h"

#include <stdatomic.h>

static atomic_bool ruled_out;
static atomic_int blocking; /* communicators */

bool fan_blocking_is_possible(void)
{
    return !atomic_load(&ruled_out) && !fan_comm_has_threads();
}

void fan_blocking_set(bool *own, bool blocks)
{
    if (*own != blocks)
        atomic_fetch_add(&blocking, blocks ? 1 : -1);
    *own = blocks;
}

bool fan_blocking_elsewhere(bool own)
{
    return atomic_load(&blocking) > (own ? 1 : 0);
}

void fan_blocking_rule_out(void)
{
    atomic_store(&ruled_out, true);
}
