/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "comm/check.h"
#include "lib/adapt/network.h"
#include "lib/adapt/trial.h"
#include "lib/adapt/words.h"
#include "lib/call/lifetime.h"
#include "lib/deliver/pending.h"
#include "lib/state/connection.h"
#include "lib/state/errors.h"

#include <stdio.h>

/* The state of an intracommunicator, or an error that has been raised. */
static int find_state(MPI_Comm comm, fan_comm_state **state)
{
    int size;
    int code = fan_error_raise_code(comm, fan_comm_check(comm, &size));
    if (code != MPI_SUCCESS)
        return code;
    return fan_error_raise(comm, fan_lifetime_state(comm, state));
}

int fanout_comm_attach(MPI_Comm comm, MPI_Info hints)
{
    fan_comm_state *state;
    int code = find_state(comm, &state);
    if (code != MPI_SUCCESS)
        return code;
    fan_pending_finish(state, &state->lane); /* their plans are those of the old parameters */
    fan_status status = fan_comm_state_set(state, hints);
    if (status == FAN_OK)
        status = fan_connection_make(state);
    if (status == FAN_OK)
        status = fan_adapt_to_network(state, 0);
    return fan_error_raise(comm, status);
}

int fanout_comm_get_info(MPI_Comm comm, MPI_Info *used)
{
    fan_comm_state *state;
    int code = find_state(comm, &state);
    if (code != MPI_SUCCESS)
        return code;
    code = MPI_Info_create(used);
    for (size_t i = 0; code == MPI_SUCCESS && i < fan_param_count(); i++) {
        char key[MPI_MAX_INFO_KEY], value[64];
        snprintf(key, sizeof key, "fanout_%s", fan_param_name(i));
        fan_params_get(&state->params, i, value, sizeof value);
        code = MPI_Info_set(*used, key, value);
    }
    if (code == MPI_SUCCESS && state->adapts) {
        char value[32];
        snprintf(value, sizeof value, "%d", FAN_TRIAL_LEAST_BYTES);
        code = MPI_Info_set(*used, "adapts_from_bytes", value);
    }
    return fan_error_raise_code(comm, code);
}

int fanout_explain(MPI_Comm comm, MPI_Count bytes, int root, char **text)
{
    fan_comm_state *state;
    int code = find_state(comm, &state);
    if (code != MPI_SUCCESS)
        return code;
    if (root < 0 || root >= state->size)
        return fan_error_raise_code(comm, MPI_ERR_ROOT);
    if (bytes < 0)
        return fan_error_raise_code(comm, MPI_ERR_COUNT);
    bool is_new = state->connection == FAN_UNCONNECTED;
    fan_status status = fan_connection_make(state);
    if (status == FAN_OK && is_new)
        status = fan_adapt_to_network(state, bytes);
    if (status != FAN_OK)
        return fan_error_raise(comm, status);
    *text = fan_words_explain(state, bytes, root);
    return fan_error_raise_code(comm, *text == NULL ? MPI_ERR_NO_MEM : MPI_SUCCESS);
}
