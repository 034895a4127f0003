/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * fanout_stream and _to_end: order and content, sizes, failing sources and sinks, hints, and that
 * memory stays bounded.
 */
#include "config.h"

#include "fanout.h"
#include "tests/common/tap.h"
#include "tests/lib/streams.h"

#include <string.h>
#include <sys/resource.h>

static int rank, size;
static MPI_Comm comm;

static int class_of(int code)
{
    int error_class;
    MPI_Error_class(code, &error_class);
    return error_class;
}

static int run(stream *s, int root, MPI_Info info)
{
    return fanout_stream(s->length, produce, consume, s, root, comm, info);
}

static MPI_Info small_chunks(const char *algorithm)
{
    MPI_Info info;
    MPI_Info_create(&info);
    MPI_Info_set(info, "fanout_algorithm", algorithm);
    MPI_Info_set(info, "fanout_chunk_bytes", "1000");
    return info;
}

static bool is_whole(const stream *s, int root)
{
    return s->good && s->consumed == s->length && s->produced == (rank == root ? s->length : 0);
}

static void test_content(const char *algorithm)
{
    static const MPI_Count lengths[] = {0, 1, 999, 1000, 1001, 123457};
    MPI_Info info = small_chunks(algorithm);
    bool good = true;
    for (int root = 0; root < size; root++)
        for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
            stream s = make_stream(lengths[i]);
            good = run(&s, root, info) == MPI_SUCCESS && good;
            good = good && is_whole(&s, root);
        }
    tap_ok(good, "%s: every root and length, in order", algorithm);
    MPI_Info_free(&info);
}

static void test_failing_source(const char *algorithm)
{
    MPI_Info info = small_chunks(algorithm);
    stream s = make_stream(123457);
    s.source_fails_at = 50000;
    int code = run(&s, size - 1, info);
    tap_ok(class_of(code) == fanout_error_class(FANOUT_ERR_SOURCE) && s.good && s.consumed <= 50000,
           "%s: a source that fails is an error on all ranks, and nothing after it is delivered",
           algorithm);
    stream next = make_stream(5000);
    tap_ok(run(&next, 0, info) == MPI_SUCCESS && next.good && next.consumed == 5000,
           "%s: the communicator works after that", algorithm);
    MPI_Info_free(&info);
}

/* Offsets grow on each rank, and all ranks can give all of the data. */
static int produce_shared(void *state, MPI_Count offset, void *buffer, size_t bytes)
{
    stream *s = state;
    s->good = s->good && offset >= s->next && !s->ended;
    s->next = offset + (MPI_Count)bytes;
    s->ended = s->source_fails_at >= 0 && s->next > s->source_fails_at;
    s->produced += (MPI_Count)bytes;
    if (s->ended)
        return -1;
    put_content(offset, buffer, bytes);
    return 0;
}

/* Nobody reads all, but in a chain. (In tests with placements there may be one node, or few.) */
static void test_shared_source(const char *algorithm)
{
    static const MPI_Count lengths[] = {1, 1000, 60000, 123457};
    MPI_Info info = small_chunks(algorithm);
    MPI_Info_set(info, "fanout_shared_source", "1");
    bool good = true, shares = true;
    for (int root = 0; root < size; root++)
        for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
            stream s = make_stream(lengths[i]);
            good = fanout_stream(s.length, produce_shared, consume, &s, root, comm, info) ==
                       MPI_SUCCESS &&
                   good;
            MPI_Count sum = s.produced, most = s.produced;
            MPI_Allreduce(MPI_IN_PLACE, &sum, 1, MPI_COUNT, MPI_SUM, comm);
            MPI_Allreduce(MPI_IN_PLACE, &most, 1, MPI_COUNT, MPI_MAX, comm);
            good = good && s.good && s.consumed == s.length && sum == s.length;
            shares = shares && (most < s.length || s.length < 60000);
        }
    bool can_share =
        strcmp(algorithm, "chain") != 0 && size > 1 && getenv("FANOUT_SHARED_MEMORY") != NULL;
    tap_ok(good && (shares || !can_share),
           "%s: shared source, each byte is read once, by several ranks", algorithm);
    MPI_Info_free(&info);
}

