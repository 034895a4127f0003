/* SPDX-License-Identifier: BSD-3-Clause */
/* More than 2^31 bytes: as a large count of bytes, and as few elements of a large datatype. */
#include "config.h"

#include "fanout.h"
#include "tests/common/tap.h"

#include <stdint.h>

static int rank;
static const MPI_Count bytes = ((MPI_Count)1 << 31) + 12345;

static void fill(unsigned char *data, int salt)
{
    for (MPI_Count i = 0; i < bytes; i += 4093)
        data[i] = rank == 0 ? (unsigned char)((uint64_t)i * 31 + (uint64_t)salt) : 0;
    data[bytes - 1] = rank == 0 ? (unsigned char)salt : 0;
}

static bool is_filled(const unsigned char *data, int salt)
{
    for (MPI_Count i = 0; i < bytes - 1; i += 4093)
        if (data[i] != (unsigned char)((uint64_t)i * 31 + (uint64_t)salt))
            return false;
    return data[bytes - 1] == (unsigned char)salt;
}

int main(void)
{
    tap_begin(MPI_THREAD_SINGLE);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    unsigned char *data = calloc((size_t)bytes, 1);
    if (data == NULL) {
        printf("Bail out! rank %d has no memory for %lld bytes\n", rank, (long long)bytes);
        MPI_Abort(MPI_COMM_WORLD, 1);
    }
    fill(data, 5);
    int code = fanout_bcast_c(data, bytes, MPI_BYTE, 0, MPI_COMM_WORLD);
    tap_ok(code == MPI_SUCCESS && is_filled(data, 5), "fanout_bcast_c of 2^31 + 12345 bytes");
    MPI_Datatype third;
    MPI_Type_contiguous((int)(bytes / 3), MPI_BYTE, &third);
    MPI_Type_commit(&third);
    fill(data, 9);
    code = fanout_bcast(data, 3, third, 0, MPI_COMM_WORLD);
    data[bytes - 1] = data[bytes - 2] =
        9; /* bytes is no multiple of 3; the last ones are not sent */
    tap_ok(code == MPI_SUCCESS && bytes % 3 <= 2 && is_filled(data, 9),
           "3 elements of 2^31 / 3 bytes");
    MPI_Type_free(&third);
    free(data);
    return tap_end();
}
