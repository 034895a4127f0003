/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Keys that make all of the destination anew: once, by which a copy is made by one call and is
 * there for those that follow, and unpack, of archives.
 */
#include "config.h"

#include "tests/copy/library/copying.h"
#include "tests/copy/library/habits.h"

#include <sys/file.h>

enum { LARGE = 1000 * 1000 + 7 };

/* Of what is on this rank at "NAME.RANK". */
static ino_t inode(const char *name)
{
    struct stat status;
    return stat(path("%s.%d", name, rank), &status) == 0 ? status.st_ino : 0;
}

static bool is_same(const char *source, const char *name)
{
    return shell("diff -r '%s' '%s.%d'", source, name, rank);
}

static void make_sources(void)
{
    if (!shell("mkdir -p tree/below && echo one >tree/one && echo two >tree/below/two && "
               "ln -s one tree/link && chmod 750 tree/below && tar -czf tree.tar.gz -C tree . && "
               "head -c 20000 tree.tar.gz | head -c -40 >broken.tar.gz && "
               "ln -s /etc tree/outside && tar -cf outside.tar -C tree . && rm tree/outside"))
        MPI_Abort(MPI_COMM_WORLD, 1);
}

/* ---- once ---- */

static void test_once(const char *source, const char *name)
{
    char copies[100];
    snprintf(copies, sizeof copies, "%s.%%r", name);
    copy_keys(path("%s", source), path("%s", copies), 0, comm, "once", "true");
    ino_t first = inode(name);
    tap_ok(error_class == MPI_SUCCESS && result->whole == size && is_same(source, name),
           "once: %s is made", name);
    copy_keys(path("%s", source), path("%s", copies), 0, comm, "once", "true");
    tap_ok(error_class == MPI_SUCCESS && result->whole == size && first == inode(name),
           "once: %s is there", name);
    copy_keys(path("%s", source), path("%s", copies), 0, comm, "once", "verify");
    tap_ok(error_class == MPI_SUCCESS && first == inode(name), "once: %s is read", name);
}

static void test_other_content(void)
{
    if (rank == 0)
        make_file(path("other"), LARGE, 2, 0600);
    ino_t first = inode("file-once");
    copy_keys(path("other"), path("file-once.%%r"), 0, comm, "once", "true");
    tap_ok(has_failed(sink_error, path("file-once.%d", size - 1), "has other content") &&
               first == inode("file-once"),
           "once: what is there is of another source");
}

/* Somebody else makes it, for longer than one wants to wait. */
static void test_waiting(void)
{
    const char *marker = path(".busy.%d.fanout-once", rank);
    int fd = open(marker, O_RDWR | O_CREAT, 0600);
    bool locked = rank < size - 1 || flock(fd, LOCK_EX | LOCK_NB) == 0;
    double start = MPI_Wtime();
    copy_keys(path("file"), path("busy.%%r"), 0, comm, "once", "true", "timeout", "1");
    tap_ok(locked && has_failed(sink_error, path("busy.%d", size - 1), "has waited in vain") &&
               MPI_Wtime() - start < 30 && (rank < size - 1 || is_absent(path("busy.%d", rank))),
           "once: a rank waits no longer than it is told to");
    close(fd);
    unlink(marker);
    copy_keys(path("file"), path("busy.%%r"), 0, comm, "once", "true", "timeout", "20");
    tap_ok(is_whole(size, LARGE) && is_file(path("busy.%d", rank), LARGE, 1, 0600),
           "once: then it is made");
}

/* ---- unpack ---- */

static void test_unpack(int root)
{
    copier = fanout_copy_file;
    copy_keys(path("tree.tar.gz"), path("unpacked-%d.%%r", root), root, comm, "unpack", "true",
              "mkpath", "true", "fsync", "true");
    char name[100];
    snprintf(name, sizeof name, "unpacked-%d", root);
    tap_ok(error_class == MPI_SUCCESS && result->whole == size && result->bytes > 0 &&
               is_same("tree", name) && shell("test $(stat -c %%a %s.%d/below) = 750", name, rank),
           "unpack: an archive of rank %d on all ranks", root);
    copy_keys(path("tree.tar.gz"), path("unpacked-%d.%%r", root), root, comm, "unpack", "true");
    tap_ok(has_failed(sink_error, path("unpacked-%d.%d", root, size - 1), "is not empty") &&
               is_same("tree", name),
           "unpack: the directory is there already");
}

static void test_bad_archives(void)
{
    copy_keys(path("broken.tar.gz"), path("broken.%%r"), 0, comm, "unpack", "true");
    tap_ok(error_class == sink_error && result->problem_count == size && result->whole == 0 &&
               is_absent(path("broken.%d", rank)),
           "unpack: an archive that ends too early");
    copy_keys(path("outside.tar"), path("outside.%%r"), 0, comm, "unpack", "true");
    tap_ok(error_class == sink_error && is_absent(path("outside.%d", rank)),
           "unpack: a link that leads outside");
    copy_keys(path("outside.tar"), path("outside.%%r"), 0, comm, "unpack-unsafe", "true");
    tap_ok(error_class == MPI_SUCCESS && shell("test -L outside.%d/outside", rank),
           "unpack-unsafe: a link that leads outside");
    copy_keys(path("missing"), path("broken.%%r"), 0, comm, "unpack", "true");
    tap_ok(has_failed(source_error, path("missing"), "cannot open the source"),
           "unpack: no such archive");
    copy_keys(path("tree.tar.gz"), path("broken.%%r"), 0, comm, "unpack", "true", "verify", "true");
    tap_ok(has_failed(fanout_error_class(FANOUT_ERR_PARAM), "info", "--verify"),
           "unpack: with a key that does not go with it");
    tap_ok(is_absent(path("broken.%d", rank)), "unpack: nothing is made");
}

static void test_unpack_once(void)
{
    copy_keys(path("tree.tar.gz"), path("both.%%r"), 0, comm, "unpack", "true", "once", "true");
    ino_t first = inode("both");
    tap_ok(error_class == MPI_SUCCESS && is_same("tree", "both"), "unpack and once");
    copy_keys(path("tree.tar.gz"), path("both.%%r"), 0, comm, "unpack", "true", "once", "true");
    tap_ok(error_class == MPI_SUCCESS && result->whole == size && first == inode("both"),
           "unpack and once: it is there");
    copy_keys(path("broken.tar.gz"), path("gone.%%r"), 0, comm, "unpack", "true", "once", "true");
    tap_ok(error_class == sink_error && is_absent(path("gone.%d", rank)) &&
               is_absent(path(".gone.%d.fanout-once", rank)),
           "unpack and once: nothing is left of what cannot be made");
}

int main(void)
{
    static habits before, after;
    tap_begin(MPI_THREAD_FUNNELED);
    copying_begin();
    if (rank == 0) {
        make_sources();
        make_file(path("file"), LARGE, 1, 0600);
    }
    look(&before);
    test_once("file", "file-once");
    test_other_content();
    test_waiting();
    copier = fanout_copy_tree;
    test_once("tree", "tree-once");
    copier = fanout_copy_file;
    test_unpack(0);
    if (size > 1)
        test_unpack(size - 1);
    test_bad_archives();
    test_unpack_once();
    look(&after);
    tap_ok(are_same(&before, &after), "signals, umask and directory are as before");
    tap_ok(!noisy && !differs, "nothing was printed, and all ranks have heard the same");
    MPI_Barrier(MPI_COMM_WORLD);
    tap_ok(shell("test -z \"$(find . -name '*fanout-[pj]*')\""), "nothing is left behind");
    copying_end();
    return tap_end();
}
