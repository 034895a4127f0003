/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "comm/key.h"

int fan_comm_at_finalize(MPI_Comm_delete_attr_function *function)
{
    int keyval;
    int code = PMPI_Comm_create_keyval(MPI_COMM_NULL_COPY_FN, function, &keyval, NULL);
    return code == MPI_SUCCESS ? PMPI_Comm_set_attr(MPI_COMM_SELF, keyval, NULL) : code;
}

static int make(fan_comm_key *key)
{
    int keyval, code = fan_comm_at_finalize(key->begin_finalize);
    if (code == MPI_SUCCESS)
        code = PMPI_Comm_create_keyval(MPI_COMM_NULL_COPY_FN, key->delete_attribute, &keyval, NULL);
    if (code == MPI_SUCCESS)
        key->value = keyval;
    atomic_store(&key->is_made, code == MPI_SUCCESS);
    return code;
}

fan_status fan_comm_key_make(fan_comm_key *key)
{
    if (fan_comm_key_is_made(key)) /* every broadcast comes here */
        return FAN_OK;
    pthread_mutex_lock(&key->lock);
    int code = fan_comm_key_is_made(key) ? MPI_SUCCESS : make(key);
    pthread_mutex_unlock(&key->lock);
    return code == MPI_SUCCESS ? FAN_OK : fan_fail_mpi(code, "MPI_Comm_create_keyval failed");
}