/* Fails on one rank; with an own part in the first group, or anywhere. */
static void test_failing_shared_source(const char *algorithm)
{
    MPI_Info info = small_chunks(algorithm);
    MPI_Info_set(info, "fanout_shared_source", "1");
    bool good = true;
    for (int failing = 0; failing < size; failing++) {
        stream s = make_stream(123457);
        s.source_fails_at = rank == failing ? 50000 : -1;
        int code = fanout_stream(s.length, produce_shared, consume, &s, 0, comm, info);
        int reads = s.ended; /* so far */
        MPI_Bcast(&reads, 1, MPI_INT, failing, comm);
        if (reads)
            good = good && class_of(code) == fanout_error_class(FANOUT_ERR_SOURCE) &&
                   s.consumed <= 60000;
        else
            good = good && code == MPI_SUCCESS && s.consumed == s.length;
        good = good && s.good;
    }
    tap_ok(good, "%s: shared source, a rank whose part fails is an error on all", algorithm);
    MPI_Info_free(&info);
}

/* Not from the environment: a source that is not made for it would fail. */
static void test_unshared_source(void)
{
    MPI_Info info = small_chunks("group");
    setenv("FANOUT_SHARED_SOURCE", "1", 1);
    stream s = make_stream(60000);
    bool good = run(&s, 0, info) == MPI_SUCCESS && is_whole(&s, 0);
    setenv("FANOUT_SHARED_SOURCE", "0", 1);
    MPI_Info_set(info, "fanout_shared_source", "1");
    stream forbidden = make_stream(60000);
    good = good && run(&forbidden, 0, info) == MPI_SUCCESS && is_whole(&forbidden, 0);
    unsetenv("FANOUT_SHARED_SOURCE");
    tap_ok(good, "the environment can turn a shared source off, not on");
    MPI_Info_free(&info);
}

static int run_to_end(stream *s, int root, MPI_Info info, MPI_Count *bytes)
{
    return fanout_stream_to_end(read_some, consume, s, root, comm, info, bytes);
}

/*
 * Around the ends of chunks, of a window, which `window` makes k chunks, and of cells of the ring.
 */
static void test_unknown_length(const char *algorithm)
{
    static const MPI_Count lengths[] = {0,    1,     999,   1000,  1001,  2999,
                                        6000, 12000, 65535, 65536, 131073};
    MPI_Info info = small_chunks(algorithm);
    MPI_Info_set(info, "fanout_window", "1");
    bool good = true;
    for (int root = 0; root < size; root++)
        for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
            stream s = make_stream(lengths[i]);
            MPI_Count bytes = -1;
            good = run_to_end(&s, root, info, &bytes) == MPI_SUCCESS && good;
            good = good && bytes == s.length && is_whole(&s, root);
        }
    tap_ok(good, "%s: unknown length, every root", algorithm);
    MPI_Info_free(&info);
}

static void test_failing_reader(const char *algorithm)
{
    MPI_Info info = small_chunks(algorithm);
    bool good = true;
    for (MPI_Count at = 0; at < 150000; at = 3 * at + 500) {
        stream s = make_stream(150000);
        MPI_Count bytes;
        s.source_fails_at = at;
        int code = run_to_end(&s, size - 1, info, &bytes);
        good = good && class_of(code) == fanout_error_class(FANOUT_ERR_SOURCE) && s.good &&
               s.consumed <= at;
        stream next = make_stream(5000);
        good = good && run_to_end(&next, 0, info, &bytes) == MPI_SUCCESS && is_whole(&next, 0) &&
               bytes == 5000;
    }
    tap_ok(good, "%s: unknown length, a reader that fails anywhere; the next stream is whole",
           algorithm);
    MPI_Info_free(&info);
}

