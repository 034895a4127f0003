/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Resource limits that stand in the way of shared memory: broadcasts are right all the same, by
 * messages. Limits of one rank only, or of all; lowered when MPI has what it needs, and lifted
 * again before MPI makes or frees communicators.
 */
#include "config.h"

#include "fanout.h"
#include "tests/common/self.h"
#include "tests/common/tap.h"

#include <errno.h>
#include <limits.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <malloc.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { BYTES = 3000000, ALL = -1, HEAP = 64 * 1024 * 1024, SPARE = 256 * 1024 };

static int rank;

/* ---- limits ---- */

static void set_soft(int resource, rlim_t value)
{
    struct rlimit limit;
    if (getrlimit(resource, &limit) != 0)
        abort();
    limit.rlim_cur = value < limit.rlim_max ? value : limit.rlim_max;
    if (setrlimit(resource, &limit) != 0)
        abort();
}

/* Let malloc have memory for all that follows: only what is shared is to be missing. */
static void keep_heap(void)
{
    mallopt(M_MMAP_MAX, 0);
    mallopt(M_TRIM_THRESHOLD, INT_MAX);
    mallopt(M_ARENA_MAX, 1);
    void *volatile heap = malloc(HEAP); /* or the compiler would leave both out */
    free(heap);
}

static void limit_address_space(void)
{
    set_soft(RLIMIT_AS, (rlim_t)mapped_pages() * (rlim_t)sysconf(_SC_PAGESIZE) + SPARE);
}

static void limit_descriptors(void)
{
    int lowest = dup(STDERR_FILENO);
    close(lowest);
    set_soft(RLIMIT_NOFILE, (rlim_t)lowest);
}

static void limit_locked_memory(void)
{
    set_soft(RLIMIT_MEMLOCK, 0);
}

static void limit_files(void)
{
    set_soft(RLIMIT_FSIZE, 100000);
}

static void lift_all(void)
{
    static const int resources[] = {RLIMIT_AS, RLIMIT_NOFILE, RLIMIT_MEMLOCK, RLIMIT_FSIZE};
    for (size_t i = 0; i < sizeof resources / sizeof *resources; i++)
        set_soft(resources[i], RLIM_INFINITY);
}

/* As in a container whose list of system calls is older than this one. It cannot be lifted. */
static void forbid_memfd(void)
{
    struct sock_filter rules[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_memfd_create, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {sizeof rules / sizeof *rules, rules};
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

static void limit_nothing(void)
{
}

/* ---- broadcasts ---- */

static char value(int salt, int i)
{
    return (char)(i * 7 + (i >> 9) + salt);
}

static void fill(char *data, int root, int salt)
{
    for (int i = 0; i < BYTES; i++)
        data[i] = rank == root ? value(salt, i) : 0;
}

static bool is_right(const char *data, int salt)
{
    for (int i = 0; i < BYTES; i++)
        if (data[i] != value(salt, i))
            return false;
    return true;
}

static bool blocking(char *data, MPI_Comm comm)
{
    fill(data, 0, 1);
    return fanout_bcast(data, BYTES, MPI_CHAR, 0, comm) == MPI_SUCCESS && is_right(data, 1);
}

static bool nonblocking(char *data, MPI_Comm comm)
{
    fanout_request request;
    fill(data, 1, 2);
    return fanout_ibcast(data, BYTES, MPI_CHAR, 1, comm, &request) == MPI_SUCCESS &&
           fanout_wait(&request) == MPI_SUCCESS && is_right(data, 2);
}

static bool persistent(char *data, MPI_Comm comm)
{
    fanout_request request;
    fill(data, 2, 3);
    return fanout_bcast_init(data, BYTES, MPI_CHAR, 2, comm, MPI_INFO_NULL, &request) ==
               MPI_SUCCESS &&
           fanout_start(&request) == MPI_SUCCESS && fanout_wait(&request) == MPI_SUCCESS &&
           is_right(data, 3) && fanout_request_free(&request) == MPI_SUCCESS;
}

static int produce(void *state, MPI_Count offset, void *buffer, size_t bytes)
{
    memcpy(buffer, (char *)state + offset, bytes);
    return 0;
}

static int consume(void *state, MPI_Count offset, const void *buffer, size_t bytes)
{
    memmove((char *)state + offset, buffer, bytes);
    return 0;
}

static bool stream(char *data, MPI_Comm comm)
{
    fill(data, 0, 4);
    return fanout_stream(BYTES, produce, consume, data, 0, comm, MPI_INFO_NULL) == MPI_SUCCESS &&
           is_right(data, 4);
}

/* On rank `limited`, or ALL. */
static void try(const char *name, void (*limit)(void), int limited)
{
    MPI_Comm comm;
    char *data = malloc(BYTES);
    MPI_Comm_dup(MPI_COMM_WORLD, &comm);
    MPI_Comm_set_errhandler(comm, MPI_ERRORS_RETURN);
    if (limited == ALL || limited == rank)
        limit();
    bool good[] = {blocking(data, comm), nonblocking(data, comm), persistent(data, comm),
                   stream(data, comm)};
    lift_all();
    static const char *const kinds[] = {"blocking", "nonblocking", "persistent", "stream"};
    for (int i = 0; i < 4; i++)
        tap_ok(good[i], "%s, %s: %s", name,
               limited == ALL ? "all ranks"
               : limited == 0 ? "rank 0"
                              : "rank 1",
               kinds[i]);
    MPI_Comm_free(&comm);
    free(data);
}

/* So that MPI has all that it takes when ranks first send to each other. */
static void connect_all(void)
{
    int size;
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    char *data = calloc((size_t)size, 2 * BYTES);
    MPI_Alltoall(data, BYTES, MPI_CHAR, data + (size_t)size * BYTES, BYTES, MPI_CHAR,
                 MPI_COMM_WORLD);
    free(data);
}

static void try_everywhere(const char *name, void (*limit)(void))
{
    for (int limited = ALL; limited <= 1; limited++)
        try(name, limit, limited);
}

int main(void)
{
    setenv("FANOUT_FALLBACK", "silent", 1); /* what must be right is what MPI then does */
    tap_begin(MPI_THREAD_SINGLE);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    keep_heap();
    unsetenv("FANOUT_TOPO_FILE"); /* all ranks are on one host; it could not be opened */
    connect_all();
    try("no limit", limit_nothing, ALL);
    try_everywhere("address space", limit_address_space);
    try_everywhere("open files", limit_descriptors);
    try_everywhere("locked memory", limit_locked_memory);
    try_everywhere("size of files", limit_files);
    try("no memfd_create", forbid_memfd, 1);
    try("no memfd_create", forbid_memfd, ALL);
    return tap_end();
}
