/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * h5-open DIRECTORY [MEBIBYTES [ROUNDS]]: fanout_h5_open and fanout_h5_read beside one transfer of
 * the same bytes.
 *
 * Rank 0 makes compressed files of MEBIBYTES (64) in DIRECTORY, which only its host needs. In each
 * of ROUNDS (5):
 *   the limit   the file's bytes in one message to rank 1, until rank 1 has answered
 *   open        fanout_h5_open, then each rank reads one of the file's datasets and checks all
 *               elements; until all have
 *   reading     H5Dread of a dataset of MEBIBYTES on rank 0, from its page cache
 *   sending     that dataset's bytes in one message to rank 1
 *   read        fanout_h5_read of it to all ranks
 * Medians, and the ratios of open to the limit and of read to the larger one of reading and
 * sending.
 */
#include "config.h"

#include "fanout_hdf5.h"
#include "tools/common/summary.h"

#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/param.h>
#include <unistd.h>

enum { MOST_ROUNDS = 99, DATASETS = 64, ROW = 64 * 1024 };

static int rank, size;
static char open_path[PATH_MAX], read_path[PATH_MAX];

/* An HDF5 result, or a failure, after HDF5 has printed the reason. */
static hid_t need(hid_t result)
{
    if (result < 0)
        MPI_Abort(MPI_COMM_WORLD, 1);
    return result;
}

static void *allocate(size_t bytes)
{
    void *memory = malloc(bytes);
    if (memory == NULL)
        MPI_Abort(MPI_COMM_WORLD, 1);
    return memory;
}

/* Three of four bytes are noise: a file has 3/4 of the data's bytes. */
static int32_t element(uint64_t number)
{
    uint64_t bits = (number + 1) * 0x9e3779b97f4a7c15u;
    bits = (bits ^ bits >> 30) * 0xbf58476d1ce4e5b9u;
    bits = (bits ^ bits >> 27) * 0x94d049bb133111ebu;
    return (int32_t)(bits >> 40);
}

static void write_rows(hid_t dataset, hid_t space, hsize_t rows, uint64_t first)
{
    static int32_t row[ROW];
    const hsize_t one[2] = {1, ROW};
    hid_t memory = need(H5Screate_simple(2, one, NULL));
    for (hsize_t r = 0; r < rows; r++) {
        const hsize_t start[2] = {r, 0};
        for (int i = 0; i < ROW; i++)
            row[i] = element(first + r * ROW + (uint64_t)i);
        need(H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, one, NULL));
        need(H5Dwrite(dataset, H5T_NATIVE_INT32, memory, space, H5P_DEFAULT, row));
    }
    H5Sclose(memory);
}

static void put_dataset(hid_t file, const char *name, hsize_t rows, uint64_t first)
{
    const hsize_t shape[2] = {rows, ROW}, chunk[2] = {1, ROW};
    hid_t space = need(H5Screate_simple(2, shape, NULL)),
          properties = need(H5Pcreate(H5P_DATASET_CREATE));
    need(H5Pset_chunk(properties, 2, chunk));
    need(H5Pset_shuffle(properties));
    need(H5Pset_deflate(properties, 1));
    hid_t dataset =
        need(H5Dcreate2(file, name, H5T_STD_I32LE, space, H5P_DEFAULT, properties, H5P_DEFAULT));
    write_rows(dataset, space, rows, first);
    H5Dclose(dataset);
    H5Pclose(properties);
    H5Sclose(space);
}

static char *name_of(int dataset)
{
    static char name[32];
    snprintf(name, sizeof name, "field%d", dataset);
    return name;
}

static void make_files(hsize_t bytes)
{
    hsize_t rows = bytes / sizeof(int32_t) / ROW, part = rows * 4 / 3 / DATASETS;
    hid_t file = need(H5Fcreate(open_path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT));
    for (int d = 0; d < DATASETS; d++)
        put_dataset(file, name_of(d), part > 0 ? part : 1, (uint64_t)d << 32);
    H5Fclose(file);
    file = need(H5Fcreate(read_path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT));
    put_dataset(file, "all", rows, 0);
    H5Fclose(file);
}

static int64_t bytes_of_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL || fseek(file, 0, SEEK_END) != 0)
        MPI_Abort(MPI_COMM_WORLD, 1);
    int64_t bytes = ftell(file);
    fclose(file);
    return bytes;
}

/* ---- what is timed ---- */

static double begin(void)
{
    MPI_Barrier(MPI_COMM_WORLD);
    return MPI_Wtime();
}

static double longest(double start)
{
    double seconds = MPI_Wtime() - start;
    MPI_Allreduce(MPI_IN_PLACE, &seconds, 1, MPI_DOUBLE, MPI_MAX, MPI_COMM_WORLD);
    return seconds;
}