static void test_failing_sink_to_end(void)
{
    MPI_Info info = small_chunks("auto");
    bool good = true;
    for (int failing = 0; failing < size; failing++) {
        stream s = make_stream(70000);
        MPI_Count bytes = -1;
        s.sink_fails = rank == failing;
        int code = run_to_end(&s, 0, info, &bytes);
        good = good && bytes == s.length;
        if (rank == failing)
            good = good && class_of(code) == fanout_error_class(FANOUT_ERR_SINK) &&
                   s.consumed <= 64 * 1024; /* one piece */
        else
            good = good && code == MPI_SUCCESS && s.consumed == s.length;
        good = good && s.good;
    }
    tap_ok(good,
           "unknown length, a sink that fails: its rank's error only, and all know the length");
    MPI_Info_free(&info);
}

static MPI_Count read_too_much(void *state, MPI_Count offset, void *buffer, size_t bytes)
{
    (void)state, (void)offset, (void)buffer;
    return (MPI_Count)bytes + 1;
}

static void test_bad_readers(void)
{
    stream s = make_stream(1000);
    MPI_Count bytes;
    int no_reader = fanout_stream_to_end(NULL, consume, &s, 0, comm, MPI_INFO_NULL, &bytes);
    int too_much = fanout_stream_to_end(read_too_much, consume, &s, 0, comm, MPI_INFO_NULL, &bytes);
    tap_ok(class_of(no_reader) == fanout_error_class(FANOUT_ERR_SOURCE) &&
               class_of(too_much) == fanout_error_class(FANOUT_ERR_SOURCE) && s.consumed == 0,
           "no reader on the root, and one that says it put more than there is room for: errors on "
           "all ranks");
}

/* With no parameter set: chunks as for a long stream, several windows of them. */
static void test_long_stream_to_end(void)
{
    stream s = make_stream(((MPI_Count)12 << 20) + 5);
    MPI_Count bytes = -1;
    int code = fanout_stream_to_end(read_some, rank % 2 ? consume : NULL, &s, size / 2, comm,
                                    MPI_INFO_NULL, &bytes);
    tap_ok(code == MPI_SUCCESS && s.good && bytes == s.length &&
               s.consumed == (rank % 2 ? s.length : 0),
           "unknown length, no parameter set, ranks without a sink");
}

static void test_check(void)
{
    MPI_Info info;
    MPI_Info_create(&info);
    MPI_Info_set(info, "fanout_check", "1");
    stream s = make_stream(5000);
    MPI_Count bytes = -1;
    int code = run_to_end(&s, 0, info, &bytes);
    bool good = code == MPI_SUCCESS && is_whole(&s, 0) && bytes == 5000;
    int other = rank == size - 1 ? run(&s, 0, info) : run_to_end(&s, 0, info, &bytes);
    good = good && class_of(other) ==
                       (size > 1 ? fanout_error_class(FANOUT_ERR_DISAGREEMENT) : MPI_SUCCESS);
    tap_ok(good, "check: passes, and notices a rank that calls fanout_stream instead");
    MPI_Info_free(&info);
}

/* The slow rank goes on, and so all do, now and then. */
static void test_timeout_of_slow_sink(void)
{
    MPI_Info info;
    MPI_Info_create(&info);
    MPI_Info_set(info, "fanout_timeout", "1");
    MPI_Info_set(info, "fanout_chunk_bytes", "64K");
    MPI_Info_set(info, "fanout_window", "1");
    stream s = make_stream(8 * 64 * 1024);
    s.sink_pause_ms = rank == size - 1 ? 200 : 0;
    double start = MPI_Wtime();
    int code = run(&s, 0, info);
    tap_ok(code == MPI_SUCCESS && is_whole(&s, 0) && (rank < size - 1 || MPI_Wtime() - start > 1),
           "a slow sink takes longer than the timeout, but does not time out");
    MPI_Info_free(&info);
}

static void test_missing_source(void)
{
    stream s = make_stream(1000);
    int code = fanout_stream(s.length, NULL, consume, &s, 0, comm, MPI_INFO_NULL);
    tap_ok(class_of(code) == fanout_error_class(FANOUT_ERR_SOURCE),
           "no source on the root is an error on all ranks");
}

