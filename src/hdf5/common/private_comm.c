/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "hdf5/common/private_comm.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

static pthread_mutex_t keyval_lock = PTHREAD_MUTEX_INITIALIZER;
static int comm_keyval = MPI_KEYVAL_INVALID;
static int finalize_keyval = MPI_KEYVAL_INVALID;
static bool finalizing;

/* The attribute is the handle itself, which is a pointer or an int. */
static int delete_comm(MPI_Comm comm, int keyval, void *attribute, void *extra)
{
    (void)comm, (void)keyval, (void)extra;
    MPI_Comm own = (MPI_Comm)(intptr_t)attribute;
    /*
     * Freeing a communicator is collective, and at finalize ranks may come to theirs in different
     * order.
     */
    return finalizing ? MPI_SUCCESS : MPI_Comm_free(&own);
}

/* MPI_Finalize deletes the attributes of MPI_COMM_SELF first. */
static int begin_finalize(MPI_Comm comm, int keyval, void *attribute, void *extra)
{
    (void)comm, (void)keyval, (void)attribute, (void)extra;
    finalizing = true;
    return MPI_SUCCESS;
}

static int make_keyvals(void)
{
    pthread_mutex_lock(&keyval_lock);
    int code = MPI_SUCCESS;
    if (comm_keyval == MPI_KEYVAL_INVALID) {
        int keyval;
        code =
            MPI_Comm_create_keyval(MPI_COMM_NULL_COPY_FN, begin_finalize, &finalize_keyval, NULL);
        if (code == MPI_SUCCESS)
            code = MPI_Comm_set_attr(MPI_COMM_SELF, finalize_keyval, NULL);
        if (code == MPI_SUCCESS)
            code = MPI_Comm_create_keyval(MPI_COMM_NULL_COPY_FN, delete_comm, &keyval, NULL);
        if (code == MPI_SUCCESS)
            comm_keyval = keyval;
    }
    pthread_mutex_unlock(&keyval_lock);
    return code;
}

/* Not MPI_Comm_dup: that would copy the user's attributes, and so call the user's functions. */
static int make(MPI_Comm comm, MPI_Comm *own)
{
    MPI_Group group;
    int code = MPI_Comm_group(comm, &group);
    if (code != MPI_SUCCESS)
        return code;
    code = MPI_Comm_create(comm, group, own);
    MPI_Group_free(&group);
    return code == MPI_SUCCESS ? MPI_Comm_set_errhandler(*own, MPI_ERRORS_RETURN) : code;
}

int fan_h5_private_comm(MPI_Comm comm, MPI_Comm *own)
{
    int found, code = make_keyvals();
    void *attribute;
    if (code != MPI_SUCCESS)
        return code;
    code = MPI_Comm_get_attr(comm, comm_keyval, &attribute, &found);
    if (code == MPI_SUCCESS && found) {
        *own = (MPI_Comm)(intptr_t)attribute;
        return MPI_SUCCESS;
    }
    if (code == MPI_SUCCESS)
        code = make(comm, own);
    return code == MPI_SUCCESS ? MPI_Comm_set_attr(comm, comm_keyval, (void *)(intptr_t)*own)
                               : code;
}
