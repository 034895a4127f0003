/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * fanout_copy_tree: trees of all kinds of things, from any root, with what leaves some of them out,
 * and a process that is the same afterwards.
 */
#include "config.h"

#include "tests/copy/library/copying.h"
#include "tests/copy/library/habits.h"

/* Kind, mode, links, size, time and content of all that is in a directory. */
static const char describe[] =
    "find . -type d -printf '%y %m %T@ %p\\0' -o -printf '%y %m %n %s %T@ %p %l\\0' | sort -z; "
    "find . -type f -print0 | sort -z | xargs -0 -r cksum";

static bool is_same_tree(const char *source, const char *tree)
{
    return shell("(cd '%s' && %s) >was.%d && (cd '%s' && %s) | cmp - was.%d", source, describe,
                 rank, tree, describe, rank);
}

static void make_tree(const char *name)
{
    if (!shell("odd=\"odd $(printf 'l%%.0s' $(seq 240))\" && mkdir -p '%s' && cd '%s' && "
               "mkdir -p a/b/c empty closed \"$odd\" && echo deep >a/b/c/file && : >nothing && "
               "head -c 700000 /dev/urandom >a/large && echo odd >\"$odd/\"' new\n line\\ *?-' && "
               "printf x >\"$(printf 'bytes \377\200')\" && ln a/b/c/file a/again && "
               "ln -s b/c a/directory && ln -s nowhere dangling && ln -s . cycle && "
               "ln cycle other-cycle && truncate -s 3M sparse && printf end >>sparse && "
               "echo '#!/bin/sh' >run && chmod 4755 run && chmod 400 nothing && "
               "chmod 1777 empty && chmod 500 closed && touch -d @1234567890.5 a/large a/b",
               name, name))
        MPI_Abort(MPI_COMM_WORLD, 1);
}

static bool is_sparse(const char *name)
{
    struct stat status;
    return stat(name, &status) == 0 && status.st_blocks * 512 < status.st_size / 2;
}

static void test_all_kinds(int root)
{
    const char *source = path("kinds.%d", root);
    if (rank == root)
        make_tree(source);
    copy(source, path("kinds.%d.%%r", root), root, comm);
    tap_ok(error_class == MPI_SUCCESS && result->whole == size && result->bytes > 3700000 &&
               is_same_tree(source, path("kinds.%d.%d", root, rank)),
           "a tree from rank %d to all ranks", root);
    tap_ok(is_sparse(path("kinds.%d.%d/sparse", root, rank)), "... its holes are kept");
    copy_keys(source, path("%%h/way/kinds.%d.%%r", root), root, comm, "archive", "true", "mkpath",
              "true", "verify", "true", "fsync", "true", "compress", "zstd", "timeout", "60");
    char host[256] = "";
    gethostname(host, sizeof host - 1);
    tap_ok(error_class == MPI_SUCCESS &&
               is_same_tree(source, path("%s/way/kinds.%d.%d", host, root, rank)),
           "... with keys of all kinds");
}

static void test_node(void)
{
    int root = size - 1;
    const char *source = path("kinds.0");
    copy(source, path("of-node/"), 0, comm);
    tap_ok(error_class == MPI_SUCCESS && result->writers == 1 &&
               is_same_tree(source, path("of-node")),
           "without %%r one rank writes for all on its node, not into the directory");
    copy(source, source, root, comm);
    tap_ok(error_class == MPI_SUCCESS && is_same_tree(source, path("of-node")),
           "the source itself is left");
}

static void test_empty_and_single(void)
{
    if (rank == 0 && !shell("mkdir void && ln -s void link && echo one >single"))
        MPI_Abort(MPI_COMM_WORLD, 1);
    copy(path("void"), path("void.%%r"), 0, comm);
    tap_ok(is_whole(size, 0) && is_same_tree("void", path("void.%d", rank)), "an empty directory");
    copy(path("single"), path("single.%%r"), 0, comm);
    tap_ok(is_whole(size, 4) && shell("cmp single single.%d", rank), "a file");
    copy(path("link"), path("link.%%r"), 0, comm);
    tap_ok(is_whole(size, 0) && shell("test \"$(readlink link.%d)\" = void", rank), "a link");
}

