/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * fanout_mdc_bcast_within: with time enough it is fanout_mdc_bcast. A rank that is away, before the
 * call or in the middle, until all others have returned, costs them the descriptor that it would
 * have passed on: if they waited for it, nobody would ever go on. Nothing that is late gets into
 * what follows.
 */
#include "config.h"

#include "fanout_mdc.h"
#include "tests/common/tap.h"

#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { AXES = 3, DESCRIPTORS = 8, UNTOUCHED = 0xa5 };

static const double enough = INFINITY; /* seconds in which all comes */

static int rank, size, slow;  /* the rank that is away at times */
static MPI_Comm comm, others; /* all, and all but the slow one, where it is MPI_COMM_NULL */
static char gone_on[64];      /* a file that exists when the others need not be waited for */
static const char *order;

typedef struct picture {
    fanout_mdc mdc;
    MPI_Count extent[AXES];
    int factor[AXES];
    size_t bytes;
    unsigned char *expected, *array;
    int present[DESCRIPTORS];
} picture;

static picture make(const MPI_Count extent[AXES], const int factor[AXES], size_t element_bytes)
{
    picture p = {.bytes = element_bytes};
    memcpy(p.extent, extent, sizeof p.extent);
    memcpy(p.factor, factor, sizeof p.factor);
    p.mdc = (fanout_mdc){AXES, NULL, NULL, element_bytes};
    for (int i = 0; i < AXES; i++)
        p.bytes *= (size_t)extent[i];
    p.expected = malloc(p.bytes + 1);
    p.array = malloc(p.bytes + 1);
    return p;
}

static void drop(picture *p)
{
    free(p->expected);
    free(p->array);
}

/* Data that differs from that of other calls in most bytes. */
static void prepare(picture *p, int root)
{
    static unsigned call;
    call++;
    p->mdc.extent = p->extent;
    p->mdc.factor = p->factor;
    for (size_t i = 0; i < p->bytes; i++)
        p->expected[i] = (unsigned char)((i / 3 + call) * 2654435761u >> 21);
    if (rank == root)
        memcpy(p->array, p->expected, p->bytes);
    else
        memset(p->array, UNTOUCHED, p->bytes);
    memset(p->present, -1, sizeof p->present);
}

static int broadcast(picture *p, double seconds, int root)
{
    return fanout_mdc_bcast_within(p->array, &p->mdc, seconds, p->present, root, comm);
}

static int descriptor_of(const picture *p, size_t element)
{
    size_t x = element % (size_t)p->extent[2];
    size_t y = element / (size_t)p->extent[2] % (size_t)p->extent[1];
    size_t z = element / (size_t)p->extent[2] / (size_t)p->extent[1];
    return (int)((z % (size_t)p->factor[0] * (size_t)p->factor[1] + y % (size_t)p->factor[1]) *
                     (size_t)p->factor[2] +
                 x % (size_t)p->factor[2]);
}

/* What is present is this call's; the rest is this call's or untouched, byte by byte. */
static bool is_clean(const picture *p)
{
    size_t each = p->mdc.element_bytes;
    bool clean = true;
    for (size_t i = 0; i < p->bytes; i++)
        clean = clean && (p->array[i] == p->expected[i] ||
                          (!p->present[descriptor_of(p, i / each)] && p->array[i] == UNTOUCHED));
    return clean;
}

static int count_present(const picture *p)
{
    int count = 0;
    for (MPI_Count d = 0; d < fanout_mdc_count(&p->mdc); d++)
        count += p->present[d] == 1;
    return count;
}

static bool is_whole(const picture *p)
{
    return count_present(p) == fanout_mdc_count(&p->mdc) &&
           memcmp(p->array, p->expected, p->bytes) == 0;
}

static void attach(const char *chunk)
{
    MPI_Info info;
    MPI_Info_create(&info);
    MPI_Info_set(info, "fanout_chunk_bytes", chunk);
    MPI_Info_set(info, "fanout_mdc_order", order);
    fanout_comm_attach(comm, info);
    MPI_Info_free(&info);
}

