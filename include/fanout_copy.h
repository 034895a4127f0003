/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file fanout_copy.h
 * Copy a file or a tree from one rank of an MPI communicator to a file system of every node, in
 * about the time of one copy: what the program fanout-copy does, from inside of a job.
 *
 * A copy appears under its name only when it is whole and its data is that of the source, which
 * hashes show; an old file of that name is then replaced at once. Where something fails it stays as
 * it is, and other hosts get their copies all the same.
 *
 * This library prints nothing (libfanout may, its warnings), leaves no signal handler behind, and
 * changes neither the umask nor the working directory. MPI must be initialised. Only the thread
 * that makes the call uses MPI, and one copy at a time is made in a process, whatever the
 * communicators: a second one in another thread is an error.
 *
 * Memory: a few MiB on each rank that writes, more with `compress`, and for a tree the list of what
 * is in it, some 300 bytes and its name for each thing, twice. Each process holds 64 MiB in reserve
 * meanwhile. A rank that cannot have these, or has no memory for the list, is an error, and nothing
 * is written. What remains: if the reserve is used up, too, or a library that this one calls has no
 * memory where that cannot be told, the process ends by abort(), because those that wait for it
 * cannot be told otherwise; and so it does if the system ends who uses much (out-of-memory killer).
 *
 * Errors of MPI itself are raised where they occur, and what is left is undefined, as MPI says.
 */
#ifndef FANOUT_COPY_H
#define FANOUT_COPY_H

#include <fanout.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Something that went wrong. */
typedef struct fanout_copy_problem {
    const char *host; /**< where */
    const char *path; /**< of what; of a wrong argument, its name */
    const char *text; /**< what failed, why, and what to do */
} fanout_copy_problem;

/** What came of a copy. Later versions may add members at its end. */
typedef struct fanout_copy_result {
    int writers;       /**< ranks that were to write a copy: one on each node, or with %r all */
    int whole;         /**< those of them whose copy is there and is the source's */
    MPI_Count bytes;   /**< of the file, or of all files */
    double seconds;    /**< from the first byte until the last copy had its name */
    int problem_count; /**< of what went wrong */
    const fanout_copy_problem *problems;
} fanout_copy_result;

/**
 * Copy a regular file of one rank to every node. Collective, blocking. On each node one rank
 * writes; on the root's node that is the root. The copy has the mode and the times of the source,
 * and no other attributes unless `info` says so. Sparse files stay sparse, and a symbolic link is
 * followed.
 *
 * Keys of `info` are named, and mean what they do, as options of fanout-copy(1): `archive`,
 * `checksum`, `fail-fast`, `fsync`, `ignore-changed`, `mkpath`, `resume`, `unpack`,
 * `unpack-unsafe`, `update` and `verify` are "true" or "false"; `once` is that or "verify";
 * `compress`, `expect-digest` and `timeout` (seconds) have the option's values. Any other key is an
 * error, and so are those that exclude each other.
 *
 * With `unpack` the source is an archive, and the destination a directory that is made of what is
 * in it. libarchive asks for the umask by setting it for a moment: other threads should make no
 * files meanwhile.
 *
 * With `once` a rank has a copy where an earlier call or job has made it of the same source, and
 * waits where another job is making it, without a word, for 600 seconds or `timeout`.
 *
 * With `timeout` ranks that wait for data give up; without it, a host that stops lets the others
 * wait for ever, as in MPI_Bcast.
 *
 * If the process is ended meanwhile, a file .NAME.fanout-part stays beside the destination; the
 * next copy to it replaces it, or with `resume` goes on with it.
 *
 * @param source       a path; significant on the root only
 * @param destination  the path of the copy, never of a directory to put it into. %h stands for the
 *                     host's name, %% for a percent sign, and %r for the rank in `comm`: with it
 *                     every rank writes a copy of its own. Significant on the root only
 * @param root         rank that can read the source
 * @param comm         an intracommunicator
 * @param info         or MPI_INFO_NULL; significant on the root only
 * @param result       NULL, or receives the same on all ranks (with FANOUT_ERR_TIMEOUT, what is
 *                     known on this node), to be released by fanout_copy_result_free; NULL after an
 *                     invalid communicator or root, or if there is no memory for it
 * @return MPI_SUCCESS if all have the file. Otherwise the same on all ranks: an error code of class
 *         fanout_error_class(FANOUT_ERR_PARAM) for an argument, FANOUT_ERR_SOURCE if the source
 *         cannot be read as a whole, FANOUT_ERR_SINK if some rank could not write, MPI_ERR_ROOT or
 *         MPI_ERR_COMM, or FANOUT_ERR_TIMEOUT, after which `comm` is of no use. The text of the
 *         code (MPI_Error_string) is the first problem, until another copy fails
 */
FANOUT_EXPORT int fanout_copy_file(const char *source, const char *destination, int root,
                                   MPI_Comm comm, MPI_Info info, fanout_copy_result **result);

/**
 * Copy a directory of one rank with all that is in it to every node, as fanout-copy -r -T does:
 * symbolic links as links, and hard links, holes, modes and times are kept. A source that is no
 * directory is copied as well, a symbolic link as one.
 *
 * Where nothing is at the destination, the tree appears there at once when it is whole. Into a
 * directory that is there already each file goes when it is whole; nothing is removed, and a
 * directory keeps its mode and times unless `archive` is given.
 *
 * Collective, blocking; arguments, result and errors are those of fanout_copy_file, `bytes` those
 * of all regular files. Keys of `info` are those of fanout_copy_file without `expect-digest`,
 * `unpack` and `unpack-unsafe`; and `dereference`, `from0` and `one-file-system`, "true" or
 * "false"; `files-from`, a file of the root; `exclude` and `include`: a pattern, or several with a
 * newline between them. What `include` matches is copied whatever `exclude` matches. MPI limits the
 * length of a value (MPI_MAX_INFO_VAL).
 */
FANOUT_EXPORT int fanout_copy_tree(const char *source, const char *destination, int root,
                                   MPI_Comm comm, MPI_Info info, fanout_copy_result **result);

/** Release a result and set it to NULL. Local. A `result` that is or points to NULL is ignored. */
FANOUT_EXPORT void fanout_copy_result_free(fanout_copy_result **result);

#ifdef __cplusplus
}
#endif

#endif
