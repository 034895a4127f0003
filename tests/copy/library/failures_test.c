/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * fanout_copy_file with what is wrong: all ranks learn it, nothing that was there changes, nothing
 * is left behind, and those hosts that can have the file get it.
 */
#include "config.h"

#include "tests/copy/library/copying.h"

#include <dirent.h>
#include <signal.h>
#include <sys/resource.h>

enum { LARGE = 3 * 1000 * 1000 + 17, OLD = 500 };

/* On every rank "DIR/NAME.RANK" is there, and must not change. */
static void make_old(const char *name)
{
    make_file(path("%s.%d", name, rank), OLD, 77, 0644);
    MPI_Barrier(MPI_COMM_WORLD);
}

static bool is_old(const char *name)
{
    return is_file(path("%s.%d", name, rank), OLD, 77, 0644);
}

/* Whether some name in the directory has this in it. */
static bool is_left(const char *part)
{
    bool left = false;
    DIR *directory = opendir(top);
    for (struct dirent *entry = readdir(directory); entry != NULL; entry = readdir(directory))
        left |= strstr(entry->d_name, part) != NULL;
    closedir(directory);
    return left;
}

/* ---- the source ---- */

static void test_source(void)
{
    const char *missing = path("missing"), *directory = path("directory"), *fifo = path("fifo");
    make_old("old");
    copy(missing, path("old.%%r"), size - 1, comm);
    tap_ok(has_failed(source_error, missing, "cannot open the source") && is_old("old"),
           "no such source");
    if (rank == 0 && (mkdir(directory, 0755) != 0 || mkfifo(fifo, 0600) != 0))
        MPI_Abort(MPI_COMM_WORLD, 1);
    copy(directory, path("old.%%r"), 0, comm);
    tap_ok(has_failed(source_error, directory, "is a directory, not a file") && is_old("old"),
           "the source is a directory");
    copy(fifo, path("old.%%r"), 0, comm);
    tap_ok(has_failed(source_error, fifo, "is not a regular file") && is_old("old"),
           "the source is a FIFO");
    copy("", path("old.%%r"), 0, comm);
    tap_ok(has_failed(source_error, "", "cannot open the source") && is_old("old"),
           "the source has no name");
    /* On the command line it would be a part of an HDF5 file. */
    const char *part = path("with-part:/object");
    if (rank == 0)
        make_file(path("with-part"), 100, 1, 0600);
    copy(part, path("old.%%r"), 0, comm);
    tap_ok(has_failed(source_error, part, "cannot open the source") && is_old("old"),
           "the source looks like a part of a file");
}

/* ---- arguments ---- */

static void test_wrong_key(const char *source, const char *key, const char *value, const char *text)
{
    copy_keys(source, path("old.%%r"), size / 2, comm, key, value);
    tap_ok(has_failed(argument_error, key, text) && is_old("old"), "%s=%s is wrong", key, value);
}

static void test_arguments(void)
{
    const char *source = path("source");
    if (rank == size / 2)
        make_file(source, LARGE, 1, 0600);
    make_old("old");
    copy(NULL, path("old.%%r"), 0, comm);
    tap_ok(has_failed(argument_error, "source", "is NULL"), "no source");
    copy(source, NULL, 0, comm);
    tap_ok(has_failed(argument_error, "destination", "is NULL"), "no destination");
    copy(source, path("100%%%%%%"), size / 2, comm);
    tap_ok(has_failed(argument_error, "destination", "%h (host)"), "a lone %% in the destination");
    copy(source, "", size / 2, comm);
    tap_ok(has_failed(sink_error, "", "cannot write here"), "the destination has no name");
    test_wrong_key(source, "verifying", "true", "is no key of fanout_copy_file");
    test_wrong_key(source, "verify", "yes", "write \"true\" or \"false\"");
    test_wrong_key(source, "timeout", "-1", "a positive number of seconds");
    test_wrong_key(source, "compress", "zip", "");
    test_wrong_key(source, "expect-digest", "md5", "");
    tap_ok(!is_left("100"), "nothing is written");
}

static int raised;

static void count_error(MPI_Comm *where, int *code, ...)
{
    (void)where;
    raised = *code;
}

static void test_communicator(void)
{
    copy(path("source"), path("old.%%r"), -1, comm);
    tap_ok(error_class == MPI_ERR_ROOT && result == NULL, "root -1");
    copy(path("source"), path("old.%%r"), size, comm);
    tap_ok(error_class == MPI_ERR_ROOT && result == NULL, "root beyond the last rank");
    copy(path("source"), path("old.%%r"), rank == 0 ? 0 : size - 1, comm);
    tap_ok(size == 1 || (error_class == MPI_ERR_ROOT && result == NULL), "different roots");

    MPI_Errhandler handler;
    MPI_Comm_create_errhandler(count_error, &handler);
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, handler);
    int code = fanout_copy_file("a", "b", 0, MPI_COMM_NULL, MPI_INFO_NULL, &result);
    tap_ok(code == MPI_ERR_COMM && raised == MPI_ERR_COMM && result == NULL, "MPI_COMM_NULL");
    MPI_Comm_set_errhandler(comm, handler);
    raised = MPI_SUCCESS;
    code = fanout_copy_file(path("missing"), path("old.%%r"), 0, comm, MPI_INFO_NULL, NULL);
    char text[MPI_MAX_ERROR_STRING];
    int length;
    MPI_Error_string(code, text, &length);
    tap_ok(code != MPI_SUCCESS && raised == code && strstr(text, "missing") != NULL,
           "an error is raised on the communicator, and its text says what is wrong");
    MPI_Comm_set_errhandler(comm, MPI_ERRORS_RETURN);
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_ARE_FATAL);
    MPI_Errhandler_free(&handler);
}