/* ---- to be away ---- */

/* Without a call of MPI, also in a handler of a signal. */
static void be_away(int signal)
{
    (void)signal;
    const struct timespec pause = {.tv_nsec = 10 * 1000 * 1000};
    while (access(gone_on, F_OK) != 0)
        nanosleep(&pause, NULL);
}

/* The others have returned. */
static void go_on(void)
{
    if (rank != slow)
        MPI_Barrier(others);
    if (rank == 0)
        close(open(gone_on, O_CREAT | O_WRONLY, 0600));
}

static void end_absence(void)
{
    go_on();
    if (rank == slow)
        be_away(0);
    MPI_Barrier(comm);
    unlink(gone_on);
    MPI_Barrier(comm);
}

/* A deadline that the load of the machine does not make too early, from an undisturbed call. */
static double deadline(picture *p)
{
    prepare(p, 0);
    MPI_Barrier(comm);
    double start = MPI_Wtime();
    broadcast(p, enough, 0);
    double took = MPI_Wtime() - start;
    MPI_Allreduce(MPI_IN_PLACE, &took, 1, MPI_DOUBLE, MPI_MAX, comm);
    return 1 + 5 * took;
}

/* ---- enough time ---- */

static void test_enough_time(void)
{
    static const struct {
        MPI_Count extent[AXES];
        int factor[AXES];
    } cases[] = {{{8, 8, 8}, {2, 2, 2}}, {{5, 7, 9}, {2, 2, 2}}, {{1, 1, 31}, {1, 1, 4}},
                 {{3, 2, 1}, {1, 3, 2}}, {{0, 4, 4}, {2, 1, 1}}, {{4, 4, 4}, {1, 1, 1}},
                 {{6, 5, 4}, {3, 1, 2}}};
    static const size_t sizes[] = {1, 3, 4, 16, 130};
    bool good = true;
    int root = 0;
    attach("100");
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++)
        for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++, root = (root + 1) % size) {
            picture p = make(cases[c].extent, cases[c].factor, sizes[s]);
            prepare(&p, root);
            good = broadcast(&p, enough, root) == MPI_SUCCESS && is_whole(&p) && good;
            drop(&p);
        }
    tap_ok(good, "all shapes, factors and sizes of elements, %s: all is present, bit by bit",
           order);
}

/* ---- too late ---- */

static picture large(void)
{
    return make((MPI_Count[]){32, 32, 32}, (int[]){2, 2, 2}, 8);
}

/* Whatever it is that follows, everybody gets it, and only it. */
static void test_what_follows(picture *p)
{
    int code;
    prepare(p, 1);
    code = fanout_mdc_bcast(p->array, &p->mdc, NULL, NULL, 1, comm, MPI_INFO_NULL);
    tap_ok(code == MPI_SUCCESS && memcmp(p->array, p->expected, p->bytes) == 0,
           "%s: fanout_mdc_bcast afterwards is right", order);
    prepare(p, 0);
    code = fanout_bcast(p->array, (int)p->bytes, MPI_BYTE, 0, comm);
    tap_ok(code == MPI_SUCCESS && memcmp(p->array, p->expected, p->bytes) == 0,
           "%s: fanout_bcast afterwards is right", order);
    prepare(p, 0);
    code = broadcast(p, enough, 0);
    tap_ok(code == MPI_SUCCESS && is_whole(p), "%s: and the next one with a deadline, too", order);
}

/*
 * With a group of 8 for 8 descriptors, the slow rank passes on one of them; in sequence it has a
 * part of all.
 */
static int least_present(void)
{
    return strcmp(order, "spread") == 0 && size == DESCRIPTORS + 1 ? DESCRIPTORS - 1 : 0;
}

/* After a call that the slow rank may have left at any time. */
static void test_result(const picture *p, int code)
{
    bool is_other = rank != slow;
    tap_ok(code == MPI_SUCCESS && is_clean(p), "%s: what is present is right, nothing else came",
           order);
    tap_ok(!is_other || count_present(p) >= least_present(), "%s: the others have at least %d of 8",
           order, least_present());
    tap_ok(rank != 0 || count_present(p) == DESCRIPTORS, "%s: the root has all", order);
}

