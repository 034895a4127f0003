/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * fanout_h5_open of files that are open elsewhere: refused or delivered as H5Fopen does. The last
 * rank is the other process.
 */
#include "config.h"

#include "fanout_hdf5.h"
#include "tests/common/tap.h"
#include "tests/hdf5/content.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <unistd.h>

static const char variable[] = "HDF5_USE_FILE_LOCKING";

static int rank, size;
static char path[] = "/tmp/fanout-h5-lock-XXXXXX";

/* ---- helpers ---- */

static void make_file(H5F_libver_t version)
{
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    H5Pset_libver_bounds(access, version, H5F_LIBVER_LATEST);
    hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, access);
    H5Gclose(H5Gcreate2(file, "first", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    H5Fclose(file);
    H5Pclose(access);
}

static void set(const char *value)
{
    if (value == NULL)
        unsetenv(variable);
    else
        setenv(variable, value, 1);
}

/* With a group that is in memory only, as of a writer at work. */
static hid_t open_elsewhere(int where, unsigned flags)
{
    hid_t file = H5I_INVALID_HID;
    if (rank == where)
        file = H5Fopen(path, flags, H5P_DEFAULT);
    if (file >= 0 && flags == H5F_ACC_RDWR)
        H5Gclose(H5Gcreate2(file, "new", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    MPI_Barrier(MPI_COMM_WORLD);
    return file;
}

static void close_elsewhere(hid_t file)
{
    if (file >= 0)
        H5Fclose(file);
    MPI_Barrier(MPI_COMM_WORLD);
    if (rank == 0)
        make_file(H5F_LIBVER_EARLIEST);
    MPI_Barrier(MPI_COMM_WORLD);
}

static bool opens(void)
{
    hid_t file = fanout_h5_open(path, H5F_ACC_RDONLY, 0, MPI_COMM_WORLD, MPI_INFO_NULL);
    bool good = file >= 0 && H5Lexists(file, "first", H5P_DEFAULT) > 0;
    if (file >= 0)
        H5Fclose(file);
    return good;
}

static bool is_refused(const char *text)
{
    hid_t file = fanout_h5_open(path, H5F_ACC_RDONLY, 0, MPI_COMM_WORLD, MPI_INFO_NULL);
    return file < 0 && error_says(text);
}

/* ---- tests ---- */

static void test_writer(int where)
{
    hid_t file = open_elsewhere(where, H5F_ACC_RDWR);
    tap_ok(is_refused("is open for writing"), "a file that rank %d has open for writing", where);
    set("BEST_EFFORT");
    tap_ok(is_refused("HDF5_USE_FILE_LOCKING=FALSE"), "the same with BEST_EFFORT");
    set("1");
    tap_ok(is_refused("is open for writing"), "the same with 1");
    set("nonsense");
    tap_ok(is_refused("is open for writing"), "the same with a value that HDF5 does not know");
    set("FALSE");
    tap_ok(opens(), "FALSE: it is read as it is");
    set("0");
    tap_ok(opens(), "0: it is read as it is");
    set(NULL);
    close_elsewhere(file);
    tap_ok(opens(), "it is read when it is closed");
}

static void test_reader(void)
{
    hid_t file = open_elsewhere(size - 1, H5F_ACC_RDONLY);
    tap_ok(opens(), "readers do not exclude each other");
    close_elsewhere(file);
    file = open_elsewhere(0, H5F_ACC_RDONLY);
    tap_ok(opens(), "readers of one process do not exclude each other");
    close_elsewhere(file);
}

/* After the file was read, writers come in. */
static void test_release(void)
{
    hid_t image = fanout_h5_open(path, H5F_ACC_RDONLY, 0, MPI_COMM_WORLD, MPI_INFO_NULL);
    hid_t file = open_elsewhere(size - 1, H5F_ACC_RDWR);
    tap_ok(image >= 0 && (rank < size - 1 || file >= 0),
           "a writer comes in while the image is in use");
    H5Fclose(image);
    close_elsewhere(file);
}

/* Such a writer has no lock; the file itself says that it is there. */
static void test_swmr(void)
{
    hid_t file = H5I_INVALID_HID, access = H5Pcreate(H5P_FILE_ACCESS);
    H5Pset_libver_bounds(access, H5F_LIBVER_LATEST, H5F_LIBVER_LATEST);
    if (rank == size - 1)
        file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, access);
    if (file >= 0)
        H5Fstart_swmr_write(file);
    H5Pclose(access);
    MPI_Barrier(MPI_COMM_WORLD);
    tap_ok(is_refused("already open for"), "a file with an SWMR writer");
    close_elsewhere(file);
}

/* ---- in the place of libc's ---- */

static int flock_fails;
static bool writer_tries, writer_succeeds;

int flock(int file, int operation)
{
    if (flock_fails != 0) {
        errno = flock_fails;
        return -1;
    }
    return (int)syscall(SYS_flock, file, operation);
}

static void try_to_write(void)
{
    int other = open(path, O_RDWR);
    writer_succeeds = syscall(SYS_flock, other, LOCK_EX | LOCK_NB) == 0;
    close(other);
    writer_tries = false;
}

ssize_t pread(int file, void *buffer, size_t bytes, off_t offset)
{
    if (writer_tries)
        try_to_write();
    return syscall(SYS_pread64, file, buffer, bytes, offset);
}

static void test_writers_wait(void)
{
    writer_tries = writer_succeeds = rank == 0;
    tap_ok(opens() && !writer_tries && !writer_succeeds,
           "while the file is read, no writer comes in");
}

static void test_no_locks(int error)
{
    flock_fails = error;
    set("TRUE");
    tap_ok(is_refused(strerror(error)), "a file system without locks, TRUE: %s", strerror(error));
    set("BEST_EFFORT");
    tap_ok(error == ENOSYS ? opens() : is_refused("cannot lock"), "the same, BEST_EFFORT");
    set("FALSE");
    tap_ok(opens(), "the same, FALSE");
    set(NULL);
    flock_fails = 0;
}

int main(void)
{
    tap_begin(MPI_THREAD_SINGLE);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    set(NULL);
    if (rank == 0 && mkstemp(path) < 0)
        MPI_Abort(MPI_COMM_WORLD, 1);
    MPI_Bcast(path, sizeof path, MPI_CHAR, 0, MPI_COMM_WORLD);
    close_elsewhere(H5I_INVALID_HID);
    test_writer(size - 1);
    test_writer(0);
    test_reader();
    test_release();
    test_swmr();
    test_writers_wait();
    test_no_locks(ENOSYS);
    test_no_locks(ENOLCK);
    MPI_Barrier(MPI_COMM_WORLD);
    if (rank == 0)
        unlink(path);
    return tap_end();
}
