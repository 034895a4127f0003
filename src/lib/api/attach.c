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

#include <stdbool.h>
#include <stdio.h>

/* The state of an intracommunicator, or an error that has been raised. */
static int find_state(MPI_Comm comm, fan_status (*find)(MPI_Comm, fan_comm_state **),
                      fan_comm_state **state)
{
    int size;
    int code = fan_error_raise_code(comm, fan_comm_check(comm, &size));
    if (code != MPI_SUCCESS)
        return code;
    return fan_error_raise(comm, find(comm, state));
}

/* Where ranks go on without the dead, each comes to the agreement, whoever has died. */
int fanout_comm_attach(MPI_Comm comm, MPI_Info hints)
{
    fan_comm_state *state;
    int code = find_state(comm, fan_lifetime_find, &state);
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

static int set_bytes(MPI_Info info, const char *key, int64_t bytes)
{
    char value[32];
    snprintf(value, sizeof value, "%lld", (long long)bytes);
    return MPI_Info_set(info, key, value);
}

/*
 * MPI_Waitall of MPICH 4.0.2 can fail an assertion on a generalized request, and MPI_Wait lets the
 * thread have MPI's lock late.
 */
#ifdef OPEN_MPI
enum { IS_SAFE = true };
#else
enum { IS_SAFE = false };
#endif

/*
 * Whether a thread that looks every 50 us keeps the links of this communicator busy. (Where there
 * was no time to measure them, they are slow.)
 */
static bool hides_in_thread(const fan_comm_state *state)
{
    static const double fast = 200e6; /* bytes per second */
    bool is_known =
        state->learned.known || fan_params_given(&state->params, FAN_PARAM_INDEX_bandwidth);
    return IS_SAFE && state->nonblocking == FAN_PREPARED && state->map.nodes > 1 && is_known &&
           state->params.bandwidth <= fast;
}

int fanout_comm_get_info(MPI_Comm comm, MPI_Info *used)
{
    fan_comm_state *state;
    int code = find_state(comm, fan_lifetime_state, &state);
    if (code != MPI_SUCCESS)
        return code;
    code = MPI_Info_create(used);
    for (size_t i = 0; code == MPI_SUCCESS && i < fan_param_count(); i++) {
        char key[MPI_MAX_INFO_KEY], value[64];
        snprintf(key, sizeof key, "fanout_%s", fan_param_name(i));
        fan_params_get(&state->params, i, value, sizeof value);
        code = MPI_Info_set(*used, key, value);
    }
    if (code == MPI_SUCCESS && state->adapts)
        code = set_bytes(*used, "adapts_from_bytes", FAN_TRIAL_LEAST_BYTES);
    if (code == MPI_SUCCESS && hides_in_thread(state))
        code = set_bytes(*used, "hides_from_bytes", state->params.min_bytes);
    return fan_error_raise_code(comm, code);
}

int fanout_explain(MPI_Comm comm, MPI_Count bytes, int root, char **text)
{
    fan_comm_state *state;
    int code = find_state(comm, fan_lifetime_state, &state);
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
