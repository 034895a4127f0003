/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "tests/hdf5/files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

typedef struct record {
    char name[6];
    double value;
    short numbers[3];
} record;

static hid_t need(hid_t result)
{
    if (result < 0)
        exit(1);
    return result;
}

static hid_t create(const char *path, H5F_libver_t version, hsize_t user_block)
{
    hid_t access = need(H5Pcreate(H5P_FILE_ACCESS)), properties = need(H5Pcreate(H5P_FILE_CREATE));
    need(H5Pset_libver_bounds(access, version, H5F_LIBVER_LATEST));
    need(H5Pset_userblock(properties, user_block));
    hid_t file = need(H5Fcreate(path, H5F_ACC_TRUNC, properties, access));
    H5Pclose(access);
    H5Pclose(properties);
    return file;
}

static void put_dataset(hid_t group, const char *name, hid_t type, int rank, const hsize_t *shape,
                        hid_t properties, const void *data)
{
    hid_t space = need(rank < 0 ? H5Screate(H5S_NULL) : H5Screate_simple(rank, shape, NULL));
    hid_t dataset =
        need(H5Dcreate2(group, name, type, space, H5P_DEFAULT, properties, H5P_DEFAULT));
    if (data != NULL)
        need(H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data));
    H5Dclose(dataset);
    H5Sclose(space);
}

static void put_attributes(hid_t object)
{
    const double numbers[3] = {1.5, -2, 1e300};
    const char *text = "kelvin";
    const hsize_t three = 3;
    hid_t space = need(H5Screate_simple(1, &three, NULL)), one = need(H5Screate(H5S_SCALAR));
    hid_t string = need(H5Tcopy(H5T_C_S1));
    need(H5Tset_size(string, H5T_VARIABLE));
    hid_t attribute =
        need(H5Acreate2(object, "numbers", H5T_IEEE_F64BE, space, H5P_DEFAULT, H5P_DEFAULT));
    need(H5Awrite(attribute, H5T_NATIVE_DOUBLE, numbers));
    H5Aclose(attribute);
    attribute = need(H5Acreate2(object, "units", string, one, H5P_DEFAULT, H5P_DEFAULT));
    need(H5Awrite(attribute, string, &text));
    H5Aclose(attribute);
    H5Tclose(string);
    H5Sclose(space);
    H5Sclose(one);
}

static void put_numbers(hid_t group)
{
    static int numbers[100][200];
    static short large[2048][1024];
    const hsize_t shape[2] = {100, 200}, chunk[2] = {32, 48}, large_shape[2] = {2048, 1024},
                  few[2] = {3, 4}, none[2] = {0, 5};
    for (int i = 0; i < 100 * 200; i++)
        numbers[i / 200][i % 200] = i * 7 % 1001;
    for (int i = 0; i < 2048 * 1024; i++)
        large[i / 1024][i % 1024] = (short)(i % 1000 * (i / 5000));
    hid_t properties = need(H5Pcreate(H5P_DATASET_CREATE)),
          compact = need(H5Pcreate(H5P_DATASET_CREATE));
    put_dataset(group, "contiguous", H5T_NATIVE_INT, 2, shape, H5P_DEFAULT, numbers);
    put_dataset(group, "no elements", H5T_NATIVE_INT, 2, none, H5P_DEFAULT, NULL);
    put_dataset(group, "null", H5T_NATIVE_INT, -1, NULL, H5P_DEFAULT, NULL);
    put_dataset(group, "scalar", H5T_NATIVE_INT, 0, NULL, H5P_DEFAULT, numbers[1]);
    need(H5Pset_layout(compact, H5D_COMPACT));
    put_dataset(group, "compact", H5T_NATIVE_INT, 2, few, compact, numbers);
    need(H5Pset_chunk(properties, 2, chunk));
    need(H5Pset_shuffle(properties));
    need(H5Pset_deflate(properties, 6));
    need(H5Pset_fletcher32(properties));
    put_dataset(group, "chunked", H5T_NATIVE_INT, 2, shape, properties, numbers);
    need(H5Pset_chunk(properties, 2, large_shape));
    put_dataset(group, "large chunk", H5T_NATIVE_SHORT, 2, large_shape, properties, large);
    H5Pclose(properties);
    H5Pclose(compact);
}