static void test_late(void)
{
    picture p = large();
    attach("4000");
    double seconds = deadline(&p);
    prepare(&p, 0);
    if (rank == slow)
        be_away(0);
    int code = broadcast(&p, seconds, 0);
    end_absence();
    test_result(&p, code);
    tap_ok(rank == 0 || rank == slow || count_present(&p) < DESCRIPTORS,
           "%s: without the late rank something is missing", order);
    test_what_follows(&p);
    drop(&p);
}

/* Stopped as by SIGSTOP, wherever it is. 0: no more. */
static void stop_after(long microseconds)
{
    const struct itimerval timer = {.it_value = {.tv_usec = microseconds}};
    const struct sigaction action = {.sa_handler = be_away, .sa_flags = SA_RESTART};
    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &timer, NULL);
}

static void test_stopped(void)
{
    picture p = large();
    attach("400");
    double seconds = deadline(&p);
    prepare(&p, 0);
    MPI_Barrier(comm);
    if (rank == slow)
        stop_after(2000);
    int code = broadcast(&p, seconds, 0);
    stop_after(0);
    end_absence();
    test_result(&p, code);
    test_what_follows(&p);
    drop(&p);
}

/* The late rank comes when the others have left several broadcasts behind. */
static void test_several(void)
{
    enum { CALLS = 4 };
    bool good = true;
    picture p = large();
    attach("4000");
    double seconds = deadline(&p);
    if (rank == slow)
        be_away(0);
    for (int i = 0; i < CALLS; i++) {
        int root = i % 2;
        prepare(&p, root);
        good = broadcast(&p, rank == slow ? 0.2 : seconds, root) == MPI_SUCCESS && good;
        good = good && is_clean(&p) && (rank == slow || count_present(&p) >= least_present());
    }
    end_absence();
    tap_ok(good, "%s: several in a row without the late rank: each has its own data", order);
    test_what_follows(&p);
    drop(&p);
}

/* It has no deadline, but those that it waits for are in the next call already. */
static void test_catching_up(void)
{
    picture p = large();
    attach("4000");
    prepare(&p, 0);
    if (rank == slow)
        be_away(0);
    int code = broadcast(&p, rank == slow ? enough : 0.3, 0);
    bool good = code == MPI_SUCCESS && is_clean(&p);
    go_on();
    prepare(&p, 0);
    good = broadcast(&p, enough, 0) == MPI_SUCCESS && is_whole(&p) && good;
    end_absence();
    tap_ok(good, "%s: a late rank leaves a call that the others have left, and catches up", order);
    drop(&p);
}

static void test_late_root(void)
{
    picture p = large();
    prepare(&p, slow);
    if (rank == slow)
        be_away(0);
    int code = broadcast(&p, 0.2, slow);
    end_absence();
    tap_ok(code == MPI_SUCCESS && is_clean(&p) &&
               count_present(&p) == (rank == slow ? DESCRIPTORS : 0),
           "%s: a root that is late has all, the others nothing", order);
    prepare(&p, slow);
    code = broadcast(&p, enough, slow);
    tap_ok(code == MPI_SUCCESS && is_whole(&p), "%s: its next broadcast is whole", order);
    drop(&p);
}

/* ---- the rest ---- */

static int class_of(int code)
{
    int error_class;
    MPI_Error_class(code, &error_class);
    return error_class;
}

static bool is_told(int code, const char *what)
{
    char text[MPI_MAX_ERROR_STRING];
    int length;
    if (class_of(code) != fanout_error_class(FANOUT_ERR_PARAM))
        return false;
    MPI_Error_string(code, text, &length);
    return strstr(text, what) != NULL;
}

