/* SPDX-License-Identifier: BSD-3-Clause */
/** @file copying.h  Calls of the library in a directory of their own, and what they leave. */
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
static MPI_Comm comm;                                /* errors return */
static int source_error, sink_error, argument_error; /* classes */

/** The last call. */
static fanout_copy_result *result;
static int error_class;
static bool noisy;   /* some call has printed something */
static bool differs; /* some call did not come to the same on all ranks */

/** What is called. */
static int (*copier)(const char *source, const char *destination, int root, MPI_Comm comm,
                     MPI_Info info, fanout_copy_result **result) = fanout_copy_file;

static inline void copying_begin(void)
{
    const char *temporary = getenv("TMPDIR");
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    MPI_Comm_dup(MPI_COMM_WORLD, &comm);
    MPI_Comm_set_errhandler(comm, MPI_ERRORS_RETURN);
    source_error = fanout_error_class(FANOUT_ERR_SOURCE);
    sink_error = fanout_error_class(FANOUT_ERR_SINK);
    argument_error = fanout_error_class(FANOUT_ERR_PARAM);
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

/** Ranks of odd and of even number, backwards. Errors return. */
static inline MPI_Comm split_in_two(int *own, int *count)
{
    MPI_Comm half;
    MPI_Comm_split(MPI_COMM_WORLD, rank % 2, -rank, &half);
    MPI_Comm_set_errhandler(half, MPI_ERRORS_RETURN);
    MPI_Comm_rank(half, own);
    MPI_Comm_size(half, count);
    return half;
}

/** A name below the directory, for the next few dozens of calls. */
__attribute__((format(printf, 1, 2))) static inline const char *path(const char *format, ...)
{
    static char paths[64][PATH_MAX];
    static int next;
    char *made = paths[next++ % 64];
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

static inline unsigned add_to(unsigned sum, const void *data, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        sum = sum * 31 + ((const unsigned char *)data)[i];
    return sum;
}

/* All of the result but pointers, and the class. */
static inline unsigned sum_of_result(void)
{
    unsigned sum = add_to(0, &error_class, sizeof error_class);
    if (result == NULL)
        return sum;
    const int counts[] = {result->writers, result->whole, result->problem_count};
    sum = add_to(sum, counts, sizeof counts);
    sum = add_to(sum, &result->bytes, sizeof result->bytes);
    sum = add_to(sum, &result->seconds, sizeof result->seconds);
    for (int i = 0; i < result->problem_count; i++) {
        const fanout_copy_problem *p = &result->problems[i];
        sum = add_to(sum, p->host, strlen(p->host));
        sum = add_to(sum, p->path, strlen(p->path));
        sum = add_to(sum, p->text, strlen(p->text));
    }
    return sum;
}

static inline void compare_results(MPI_Comm c)
{
    unsigned own = sum_of_result(), least, most;
    MPI_Allreduce(&own, &least, 1, MPI_UNSIGNED, MPI_MIN, c);
    MPI_Allreduce(&own, &most, 1, MPI_UNSIGNED, MPI_MAX, c);
    differs |= least != most;
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
    code = copier(source, destination, root, c, info, &result);
    fflush(stdout);
    for (int i = 0; i < 2; i++) {
        dup2(saved[i], i + 1);
        close(saved[i]);
    }
    noisy |= fstat(fd, &said) != 0 || said.st_size > 0;
    close(fd);
    MPI_Error_class(code, &error_class);
    compare_results(c);
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

/** Run a command of the shell in the directory of the test. */
__attribute__((format(printf, 1, 2))) static inline bool shell(const char *format, ...)
{
    char command[4 * PATH_MAX];
    int used = snprintf(command, sizeof command, "cd '%s' && ", top);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(command + used, sizeof command - (size_t)used, format, arguments);
    va_end(arguments);
    return system(command) == 0;
}

/** Whether no temporary name is left anywhere. To be asked when all ranks have ended their call. */
static inline bool is_clean(void)
{
    return shell("test -z \"$(find . -name '*fanout*')\"");
}

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
