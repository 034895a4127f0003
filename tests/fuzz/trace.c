/* SPDX-License-Identifier: BSD-3-Clause */
/* Trace files, and what is said of their broadcasts. */
#include "config.h"

#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/hdf5_values.h"
#include "trace/judge/check.h"
#include "trace/judge/usage.h"
#include "trace/read/hdf5_read.h"
#include "trace/write/hdf5_types.h"

#include <stdlib.h>

enum { MOST_RECORDS = 12 };

/* A table that is not of one dimension, or of another type, or not there. Closes the type. */
static void write_table(hid_t group, const char *table, hid_t type, size_t record_bytes,
                        fuzz_input *input)
{
    unsigned odd = fuzz_take_below(input, 15);
    hsize_t shape[2] = {fuzz_take_below(input, MOST_RECORDS), 1};
    void *records = calloc(MOST_RECORDS + 1, record_bytes);
    fuzz_take(input, records, (size_t)shape[0] * record_bytes);
    if (odd > 0) {
        hid_t stored =
            odd == 1 ? fuzz_hdf5_type(fuzz_take_below(input, FUZZ_TYPES - 1)) : H5Tcopy(type);
        hid_t space = H5Screate_simple(odd == 2 ? 2 : 1, shape, NULL);
        hid_t dataset =
            H5Dcreate2(group, table, stored, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
        if (odd > 1)
            H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, records);
        H5Dclose(dataset);
        H5Sclose(space);
        H5Tclose(stored);
    }
    free(records);
    H5Tclose(type);
}

static void write_communicator(hid_t file, const char *path, fuzz_input *input)
{
    hid_t group = H5Gcreate2(file, path, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    fuzz_hdf5_attribute(group, "id", 1, input);
    fuzz_hdf5_attribute(group, "size", 1, input);
    write_table(group, "ranks", fan_hdf5_rank_type(), sizeof(fan_record_rank), input);
    write_table(group, "broadcasts", fan_hdf5_broadcast_type(), sizeof(fan_record_broadcast),
                input);
    write_table(group, "transfers", fan_hdf5_transfer_type(), sizeof(fan_transfer), input);
    H5Gclose(group);
}

static void write_trace(const char *path, fuzz_input *input)
{
    hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    fuzz_hdf5_attribute(file, "version", 1, input);
    write_communicator(file, "communicator0", input);
    if (input->size > 0)
        write_communicator(file, "communicator1", input);
    H5Fclose(file);
}

static void judge(fan_run *run)
{
    fan_run_sort(run);
    fan_run_lost(run);
    for (size_t i = 0; i < run->broadcast_count; i++) {
        fan_cast cast;
        if (fan_cast_open(&cast, run, i) != FAN_OK)
            continue;
        for (int behaviour = 0; behaviour < FAN_BEHAVIOURS; behaviour++)
            fan_judge_check(&cast, (fan_judge_behaviour)behaviour);
        fan_cast_close(&cast);
    }
}

static const char *name;

static void parse(fuzz_input input)
{
    fan_runs runs = {0};
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    write_trace(name, &input);
    if (fan_runs_read(&runs, name) == FAN_OK)
        for (size_t i = 0; i < runs.count; i++)
            judge(&runs.runs[i]);
    fan_runs_free(&runs);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    name = fuzz_file(data, 0);
    fuzz_in_child(parse, data, size);
    fuzz_remove();
    return 0;
}
