/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * fanout_h5_open of files with objects that this HDF5 cannot open, or in circles: where H5Fopen
 * serves the rest, so does it. An object on which HDF5 crashes or hangs is an error.
 */
#include "config.h"

#include "fanout_hdf5.h"
#include "tests/common/tap.h"
#include "tests/hdf5/content.h"
#include "tests/hdf5/files.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { DEPTH = 10000, COMPLEX = 0x4b, REFERENCE = 0x47 };

static const char tag[] = "fanout's own";

static int rank, size;
static char path[] = "/tmp/fanout-h5-objects-XXXXXX";
static hid_t file = H5I_INVALID_HID;

/* ---- files ---- */

static void begin(H5F_libver_t version)
{
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    H5Pset_libver_bounds(access, version, H5F_LIBVER_LATEST);
    file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, access);
    H5Pclose(access);
    H5Gclose(H5Gcreate2(file, "good", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
}

static void patch(long at, int byte)
{
    FILE *bytes = fopen(path, "r+b");
    fseek(bytes, at, SEEK_SET);
    fputc(byte, bytes);
    fclose(bytes);
}

/* Where `text` is in the file, or an end of the program. */
static long find(const char *text, size_t length)
{
    FILE *bytes = fopen(path, "rb");
    char *all = malloc(1 << 20);
    size_t count = fread(all, 1, 1 << 20, bytes);
    const char *place = memmem(all, count, text, length);
    long at = place == NULL ? -1 : place - all;
    fclose(bytes);
    free(all);
    if (at < 0)
        MPI_Abort(MPI_COMM_WORLD, 1);
    return at;
}

/* Opaque, with the tag behind the eight bytes of class, version, flags and size. */
static void make_strange_type(int first_byte, bool committed)
{
    begin(H5F_LIBVER_EARLIEST);
    hid_t type = H5Tcreate(H5T_OPAQUE, 8), one = H5Screate(H5S_SCALAR);
    H5Tset_tag(type, tag);
    if (committed)
        H5Tcommit2(file, "strange", type, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    else
        H5Dclose(H5Dcreate2(file, "strange", type, one, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    H5Sclose(one);
    H5Tclose(type);
    H5Fclose(file);
    patch(find(tag, sizeof tag - 1) - 8, first_byte);
}

static haddr_t address_of(const char *name)
{
    H5O_info_t info;
    hid_t object = H5Oopen(file, name, H5P_DEFAULT);
    H5Oget_info(object, &info);
    H5Oclose(object);
    return info.addr;
}

/* The number of links is in the object header, from its fifth byte on. */
static void make_circle(void)
{
    begin(H5F_LIBVER_EARLIEST);
    H5Gclose(H5Gcreate2(file, "circle", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    H5Lcreate_hard(file, "circle", file, "circle/again", H5P_DEFAULT, H5P_DEFAULT);
    haddr_t address = address_of("circle");
    H5Fclose(file);
    patch((long)address + 4, 1);
}

static void make_deep(void)
{
    begin(H5F_LIBVER_LATEST);
    hid_t group = H5Gopen2(file, "good", H5P_DEFAULT);
    for (int i = 0; i < DEPTH; i++) {
        hid_t below = H5Gcreate2(group, "d", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
        H5Gclose(group);
        group = below;
    }
    H5Gclose(group);
    H5Fclose(file);
}

/* The names of its links are in a local heap. */
static void make_group_that_cannot_be_listed(void)
{
    begin(H5F_LIBVER_EARLIEST);
    H5Gclose(H5Gcreate2(file, "strange", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    H5Gclose(H5Gcreate2(file, "strange/below-it", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    H5Fclose(file);
    long name = find("below-it", 8), heap = name;
    char four[5] = "";
    FILE *bytes = fopen(path, "rb");
    while (heap > 0 && strcmp(four, "HEAP") != 0) {
        fseek(bytes, --heap, SEEK_SET);
        if (fread(four, 1, 4, bytes) != 4)
            break;
    }
    fclose(bytes);
    patch(heap, 'X');
}

static void add_external_link(void)
{
    hid_t again = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);
    H5Lcreate_external("other.h5", "/a", again, "zzz", H5P_DEFAULT, H5P_DEFAULT);
    H5Fclose(again);
}

/*
 * A global heap has the sources of a virtual dataset. The bytes of its object, whose size is 24
 * bytes behind the heap's signature, do not fill it then.
 */
static void damage_heap(int byte_of_size, int value)
{
    make_virtual(path, ".");
    patch(find("GCOL", 4) + 24 + byte_of_size, value);
}

/* ---- tests ---- */

static herr_t go_on(hid_t group, const char *name, const H5L_info_t *info, void *state)
{
    (void)group, (void)name, (void)info, (void)state;
    return 0;
}

static bool hdf5_opens_strange(void)
{
    hid_t own = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT),
          object = H5Oopen(own, "strange", H5P_DEFAULT);
    herr_t links = object < 0 ? -1 : 0;
    if (object >= 0 && H5Iget_type(object) == H5I_GROUP)
        links = H5Literate(object, H5_INDEX_NAME, H5_ITER_NATIVE, NULL, go_on, NULL);
    if (object >= 0)
        H5Oclose(object);
    H5Fclose(own);
    return links >= 0;
}

static bool serves_the_rest(void)
{
    MPI_Barrier(MPI_COMM_WORLD);
    hid_t image = fanout_h5_open(path, H5F_ACC_RDONLY, 0, MPI_COMM_WORLD, MPI_INFO_NULL);
    hid_t good = image < 0 ? H5I_INVALID_HID : H5Gopen2(image, "good", H5P_DEFAULT);
    if (good >= 0)
        H5Gclose(good);
    if (image >= 0)
        H5Fclose(image);
    MPI_Barrier(MPI_COMM_WORLD);
    return good >= 0;
}

/* `known`: the HDF5 library of this machine knows such objects. */
static void test_strange(const char *what, bool known)
{
    tap_ok(rank != 0 || hdf5_opens_strange() == known, "%s: HDF5 %s it", what,
           known ? "opens" : "cannot open");
    tap_ok(serves_the_rest(), "%s: the rest is served", what);
    if (rank == 0)
        add_external_link();
    MPI_Barrier(MPI_COMM_WORLD);
    hid_t image = fanout_h5_open(path, H5F_ACC_RDONLY, 0, MPI_COMM_WORLD, MPI_INFO_NULL);
    tap_ok(image < 0 && error_says("/zzz is a link to /a in the file other.h5"),
           "%s: an external link beside it is refused", what);
    MPI_Barrier(MPI_COMM_WORLD);
}

/* In a child: whether HDF5 of this version opens the dataset, or at least comes to an end. */
static bool hdf5_survives(void)
{
    int status = 0;
    pid_t child = fork();
    if (child == 0) {
        signal(SIGSEGV, SIG_DFL); /* MPI prints a stack */
        signal(SIGABRT, SIG_DFL);
        alarm(3);
        hid_t own = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
        H5Dopen2(own, "virtual", H5P_DEFAULT);
        _exit(0);
    }
    return waitpid(child, &status, 0) == child && WIFEXITED(status);
}

static void test_damaged(const char *what, int byte_of_size, int value, const char *expected)
{
    int survives = 1;
    if (rank == 0)
        damage_heap(byte_of_size, value);
    if (rank == 0)
        survives = hdf5_survives();
    MPI_Bcast(&survives, 1, MPI_INT, 0, MPI_COMM_WORLD);
    hid_t image = fanout_h5_open(path, H5F_ACC_RDONLY, 0, MPI_COMM_WORLD, MPI_INFO_NULL);
    bool right = survives ? image >= 0
                          : image < 0 && error_says("HDF5") && (rank != 0 || error_says(path)) &&
                                error_says("/virtual") && error_says(expected);
    tap_ok(right, "%s is an error that names the file and the object", what);
    if (image >= 0)
        H5Fclose(image);
    MPI_Info allow;
    MPI_Info_create(&allow);
    MPI_Info_set(allow, "fanout_h5_external", "allow");
    image = fanout_h5_open(path, H5F_ACC_RDONLY, 0, MPI_COMM_WORLD, allow);
    tap_ok(image >= 0 && H5Fclose(image) >= 0, "without a look the file is served: %s", what);
    MPI_Info_free(&allow);
    MPI_Barrier(MPI_COMM_WORLD);
}

/* The program's own business with children. */
static void test_ignored_children(void)
{
    signal(SIGCHLD, SIG_IGN);
    if (rank == 0)
        make_full_file(path, H5F_LIBVER_LATEST, 0);
    MPI_Barrier(MPI_COMM_WORLD);
    hid_t image = fanout_h5_open(path, H5F_ACC_RDONLY, 0, MPI_COMM_WORLD, MPI_INFO_NULL);
    tap_ok(image >= 0 && H5Fclose(image) >= 0, "a program that ignores its children");
    signal(SIGCHLD, SIG_DFL);
    MPI_Barrier(MPI_COMM_WORLD);
}

int main(void)
{
    setenv("FANOUT_TIMEOUT", "2", 1);
    tap_begin(MPI_THREAD_SINGLE);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    if (rank == 0 && mkstemp(path) < 0)
        MPI_Abort(MPI_COMM_WORLD, 1);
    if (rank == 0)
        make_strange_type(COMPLEX, false);
    test_strange("a dataset of a type of HDF5 2.0", H5_VERSION_GE(2, 0, 0));
    if (rank == 0)
        make_strange_type(REFERENCE, false);
    test_strange("a dataset of references of HDF5 1.12", H5_VERSION_GE(1, 12, 0));
    if (rank == 0)
        make_strange_type(COMPLEX, true);
    test_strange("a type of HDF5 2.0 by itself", H5_VERSION_GE(2, 0, 0));
    if (rank == 0)
        make_group_that_cannot_be_listed();
    test_strange("a group that cannot be listed", false);
    if (rank == 0)
        make_circle();
    tap_ok(serves_the_rest(), "a circle of groups that claim one link each");
    if (rank == 0)
        make_deep();
    tap_ok(serves_the_rest(), "%d groups below each other", DEPTH);
    test_damaged("an object that makes HDF5 crash", 3, 2, "crashes");
    test_damaged("an object with which HDF5 does not come to an end", 0, 0xf9, "hangs");
    test_ignored_children();
    if (rank == 0)
        unlink(path);
    return tap_end();
}
