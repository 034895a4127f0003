/* SPDX-License-Identifier: BSD-3-Clause */
/* A part of an HDF5 file as a file of its own. */
#include "config.h"

#include "tools/mdc/extract.h"

#include "tests/common/unit_main.h"
#include "tests/hdf5/content.h"
#include "tests/hdf5/files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char whole[64], part[80];

static uint64_t hash_of_group(const char *path, const char *name)
{
    hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    ck_assert_int_ge(file, 0);
    hid_t group = H5Gopen2(file, name, H5P_DEFAULT);
    ck_assert_int_ge(group, 0);
    uint64_t hash = content_hash(group);
    H5Gclose(group);
    H5Fclose(file);
    return hash;
}

START_TEST(words_are_split)
{
    const char *path, *object;
    char usual[] = "a/b.h5:/group/data", colons[] = "a:/b:c.h5:/d", host[] = "C:", none[] = "a.h5";
    char empty[] = "a.h5:/", bare[] = ":/a";
    ck_assert(fan_os_split_object_path(usual, &path, &object));
    ck_assert_str_eq(path, "a/b.h5");
    ck_assert_str_eq(object, "/group/data");
    ck_assert(fan_os_split_object_path(colons, &path, &object));
    ck_assert_str_eq(path, "a:/b:c.h5");
    ck_assert_str_eq(object, "/d");
    ck_assert(!fan_os_split_object_path(host, &path, &object));
    ck_assert(!fan_os_split_object_path(none, &path, &object));
    ck_assert(!fan_os_split_object_path(empty, &path, &object));
    ck_assert(!fan_os_split_object_path(bare, &path, &object));
    ck_assert_str_eq(bare, ":/a");
}
END_TEST

START_TEST(a_dataset_is_the_same)
{
    static int from_whole[100][200], from_part[100][200];
    ck_assert_int_eq(fan_mdctool_extract(whole, "/outer/inner/chunked", part), FAN_OK);
    for (int i = 0; i < 2; i++) {
        hid_t file = H5Fopen(i == 0 ? whole : part, H5F_ACC_RDONLY, H5P_DEFAULT);
        hid_t dataset = H5Dopen2(file, "/outer/inner/chunked", H5P_DEFAULT);
        ck_assert_int_ge(dataset, 0);
        ck_assert_int_ge(H5Dread(dataset, H5T_NATIVE_INT, H5S_ALL, H5S_ALL, H5P_DEFAULT,
                                 i == 0 ? from_whole : from_part),
                         0);
        H5Dclose(dataset);
        H5Fclose(file);
    }
    ck_assert_int_eq(from_whole[99][199], 19999 * 7 % 1001);
    ck_assert_mem_eq(from_whole, from_part, sizeof from_whole);
    ck_assert_int_lt(file_bytes(part), file_bytes(whole) / 2);
}
END_TEST

START_TEST(a_group_is_the_same)
{
    uint64_t hash = hash_of_group(whole, "/plain");
    ck_assert_int_eq(fan_mdctool_extract(whole, "/plain", part), FAN_OK);
    ck_assert(hash == hash_of_group(part, "/plain"));
}
END_TEST

static void expect_failure(const char *path, const char *object, const char *target,
                           const char *text)
{
    unlink(part);
    ck_assert_int_eq(fan_mdctool_extract(path, object, target), FAN_ERR_SYSTEM);
    ck_assert_msg(strstr(fan_fail_text(), text) != NULL, "'%s' is not in '%s'", text,
                  fan_fail_text());
    ck_assert_int_ne(access(part, F_OK), 0);
}

START_TEST(failures_have_a_text_and_leave_nothing)
{
    expect_failure(whole, "/outer/nothing", part, "cannot copy /outer/nothing: ");
    expect_failure("/nowhere/a.h5", "/a", part, "cannot open /nowhere/a.h5: ");
    expect_failure(whole, "/outer", "/nowhere/part.h5", "cannot create /nowhere/part.h5: ");
}
END_TEST

/* ---- data that is elsewhere ---- */

static void make_alone(const char *path, hid_t properties, const char *name)
{
    const hsize_t ten = 10;
    hid_t file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT), space = H5Screate_simple(1, &ten, NULL);
    hid_t dataset =
        H5Dcreate2(file, name, H5T_NATIVE_INT, space, H5P_DEFAULT, properties, H5P_DEFAULT);
    ck_assert_int_ge(dataset, 0);
    H5Dclose(dataset);
    H5Sclose(space);
    H5Fclose(file);
}

static void make_virtual_here(const char *name, const char *file, const char *source)
{
    const hsize_t ten = 10;
    hid_t space = H5Screate_simple(1, &ten, NULL), properties = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_virtual(properties, space, file, source, space);
    make_alone(whole, properties, name);
    H5Pclose(properties);
    H5Sclose(space);
}

START_TEST(external_data_is_refused)
{
    hid_t properties = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_external(properties, "raw.bin", 0, 40);
    make_alone(whole, properties, "/plain/raw");
    H5Pclose(properties);
    expect_failure(whole, "/plain/raw", part,
                   "cannot copy /plain/raw: the data of /plain/raw is in the file raw.bin");
    expect_failure(whole, "/plain", part, "the data of /plain/raw is in the file raw.bin");
}
END_TEST

