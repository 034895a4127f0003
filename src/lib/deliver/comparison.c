/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "lib/deliver/comparison.h"

#include "base/log.h"

#include <stdio.h>
#include <string.h>

enum { BYTES, ROOT, BASIS, DECISION, VALUES = DECISION + FAN_DECISION_VALUES };

_Static_assert(2 * VALUES == FAN_COMPARISON_VALUES, "each value twice");

static fan_status failed(int code)
{
    return fan_fail_mpi(code, "cannot compare the arguments of a broadcast");
}

fan_status fan_comparison_begin(fan_comparison *c, const fan_comm_state *state, int64_t bytes,
                                int root, fan_way way)
{
    int64_t values[VALUES] = {[BYTES] = bytes, [ROOT] = root, [BASIS] = fan_decision_basis(state)};
    fan_decision decision = fan_decision_make(state, &state->params, bytes, root, way);
    memcpy(&values[DECISION], decision.values, sizeof decision.values);
    *c = (fan_comparison){.rank = state->rank};
    for (int i = 0; i < VALUES; i++) {
        c->given[2 * i] = (fan_comparison_value){values[i], state->rank};
        c->given[2 * i + 1] = (fan_comparison_value){-values[i], state->rank};
    }
    int code = PMPI_Iallreduce(c->given, c->largest, FAN_COMPARISON_VALUES, MPI_LONG_INT,
                               MPI_MAXLOC, state->user_comm, &c->request);
    return code == MPI_SUCCESS ? FAN_OK : failed(code);
}

static bool differs(const fan_comparison *c, int i)
{
    return c->largest[2 * i].value != -c->largest[2 * i + 1].value;
}

static bool differs_between(const fan_comparison *c, int first, int end)
{
    bool found = false;
    for (int i = first; i < end; i++)
        found = found || differs(c, i);
    return found;
}

static fan_status fail_by_arguments(const fan_comparison *c)
{
    const fan_comparison_value *most = c->largest, *least = most + 1;
    return fan_fail(FAN_ERR_DISAGREEMENT,
                    "the ranks disagree on a nonblocking broadcast: %ld bytes on rank %d, %ld on "
                    "rank %d; root %ld on rank %d, %ld on rank %d",
                    -least[2 * BYTES].value, least[2 * BYTES].rank, most[2 * BYTES].value,
                    most[2 * BYTES].rank, -least[2 * ROOT].value, least[2 * ROOT].rank,
                    most[2 * ROOT].value, most[2 * ROOT].rank);
}

static fan_status fail_by_decision(const fan_comparison *c)
{
    char text[300] = "";
    size_t length = 0;
    for (int i = DECISION; i < VALUES; i++) {
        const fan_comparison_value *most = &c->largest[2 * i], *least = most + 1;
        if (differs(c, i))
            length += (size_t)snprintf(text + length, sizeof text - length,
                                       "%s %s %ld on rank %d, %ld on rank %d",
                                       length > 0 ? ";" : "", fan_decision_names[i - DECISION],
                                       -least->value, least->rank, most->value, most->rank);
    }
    return fan_fail(FAN_ERR_DISAGREEMENT,
                    "the ranks disagree on how to do a nonblocking broadcast:%s", text);
}

static fan_status fail_by_basis(const fan_comparison *c)
{
    const fan_comparison_value *most = &c->largest[2 * BASIS], *least = most + 1;
    return fan_fail(FAN_ERR_DISAGREEMENT,
                    "the ranks disagree on what to decide a nonblocking broadcast by: rank %d has "
                    "other parameters or measurements than rank %d",
                    most->rank, least->rank);
}

static fan_status disagree(const fan_comparison *c)
{
    fan_status status = differs_between(c, BYTES, BASIS)       ? fail_by_arguments(c)
                        : differs_between(c, DECISION, VALUES) ? fail_by_decision(c)
                                                               : fail_by_basis(c);
    if (c->rank == 0)
        fan_warn("%s", fan_fail_text());
    return status;
}

fan_status fan_comparison_test(fan_comparison *c, bool *done)
{
    int flag = 0;
    int code = PMPI_Test(&c->request, &flag, MPI_STATUS_IGNORE);
    *done = flag || code != MPI_SUCCESS;
    if (code != MPI_SUCCESS)
        return failed(code);
    return !flag || !differs_between(c, 0, VALUES) ? FAN_OK : disagree(c);
}
