/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "comm/ulfm/ulfm.h"

#ifdef HAVE_MPI_ULFM

#include <mpi-ext.h>
#include <stdatomic.h>

bool fan_ulfm_is_on(void)
{
    enum { UNKNOWN, OFF, ON };
    static atomic_int known;
    int *value, found, is_on = atomic_load_explicit(&known, memory_order_relaxed);
    if (is_on == UNKNOWN) {
        PMPI_Comm_get_attr(MPI_COMM_WORLD, MPIX_FT, &value, &found);
        is_on = found && *value ? ON : OFF;
        atomic_store_explicit(&known, is_on, memory_order_relaxed);
    }
    return is_on == ON;
}

int fan_ulfm_dead(MPI_Comm comm, int *rank)
{
    const int first = 0;
    int count = 0;
    MPI_Group dead, all;
    if (!fan_ulfm_is_on() || PMPIX_Comm_get_failed(comm, &dead) != MPI_SUCCESS)
        return 0;
    PMPI_Group_size(dead, &count);
    if (count > 0) {
        PMPI_Comm_group(comm, &all);
        PMPI_Group_translate_ranks(dead, 1, &first, all, rank);
        PMPI_Group_free(&all);
    }
    PMPI_Group_free(&dead);
    return count;
}

bool fan_ulfm_has_died(MPI_Comm comm, int rank)
{
    int number = MPI_UNDEFINED;
    MPI_Group dead, all;
    if (!fan_ulfm_is_on() || PMPIX_Comm_get_failed(comm, &dead) != MPI_SUCCESS)
        return false;
    if (dead != MPI_GROUP_EMPTY) {
        PMPI_Comm_group(comm, &all);
        PMPI_Group_translate_ranks(all, 1, &rank, dead, &number);
        PMPI_Group_free(&all);
    }
    PMPI_Group_free(&dead);
    return number != MPI_UNDEFINED;
}

bool fan_ulfm_is_revoked(MPI_Comm comm)
{
    int revoked = 0;
    if (fan_ulfm_is_on())
        PMPIX_Comm_is_revoked(comm, &revoked);
    return revoked != 0;
}

void fan_ulfm_revoke(MPI_Comm comm)
{
    if (fan_ulfm_is_on() && !fan_ulfm_is_revoked(comm))
        PMPIX_Comm_revoke(comm);
}

bool fan_ulfm_is_death(int code)
{
    int error_class;
    if (code <= MPI_SUCCESS || !fan_ulfm_is_on())
        return false;
    PMPI_Error_class(code, &error_class);
    return error_class == MPIX_ERR_PROC_FAILED || error_class == MPIX_ERR_PROC_FAILED_PENDING ||
           error_class == MPIX_ERR_REVOKED;
}

int fan_ulfm_error_class(void)
{
    return MPIX_ERR_PROC_FAILED;
}

bool fan_ulfm_agree(MPI_Comm comm, bool good)
{
    int all = good;
    return PMPIX_Comm_agree(comm, &all) == MPI_SUCCESS && all;
}

int fan_ulfm_begin_agreement(MPI_Comm comm, int *bits, MPI_Request *request)
{
    return PMPIX_Comm_iagree(comm, bits, request);
}

MPI_Comm fan_ulfm_shrink(MPI_Comm comm)
{
    MPI_Comm rest = MPI_COMM_NULL;
    return PMPIX_Comm_shrink(comm, &rest) == MPI_SUCCESS ? rest : MPI_COMM_NULL;
}

#else

int fan_ulfm_dead(MPI_Comm comm, int *rank)
{
    (void)comm, (void)rank;
    return 0;
}

bool fan_ulfm_has_died(MPI_Comm comm, int rank)
{
    (void)comm, (void)rank;
    return false;
}

bool fan_ulfm_is_revoked(MPI_Comm comm)
{
    (void)comm;
    return false;
}

void fan_ulfm_revoke(MPI_Comm comm)
{
    (void)comm;
}

bool fan_ulfm_is_death(int code)
{
    (void)code;
    return false;
}

int fan_ulfm_error_class(void)
{
    return MPI_ERR_OTHER;
}

bool fan_ulfm_agree(MPI_Comm comm, bool good)
{
    (void)comm;
    return good;
}

int fan_ulfm_begin_agreement(MPI_Comm comm, int *bits, MPI_Request *request)
{
    (void)comm, (void)bits;
    *request = MPI_REQUEST_NULL;
    return MPI_SUCCESS;
}

MPI_Comm fan_ulfm_shrink(MPI_Comm comm)
{
    (void)comm;
    return MPI_COMM_NULL;
}

#endif

bool fan_ulfm_is_broken(MPI_Comm comm)
{
    int rank;
    return fan_ulfm_is_on() && (fan_ulfm_is_revoked(comm) || fan_ulfm_dead(comm, &rank) > 0);
}
