/* SPDX-License-Identifier: BSD-3-Clause */
/** @file loader.h  Who answers the calls: libfanout_shim.so, or just the next definitions. */
#ifndef FAN_PMPI_ENTRY_LOADER_H
#define FAN_PMPI_ENTRY_LOADER_H

#include "pmpi/calls.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

/** NULL until the first call. */
extern _Atomic(const fan_calls *) fan_entry_chosen;

/** Choose who answers. `caller` is an address in the code that made the call. Thread-safe. */
const fan_calls *fan_entry_choose(void *caller);

/** The definitions to use. */
static inline const fan_calls *fan_calls_for(void *caller)
{
    const fan_calls *calls = atomic_load_explicit(&fan_entry_chosen, memory_order_acquire);
    return calls != NULL ? calls : fan_entry_choose(caller);
}

/** Whether the MPI library of `caller` is the one that the shim was built for. */
bool fan_entry_knows_library(void *caller);

/**
 * The definition of one of `names` (NULL at the end) that `caller` would have got without the shim.
 * Ends the process if there is none.
 */
void *fan_entry_next_definition(void *caller, const char *const *names);

#endif
