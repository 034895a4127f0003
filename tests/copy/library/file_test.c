/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * fanout_copy_file: copies of files of all sizes, from any root, in any communicator, and a process
 * that is the same afterwards.
 */
#include "config.h"

#include "tests/copy/library/copying.h"
#include "tests/copy/library/habits.h"

#include <dirent.h>

enum { LARGE = 3 * 1000 * 1000 + 17 };

static void test_sizes(int root)
{
    static const size_t sizes[] = {0, 1, 4096, 256 * 1024, 256 * 1024 + 1, LARGE};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        mode_t mode = i % 2 == 0 ? 0600 : 0755;
        const char *source = path("source.%zu.%d", i, root);
        if (rank == root)
            make_file(source, sizes[i], (int)i, mode);
        copy(source, path("copy.%zu.%d.%%r", i, root), root, comm);
        tap_ok(is_whole(size, sizes[i]) &&
                   is_file(path("copy.%zu.%d.%d", i, root, rank), sizes[i], (int)i, mode),
               "%zu bytes from rank %d to all ranks", sizes[i], root);
    }
}

static void enter(const char *directory)
{
    if (chdir(directory) != 0)
        MPI_Abort(MPI_COMM_WORLD, 1);
}

/* Each rank has another file of this name, where it is. */
static void test_reader(int root)
{
    char before[PATH_MAX];
    if (getcwd(before, sizeof before) == NULL)
        MPI_Abort(MPI_COMM_WORLD, 1);
    mkdir(path("at.%d", rank), 0755);
    enter(path("at.%d", rank));
    make_file("mine", 20000, 50 + rank, 0600);
    copy("mine", path("read.%%r"), root, comm);
    enter(before);
    tap_ok(is_whole(size, 20000) && is_file(path("read.%d", rank), 20000, 50 + root, 0600),
           "rank %d is the one that reads", root);
}

static void test_node(void)
{
    int root = size - 1;
    const char *source = path("for-node");
    if (rank == root)
        make_file(source, LARGE, 3, 0640);
    copy(source, path("of-node.%%h"), root, comm);
    char host[256] = "";
    gethostname(host, sizeof host - 1);
    tap_ok(is_whole(1, LARGE) && is_file(path("of-node.%s", host), LARGE, 3, 0640),
           "without %%r one rank writes for all on its node");
    copy(source, source, root, comm);
    tap_ok(is_whole(1, LARGE) && is_file(source, LARGE, 3, 0640), "the source itself is left");
    struct stat status;
    ino_t before = stat(source, &status) == 0 ? status.st_ino : 0;
    tap_ok(stat(source, &status) == 0 && status.st_ino == before, "... and is the same file");
}

static void test_split(void)
{
    int own, count, part = rank % 2;
    MPI_Comm half = split_in_two(&own, &count);
    const char *source = path("source.half.%d", part);
    if (own == count - 1)
        make_file(source, 500000, part, 0600);
    copy(source, path("half.%d.%%r", part), count - 1, half);
    tap_ok(is_whole(count, 500000) && is_file(path("half.%d.%d", part, own), 500000, part, 0600),
           "two halves at the same time");
    MPI_Comm_free(&half);
}

static void test_replace(void)
{
    const char *source = path("new"), *target = path("target.%d", rank);
    char old[3] = "";
    make_file(target, 3, 99, 0644);
    int reader = open(target, O_RDONLY);
    if (rank == 0)
        make_file(source, 100000, 5, 0600);
    copy(source, path("target.%%r"), 0, comm);
    bool good = is_whole(size, 100000) && is_file(target, 100000, 5, 0600);
    tap_ok(good && read(reader, old, 3) == 3 && (unsigned char)old[1] == byte_of(1, 99),
           "a new file replaces the old one; who reads that goes on");
    close(reader);
}