/* ---- one rank cannot write ---- */

static void test_one_fails(int bad)
{
    const char *source = path("one.source.%d", bad), *place = path("one.%d", rank);
    if (rank == 0)
        make_file(source, LARGE, 4, 0600);
    if (rank != bad && mkdir(place, 0755) != 0 && errno != EEXIST)
        MPI_Abort(MPI_COMM_WORLD, 1);
    copy(source, path("one.%%r/copy"), 0, comm);
    tap_ok(has_failed(sink_error, path("one.%d/copy", bad), "No such file or directory") &&
               result->whole == size - 1 && result->writers == size &&
               (rank == bad || is_file(path("one.%d/copy", rank), LARGE, 4, 0600)),
           "rank %d has no such directory, the others get the file", bad);
    unlink(path("one.%d/copy", rank));
    copy_keys(source, path("one.%%r/copy"), 0, comm, "fail-fast", "true");
    tap_ok(has_failed(sink_error, path("one.%d/copy", bad), "No such file or directory") &&
               result->whole == 0 && is_absent(path("one.%d/copy", rank)),
           "fail-fast: then nobody gets it");
    if (rank != bad)
        rmdir(place);
}

static void test_in_the_way(int bad)
{
    const char *source = path("way.source.%d", bad);
    make_old("way");
    if (rank == 0)
        make_file(source, LARGE, 4, 0600);
    if (rank == bad) {
        unlink(path("way.%d", rank));
        mkdir(path("way.%d", rank), 0755);
    }
    copy(source, path("way.%%r"), 0, comm);
    tap_ok(has_failed(sink_error, path("way.%d", bad), "a directory is in the way") &&
               result->whole == size - 1 &&
               (rank == bad || is_file(path("way.%d", rank), LARGE, 4, 0600)),
           "on rank %d a directory is in the way", bad);
    rmdir(path("way.%d", rank));
}

/* A disk that becomes full in the midst. */
static void test_full(int bad)
{
    const char *source = path("full.source.%d", bad);
    struct rlimit before, limit;
    if (rank == 0)
        make_file(source, LARGE, 9, 0600);
    make_old("full");
    getrlimit(RLIMIT_FSIZE, &before);
    limit = (struct rlimit){.rlim_cur = LARGE / 2, .rlim_max = before.rlim_max};
    if (rank == bad)
        setrlimit(RLIMIT_FSIZE, &limit);
    copy(source, path("full.%%r"), 0, comm);
    setrlimit(RLIMIT_FSIZE, &before);
    sigset_t pending;
    sigpending(&pending);
    tap_ok(has_failed(sink_error, path("full.%d", bad), "File too large") &&
               result->whole == size - 1 && !sigismember(&pending, SIGXFSZ) &&
               (rank == bad ? is_old("full") : is_file(path("full.%d", rank), LARGE, 9, 0600)),
           "rank %d cannot write so much: its old file stays, and no signal comes", bad);
    MPI_Barrier(MPI_COMM_WORLD);
    tap_ok(!is_left("fanout-part") && !is_left("fanout-journal"), "nothing is left behind");
}

#if defined(__SANITIZE_ADDRESS__)
static void test_memory(int bad)
{
    (void)bad; /* which needs all of the address space */
}
#else
static void test_memory(int bad)
{
    struct rlimit before, limit;
    long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file == NULL || fscanf(file, "%ld", &pages) != 1)
        MPI_Abort(MPI_COMM_WORLD, 1);
    fclose(file);
    make_old("full");
    getrlimit(RLIMIT_AS, &before);
    limit = (struct rlimit){.rlim_cur = (rlim_t)(pages * sysconf(_SC_PAGESIZE)) + (16 << 20),
                            .rlim_max = before.rlim_max};
    if (rank == bad)
        setrlimit(RLIMIT_AS, &limit);
    copy(path("full.source.%d", bad), path("full.%%r"), 0, comm);
    setrlimit(RLIMIT_AS, &before);
    tap_ok(has_failed(MPI_ERR_NO_MEM, "fanout_copy_file", "out of memory") && is_old("full"),
           "rank %d has no memory: nobody begins", bad);
}
#endif

int main(void)
{
    tap_begin(MPI_THREAD_FUNNELED);
    copying_begin();
    test_source();
    test_arguments();
    test_communicator();
    for (int bad = 0; bad<size; bad += size> 1 ? size - 1 : 1) {
        test_one_fails(bad);
        test_in_the_way(bad);
        test_full(bad);
        test_memory(bad);
    }
    copy(path("source"), path("at-last.%%r"), size / 2, comm);
    tap_ok(is_whole(size, LARGE) && is_file(path("at-last.%d", rank), LARGE, 1, 0600),
           "after all that a copy is made");
    tap_ok(!noisy && !differs, "nothing was printed, and all ranks have heard the same");
    copying_end();
    return tap_end();
}
