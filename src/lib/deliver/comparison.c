/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "lib/deliver/comparison.h"

#include "base/log.h"

enum { MOST_BYTES, LEAST_BYTES, MOST_ROOT, LEAST_ROOT }; /* the least as their negatives */

static fan_status failed(int code)
{
    return fan_fail_mpi(code, "cannot compare the arguments of a broadcast");
}

fan_status fan_comparison_begin(fan_comparison *c, const fan_comm_state *state, int64_t bytes,
                                int root)
{
    int rank = state->rank;
    *c = (fan_comparison){.rank = rank,
                          .given = {[MOST_BYTES] = {bytes, rank},
                                    [LEAST_BYTES] = {-bytes, rank},
                                    [MOST_ROOT] = {root, rank},
                                    [LEAST_ROOT] = {-root, rank}}};
    int code = PMPI_Iallreduce(c->given, c->largest, FAN_COMPARISON_VALUES, MPI_LONG_INT,
                               MPI_MAXLOC, state->user_comm, &c->request);
    return code == MPI_SUCCESS ? FAN_OK : failed(code);
}

static fan_status disagree(const fan_comparison *c)
{
    const fan_comparison_value *v = c->largest;
    fan_status status = fan_fail(
        FAN_ERR_DISAGREEMENT,
        "the ranks disagree on a nonblocking broadcast: %ld bytes on rank %d, %ld on "
        "rank %d; root %ld on rank %d, %ld on rank %d",
        -v[LEAST_BYTES].value, v[LEAST_BYTES].rank, v[MOST_BYTES].value, v[MOST_BYTES].rank,
        -v[LEAST_ROOT].value, v[LEAST_ROOT].rank, v[MOST_ROOT].value, v[MOST_ROOT].rank);
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
    const fan_comparison_value *v = c->largest;
    bool equal =
        v[MOST_BYTES].value == -v[LEAST_BYTES].value && v[MOST_ROOT].value == -v[LEAST_ROOT].value;
    return !flag || equal ? FAN_OK : disagree(c);
}
