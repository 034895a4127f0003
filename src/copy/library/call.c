/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/library/call.h"

#include "beside/progress.h"
#include "comm/agree.h"
#include "comm/check.h"
#include "comm/private.h"
#include "copy/job/outcome.h"
#include "copy/library/raise.h"

#include <unistd.h>

/* ---- beginning ---- */

static int connect(fan_copylib_call *call)
{
    int code = fan_comm_check(call->user, &call->size);
    if (code != MPI_SUCCESS)
        return code;
    if (fan_comm_private(call->user, &call->job) != FAN_OK) {
        code = fan_fail_code();
        return code != MPI_SUCCESS ? code : MPI_ERR_OTHER;
    }
    MPI_Comm_rank(call->job, &call->rank);
    return MPI_SUCCESS;
}

static int check_root(const fan_copylib_call *call)
{
    fan_comm_range roots = fan_comm_range_of(call->root);
    int code = fan_comm_ranges(call->job, 1, &roots);
    bool valid = fan_comm_range_is_one(roots) && call->root >= 0 && call->root < call->size;
    return code != MPI_SUCCESS || valid ? code : MPI_ERR_ROOT;
}

bool fan_copylib_begin(fan_copylib_call *call, int root, MPI_Comm comm)
{
    *call = (fan_copylib_call){.user = comm, .job = MPI_COMM_NULL, .root = root};
    fan_beside_progress();
    call->code = connect(call);
    if (call->code == MPI_SUCCESS)
        call->code = check_root(call);
    return call->code == MPI_SUCCESS;
}

/* ---- failures ---- */

void fan_copylib_fail(fan_copylib_call *call, fan_copylib_kind kind, const char *path,
                      const char *text)
{
    char host[FAN_COPY_HOST] = "";
    if (call->findings.numbers.kind != FAN_COPYLIB_GOOD)
        return;
    gethostname(host, sizeof host - 1);
    call->findings.numbers.kind = kind;
    fan_copylib_findings_add(&call->findings, host, path, text);
}

typedef struct speaker {
    fan_copylib_call *call;
    int rank;
} speaker;

static void spread(void *state, void *data, size_t bytes)
{
    const speaker *s = state;
    int code = fan_comm_from(s->rank, data, bytes, s->call->job);
    if (code != MPI_SUCCESS)
        s->call->code = code;
}

bool fan_copylib_agree(fan_copylib_call *call)
{
    if (call->agreed || call->code != MPI_SUCCESS)
        return false;
    bool good = call->findings.numbers.kind == FAN_COPYLIB_GOOD;
    int64_t first = good ? 0 : call->size - call->rank;
    call->code = fan_comm_maximum(call->job, 1, &first);
    if (call->code != MPI_SUCCESS)
        return false;
    if (first == 0)
        return true;
    speaker s = {call, call->size - (int)first};
    fan_copylib_findings_share(&call->findings, spread, &s);
    call->agreed = true;
    return false;
}

/* ---- the end ---- */

int fan_copylib_end(fan_copylib_call *call)
{
    if (call->job != MPI_COMM_NULL && !call->lost)
        MPI_Comm_free(&call->job);
    int code = call->code != MPI_SUCCESS ? call->code : fan_copylib_code(&call->findings);
    fan_copylib_findings_free(&call->findings);
    return fan_copylib_raise(call->user, code);
}
