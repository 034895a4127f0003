/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * fanout_h5_open: content of all kinds of files, one image on each node, errors on all ranks,
 * damage, leaks.
 */
#include "config.h"

#include "fanout_hdf5.h"
#include "tests/common/self.h"
#include "tests/common/tap.h"
#include "tests/hdf5/content.h"
#include "tests/hdf5/files.h"
#include "tests/hdf5/folder.h"
#include "tests/hdf5/nodes.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

static int rank, size;
static MPI_Comm comm;

/* ---- helpers ---- */

/* The path is significant on the root only. */
static hid_t open_from(int root, const char *path, MPI_Info info)
{
    MPI_Barrier(MPI_COMM_WORLD);
    return fanout_h5_open(rank == root ? path : NULL, H5F_ACC_RDONLY, root, comm, info);
}

static uint64_t hash_from(int root, const char *path)
{
    hid_t file = open_from(root, path, MPI_INFO_NULL);
    if (file < 0)
        return 0;
    uint64_t hash = content_hash(file);
    return H5Fclose(file) >= 0 ? hash : 0;
}

static uint64_t expected_hash(const char *path)
{
    uint64_t hash = rank == 0 ? content_hash_of(path) : 0;
    MPI_Bcast(&hash, 1, MPI_UINT64_T, 0, MPI_COMM_WORLD);
    return hash;
}

/* An error on all ranks, with `text` in its topmost message. */
static bool fails(hid_t file, const char *text)
{
    return file < 0 && error_says(text);
}

static MPI_Info info_with(const char *key, const char *value)
{
    MPI_Info info;
    MPI_Info_create(&info);
    MPI_Info_set(info, key, value);
    return info;
}

/* ---- good files ---- */

static void test_content(const char *name)
{
    const char *path = in_folder(name);
    uint64_t expected = expected_hash(path);
    bool good = expected != 0;
    for (int root = 0; root<size; root += size> 1 ? size - 1 : 1)
        good = hash_from(root, path) == expected && good;
    tap_ok(good, "%s: all that HDF5 reads is right", name);
}

static void test_two_at_once(void)
{
    hid_t first = open_from(0, in_folder("earliest.h5"), MPI_INFO_NULL);
    hid_t second = open_from(size - 1, in_folder("latest.h5"), MPI_INFO_NULL);
    hid_t again = open_from(0, in_folder("earliest.h5"), MPI_INFO_NULL);
    uint64_t expected = expected_hash(in_folder("earliest.h5"));
    bool good = content_hash(second) == expected_hash(in_folder("latest.h5"));
    good = content_hash(first) == expected && content_hash(again) == expected && good;
    hid_t dataset = H5Dopen2(first, "outer/inner/chunked", H5P_DEFAULT);
    H5Fclose(first);
    good = good && content_hash(again) == expected;
    H5Fclose(again);
    int value = 0;
    hid_t space = H5Dget_space(dataset), one = H5Screate(H5S_SCALAR);
    const hsize_t at[2] = {99, 199};
    H5Sselect_elements(space, H5S_SELECT_SET, 1, at);
    good = good && H5Dread(dataset, H5T_NATIVE_INT, one, space, H5P_DEFAULT, &value) >= 0 &&
           value == 19999 * 7 % 1001;
    H5Sclose(space);
    H5Sclose(one);
    H5Dclose(dataset);
    H5Fclose(second);
    tap_ok(good, "several files open at once; the image stays as long as an object of it is open");
}

static void test_source_is_gone(void)
{
    const char *path = in_folder("goes.h5");
    if (rank == 0)
        copy_damaged(in_folder("latest.h5"), path, file_bytes(in_folder("latest.h5")), 0, 0);
    hid_t file = open_from(0, path, MPI_INFO_NULL);
    MPI_Barrier(MPI_COMM_WORLD);
    if (rank == 0)
        unlink(path);
    MPI_Barrier(MPI_COMM_WORLD);
    tap_ok(file >= 0 && content_hash(file) == expected_hash(in_folder("latest.h5")),
           "the file is not needed afterwards");
    if (rank == 0)
        copy_damaged(in_folder("earliest.h5"), path, file_bytes(in_folder("earliest.h5")), 0, 0);
    hid_t other = open_from(0, path, MPI_INFO_NULL);
    bool good = content_hash(file) == expected_hash(in_folder("latest.h5"));
    good = content_hash(other) == expected_hash(in_folder("earliest.h5")) && good;
    tap_ok(good, "another file of the same name is another one, while the first is open");
    H5Fclose(file);
    H5Fclose(other);
}

