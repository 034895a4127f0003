/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * fanout_copy_tree with what is wrong: all ranks learn it, nothing appears or is left behind where
 * it fails, and those hosts that can have the tree get it.
 */
#include "config.h"

#include "tests/copy/library/copying.h"

#include <malloc.h>
#include <sys/resource.h>

enum { LARGE = 3 * 1000 * 1000 + 17 };

/* A directory with a file in it, on one rank. */
static const char *make_tree(int root, const char *name)
{
    const char *tree = path("%s", name);
    if (rank == root) {
        mkdir(tree, 0755);
        mkdir(path("%s/below", name), 0755);
        make_file(path("%s/below/file", name), LARGE, 3, 0600);
    }
    return tree;
}

static bool has_tree(const char *name)
{
    return is_file(path("%s.%d/below/file", name, rank), LARGE, 3, 0600);
}

/* Of some thing in a tree. */
static bool says(const char *text)
{
    bool found = false;
    for (int i = 0; result != NULL && i < result->problem_count; i++)
        found |= strstr(result->problems[i].text, text) != NULL;
    return found;
}

/* ---- the source ---- */

static void test_source(void)
{
    const char *missing = path("missing"), *tree = make_tree(size - 1, "special");
    copy(missing, path("none.%%r"), size - 1, comm);
    tap_ok(has_failed(source_error, missing, "cannot open the source") &&
               is_absent(path("none.%d", rank)),
           "no such tree");
    if (rank == size - 1 && mkfifo(path("special/fifo"), 0600) != 0)
        MPI_Abort(MPI_COMM_WORLD, 1);
    copy(tree, path("none.%%r"), size - 1, comm);
    tap_ok(has_failed(source_error, path("special/fifo"), "leave it out with --exclude") &&
               is_absent(path("none.%d", rank)),
           "a tree with a FIFO in it");
    copy_keys(tree, path("fifo.%%r"), size - 1, comm, "exclude", "fifo");
    tap_ok(is_whole(size, LARGE) && has_tree("fifo"), "... which is left out");
    copy_keys(tree, path("none.%%r"), size - 1, comm, "files-from", path("missing"));
    tap_ok(has_failed(source_error, path("missing"), "") && is_absent(path("none.%d", rank)),
           "no such list of files");
}

/* It must be another user's to be unreadable, which a superuser cannot have. */
static void test_unreadable(void)
{
    const char *tree = make_tree(0, "unreadable");
    if (rank == 0)
        chmod(path("unreadable/below"), 0);
    MPI_Barrier(MPI_COMM_WORLD);
    bool can_read = access(path("unreadable/below"), R_OK) == 0;
    copy(tree, path("unread.%%r"), 0, comm);
    tap_ok(can_read || (has_failed(source_error, path("unreadable/below"), "cannot read") &&
                        is_absent(path("unread.%d", rank))),
           "a directory that cannot be read");
    if (rank == 0)
        chmod(path("unreadable/below"), 0755);
}

/* ---- arguments ---- */

static void test_wrong_key(const char *key, const char *value, const char *of, const char *text)
{
    copy_keys(path("keys"), path("wrong.%%r"), size / 2, comm, key, value, "once", "false");
    tap_ok(has_failed(argument_error, of, text), "%s=%.8s is wrong", key, value);
}

static void test_arguments(void)
{
    make_tree(size / 2, "keys");
    copy(NULL, path("wrong.%%r"), 0, comm);
    tap_ok(has_failed(argument_error, "source", "is NULL"), "no source");
    test_wrong_key("dereference", "yes", "dereference", "write \"true\" or \"false\"");
    test_wrong_key("exclude", "[", "exclude", "the pattern has a [ without a ]");
    test_wrong_key("exclude", "*.o, *.a\n\nb", "exclude", "does not contain a name");
    test_wrong_key("include", "- a", "include", "a rule of rsync");
    test_wrong_key("unpack", "true", "unpack", "is no key of fanout_copy_tree");
    test_wrong_key("expect-digest", "md5:0", "expect-digest", "exclude, files-from");
    test_wrong_key("files-from", "-", "files-from", "no standard input");
    test_wrong_key("from0", "true", "info", "add that key");
    copy_keys(path("keys"), path("wrong.%%r"), 0, comm, "once", "true", "update", "true");
    tap_ok(has_failed(argument_error, "info", "no --update"), "once and update");
    tap_ok(is_absent(path("wrong.%d", rank)), "nothing is written");
}

static void test_communicator(void)
{
    MPI_Comm part, between;
    if (size < 2)
        return;
    MPI_Comm_split(MPI_COMM_WORLD, rank == 0, rank, &part);
    MPI_Intercomm_create(part, 0, MPI_COMM_WORLD, rank == 0 ? 1 : 0, 0, &between);
    MPI_Comm_set_errhandler(between, MPI_ERRORS_RETURN);
    int code = fanout_copy_tree(path("keys"), path("wrong.%%r"), 0, between, MPI_INFO_NULL, NULL);
    tap_ok(code == MPI_ERR_COMM, "an intercommunicator");
    MPI_Comm_free(&between);
    MPI_Comm_free(&part);
    copy(path("keys"), path("wrong.%%r"), size, comm);
    tap_ok(error_class == MPI_ERR_ROOT && result == NULL, "root beyond the last rank");
}