static double transfer(void *buffer, int64_t bytes)
{
    double start = begin();
    if (rank == 0) {
        MPI_Send(buffer, (int)bytes, MPI_BYTE, 1, 0, MPI_COMM_WORLD);
        MPI_Recv(NULL, 0, MPI_BYTE, 1, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    } else if (rank == 1) {
        MPI_Recv(buffer, (int)bytes, MPI_BYTE, 0, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
        MPI_Send(NULL, 0, MPI_BYTE, 0, 0, MPI_COMM_WORLD);
    }
    return longest(start);
}

static void check(const int32_t *data, hsize_t count, uint64_t first)
{
    for (hsize_t i = 0; i < count; i++)
        if (data[i] != element(first + i)) {
            fprintf(stderr, "rank %d: element %llu is wrong\n", rank, (unsigned long long)i);
            MPI_Abort(MPI_COMM_WORLD, 1);
        }
}

static hsize_t read_dataset(hid_t file, const char *name, int32_t *data)
{
    hid_t dataset = need(H5Dopen2(file, name, H5P_DEFAULT)), space = need(H5Dget_space(dataset));
    hsize_t count = (hsize_t)H5Sget_simple_extent_npoints(space);
    need(H5Dread(dataset, H5T_NATIVE_INT32, H5S_ALL, H5S_ALL, H5P_DEFAULT, data));
    H5Sclose(space);
    H5Dclose(dataset);
    return count;
}

static double open_and_check(int32_t *data)
{
    int own = rank % DATASETS;
    double start = begin();
    hid_t file = need(fanout_h5_open(open_path, H5F_ACC_RDONLY, 0, MPI_COMM_WORLD, MPI_INFO_NULL));
    check(data, read_dataset(file, name_of(own), data), (uint64_t)own << 32);
    H5Fclose(file);
    return longest(start);
}

static double read_alone(int32_t *data)
{
    double start = begin();
    if (rank == 0) {
        hid_t file = need(H5Fopen(read_path, H5F_ACC_RDONLY, H5P_DEFAULT));
        read_dataset(file, "all", data);
        H5Fclose(file);
    }
    return longest(start);
}

static double read_on_all(int32_t *data, hsize_t count)
{
    hid_t file = H5I_INVALID_HID, dataset = H5I_INVALID_HID;
    double start = begin();
    if (rank == 0) {
        file = need(H5Fopen(read_path, H5F_ACC_RDONLY, H5P_DEFAULT));
        dataset = need(H5Dopen2(file, "all", H5P_DEFAULT));
    }
    need(fanout_h5_read(dataset, H5T_NATIVE_INT32, H5S_ALL, H5S_ALL, H5P_DEFAULT, data, 0,
                        MPI_COMM_WORLD));
    if (rank == 0) {
        H5Dclose(dataset);
        H5Fclose(file);
    }
    double seconds = longest(start);
    check(data, count, 0);
    return seconds;
}

/* ---- */

static void measure(int64_t file_bytes, int64_t data_bytes, int rounds)
{
    double limit[MOST_ROUNDS], opening[MOST_ROUNDS], reading[MOST_ROUNDS], sending[MOST_ROUNDS],
        both[MOST_ROUNDS];
    int64_t most = MAX(file_bytes, data_bytes);
    int32_t *data = allocate((size_t)most);
    hsize_t count = (hsize_t)data_bytes / sizeof *data;
    for (int i = -1; i < rounds; i++) { /* the first time is not counted: connections are made */
        int place = i < 0 ? 0 : i;
        limit[place] = transfer(data, file_bytes);
        opening[place] = open_and_check(data);
        reading[place] = read_alone(data);
        sending[place] = transfer(data, data_bytes);
        both[place] = read_on_all(data, count);
    }
    free(data);
    double least = fan_summarize(limit, rounds).median,
           open_time = fan_summarize(opening, rounds).median;
    double alone = fan_summarize(reading, rounds).median,
           sent = fan_summarize(sending, rounds).median,
           read_time = fan_summarize(both, rounds).median;
    if (rank == 0) {
        printf("open: %lld bytes to %d ranks: limit %.3f s, open and check %.3f s: %.3f of it\n",
               (long long)file_bytes, size, least, open_time, open_time / least);
        printf("read: %lld bytes to %d ranks: reading %.3f s, sending %.3f s, both %.3f s: %.3f of "
               "the larger\n",
               (long long)data_bytes, size, alone, sent, read_time, read_time / MAX(alone, sent));
    }
}

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    int mebibytes = argc > 2 ? atoi(argv[2]) : 64, rounds = argc > 3 ? atoi(argv[3]) : 5;
    if (argc < 2 || size < 2 || mebibytes < 1 || mebibytes > 1024 || rounds < 1 ||
        rounds > MOST_ROUNDS) {
        if (rank == 0)
            fputs("usage: on at least 2 ranks, h5-open DIRECTORY [MEBIBYTES (1 to 1024) [ROUNDS (1 "
                  "to 99)]]\n",
                  stderr);
        MPI_Abort(MPI_COMM_WORLD, 2);
    }
    snprintf(open_path, sizeof open_path, "%s/h5-open-%d.h5", argv[1], mebibytes);
    snprintf(read_path, sizeof read_path, "%s/h5-read-%d.h5", argv[1], mebibytes);
    int64_t file_bytes = 0, data_bytes = (int64_t)mebibytes << 20;
    if (rank == 0) {
        make_files((hsize_t)data_bytes);
        file_bytes = bytes_of_file(open_path);
    }
    MPI_Bcast(&file_bytes, 1, MPI_INT64_T, 0, MPI_COMM_WORLD);
    measure(file_bytes, data_bytes, rounds);
    if (rank == 0) {
        unlink(open_path);
        unlink(read_path);
    }
    MPI_Finalize();
    return 0;
}
