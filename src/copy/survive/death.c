/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/survive/death.h"

#include "comm/ulfm/ulfm.h"
#include "copy/job/stop.h"

#include <stdatomic.h>

static atomic_bool noted;

bool fan_copy_death_explains(int code)
{
    if (fan_ulfm_is_death(code))
        atomic_store(&noted, true);
    return atomic_load(&noted);
}

/* After a death calls may get what others have not given, such as the number of a rank. */
static void on_error(MPI_Comm *comm, int *code, ...)
{
    if (!fan_copy_death_explains(*code))
        fan_copy_abort_mpi(*code);
    if (*comm != MPI_COMM_NULL)
        fan_ulfm_revoke(*comm);
}

void fan_copy_death_watch(MPI_Comm comm)
{
    MPI_Errhandler handler;
    if (MPI_Comm_create_errhandler(on_error, &handler) != MPI_SUCCESS)
        fan_copy_abort("MPI failed: cannot create an error handler");
    MPI_Comm_set_errhandler(comm, handler);
    MPI_Errhandler_free(&handler);
}

bool fan_copy_death_has_shown(MPI_Comm comm)
{
    if (fan_ulfm_is_broken(comm))
        atomic_store(&noted, true);
    return fan_copy_death_is_noted();
}

bool fan_copy_death_is_noted(void)
{
    return atomic_load(&noted);
}

void fan_copy_death_forget(void)
{
    atomic_store(&noted, false);
}
