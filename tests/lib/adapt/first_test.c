/* SPDX-License-Identifier: BSD-3-Clause */
/* Which first broadcasts connect a communicator at once: not where MPI's is as fast by then. */
#include "config.h"

#include "fanout.h"
#include "lib/call/lifetime.h"
#include "tests/common/tap.h"

#include <stdlib.h>
#include <string.h>

enum { MIB = 1024 * 1024, MOST = 16 * MIB };

static char *data; /* [MOST] */

/* Whether the first broadcast of so many bytes connects a communicator; `good`: it is right. */
static bool connects(int bytes, bool *good)
{
    MPI_Comm comm;
    fan_comm_state *state = NULL;
    MPI_Comm_dup(MPI_COMM_WORLD, &comm);
    memset(data, tap_rank == 0 ? 5 : 0, (size_t)bytes);
    *good = fanout_bcast(data, bytes, MPI_BYTE, 0, comm) == MPI_SUCCESS && data[0] == 5 &&
            data[bytes - 1] == 5;
    fan_lifetime_state(comm, &state);
    bool is = state->connection == FAN_CONNECTED;
    MPI_Comm_free(&comm);
    return is;
}

static void expect(int bytes, bool expected, const char *where)
{
    bool good, is = connects(bytes, &good);
    tap_ok(good && is == expected, "%s, %d bytes: %s", where, bytes,
           expected ? "connected at once" : "left to MPI");
}

int main(void)
{
    int size;
    unsetenv("FANOUT_SHARED_MEMORY");
    unsetenv("FANOUT_TOPO_FILE");
    setenv("FANOUT_ADAPT", "1", 1);
    tap_begin(MPI_THREAD_SINGLE);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    data = malloc(MOST);
    expect(1000, false, "one node");
    expect(MIB, false, "one node");
    expect(MOST, size > 2, "one node");
    setenv("FANOUT_SHARED_MEMORY", "0", 1);
    expect(MIB / 4 - 1, false, "hosts");
    expect(MIB / 4, size > 2, "hosts");
    setenv("FANOUT_MIN_BYTES", "1000", 1);
    expect(1000, true, "told how");
    free(data);
    return tap_end();
}