static void test_write_is_refused(void)
{
    hid_t file = open_from(0, in_folder("earliest.h5"), MPI_INFO_NULL);
    hid_t group = H5Gcreate2(file, "new", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    tap_ok(file >= 0 && group < 0, "the file is open for reading only");
    H5Fclose(file);
}

/* ---- memory ---- */

/*
 * The mapping of a memfd that is at least as long as the big file: its inode, and whether it can
 * only be read.
 */
static unsigned long find_image(bool *read_only)
{
    char line[PATH_MAX + 100];
    unsigned long found = 0;
    FILE *maps = fopen("/proc/self/maps", "r");
    while (fgets(line, sizeof line, maps) != NULL) {
        unsigned long begin, end, inode;
        char access[8];
        if (strstr(line, "/memfd:fanout") != NULL &&
            sscanf(line, "%lx-%lx %7s %*s %*s %lu", &begin, &end, access, &inode) == 4 &&
            end - begin >= 8 << 20) {
            found = inode;
            *read_only = strcmp(access, "r--s") == 0;
        }
    }
    fclose(maps);
    return found;
}

static void test_one_image(void)
{
    hid_t file = open_from(size - 1, in_folder("big.h5"), MPI_INFO_NULL);
    bool read_only = false, good = file >= 0;
    unsigned long own = find_image(&read_only), all[64];
    MPI_Allgather(&own, 1, MPI_UNSIGNED_LONG, all, 1, MPI_UNSIGNED_LONG, MPI_COMM_WORLD);
    bool sharing = getenv("FANOUT_SHARED_MEMORY") == NULL;
    int members = 0;
    for (int r = 0; r < size; r++)
        members += node_of(r) == node_of(rank);
    if (!sharing || members == 1)
        good = good && own == 0;
    else
        good = good && own != 0 && read_only;
    for (int r = 0; r < size; r++)
        if (own != 0)
            good = good && (all[r] == own) == (node_of(r) == node_of(rank));
    tap_ok(good, "%s",
           sharing ? "ranks of a node have the same image, which can only be read"
                   : "each rank has its own image");
    H5Fclose(file);
    tap_ok(find_image(&read_only) == 0, "closing the file unmaps it");
}

static void open_good_and_bad(void)
{
    hid_t file = open_from(0, in_folder("big.h5"), MPI_INFO_NULL);
    H5Fclose(file);
    open_from(0, in_folder("nothing.h5"), MPI_INFO_NULL);
    open_from(0, in_folder("truncated.h5"), MPI_INFO_NULL);
    open_from(0, in_folder("link.h5"), MPI_INFO_NULL);
}

static void test_leaks(void)
{
    enum { TIMES = 5 };
    for (int i = 0; i < 3; i++)
        open_good_and_bad();
    int descriptors = count_descriptors();
    long pages = mapped_pages(), page = sysconf(_SC_PAGESIZE);
    for (int i = 0; i < TIMES; i++)
        open_good_and_bad();
    long more = (mapped_pages() - pages) * page;
    tap_ok(count_descriptors() == descriptors && more < file_bytes(in_folder("big.h5")),
           "%d times a good and three bad files leave no descriptors and no images behind", TIMES);
}

/* ---- errors ---- */

static void test_arguments(void)
{
    const char *path = in_folder("earliest.h5");
    tap_ok(fails(fanout_h5_open(path, H5F_ACC_RDWR, 0, comm, MPI_INFO_NULL), "H5F_ACC_RDONLY"),
           "flags to write");
    unsigned flags = rank == size - 1 ? H5F_ACC_RDWR : H5F_ACC_RDONLY;
    tap_ok(fails(fanout_h5_open(path, flags, 0, comm, MPI_INFO_NULL), "H5F_ACC_RDONLY"),
           "flags to write on one rank");
    tap_ok(fails(fanout_h5_open(path, H5F_ACC_RDONLY, size, comm, MPI_INFO_NULL), "root"),
           "a root that there is not");
    tap_ok(fails(fanout_h5_open(path, H5F_ACC_RDONLY, -1, comm, MPI_INFO_NULL), "root"),
           "a negative root");
    hid_t file = fanout_h5_open(path, H5F_ACC_RDONLY, rank == size - 1, comm, MPI_INFO_NULL);
    tap_ok(size == 1 || fails(file, "different roots"), "different roots");
    tap_ok(fails(fanout_h5_open(path, H5F_ACC_RDONLY, 0, MPI_COMM_NULL, MPI_INFO_NULL),
                 "communicator"),
           "no communicator");
    tap_ok(fails(fanout_h5_open(NULL, H5F_ACC_RDONLY, 0, comm, MPI_INFO_NULL), "the path is NULL"),
           "no path");
}

static void test_info(void)
{
    const char *path = in_folder("earliest.h5");
    MPI_Info info = info_with("fanout_algorithm", "chain");
    MPI_Info_set(info, "fanout_h5_external", "refuse");
    hid_t file = open_from(0, path, info);
    tap_ok(file >= 0 && content_hash(file) == expected_hash(path), "parameters of the broadcast");
    H5Fclose(file);
    MPI_Info_set(info, "fanout_algorithm", "nonsense");
    tap_ok(fails(open_from(0, path, info), "rank 0"), "a wrong parameter of the broadcast");
    MPI_Info_free(&info);
    info = info_with("fanout_h5_external", "perhaps");
    tap_ok(fails(open_from(0, path, info), "perhaps"), "a wrong value of fanout_h5_external");
    MPI_Info_free(&info);
}

static void test_no_file(void)
{
    tap_ok(fails(open_from(size - 1, in_folder("nothing.h5"), MPI_INFO_NULL),
                 "nothing.h5: No such file"),
           "no file");
    tap_ok(fails(open_from(0, folder, MPI_INFO_NULL), "is a directory"), "a directory");
    tap_ok(fails(open_from(0, in_folder("pipe"), MPI_INFO_NULL), "not a regular file"),
           "a pipe that nobody writes");
    tap_ok(fails(open_from(0, in_folder("no bytes"), MPI_INFO_NULL), "is empty"), "an empty file");
    tap_ok(fails(open_from(0, in_folder("text"), MPI_INFO_NULL), "HDF5 cannot open"), "a text");
    if (geteuid() != 0)
        tap_ok(fails(open_from(0, in_folder("locked"), MPI_INFO_NULL), "Permission denied"),
               "a file that must not be read");
}

static void test_other_files(void)
{
    tap_ok(fails(open_from(0, in_folder("link.h5"), MPI_INFO_NULL),
                 "/group/away is a link to /outer/inner/contiguous"),
           "an external link is refused by its name");
    tap_ok(fails(open_from(0, in_folder("raw.h5"), MPI_INFO_NULL),
                 "the data of /raw is in the file /nowhere/raw"),
           "external data is refused by its name");
    tap_ok(fails(open_from(0, in_folder("virtual.h5"), MPI_INFO_NULL),
                 "/virtual is in the file other.h5"),
           "a virtual dataset of another file is refused by its name");
    MPI_Info info = info_with("fanout_h5_external", "allow");
    hid_t file = open_from(size - 1, in_folder("link.h5"), info);
    hid_t dataset = H5Dopen2(file, "/group/away", H5P_DEFAULT);
    tap_ok(file >= 0 && dataset >= 0,
           "an external link that is allowed leads to a file in the same directory");
    H5Dclose(dataset);
    H5Fclose(file);
    MPI_Info_free(&info);
}

static void test_unusual_files(void)
{
    tap_ok(fails(open_from(0, in_folder("swmr.h5"), MPI_INFO_NULL), "already open for write"),
           "a file that is being written");
    tap_ok(fails(open_from(0, in_folder("family00000.h5"), MPI_INFO_NULL), "family driver"),
           "a part of a family of files");
}

static int printed;

static herr_t count_print(hid_t stack, void *data)
{
    (void)data;
    printed += H5Eget_num(stack) > 0;
    return 0;
}

static void test_printing(void)
{
    H5Eset_auto2(H5E_DEFAULT, count_print, NULL);
    open_from(0, in_folder("truncated.h5"), MPI_INFO_NULL);
    int once = printed;
    hid_t file = open_from(0, in_folder("earliest.h5"), MPI_INFO_NULL);
    bool good =
        once == 1 && printed == 1 && H5Fclose(file) >= 0 && H5Fclose(file) < 0 && printed == 2;
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    tap_ok(good, "an error is printed once, as HDF5 prints its own, and a success not at all");
}

/* ---- trouble while it is read ---- */

static const char *shrinks;

/* In the place of libc's. */
ssize_t pread(int file, void *buffer, size_t bytes, off_t offset)
{
    if (shrinks != NULL && offset > 0 && truncate(shrinks, 4096) == 0)
        shrinks = NULL;
    return syscall(SYS_pread64, file, buffer, bytes, offset);
}

static void test_shrinking(void)
{
    const char *path = in_folder("shrinks.h5");
    if (rank == 0)
        make_big_file(path, 4);
    shrinks = rank == 0 ? path : NULL;
    tap_ok(fails(open_from(0, path, MPI_INFO_NULL), "became shorter"),
           "a file that becomes shorter while it is read");
    shrinks = NULL;
    tap_ok(hash_from(0, in_folder("earliest.h5")) != 0, "the communicator works after that");
}

static void test_no_memory(void)
{
    struct rlimit before, tight;
    hid_t file;
    getrlimit(RLIMIT_AS, &before);
    tight = before;
    tight.rlim_cur = (rlim_t)mapped_pages() * (rlim_t)sysconf(_SC_PAGESIZE) + ((rlim_t)16 << 20);
    file = open_from(0, in_folder("big.h5"), MPI_INFO_NULL);
    H5Fclose(file);
    if (rank == size - 1)
        setrlimit(RLIMIT_AS, &tight);
    file = open_from(0, in_folder("big.h5"), MPI_INFO_NULL);
    setrlimit(RLIMIT_AS, &before);
    tap_ok(fails(file, "no memory"), "too little memory on one rank");
}

/* ---- damage ---- */

/*
 * As HDF5 finds it when it opens the file itself: an error, or what there is. But looking for other
 * files may find more damage, and HDF5's core driver does without the driver block, so it may read
 * all where others do not.
 */
static bool as_expected(const char *path, uint64_t undamaged)
{
    uint64_t expected = expected_hash(path), own = hash_from(0, path), all[64];
    MPI_Allgather(&own, 1, MPI_UINT64_T, all, 1, MPI_UINT64_T, MPI_COMM_WORLD);
    bool good = own == expected || own == undamaged || own == 0;
    for (int r = 0; r < size; r++)
        good = good && all[r] == own;
    return good && (own != 0 || error_says("rank 0"));
}

static void test_truncated(const char *name)
{
    const char *whole = in_folder(name), *part = in_folder("part.h5");
    const long bytes = file_bytes(whole),
               lengths[] = {1, 8, 47, 96, 511, 800, bytes / 2, bytes - 1};
    bool good = true;
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        if (rank == 0)
            copy_damaged(whole, part, lengths[i], 0, 0);
        good = fails(open_from(0, part, MPI_INFO_NULL), "rank 0: HDF5 cannot open") && good;
    }
    tap_ok(good, "%s: truncated anywhere, an error on all ranks", name);
}

