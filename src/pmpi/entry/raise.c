/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "pmpi/entry/raise.h"

#include "pmpi/entry/loader.h"

#include <stdlib.h>
#include <string.h>

typedef int init_fn(int *, char ***);
typedef int init_thread_fn(int *, char ***, int, int *);

bool fan_entry_raises(void *caller)
{
    const char *how = getenv("FANOUT_THREAD");
    return how != NULL && strcmp(how, "raise") == 0 && fan_entry_knows_library(caller);
}

static int init_thread(void *caller, int *argc, char ***argv, int level, int *provided)
{
    init_thread_fn *next;
    *(void **)&next =
        fan_entry_next_definition(caller, (const char *const[]){"MPI_Init_thread", NULL});
    return next(argc, argv, level, provided);
}

int MPI_Init_thread(int *argc, char ***argv, int required, int *provided)
{
    void *caller = __builtin_return_address(0);
    int level = fan_entry_raises(caller) ? MPI_THREAD_MULTIPLE : required;
    return init_thread(caller, argc, argv, level, provided);
}

int MPI_Init(int *argc, char ***argv)
{
    void *caller = __builtin_return_address(0);
    int provided;
    if (fan_entry_raises(caller))
        return init_thread(caller, argc, argv, MPI_THREAD_MULTIPLE, &provided);
    init_fn *next;
    *(void **)&next = fan_entry_next_definition(caller, (const char *const[]){"MPI_Init", NULL});
    return next(argc, argv);
}