static void test_failing_sink(const char *algorithm)
{
    MPI_Info info = small_chunks(algorithm);
    bool good = true;
    for (int failing = 0; failing < size; failing++) {
        stream s = make_stream(123457);
        s.sink_fails = rank == failing;
        int code = run(&s, 0, info);
        if (rank == failing)
            good = good && class_of(code) == fanout_error_class(FANOUT_ERR_SINK) &&
                   s.consumed <= 16 * 1024; /* one piece */
        else
            good = good && code == MPI_SUCCESS && s.good && s.consumed == s.length;
    }
    tap_ok(good, "%s: a sink that fails stops its own rank's delivery only", algorithm);
    MPI_Info_free(&info);
}

static void test_relays_only(void)
{
    stream s = make_stream(1 << 20);
    int code =
        fanout_stream(s.length, produce, rank % 2 ? consume : NULL, &s, 0, comm, MPI_INFO_NULL);
    tap_ok(code == MPI_SUCCESS && s.good && s.consumed == (rank % 2 ? s.length : 0),
           "ranks without a sink relay");
}

static void test_arguments(void)
{
    stream s = make_stream(-1);
    tap_ok(class_of(run(&s, 0, MPI_INFO_NULL)) == MPI_ERR_COUNT, "negative length: MPI_ERR_COUNT");
    s.length = 1;
    tap_ok(class_of(run(&s, size, MPI_INFO_NULL)) == MPI_ERR_ROOT, "root too large: MPI_ERR_ROOT");
}

static long peak_kib(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

static int produce_quickly(void *state, MPI_Count offset, void *buffer, size_t bytes)
{
    (void)state;
    memset(buffer, (int)(offset & 0x7f), bytes);
    return 0;
}

/* A sink much slower than the source: without flow control the messages pile up in its memory. */
static int consume_slowly(void *state, MPI_Count offset, const void *buffer, size_t bytes)
{
    (void)buffer;
    stream *s = state;
    s->consumed = offset + (MPI_Count)bytes;
    for (volatile int i = 0; rank == size - 1 && i < 100000; i++)
        ;
    return 0;
}

static void test_memory(void)
{
    enum { MOST_KIB = 64 * 1024 };
    MPI_Info info;
    MPI_Info_create(&info);
    MPI_Info_set(info, "fanout_chunk_bytes", "16K"); /* below the eager limit of most transports */
    stream s = make_stream((MPI_Count)256 << 20);
    long before = peak_kib();
    int code = fanout_stream(s.length, produce_quickly, consume_slowly, &s, 0, comm, info);
    tap_ok(code == MPI_SUCCESS && s.consumed == s.length && peak_kib() - before < MOST_KIB,
           "256 MiB to a slow sink take less than 64 MiB of memory");
    MPI_Info_free(&info);
}

int main(void)
{
    static const char *const algorithms[] = {"auto", "chain", "group",
                                             "full", "ktree", "kexchange"};
    /* Over TCP, Open MPI sends 64 KiB eagerly, and only there they can pile up without a limit. */
    setenv("OMPI_MCA_btl", "self,tcp", 1);
    setenv("OMPI_MCA_btl_tcp_if_include", "lo", 1);
    tap_begin(MPI_THREAD_SINGLE);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    MPI_Comm_dup(MPI_COMM_WORLD, &comm);
    MPI_Comm_set_errhandler(comm, MPI_ERRORS_RETURN);
    for (size_t i = 0; i < sizeof algorithms / sizeof algorithms[0]; i++) {
        test_content(algorithms[i]);
        test_failing_source(algorithms[i]);
        test_failing_sink(algorithms[i]);
        test_unknown_length(algorithms[i]);
        test_failing_reader(algorithms[i]);
        test_shared_source(algorithms[i]);
        test_failing_shared_source(algorithms[i]);
    }
    test_unshared_source();
    test_failing_sink_to_end();
    test_bad_readers();
    test_long_stream_to_end();
    test_check();
    test_missing_source();
    test_relays_only();
    test_arguments();
    if (size <= 3) { /* more ranks only take longer */
        test_memory();
        test_timeout_of_slow_sink();
    }
    MPI_Comm_free(&comm);
    return tap_end();
}
