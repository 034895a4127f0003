/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "lib/deliver/memory.h"

#include "base/spare/spare.h"
#include "comm/agree.h"
#include "lib/state/errors.h"

/* Other broadcasts of the process may need some, too. */
bool fan_memory_may_be_spare(size_t bytes)
{
    return bytes <= FAN_SPARE_BYTES / 4;
}

static fan_status fail(int64_t rank, size_t bytes, const char *what)
{
    return fan_fail(FAN_ERR_MEMORY, "no memory on rank %d for the %zu bytes of %s", (int)rank,
                    bytes, what);
}

fan_status fan_memory_agree(const fan_comm_state *state, size_t bytes, bool lacks, const char *what)
{
    enum { NONE = -1 };
    int64_t last = lacks ? state->rank : NONE;
    if (fan_memory_may_be_spare(bytes) && lacks) {
        fail(last, bytes, what);
        fan_error_abort();
    }
    if (fan_memory_may_be_spare(bytes))
        return FAN_OK;
    int code = fan_comm_maximum(state->user_comm, 1, &last);
    if (code != MPI_SUCCESS)
        return fan_fail_mpi(code, "cannot agree on the memory of a stream");
    return last == NONE ? FAN_OK : fail(last, bytes, what);
}
