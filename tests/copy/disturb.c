/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Loaded with LD_PRELOAD into fanout-copy by its tests: stands between it and the functions
 * of libfanout for streams, and between it and the system calls that make files.
 *
 * All begin with FANOUT_TEST_DISTURB_.
 * PAUSE=MICROSECONDS              a slow source: wait before each piece
 * CORRUPT=1                       a bad network: change each piece that arrives
 * LINK=MICROSECONDS               a slow link, as far as it is measured by trains of messages
 *                                 (comm/probe/train.h): wait before each of these
 * PEAK=FILE                       write the peak resident memory in KiB to FILE at the end
 * FAIL=FUNCTION:ERROR:N           its call number N fails: EIO, EDQUOT or ENOSPC
 * DELAY=FUNCTION:MICROSECONDS:N   its call number N waits first (0: each call), and says so in the
 *                                 file of DELAYED
 * DELAYED=FILE
 * HOLD=FUNCTION:FILE:N            its call number N waits until FILE is there
 * REMOVE=MICROSECONDS             wait before each file that is removed with remove()
 *
 * With FAIL or DELAY no threads of a crew can be started, so that all calls have an order, unless
 * THREADS=1 is given.
 */
#include "config.h"

#include "comm/probe/train.h"
#include "copy/crew/crew.h"
#include "fanout.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

typedef int stream_function(MPI_Count, fanout_source_fn *, fanout_sink_fn *, void *, int, MPI_Comm,
                            MPI_Info);
typedef int stream_to_end_function(fanout_reader_fn *, fanout_sink_fn *, void *, int, MPI_Comm,
                                   MPI_Info, MPI_Count *);

static struct {
    fanout_source_fn *source;
    fanout_reader_fn *reader;
    fanout_sink_fn *sink;
    void *state;
    useconds_t pause;
} real;

static int slow_source(void *state, MPI_Count offset, void *buffer, size_t bytes)
{
    (void)state;
    usleep(real.pause);
    return real.source(real.state, offset, buffer, bytes);
}

static MPI_Count slow_reader(void *state, MPI_Count offset, void *buffer, size_t bytes)
{
    (void)state;
    usleep(real.pause);
    return real.reader(real.state, offset, buffer, bytes);
}

static int corrupting_sink(void *state, MPI_Count offset, const void *buffer, size_t bytes)
{
    (void)state;
    char *copy = malloc(bytes);
    if (copy == NULL)
        return -1;
    memcpy(copy, buffer, bytes);
    copy[0] = (char)~copy[0];
    int result = real.sink(real.state, offset, copy, bytes);
    free(copy);
    return result;
}

static fanout_sink_fn *take_real(fanout_sink_fn *sink, void *state)
{
    const char *pause_text = getenv("FANOUT_TEST_DISTURB_PAUSE");
    real.sink = sink;
    real.state = state;
    real.pause = pause_text == NULL ? 0 : (useconds_t)atoi(pause_text);
    bool corrupts = getenv("FANOUT_TEST_DISTURB_CORRUPT") != NULL && sink != NULL;
    return corrupts ? corrupting_sink : sink;
}

int fanout_stream(MPI_Count bytes, fanout_source_fn *source, fanout_sink_fn *sink, void *state,
                  int root, MPI_Comm comm, MPI_Info info)
{
    union {
        void *object;
        stream_function *function;
    } next = {dlsym(RTLD_NEXT, "fanout_stream")};
    real.source = source;
    return next.function(bytes, slow_source, take_real(sink, state), state, root, comm, info);
}

int fanout_stream_to_end(fanout_reader_fn *reader, fanout_sink_fn *sink, void *state, int root,
                         MPI_Comm comm, MPI_Info info, MPI_Count *bytes)
{
    union {
        void *object;
        stream_to_end_function *function;
    } next = {dlsym(RTLD_NEXT, "fanout_stream_to_end")};
    real.reader = reader;
    return next.function(slow_reader, take_real(sink, state), state, root, comm, info, bytes);
}

