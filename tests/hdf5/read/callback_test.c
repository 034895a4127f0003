/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * fanout_h5_read inside callbacks of HDF5, which hold its lock: as programs walk a file. On the
 * ranks that only receive as well.
 */
#include "config.h"

#include "fanout_hdf5.h"
#include "tests/common/tap.h"
#include "tests/hdf5/folder.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ELEMENTS = 1 << 20, CHUNK = 1000, DATASETS = 4, MOST_LEFT = 2 };

static int rank, size;
static MPI_Comm comm;
static const char *path;
static hid_t file;

typedef struct visit {
    int root, reads, good;
} visit;

/* ---- the file: groups of datasets with an attribute each ---- */

static void make_dataset(hid_t group, int n)
{
    const hsize_t shape = ELEMENTS, chunk = CHUNK;
    char name[16];
    int *data = malloc(ELEMENTS * sizeof *data);
    for (int i = 0; i < ELEMENTS; i++)
        data[i] = i + n;
    snprintf(name, sizeof name, "d%d", n);
    hid_t space = H5Screate_simple(1, &shape, NULL), properties = H5Pcreate(H5P_DATASET_CREATE);
    if (n % 2 == 1)
        H5Pset_chunk(properties, 1, &chunk);
    hid_t dataset =
        H5Dcreate2(group, name, H5T_NATIVE_INT, space, H5P_DEFAULT, properties, H5P_DEFAULT);
    H5Dwrite(dataset, H5T_NATIVE_INT, H5S_ALL, H5S_ALL, H5P_DEFAULT, data);
    hid_t one = H5Screate(H5S_SCALAR),
          attribute = H5Acreate2(dataset, "a", H5T_NATIVE_INT, one, H5P_DEFAULT, H5P_DEFAULT);
    H5Aclose(attribute);
    H5Sclose(one);
    H5Dclose(dataset);
    H5Pclose(properties);
    H5Sclose(space);
    free(data);
}

static void make_file(void)
{
    hid_t made = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    for (int n = 0; n < DATASETS; n++)
        make_dataset(made, n);
    H5Fclose(made);
}

/* ---- reading ---- */

static bool is_right(const int *data, int n)
{
    for (int i = 0; i < ELEMENTS; i++)
        if (data[i] != i + n)
            return false;
    return true;
}

static void read_one(visit *v, hid_t from, int n)
{
    char name[16];
    snprintf(name, sizeof name, "/d%d", n);
    hid_t dataset = H5Dopen2(from, name, H5P_DEFAULT);
    int *data = malloc(ELEMENTS * sizeof *data);
    v->reads++;
    v->good += fanout_h5_read(dataset, H5T_NATIVE_INT, H5S_ALL, H5S_ALL, H5P_DEFAULT, data, v->root,
                              comm) >= 0 &&
               is_right(data, n);
    free(data);
    H5Dclose(dataset);
}

typedef struct sum {
    hsize_t elements;
    long long total;
} sum;

/* It may use HDF5. */
static int add(void *state, hsize_t start, hsize_t count, void *data)
{
    sum *s = state;
    hid_t space = H5Screate_simple(1, &count, NULL);
    for (hsize_t i = 0; i < count; i++)
        s->total += (long long)((double *)data)[i];
    s->elements += start == s->elements ? count : 0;
    return H5Sclose(space) < 0;
}

static void read_one_in_blocks(visit *v, hid_t from, const char *name)
{
    hid_t dataset = H5Dopen2(from, name, H5P_DEFAULT);
    sum s = {0, 0};
    v->reads++;
    v->good += fanout_h5_read_blocks(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5P_DEFAULT, add, &s,
                                     v->root, comm) >= 0 &&
               s.elements == ELEMENTS && s.total == (long long)ELEMENTS * (ELEMENTS - 1) / 2;
    H5Dclose(dataset);
}

/* ---- callbacks ---- */

static herr_t at_object(hid_t from, const char *name, const H5O_info_t *info, void *state)
{
    if (info->type == H5O_TYPE_DATASET)
        read_one(state, from, atoi(name + 1));
    return 0;
}

static herr_t at_link(hid_t group, const char *name, const H5L_info_t *info, void *state)
{
    (void)info;
    read_one(state, group, atoi(name + 1));
    return 0;
}

static herr_t at_attribute(hid_t dataset, const char *name, const H5A_info_t *info, void *state)
{
    (void)name, (void)info;
    read_one_in_blocks(state, dataset, "/d0");
    return 0;
}

static herr_t at_element(void *element, hid_t type, unsigned axes, const hsize_t *at, void *state)
{
    (void)element, (void)type, (void)axes;
    if (at[0] == 7)
        read_one(state, file, 1);
    return 0;
}

