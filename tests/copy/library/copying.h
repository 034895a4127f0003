/* SPDX-License-Identifier: BSD-3-Clause */
/** @file copying.h  Calls of fanout_copy_file in a directory of their own, and what they leave. */
#ifndef FAN_TESTS_COPY_LIBRARY_COPYING_H
#define FAN_TESTS_COPY_LIBRARY_COPYING_H

#include "fanout_copy.h"
#include "tests/common/tap.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char top[PATH_MAX / 4]; /* where all happens */
static int rank, size;
static MPI_Comm comm; /* errors return */

/** The last call. */
static fanout_copy_result *result;
static int error_class;
static bool noisy; /* some call has printed something */

static inline void copying_begin(void)
{
    const char *temporary = getenv("TMPDIR");
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    MPI_Comm_dup(MPI_COMM_WORLD, &comm);
    MPI_Comm_set_errhandler(comm, MPI_ERRORS_RETURN);
    snprintf(top, sizeof top, "%.500s/fanout-copying.XXXXXX",
             temporary != NULL ? temporary : "/tmp");
    if (rank == 0 && mkdtemp(top) == NULL)
        MPI_Abort(MPI_COMM_WORLD, 1);
    MPI_Bcast(top, sizeof top, MPI_CHAR, 0, MPI_COMM_WORLD);
}

static inline void copying_end(void)
{
    char command[PATH_MAX];
    fanout_copy_result_free(&result);
    MPI_Comm_free(&comm);
    MPI_Barrier(MPI_COMM_WORLD);
    snprintf(command, sizeof command, "rm -rf '%s'", top);
    if (rank == 0 && system(command) != 0)
        printf("# %s stays\n", top);
}

/** A name below the directory, for the next few calls. */
__attribute__((format(printf, 1, 2))) static inline const char *path(const char *format, ...)
{
    static char paths[8][PATH_MAX];
    static int next;
    char *made = paths[next++ % 8];
    int used = snprintf(made, PATH_MAX, "%s/", top);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(made + used, (size_t)(PATH_MAX - used), format, arguments);
    va_end(arguments);
    return made;
}

static inline unsigned char byte_of(size_t i, int seed)
{
    return (unsigned char)((i / 7 + (size_t)seed) * 2654435761u >> 13);
}

/** Make a file of so many bytes. */
static inline void make_file(const char *name, size_t bytes, int seed, mode_t mode)
{
    const struct timespec times[2] = {{1000000000, 5}, {1100000000, 123456789}};
    FILE *file = fopen(name, "w");
    if (file == NULL)
        MPI_Abort(MPI_COMM_WORLD, 1);
    for (size_t i = 0; i < bytes; i++)
        putc(byte_of(i, seed), file);
    fclose(file);
    chmod(name, mode);
    utimensat(AT_FDCWD, name, times, 0);
}

/** Whether a file is there that make_file has made, or a copy of it. */
static inline bool is_file(const char *name, size_t bytes, int seed, mode_t mode)
{
    struct stat status;
    FILE *file = fopen(name, "r");
    bool good = file != NULL && fstat(fileno(file), &status) == 0 &&
                (size_t)status.st_size == bytes && (status.st_mode & 07777) == mode &&
                status.st_mtim.tv_sec == 1100000000 && status.st_mtim.tv_nsec == 123456789;
    for (size_t i = 0; good && i < bytes; i++)
        good = getc(file) == byte_of(i, seed);
    if (file != NULL)
        fclose(file);
    return good;
}

static inline bool is_absent(const char *name)
{
    struct stat status;
    return lstat(name, &status) != 0 && errno == ENOENT;
}

/* Standard output and error go to a file during the call. */
static inline void copy_quietly(const char *source, const char *destination, int root, MPI_Comm c,
                                MPI_Info info)
{
    struct stat said;
    int saved[2] = {dup(1), dup(2)};
    char said_here[PATH_MAX];
    snprintf(said_here, sizeof said_here, "%s/said.%d", top, rank);
    int code, fd = open(said_here, O_RDWR | O_CREAT | O_TRUNC, 0600);
    fflush(stdout);
    dup2(fd, 1);
    dup2(fd, 2);
    fanout_copy_result_free(&result);
    code = fanout_copy_file(source, destination, root, c, info, &result);
    fflush(stdout);
    for (int i = 0; i < 2; i++) {
        dup2(saved[i], i + 1);
        close(saved[i]);
    }
    noisy |= fstat(fd, &said) != 0 || said.st_size > 0;
    close(fd);
    MPI_Error_class(code, &error_class);
}

/** Call with keys and values in turn, NULL at the end; on the root only, as all arguments. */
static inline void copy_with(const char *source, const char *destination, int root, MPI_Comm c,
                             const char *const *keys)
{
    int own;
    MPI_Info info;
    MPI_Comm_rank(c, &own);
    MPI_Info_create(&info);
    for (int i = 0; keys[i] != NULL; i += 2)
        MPI_Info_set(info, keys[i], keys[i + 1]);
    if (own == root)
        copy_quietly(source, destination, root, c, info);
    else
        copy_quietly(NULL, NULL, root, c, MPI_INFO_NULL);
    MPI_Info_free(&info);
}

#define copy_keys(source, destination, root, c, ...)                                               \
    copy_with(source, destination, root, c, (const char *const[]){__VA_ARGS__, NULL})
#define copy(source, destination, root, c)                                                         \
    copy_with(source, destination, root, c, (const char *const[]){NULL})

/** All good, with so many writers. */
static inline bool is_whole(int writers, size_t bytes)
{
    return error_class == MPI_SUCCESS && result != NULL && result->writers == writers &&
           result->whole == writers && result->bytes == (MPI_Count)bytes && result->seconds >= 0 &&
           result->problem_count == 0;
}

/** For who reads the log of a test that fails. */
static inline void explain(const char *of)
{
    if (rank != 0)
        return;
    printf("# class %d; expected something about %s\n", error_class, of);
    for (int i = 0; result != NULL && i < result->problem_count; i++)
        printf("# %s: %s: %s\n", result->problems[i].host, result->problems[i].path,
               result->problems[i].text);
}

/** An error of this class, with a problem that names this path and has this text in it. */
static inline bool has_failed(int expected_class, const char *of, const char *text)
{
    bool good = false;
    for (int i = 0; result != NULL && i < result->problem_count; i++) {
        const fanout_copy_problem *p = &result->problems[i];
        good |= p->host[0] != '\0' && strcmp(p->path, of) == 0 && strstr(p->text, text) != NULL;
    }
    good = good && error_class == expected_class;
    if (!good)
        explain(of);
    return good;
}

#endif