/* What would mean something else on the command line of fanout-copy. */
static void test_names(void)
{
    char before[PATH_MAX], host[256] = "", of_host[300];
    const char *const names[] = {"-", "--verify", "a:b", of_host};
    gethostname(host, sizeof host - 1);
    snprintf(of_host, sizeof of_host, "%s:file", host);
    if (getcwd(before, sizeof before) == NULL)
        MPI_Abort(MPI_COMM_WORLD, 1);
    enter(top);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (rank == 0)
            make_file(path("%s", names[i]), 1000, 8, 0600);
        copy(names[i], "named.%r", 0, comm);
        tap_ok(is_whole(size, 1000) && is_file(path("named.%d", rank), 1000, 8, 0600),
               "a file named as no. %zu of what an option can be", i);
        MPI_Barrier(MPI_COMM_WORLD);
        unlink(path("named.%d", rank));
    }
    enter(before);
}

static void test_keys(void)
{
    const char *source = path("with-keys"), *target = path("keys.%d/on/way", rank);
    if (rank == 0)
        make_file(source, LARGE, 6, 0600);
    copy_keys(source, path("keys.%%r/on/way"), 0, comm, "mkpath", "true", "fsync", "true", "verify",
              "true", "compress", "zstd", "timeout", "60", "update", "false");
    tap_ok(is_whole(size, LARGE) && is_file(target, LARGE, 6, 0600), "keys of all kinds");
    struct stat first, second;
    stat(target, &first);
    copy_keys(source, path("keys.%%r/on/way"), 0, comm, "update", "true");
    stat(target, &second);
    tap_ok(is_whole(size, LARGE) && first.st_ino == second.st_ino,
           "update: what is there already is left");
    copy_keys(source, path("keys.%%r/on/way"), 0, comm, "expect-digest",
              "md5:00000000000000000000000000000000");
    stat(target, &second);
    tap_ok(error_class == fanout_error_class(FANOUT_ERR_SOURCE) && first.st_ino == second.st_ino &&
               is_file(target, LARGE, 6, 0600),
           "expect-digest: another sum is an error, and the old file stays");
}

static int open_files(void)
{
    int count = 0;
    DIR *directory = opendir("/proc/self/fd");
    while (directory != NULL && readdir(directory) != NULL)
        count++;
    closedir(directory);
    return count;
}

static void test_again(void)
{
    bool good = true;
    const char *source = path("again"), *target = path("again.%%r");
    if (rank == 0)
        make_file(source, 10000, 2, 0600);
    copy(source, target, 0, comm);
    int before = open_files();
    for (int i = 0; i < 30; i++) {
        copy(source, target, 0, comm);
        good = good && is_whole(size, 10000);
    }
    tap_ok(good && is_file(path("again.%d", rank), 10000, 2, 0600), "30 calls");
    tap_ok(open_files() == before, "no file stays open");
    int code = rank == 0
                   ? fanout_copy_file(source, path("unasked.%%r"), 0, comm, MPI_INFO_NULL, NULL)
                   : fanout_copy_file(NULL, NULL, 0, comm, MPI_INFO_NULL, NULL);
    tap_ok(code == MPI_SUCCESS && is_file(path("unasked.%d", rank), 10000, 2, 0600),
           "nobody has to take the result");
    fanout_copy_result_free(&result);
    fanout_copy_result_free(&result);
    fanout_copy_result_free(NULL);
    tap_ok(result == NULL, "a result is released, and nothing is, too");
}

int main(void)
{
    static habits before, after;
    tap_begin(MPI_THREAD_FUNNELED);
    copying_begin();
    look(&before);
    test_sizes(0);
    if (size > 1)
        test_sizes(size - 1);
    test_reader(size / 2);
    test_reader(size - 1);
    test_node();
    test_split();
    test_replace();
    test_names();
    test_keys();
    test_again();
    look(&after);
    tap_ok(are_same(&before, &after), "signals, umask and directory are as before");
    tap_ok(!noisy && !differs, "nothing was printed, and all ranks have heard the same");
    copying_end();
    return tap_end();
}