/* ---- one rank cannot write ---- */

static void test_one_fails(int bad)
{
    const char *tree = make_tree(0, "one");
    if (rank != bad)
        mkdir(path("place.%d", rank), 0755);
    copy(tree, path("place.%%r/one.%%r"), 0, comm);
    tap_ok(has_failed(sink_error, path("place.%d/one.%d", bad, bad), "No such file or directory") &&
               result->whole == size - 1 &&
               (rank == bad ||
                is_file(path("place.%d/one.%d/below/file", rank, rank), LARGE, 3, 0600)),
           "rank %d has no such directory, the others get the tree", bad);
    copy_keys(tree, path("place.%%r/two"), 0, comm, "fail-fast", "true");
    tap_ok(error_class == sink_error && result->whole == 0 && is_absent(path("place.%d/two", rank)),
           "fail-fast: then nobody gets it");
    MPI_Barrier(MPI_COMM_WORLD);
    shell("rm -rf place.%d", rank);
}

static void test_in_the_way(int bad)
{
    const char *tree = make_tree(0, "one");
    if (rank == bad)
        make_file(path("way.%d", rank), 5, 1, 0600);
    copy(tree, path("way.%%r"), 0, comm);
    tap_ok(has_failed(sink_error, path("way.%d", bad), "cannot write here") &&
               result->whole == size - 1 &&
               (rank == bad ? is_file(path("way.%d", rank), 5, 1, 0600) : has_tree("way")),
           "on rank %d a file is in the way", bad);
    shell("rm -rf way.%d", rank);
}

/* A disk that becomes full in the midst. */
static void test_full(int bad)
{
    const char *tree = make_tree(0, "one");
    struct rlimit before, limit;
    getrlimit(RLIMIT_FSIZE, &before);
    limit = (struct rlimit){.rlim_cur = LARGE / 2, .rlim_max = before.rlim_max};
    if (rank == bad)
        setrlimit(RLIMIT_FSIZE, &limit);
    copy(tree, path("full.%%r"), 0, comm);
    setrlimit(RLIMIT_FSIZE, &before);
    tap_ok(says("File too large") && error_class == sink_error && result->whole == size - 1 &&
               (rank == bad ? is_absent(path("full.%d", rank)) : has_tree("full")),
           "rank %d cannot write so much: it has no tree, the others have", bad);
    MPI_Barrier(MPI_COMM_WORLD);
    tap_ok(is_clean(), "nothing is left behind");
    shell("rm -rf full.%d", rank);
}

/* ---- memory ---- */

#if defined(__SANITIZE_ADDRESS__)
static void test_memory(int bad)
{
    (void)bad; /* which needs all of the address space */
}
#else
enum {
    RESERVE = 64 << 20,
    MORE = 6 << 20, /* enough for a copy of a small tree */
    MANY = 30000    /* names whose list takes more than that */
};

static rlim_t address_space(void)
{
    long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file == NULL || fscanf(file, "%ld", &pages) != 1)
        MPI_Abort(MPI_COMM_WORLD, 1);
    fclose(file);
    return (rlim_t)(pages * sysconf(_SC_PAGESIZE));
}

/* On rank `bad`, 0 the source, there is no memory for the list of what is in the tree. */
static void test_memory(int bad)
{
    struct rlimit before, limit;
    const char *tree = path("many"), *of = bad == 0 ? tree : path("many.%%r");
    if (rank == 0 && bad == 0 &&
        !shell("mkdir many && cd many && seq -f 'a-name-of-a-link-that-is-as-long-as-it-must-be-to-"
               "fill-some-memory-%%.0f' %d | xargs touch",
               MANY))
        MPI_Abort(MPI_COMM_WORLD, 1);
    getrlimit(RLIMIT_AS, &before);
    limit =
        (struct rlimit){.rlim_cur = address_space() + RESERVE + MORE, .rlim_max = before.rlim_max};
    if (rank == bad)
        setrlimit(RLIMIT_AS, &limit);
    copy(tree, path("many.%%r"), 0, comm);
    setrlimit(RLIMIT_AS, &before);
    tap_ok(has_failed(bad == 0 ? source_error : sink_error, of, "memory") &&
               (bad == 0 || result->whole == 0) && is_absent(path("many.%d", rank)),
           "rank %d has no memory for the list: an error, and nobody begins", bad);
}
#endif

int main(void)
{
    mallopt(M_ARENA_MAX, 1); /* others have room that no limit takes away */
    tap_begin(MPI_THREAD_FUNNELED);
    copying_begin();
    copier = fanout_copy_tree;
    test_source();
    test_unreadable();
    test_arguments();
    test_communicator();
    for (int bad = 0; bad<size; bad += size> 1 ? size - 1 : 1) {
        test_one_fails(bad);
        test_in_the_way(bad);
        test_full(bad);
        test_memory(bad);
    }
    copy(path("one"), path("at-last.%%r"), 0, comm);
    tap_ok(is_whole(size, LARGE) && has_tree("at-last"), "after all that a tree is copied");
    tap_ok(!noisy && !differs, "nothing was printed, and all ranks have heard the same");
    copying_end();
    return tap_end();
}