int PMPI_Irecv(void *buffer, int count, MPI_Datatype type, int from, int tag, MPI_Comm comm,
               MPI_Request *request)
{
    union {
        void *object;
        int (*function)(void *, int, MPI_Datatype, int, int, MPI_Comm, MPI_Request *);
    } next = {dlsym(RTLD_NEXT, "PMPI_Irecv")};
    const char *pause_text = getenv("FANOUT_TEST_DISTURB_LINK");
    if (pause_text != NULL && count == FAN_PROBE_TRAIN_PIECE)
        usleep((useconds_t)atoi(pause_text));
    return next.function(buffer, count, type, from, tag, comm, request);
}

/* ---- system calls ---- */

/* Whether `variable`, FUNCTION:ARGUMENT:N, is about this call. */
static bool is_meant(const char *variable, const char *function, int call, char argument[static 16])
{
    const char *text = getenv(variable);
    char name[16];
    int number;
    return text != NULL && sscanf(text, "%15[^:]:%15[^:]:%d", name, argument, &number) == 3 &&
           strcmp(name, function) == 0 && (number == 0 || number == call);
}

static void delay(const char *microseconds)
{
    const char *path = getenv("FANOUT_TEST_DISTURB_DELAYED");
    int fd = path == NULL ? -1 : open(path, O_WRONLY | O_CREAT, 0600);
    if (fd >= 0) {
        dprintf(fd, "now\n");
        close(fd);
    }
    usleep((useconds_t)atoi(microseconds));
}

/* Call number `call` of `function` is being made. True if it has to fail, with errno. */
static bool disturb(const char *function, int call)
{
    char argument[16];
    if (is_meant("FANOUT_TEST_DISTURB_DELAY", function, call, argument))
        delay(argument);
    if (is_meant("FANOUT_TEST_DISTURB_HOLD", function, call, argument))
        while (access(argument, F_OK) != 0)
            usleep(10000);
    if (!is_meant("FANOUT_TEST_DISTURB_FAIL", function, call, argument))
        return false;
    errno = strcmp(argument, "EDQUOT") == 0   ? EDQUOT
            : strcmp(argument, "ENOSPC") == 0 ? ENOSPC
                                              : EIO;
    return true;
}

#define DISTURBED(type, name, parameters, arguments)                                               \
    type name parameters                                                                           \
    {                                                                                              \
        static atomic_int calls;                                                                   \
        union {                                                                                    \
            void *object;                                                                          \
            type(*function) parameters;                                                            \
        } next = {dlsym(RTLD_NEXT, #name)};                                                        \
        return disturb(#name, ++calls) ? -1 : next.function arguments;                             \
    }

DISTURBED(ssize_t, pwrite, (int fd, const void *data, size_t bytes, off_t offset),
          (fd, data, bytes, offset))
DISTURBED(int, fsync, (int fd), (fd))
DISTURBED(int, fdatasync, (int fd), (fd))
DISTURBED(int, ftruncate, (int fd, off_t size), (fd, size))
DISTURBED(int, rename, (const char *from, const char *to), (from, to))

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *),
                   void *argument)
{
    union {
        void *object;
        int (*function)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
    } next = {dlsym(RTLD_NEXT, "pthread_create")};
    size_t stack = 0;
    if (attributes != NULL)
        pthread_attr_getstacksize(attributes, &stack);
    bool is_ordered =
        getenv("FANOUT_TEST_DISTURB_THREADS") == NULL &&
        (getenv("FANOUT_TEST_DISTURB_FAIL") != NULL || getenv("FANOUT_TEST_DISTURB_DELAY") != NULL);
    return is_ordered && stack == FAN_COPY_CREW_STACK
               ? EAGAIN
               : next.function(thread, attributes, run, argument);
}

int remove(const char *path)
{
    const char *pause_text = getenv("FANOUT_TEST_DISTURB_REMOVE");
    union {
        void *object;
        int (*function)(const char *);
    } next = {dlsym(RTLD_NEXT, "remove")};
    if (pause_text != NULL)
        usleep((useconds_t)atoi(pause_text));
    return next.function(path);
}

/* ---- the end ---- */

__attribute__((destructor)) static void write_peak(void)
{
    const char *path = getenv("FANOUT_TEST_DISTURB_PEAK");
    struct rusage usage;
    if (path == NULL || getrusage(RUSAGE_SELF, &usage) != 0)
        return;
    FILE *file = fopen(path, "w");
    if (file == NULL)
        return;
    fprintf(file, "%ld\n", usage.ru_maxrss);
    fclose(file);
}