static void put_records(hid_t group)
{
    static const record records[2] = {{"first", 0.5, {1, 2, 3}}, {"next", -7, {4, 5, 6}}};
    const hsize_t two = 2, three = 3;
    hid_t string = need(H5Tcopy(H5T_C_S1)),
          numbers = need(H5Tarray_create2(H5T_NATIVE_SHORT, 1, &three));
    need(H5Tset_size(string, sizeof records->name));
    hid_t type = need(H5Tcreate(H5T_COMPOUND, sizeof(record)));
    need(H5Tinsert(type, "name", HOFFSET(record, name), string));
    need(H5Tinsert(type, "value", HOFFSET(record, value), H5T_NATIVE_DOUBLE));
    need(H5Tinsert(type, "numbers", HOFFSET(record, numbers), numbers));
    need(H5Tcommit2(group, "record", type, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    put_dataset(group, "records", type, 1, &two, H5P_DEFAULT, records);
    H5Tclose(type);
    H5Tclose(numbers);
    H5Tclose(string);
}

static void put_links(hid_t file, hid_t group)
{
    hobj_ref_t reference;
    need(H5Lcreate_soft("/outer/inner/contiguous", file, "soft", H5P_DEFAULT, H5P_DEFAULT));
    need(H5Lcreate_soft("/nowhere", file, "dangling", H5P_DEFAULT, H5P_DEFAULT));
    need(H5Lcreate_hard(group, "compact", file, "second name", H5P_DEFAULT, H5P_DEFAULT));
    need(H5Lcreate_hard(file, "/", group, "cycle", H5P_DEFAULT, H5P_DEFAULT));
    need(H5Rcreate(&reference, file, "/outer/inner/chunked", H5R_OBJECT, -1));
    put_dataset(file, "reference", H5T_STD_REF_OBJ, 0, NULL, H5P_DEFAULT, &reference);
}

void make_full_file(const char *path, H5F_libver_t version, hsize_t user_block)
{
    hid_t file = create(path, version, user_block);
    hid_t outer = need(H5Gcreate2(file, "outer", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    hid_t inner = need(H5Gcreate2(outer, "inner", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    put_attributes(file);
    put_attributes(inner);
    put_numbers(inner);
    put_records(outer);
    put_links(file, inner);
    H5Gclose(inner);
    H5Gclose(outer);
    H5Fclose(file);
}

void make_big_file(const char *path, hsize_t planes)
{
    const hsize_t shape[3] = {planes, BIG_EDGE, BIG_EDGE};
    hid_t file = create(path, H5F_LIBVER_EARLIEST, 0),
          properties = need(H5Pcreate(H5P_DATASET_CREATE));
    need(H5Pset_alloc_time(properties, H5D_ALLOC_TIME_EARLY));
    need(H5Pset_fill_time(properties, H5D_FILL_TIME_NEVER));
    put_dataset(file, "big", H5T_NATIVE_UCHAR, 3, shape, properties, NULL);
    H5Pclose(properties);
    H5Fclose(file);
}

void make_empty_file(const char *path)
{
    H5Fclose(create(path, H5F_LIBVER_EARLIEST, 0));
}

void make_external_link(const char *path)
{
    hid_t file = create(path, H5F_LIBVER_EARLIEST, 0);
    hid_t group = need(H5Gcreate2(file, "group", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    need(H5Lcreate_external("earliest.h5", "/outer/inner/contiguous", group, "away", H5P_DEFAULT,
                            H5P_DEFAULT));
    H5Gclose(group);
    H5Fclose(file);
}

void make_external_data(const char *path)
{
    const hsize_t ten = 10;
    hid_t file = create(path, H5F_LIBVER_EARLIEST, 0),
          properties = need(H5Pcreate(H5P_DATASET_CREATE));
    need(H5Pset_external(properties, "/nowhere/raw", 0, 40));
    put_dataset(file, "raw", H5T_NATIVE_INT, 1, &ten, properties, NULL);
    H5Pclose(properties);
    H5Fclose(file);
}

void make_virtual(const char *path, const char *source)
{
    const hsize_t ten = 10;
    const int data[10] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
    hid_t file = create(path, H5F_LIBVER_LATEST, 0),
          properties = need(H5Pcreate(H5P_DATASET_CREATE));
    hid_t space = need(H5Screate_simple(1, &ten, NULL));
    put_dataset(file, "real", H5T_NATIVE_INT, 1, &ten, H5P_DEFAULT, data);
    need(H5Pset_virtual(properties, space, source, "/real", space));
    put_dataset(file, "virtual", H5T_NATIVE_INT, 1, &ten, properties, NULL);
    H5Sclose(space);
    H5Pclose(properties);
    H5Fclose(file);
}

void make_swmr(const char *path)
{
    char writing[4096];
    snprintf(writing, sizeof writing, "%s.writing", path);
    hid_t file = create(writing, H5F_LIBVER_LATEST, 0);
    need(H5Fstart_swmr_write(file));
    copy_damaged(writing, path, file_bytes(writing), 0, 0);
    H5Fclose(file);
}

void make_family(const char *path)
{
    const hsize_t ten = 10;
    hid_t access = need(H5Pcreate(H5P_FILE_ACCESS));
    need(H5Pset_fapl_family(access, 1 << 20, H5P_DEFAULT));
    hid_t file = need(H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, access));
    put_dataset(file, "data", H5T_NATIVE_INT, 1, &ten, H5P_DEFAULT, NULL);
    H5Pclose(access);
    H5Fclose(file);
}

void copy_damaged(const char *from, const char *to, long bytes, long at, unsigned char flips)
{
    char *data = malloc((size_t)bytes + 1);
    FILE *in = fopen(from, "rb"), *out = fopen(to, "wb");
    if (data == NULL || in == NULL || out == NULL ||
        fread(data, 1, (size_t)bytes, in) != (size_t)bytes)
        exit(1);
    data[at] = (char)(data[at] ^ flips);
    if (fwrite(data, 1, (size_t)bytes, out) != (size_t)bytes)
        exit(1);
    fclose(in);
    fclose(out);
    free(data);
}

long file_bytes(const char *path)
{
    struct stat found;
    return stat(path, &found) == 0 ? (long)found.st_size : -1;
}