static void test_arguments(void)
{
    picture p = large();
    prepare(&p, 0);
    tap_ok(is_told(broadcast(&p, -1, 0), "seconds is -1") &&
               is_told(broadcast(&p, NAN, 0), "seconds is nan"),
           "seconds negative or not a number: an error that says so");
    tap_ok(is_told(fanout_mdc_bcast_within(p.array, &p.mdc, 1, NULL, 0, comm), "present is NULL"),
           "present NULL: an error that says so");
    tap_ok(class_of(broadcast(&p, 1, size)) == MPI_ERR_ROOT, "no such root: MPI_ERR_ROOT");
    p.factor[1] = 0;
    tap_ok(class_of(broadcast(&p, 1, 0)) == MPI_ERR_ARG, "a factor of 0: MPI_ERR_ARG");
    p.factor[1] = 2;
    int code = broadcast(&p, rank == slow ? -1 : 0.2, 0);
    tap_ok(rank == slow ? is_told(code, "seconds is -1") : code == MPI_SUCCESS,
           "on one rank: an error there only");
    code = broadcast(&p, 0.2, rank == slow ? size : 0);
    tap_ok(rank == slow ? class_of(code) == MPI_ERR_ROOT : code == MPI_SUCCESS,
           "no such root on one rank: an error there only");
    prepare(&p, 0);
    tap_ok(broadcast(&p, enough, 0) == MPI_SUCCESS && is_whole(&p), "and the next call is whole");
    drop(&p);
}

static void test_fill(void)
{
    picture p = make((MPI_Count[]){16, 16, 16}, (int[]){2, 2, 2}, sizeof(float));
    float *field = (float *)(void *)p.array;
    double seconds = deadline(&p);
    prepare(&p, 0);
    for (size_t i = 0; i < p.bytes / sizeof *field; i++)
        field[i] = rank == 0 ? 7 : -1;
    if (rank == slow)
        be_away(0);
    broadcast(&p, seconds, 0);
    end_absence();
    bool good = true;
    if (count_present(&p) > 0)
        good = fanout_mdc_fill(field, &p.mdc, p.present, MPI_FLOAT, NULL) == MPI_SUCCESS;
    for (size_t i = 0; i < p.bytes / sizeof *field; i++)
        good = good && (rank == slow || field[i] == 7);
    tap_ok(good || least_present() == 0, "%s: fanout_mdc_fill makes the usable picture", order);
    drop(&p);
}

/* While messages are on their way. */
static void test_free(void)
{
    picture p = large();
    prepare(&p, 0);
    MPI_Barrier(MPI_COMM_WORLD);
    if (rank == slow)
        sleep(1);
    broadcast(&p, 0.1, 0);
    MPI_Comm_free(&comm);
    MPI_Comm_dup(MPI_COMM_WORLD, &comm);
    attach("4000");
    prepare(&p, 0);
    tap_ok(broadcast(&p, enough, 0) == MPI_SUCCESS && is_whole(&p),
           "a new communicator gets nothing of it");
    drop(&p);
}

int main(void)
{
    tap_begin(MPI_THREAD_SINGLE);
    MPI_Comm_dup(MPI_COMM_WORLD, &comm);
    MPI_Comm_set_errhandler(comm, MPI_ERRORS_RETURN);
    MPI_Comm_rank(comm, &rank);
    MPI_Comm_size(comm, &size);
    slow = size / 2;
    int number = (int)getpid();
    MPI_Bcast(&number, 1, MPI_INT, 0, MPI_COMM_WORLD);
    snprintf(gone_on, sizeof gone_on, "mdc_within_test.%d", number);
    MPI_Comm_split(comm, rank == slow ? MPI_UNDEFINED : 0, rank, &others);
    static const char *const orders[] = {"sequence", "spread"};
    for (size_t o = 0; o < sizeof orders / sizeof orders[0]; o++) {
        order = orders[o];
        test_enough_time();
        test_late();
        test_stopped();
        test_several();
        test_catching_up();
        test_late_root();
        test_fill();
    }
    test_arguments();
    test_free();
    if (others != MPI_COMM_NULL)
        MPI_Comm_free(&others);
    MPI_Comm_free(&comm);
    return tap_end();
}
