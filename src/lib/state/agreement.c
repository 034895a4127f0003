/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "lib/state/agreement.h"

#include "base/log.h"
#include "base/spare/spare.h"
#include "comm/agree.h"
#include "comm/ulfm/ulfm.h"
#include "compat/mpi_calls.h"
#include "lib/record/recorder.h"
#include "lib/state/errors.h"
#include "lib/where/launched.h"
#include "tune/variables.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What rank 0 sends to all. */
typedef struct decision {
    fan_comm_verdict verdict;
    fan_params params;
    fan_agreed agreed;
} decision;

static const char key_prefix[] = "fanout_";

static fan_status overlay_hint(MPI_Info hints, const char *key, fan_params *params)
{
    char text[MPI_MAX_INFO_VAL + 1];
    int found;
    fan_compat_info_get(hints, key, sizeof text, text, &found);
    if (!found)
        return FAN_OK;
    char origin[MPI_MAX_INFO_KEY + 16];
    snprintf(origin, sizeof origin, "MPI_Info key %s", key);
    return fan_params_set(params, key + strlen(key_prefix), text, origin);
}

static fan_status overlay_hints(MPI_Info hints, fan_params *params)
{
    int keys = 0;
    if (hints != MPI_INFO_NULL)
        MPI_Info_get_nkeys(hints, &keys);
    fan_status status = FAN_OK;
    for (int i = 0; status == FAN_OK && i < keys; i++) {
        char key[MPI_MAX_INFO_KEY + 1];
        MPI_Info_get_nthkey(hints, i, key);
        if (strncmp(key, key_prefix, strlen(key_prefix)) == 0)
            status = overlay_hint(hints, key, params);
    }
    return status;
}

/*
 * Those that MPI_Comm_dup_with_info or MPI_Comm_set_info gave it, where the MPI library keeps them.
 */
static fan_status overlay_hints_of(MPI_Comm comm, fan_params *params)
{
    MPI_Info hints;
    if (PMPI_Comm_get_info(comm, &hints) != MPI_SUCCESS)
        return FAN_OK;
    fan_status status = overlay_hints(hints, params);
    PMPI_Info_free(&hints);
    return status;
}

static void warn_of(const char *name, const char *nearest)
{
    fan_warn("the environment variable %s is not known%s%s%s", name,
             *nearest != '\0' ? "; is it " : "", nearest, *nearest != '\0' ? "?" : "");
}

static void warn_of_variables(void)
{
    const char *wrong;
    fan_variables_unknown(warn_of);
    fan_variable_wants_thread(&wrong);
    if (wrong != NULL)
        fan_warn("FANOUT_PROGRESS=%s is ignored: the only value is thread", wrong);
    const char *level = getenv("FANOUT_THREAD"); /* the shim's: src/pmpi/entry/raise.h */
    if (level != NULL && *level != '\0' && strcmp(level, "raise") != 0)
        fan_warn("FANOUT_THREAD=%s is ignored: the only value is raise", level);
}

/* What is set for all ranks is told by one. */
static void warn_of_variables_once(void)
{
    static pthread_once_t warned = PTHREAD_ONCE_INIT;
    int rank;
    PMPI_Comm_rank(MPI_COMM_WORLD, &rank);
    if (rank == 0)
        pthread_once(&warned, warn_of_variables);
}

static fan_status decide(MPI_Comm comm, MPI_Info hints, bool from_defaults, fan_params *params)
{
    fan_status status = FAN_OK;
    warn_of_variables_once();
    if (from_defaults) {
        *params = fan_params_default();
        status = fan_params_from_tune_file(params, NULL);
        params->shared_source = 0;
        if (status == FAN_OK)
            status = overlay_hints_of(comm, params);
    }
    if (status == FAN_OK)
        status = overlay_hints(hints, params);
    /*
     * Only the program knows whether its source can be shared. A user may forbid that, but not
     * demand it.
     */
    int64_t may_share = params->shared_source;
    if (status == FAN_OK)
        status = fan_params_from_environment(params);
    params->shared_source = params->shared_source && may_share;
    return status;
}

static fan_status agree(MPI_Comm comm, MPI_Info hints, bool from_defaults, fan_params *params,
                        fan_agreed *agreed)
{
    decision d;
    memset(&d, 0, sizeof d);
    int rank;
    fan_status status = FAN_OK;
    MPI_Comm_rank(comm, &rank);
    if (rank == 0) {
        d.params = *params;
        d.agreed = (fan_agreed){.traced = fan_recorder_wanted(),
                                .is_one_node = fan_whereabouts_are_one_node()};
        status = decide(comm, hints, from_defaults, &d.params);
    }
    status = fan_comm_share(comm, status, &d.verdict, sizeof d, "cannot agree on the parameters");
    if (status != FAN_OK)
        return status;
    *params = d.params;
    *agreed = d.agreed;
    return FAN_OK;
}

/* What is wrong is told by rank 0. */
bool fan_agree_goes_on(MPI_Comm comm, MPI_Info hints)
{
    fan_params own = fan_params_default();
    return fan_ulfm_is_on() && overlay_hints_of(comm, &own) == FAN_OK &&
           overlay_hints(hints, &own) == FAN_OK && fan_params_from_environment(&own) == FAN_OK &&
           own.on_failure == FAN_ON_FAILURE_CONTINUE;
}

double fan_agree_own_timeout(void)
{
    const char *text = secure_getenv("FANOUT_TIMEOUT");
    return text == NULL ? 0 : strtod(text, NULL);
}

fan_status fan_agree_on_params(MPI_Comm comm, MPI_Info hints, fan_params *params,
                               fan_agreed *agreed)
{
    memset(params, 0, sizeof *params);
    return agree(comm, hints, true, params, agreed);
}

fan_status fan_agree_on_hints(MPI_Comm comm, MPI_Info hints, fan_params *params)
{
    fan_agreed agreed; /* has been before */
    return agree(comm, hints, false, params, &agreed);
}

/* ---- among those that live ---- */

/* One who has left with an error may revoke what others wait in, and does not come. */
static bool gives_up(MPI_Comm comm, fan_comm_patience *patience, fan_comm_bound bound)
{
    if (!fan_ulfm_is_revoked(comm))
        return fan_comm_is_out_of_patience(patience, bound);
    fan_fail(FAN_ERR_TRANSPORT, "the communicator was revoked");
    return true;
}

fan_status fan_agree_among_living(MPI_Comm comm, fan_comm_bound bound, int *bits)
{
    MPI_Request request;
    fan_comm_patience patience = {0};
    int done = 0, polls = 0, *given = fan_spare_malloc(sizeof *given);
    bound.may_die = false;
    if (given == NULL) {
        fan_fail(FAN_ERR_MEMORY, "no memory for an agreement");
        fan_error_abort();
    }
    *given = *bits;
    int code = fan_ulfm_begin_agreement(comm, given, &request);
    while (code == MPI_SUCCESS &&
           (code = PMPI_Test(&request, &done, MPI_STATUS_IGNORE)) == MPI_SUCCESS && !done) {
        fan_comm_pause(&polls);
        if (gives_up(comm, &patience, bound))
            return fan_fail_status(); /* MPI may still write to what is given */
    }
    *bits = *given;
    fan_spare_free(given);
    return code == MPI_SUCCESS || fan_ulfm_is_death(code)
               ? FAN_OK
               : fan_fail_mpi(code, "cannot agree with those that live");
}