static void test_flipped(const char *name)
{
    const char *whole = in_folder(name), *damaged = in_folder("damaged.h5");
    const long bytes = file_bytes(whole);
    uint64_t undamaged = expected_hash(whole);
    bool good = true;
    int errors = 0;
    for (long at = 0; at < bytes && good; at += at < 100 ? 11 : at < 2000 ? 211 : bytes / 7) {
        if (rank == 0)
            copy_damaged(whole, damaged, bytes, at, (unsigned char)(1 + at % 255));
        good = as_expected(damaged, undamaged);
        errors += error_says("rank 0");
    }
    tap_ok(good && errors > 0,
           "%s: a byte is wrong anywhere, an error or what HDF5 reads there, the same on all ranks",
           name);
}

int main(void)
{
    tap_begin(MPI_THREAD_SINGLE);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    MPI_Comm_dup(MPI_COMM_WORLD, &comm);
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    make_folder();
    if (rank == 0)
        make_files();
    MPI_Barrier(MPI_COMM_WORLD);
    test_content("earliest.h5");
    test_content("latest.h5");
    test_content("user block.h5");
    test_content("empty.h5");
    test_content("own virtual.h5");
    test_two_at_once();
    test_source_is_gone();
    test_write_is_refused();
    test_one_image();
    test_arguments();
    test_info();
    test_no_file();
    test_other_files();
    test_unusual_files();
    test_printing();
    test_shrinking();
    test_no_memory();
    test_truncated("earliest.h5");
    test_truncated("latest.h5");
    test_flipped("earliest.h5");
    test_flipped("latest.h5");
    test_leaks();
    MPI_Comm_free(&comm);
    MPI_Barrier(MPI_COMM_WORLD);
    if (rank == 0)
        remove_folder();
    return tap_end();
}