static void visit_objects(visit *v)
{
    H5Ovisit(file, H5_INDEX_NAME, H5_ITER_INC, at_object, v);
}

static void visit_links(visit *v)
{
    H5Lvisit(file, H5_INDEX_NAME, H5_ITER_INC, at_link, v);
}

static void iterate_links(visit *v)
{
    H5Literate(file, H5_INDEX_NAME, H5_ITER_INC, NULL, at_link, v);
}

static void iterate_attributes(visit *v)
{
    hid_t dataset = H5Dopen2(file, "d2", H5P_DEFAULT);
    H5Aiterate2(dataset, H5_INDEX_NAME, H5_ITER_INC, NULL, at_attribute, v);
    H5Dclose(dataset);
}

static void iterate_elements(visit *v)
{
    const hsize_t ten = 10;
    int numbers[10] = {0};
    hid_t space = H5Screate_simple(1, &ten, NULL);
    H5Diterate(numbers, H5T_NATIVE_INT, space, at_element, v);
    H5Sclose(space);
}

static int threads_of_process(void)
{
    char line[200];
    int count = 0;
    FILE *status = fopen("/proc/self/status", "r");
    while (fgets(line, sizeof line, status) != NULL)
        sscanf(line, "Threads: %d", &count);
    fclose(status);
    return count;
}

/* On some ranks in a callback, on others not: they do not know of each other. */
static void test_walk(void (*walk)(visit *), const char *name, int reads)
{
    bool good = true;
    int before = threads_of_process();
    for (int root = 0; root < size; root += size - 1) {
        visit v = {.root = root};
        walk(&v);
        good = v.good == reads && v.reads == reads && good;
    }
    tap_ok(good, "in a callback of %s all is read", name);
    for (int i = 0; i < 1000 && threads_of_process() > before; i++)
        usleep(10000);
    tap_ok(threads_of_process() <= before, "no thread stays behind after %s", name);
}

static void test_one_rank_in_callback(void)
{
    visit v = {.root = 0};
    if (rank == 0)
        iterate_elements(&v);
    else
        read_one(&v, file, 1);
    tap_ok(v.good == 1, "the root in a callback, the others not");
    v = (visit){.root = 0};
    if (rank == size - 1)
        iterate_elements(&v);
    else
        read_one(&v, file, 1);
    tap_ok(v.good == 1, "one that receives in a callback, the others not");
}

static herr_t many_reads(hid_t group, const char *name, const H5L_info_t *info, void *state)
{
    (void)name, (void)info;
    int before = threads_of_process(), *most = state;
    for (int i = 0; i < 20; i++) {
        visit v = {.root = 0};
        read_one(&v, group, 1);
        *most = threads_of_process() - before > *most ? threads_of_process() - before : *most;
    }
    return 1;
}

static herr_t open_again(hid_t group, const char *name, const H5L_info_t *info, void *state)
{
    (void)group, (void)name, (void)info;
    visit *v = state;
    hid_t again = fanout_h5_open(path, H5F_ACC_RDONLY, 0, comm, MPI_INFO_NULL);
    read_one(v, again, 1);
    H5Fclose(again);
    return 1;
}

static void test_open(void)
{
    visit v = {.root = size - 1};
    H5Literate(file, H5_INDEX_NAME, H5_ITER_INC, NULL, open_again, &v);
    tap_ok(v.good == 1, "fanout_h5_open in a callback");
}

static void test_many(void)
{
    int most = 0;
    H5Literate(file, H5_INDEX_NAME, H5_ITER_INC, NULL, many_reads, &most);
    tap_ok(most <= MOST_LEFT, "many reads in one callback do not leave a thread each: %d", most);
    visit v = {.root = 0};
    read_one(&v, file, 1);
    tap_ok(v.good == 1, "a read after the callback");
}

int main(void)
{
    tap_begin(MPI_THREAD_SINGLE);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    MPI_Comm_dup(MPI_COMM_WORLD, &comm);
    make_folder();
    path = in_folder("callback.h5");
    if (rank == 0)
        make_file();
    MPI_Barrier(MPI_COMM_WORLD);
    file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    test_walk(visit_objects, "H5Ovisit", DATASETS);
    test_walk(visit_links, "H5Lvisit", DATASETS);
    test_walk(iterate_links, "H5Literate", DATASETS);
    test_walk(iterate_attributes, "H5Aiterate", 1);
    test_walk(iterate_elements, "H5Diterate", 1);
    test_one_rank_in_callback();
    test_open();
    test_many();
    H5Fclose(file);
    MPI_Comm_free(&comm);
    MPI_Barrier(MPI_COMM_WORLD);
    if (rank == 0)
        remove_folder();
    return tap_end();
}