START_TEST(virtual_data_is_refused_or_copied)
{
    make_virtual_here("/outer/of other", "other.h5", "/real");
    make_virtual_here("/outer/inner/of own", ".", "/outer/inner/contiguous");
    make_virtual_here("/whole", ".", "/plain/nothing");
    expect_failure(whole, "/outer/of other", part,
                   "data of the virtual dataset /outer/of other is in the file other.h5");
    expect_failure(whole, "/outer", part, "/outer/of other is in the file other.h5");
    expect_failure(whole, "/outer/inner/of own", part, "is in the dataset /outer/inner/contiguous");
    ck_assert_int_eq(fan_mdctool_extract(whole, "/whole", part), FAN_OK);
}
END_TEST

START_TEST(a_virtual_dataset_goes_with_its_sources)
{
    hid_t file = H5Fopen(whole, H5F_ACC_RDWR, H5P_DEFAULT);
    H5Gclose(H5Gcreate2(file, "both", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    H5Fclose(file);
    make_alone(whole, H5P_DEFAULT, "/both/real");
    make_virtual_here("/both/virtual", ".", "/both/real");
    ck_assert_int_eq(fan_mdctool_extract(whole, "/both", part), FAN_OK);
    expect_failure(whole, "/both/virtual", part, "is in the dataset /both/real");
}
END_TEST

START_TEST(what_is_there_stays_after_a_refusal)
{
    ck_assert_int_eq(fan_mdctool_extract(whole, "/plain/records", part), FAN_OK);
    uint64_t hash = content_hash_of(part);
    ck_assert_int_eq(fan_mdctool_extract(whole, "/outer/nothing", part), FAN_ERR_SYSTEM);
    ck_assert(hash == content_hash_of(part));
}
END_TEST

/* ---- permissions ---- */

static mode_t mode_of(const char *path)
{
    struct stat found;
    ck_assert_int_eq(stat(path, &found), 0);
    return found.st_mode & 07777;
}

START_TEST(permissions_are_those_of_the_file)
{
    const mode_t modes[] = {0600, 0640, 0400, 0664, 0444, 0700};
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        chmod(whole, modes[i]);
        ck_assert_int_eq(fan_mdctool_extract(whole, "/plain/records", part), FAN_OK);
        ck_assert_int_eq(mode_of(part), modes[i]);
    }
    chmod(whole, 0600);
    chmod(part, 0644);
    ck_assert_int_eq(fan_mdctool_extract(whole, "/plain/records", part), FAN_OK);
    ck_assert_int_eq(mode_of(part), 0600);
}
END_TEST

/* ---- damage ---- */

static void patch(const char *path, long at, int byte)
{
    FILE *file = fopen(path, "r+b");
    fseek(file, at, SEEK_SET);
    fputc(byte, file);
    fclose(file);
}

static long find(const char *path, const char *text)
{
    static char all[1 << 20];
    FILE *file = fopen(path, "rb");
    size_t count = fread(all, 1, sizeof all, file);
    fclose(file);
    const char *place = memmem(all, count, text, strlen(text));
    ck_assert_ptr_nonnull(place);
    return place - all;
}

/* The size of an object in the global heap, which has the sources, is made to exceed the heap. */
START_TEST(a_crash_is_a_failure_with_names)
{
    char damaged[96];
    snprintf(damaged, sizeof damaged, "%s.damaged", whole);
    make_virtual(damaged, ".");
    patch(damaged, find(damaged, "GCOL") + 27, 2);
    unlink(part);
    fan_status status = fan_mdctool_extract(damaged, "/virtual", part);
    ck_assert_int_ne(status, FAN_OK);
    ck_assert_ptr_nonnull(strstr(fan_fail_text(), "/virtual"));
#if !H5_VERSION_GE(1, 10, 9)
    ck_assert_ptr_nonnull(strstr(fan_fail_text(), "crashes"));
    ck_assert_ptr_nonnull(strstr(fan_fail_text(), damaged));
#endif
    ck_assert_int_ne(access(part, F_OK), 0);
    unlink(damaged);
}
END_TEST

/* One group without a cycle. */
static void make_whole(void)
{
    make_full_file(whole, H5F_LIBVER_EARLIEST, 0);
    hid_t file = H5Fopen(whole, H5F_ACC_RDWR, H5P_DEFAULT);
    hid_t group = H5Gcreate2(file, "plain", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    H5Ocopy(file, "/outer/records", group, "records", H5P_DEFAULT, H5P_DEFAULT);
    H5Ocopy(file, "/outer/inner/large chunk", group, "large", H5P_DEFAULT, H5P_DEFAULT);
    H5Gclose(group);
    H5Fclose(file);
}

int main(void)
{
    const TTest *const tests[] = {
        words_are_split,
        a_dataset_is_the_same,
        a_group_is_the_same,
        failures_have_a_text_and_leave_nothing,
        permissions_are_those_of_the_file,
        what_is_there_stays_after_a_refusal,
        a_virtual_dataset_goes_with_its_sources,
        external_data_is_refused,
        virtual_data_is_refused_or_copied,
        a_crash_is_a_failure_with_names,
    };
    strcpy(whole, "/tmp/fanout-h5-extract-XXXXXX");
    if (mkstemp(whole) < 0)
        return 99;
    snprintf(part, sizeof part, "%s.part", whole);
    make_whole();
    int status = unit_main("extract", tests, sizeof tests / sizeof tests[0]);
    unlink(whole);
    unlink(part);
    return status;
}