static void test_existing(void)
{
    const char *source = path("kinds.0");
    struct stat before, after;
    bool made = shell("mkdir -p there.%d/a && echo old >there.%d/run && echo old >there.%d/own",
                      rank, rank, rank);
    copy_keys(source, path("there.%%r"), 0, comm, "archive", "true");
    tap_ok(made && error_class == MPI_SUCCESS && shell("grep -qx old there.%d/own", rank) &&
               shell("rm there.%d/own && touch -r kinds.0 there.%d", rank, rank) &&
               is_same_tree(source, path("there.%d", rank)),
           "into a directory that is there: nothing is removed");
    stat(path("there.%d/a/large", rank), &before);
    copy_keys(source, path("there.%%r"), 0, comm, "update", "true", "archive", "true");
    stat(path("there.%d/a/large", rank), &after);
    tap_ok(error_class == MPI_SUCCESS && before.st_ino == after.st_ino &&
               is_same_tree(source, path("there.%d", rank)),
           "update: what is there already is left");
    copy_keys(source, path("there.%%r"), 0, comm, "checksum", "true", "resume", "true");
    tap_ok(error_class == MPI_SUCCESS && is_same_tree(source, path("there.%d", rank)),
           "checksum and resume");
}

/* The names of the files that a rank has got. */
static bool has_files(const char *name, const char *files)
{
    return shell("test \"$(cd '%s.%d' && find . ! -type d -printf '%%P\n' | sort | tr '\n' ' ')\" "
                 "= '%s '",
                 name, rank, files);
}

static void test_choice(void)
{
    const char *source = path("choice");
    if (rank == 0 && !shell("mkdir -p choice/sub && cd choice && touch a.o b.o c.h sub/a.o "
                            "sub/d.c && ln -s c.h link && printf 'sub/d.c\\0c.h' >../list"))
        MPI_Abort(MPI_COMM_WORLD, 1);
    copy_keys(source, path("some.%%r"), 0, comm, "exclude", "*.o\nlink", "include", "/b.o");
    tap_ok(has_files("some", "b.o c.h sub/d.c"), "what is included is there though it is excluded");
    copy_keys(source, path("less.%%r"), 0, comm, "include", "a.o\nb.o", "exclude", "sub/\n*.?");
    tap_ok(has_files("less", "a.o b.o link"), "... whatever the order of the keys");
    copy_keys(source, path("list.%%r"), 0, comm, "files-from", path("list"), "from0", "true");
    tap_ok(has_files("list", "c.h sub/d.c"), "a list of names");
    copy_keys(source, path("data.%%r"), 0, comm, "dereference", "true", "one-file-system", "true");
    tap_ok(is_whole(size, 0) && shell("test ! -L data.%d/link -a -f data.%d/link", rank, rank),
           "what a link points to");
}

static void test_split(void)
{
    int own, count, part = rank % 2;
    MPI_Comm half = split_in_two(&own, &count);
    const char *source = path("half.%d", part);
    if (own == count - 1)
        make_tree(source);
    copy(source, path("half.%d.%%r", part), count - 1, half);
    tap_ok(error_class == MPI_SUCCESS && result->whole == count &&
               is_same_tree(source, path("half.%d.%d", part, own)),
           "two halves at the same time");
    MPI_Comm_free(&half);
}

static void test_plainly(void)
{
    int code = rank == 0 ? fanout_copy_tree(path("kinds.0"), path("plain.%%r"), 0, comm,
                                            MPI_INFO_NULL, NULL)
                         : fanout_copy_tree(NULL, NULL, 0, comm, MPI_INFO_NULL, NULL);
    tap_ok(code == MPI_SUCCESS && is_same_tree(path("kinds.0"), path("plain.%d", rank)),
           "without keys, and without a result");
}

int main(void)
{
    static habits before, after;
    tap_begin(MPI_THREAD_FUNNELED);
    copying_begin();
    copier = fanout_copy_tree;
    look(&before);
    test_all_kinds(0);
    if (size > 1)
        test_all_kinds(size - 1);
    test_node();
    test_empty_and_single();
    test_existing();
    test_choice();
    test_split();
    test_plainly();
    look(&after);
    tap_ok(are_same(&before, &after), "signals, umask and directory are as before");
    tap_ok(!noisy && !differs, "nothing was printed, and all ranks have heard the same");
    MPI_Barrier(MPI_COMM_WORLD);
    tap_ok(is_clean(), "nothing is left behind");
    copying_end();
    return tap_end();
}
