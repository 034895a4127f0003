/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "lib/record/recorder.h"

#include "base/clock.h"
#include "base/log.h"
#include "comm/agree.h"
#include "comm/id.h"
#include "engine/mpi/mpi_trace.h"
#include "lib/record/trace_module.h"

#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char variable[] = "FANOUT_TRACE";

/* What rank 0 tells the others. */
typedef struct agreed {
    char path[PATH_MAX];
    uint64_t id;
    double epoch;
} agreed;

struct fan_recorder {
    fan_trace trace;
    MPI_Comm comm;
    int rank, size, world_rank, node;
    agreed agreed;
    fan_clock_offset first, last;
    char *words; /* on rank 0, or NULL */
    int64_t bytes_of_words;
    bool failed;  /* a file of this rank alone has been written */
    bool useless; /* the communicator, after a failure */
};

/* ---- files ---- */

/* Communicators that this process has written to its file, and to that of failures. */
static atomic_int written, written_alone;
static atomic_bool refused; /* a file could not be opened, and that has been said */

/* The program may change its directory before the file is written. */
static void make_absolute(char path[PATH_MAX], const char *name)
{
    char cwd[PATH_MAX];
    bool relative = *name != '/' && getcwd(cwd, sizeof cwd) != NULL;
    if (!relative || snprintf(path, PATH_MAX, "%s/%s", cwd, name) >= PATH_MAX)
        snprintf(path, PATH_MAX, "%s", name);
}

/* run.h5; run.5.h5 on rank 5 of MPI_COMM_WORLD, so that processes do not overwrite each other's. */
static void name_file(const fan_recorder *r, char path[PATH_MAX])
{
    const char *all = r->agreed.path, *slash = strrchr(all, '/'), *dot = strrchr(all, '.');
    size_t stem =
        dot != NULL && (slash == NULL || dot > slash + 1) ? (size_t)(dot - all) : strlen(all);
    if (r->world_rank == 0)
        snprintf(path, PATH_MAX, "%s", all);
    else
        snprintf(path, PATH_MAX, "%.*s.%d%.*s", (int)stem, all, r->world_rank, PATH_MAX / 2,
                 all + stem);
}

static void name_file_alone(const fan_recorder *r, char path[PATH_MAX])
{
    snprintf(path, PATH_MAX, "%.*s.%d", PATH_MAX - 16, r->agreed.path, r->world_rank);
}

typedef struct output {
    const fan_record_writer *writer;
    fan_record_file *file;
    char path[PATH_MAX];
} output;

/* False, with a warning the first time, if the file cannot be opened. */
static bool open_output(const fan_recorder *r, bool alone, output *out)
{
    char text[FAN_TRACE_TEXT];
    atomic_int *number = alone ? &written_alone : &written;
    fan_record_communicator head = {.id = r->agreed.id,
                                    .number = atomic_load(number),
                                    .size = r->size,
                                    .epoch = r->agreed.epoch};
    (alone ? name_file_alone : name_file)(r, out->path);
    out->writer = fan_recorder_module_load();
    if (out->writer == NULL || atomic_load(&refused))
        return false;
    out->file = out->writer->open(out->path, head.number > 0, &head, text);
    if (out->file == NULL && !atomic_exchange(&refused, true))
        fan_warn("%s: cannot write the trace %s: %s", variable, out->path, text);
    if (out->file != NULL)
        atomic_fetch_add(number, 1);
    return out->file != NULL;
}

static void close_output(output *out)
{
    char text[FAN_TRACE_TEXT];
    if (!out->writer->close(out->file, text))
        fan_warn("%s: the trace %s is incomplete: %s", variable, out->path, text);
}

/* ---- what is written ---- */

static fan_record_rank describe_self(const fan_recorder *r)
{
    char name[MPI_MAX_PROCESSOR_NAME];
    int length;
    fan_record_rank self = {.start_time = r->first.time - r->agreed.epoch + r->first.offset,
                            .start_offset = r->first.offset,
                            .start_error = r->first.error,
                            .end_time = r->last.time - r->agreed.epoch + r->last.offset,
                            .end_offset = r->last.offset,
                            .end_error = r->last.error,
                            .lost = r->trace.lost,
                            .transfers = (int64_t)r->trace.count,
                            .rank = r->rank,
                            .world_rank = r->world_rank,
                            .node = r->node};
    MPI_Get_processor_name(name, &length);
    snprintf(self.host, sizeof self.host, "%.*s", FAN_TRACE_HOST - 1, name);
    return self;
}

static double common_time(const fan_recorder *r, double time)
{
    return fan_clock_convert(&r->first, &r->last, time) - r->agreed.epoch;
}

static void convert(const fan_recorder *r, fan_transfer *transfers, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        transfers[i].begin = common_time(r, transfers[i].begin);
        transfers[i].end = common_time(r, transfers[i].end);
    }
}

static void write_broadcasts(const fan_recorder *r, output *out)
{
    for (size_t i = 0; i < r->trace.broadcast_count; i++) {
        fan_record_broadcast b = r->trace.broadcasts[i];
        b.start = common_time(r, b.start);
        out->writer->broadcasts(out->file, &b, 1);
    }
}

static void warn_of_lost(const fan_record_rank *ranks, int count)
{
    long long lost = 0;
    int losers = 0;
    for (int i = 0; i < count; i++) {
        lost += ranks[i].lost;
        losers += ranks[i].lost > 0;
    }
    if (lost > 0)
        fan_warn("%s: %lld transfers of %d ranks are not in the trace: the limit of memory, "
                 "FANOUT_TRACE_BYTES, was reached",
                 variable, lost, losers);
}

/* ---- of all ranks ---- */

/*
 * All of the others' transfers are received, whether they can be written or not: they must be able
 * to go on.
 */
static int receive_others(const fan_recorder *r, const fan_record_rank *ranks, output *out,
                          fan_transfer *piece)
{
    int code = MPI_SUCCESS;
    for (int rank = 1; rank < r->size; rank++)
        for (int64_t left = ranks[rank].transfers; code == MPI_SUCCESS && left > 0;) {
            int count;
            code = fan_mpi_trace_receive(r->comm, rank, left, piece, &count);
            left -= count;
            if (code == MPI_SUCCESS)
                out->writer->transfers(out->file, piece, (size_t)count);
        }
    return code;
}

static int write_as_first(const fan_recorder *r, const fan_record_rank *ranks, output *out,
                          fan_transfer *piece)
{
    out->writer->ranks(out->file, ranks, (size_t)r->size);
    if (r->words != NULL)
        out->writer->explanation(out->file, r->words);
    write_broadcasts(r, out);
    out->writer->transfers(out->file, r->trace.transfers, r->trace.count);
    int code = receive_others(r, ranks, out, piece);
    close_output(out);
    warn_of_lost(ranks, r->size);
    return code;
}

/* Returns an MPI code. */
static int gather(const fan_recorder *r)
{
    fan_record_rank self = describe_self(r), *ranks = NULL;
    fan_transfer *piece = NULL;
    output out;
    int ready = 0;
    if (r->rank == 0) {
        ranks = calloc((size_t)r->size, sizeof *ranks);
        piece = malloc(FAN_MPI_PIECE * sizeof *piece);
        ready = ranks != NULL && piece != NULL && open_output(r, false, &out);
    }
    int code = PMPI_Bcast(&ready, 1, MPI_INT, 0, r->comm);
    if (code == MPI_SUCCESS && ready)
        code = MPI_Gather(&self, sizeof self, MPI_BYTE, ranks, sizeof self, MPI_BYTE, 0, r->comm);
    if (code == MPI_SUCCESS && ready)
        code = r->rank == 0
                   ? write_as_first(r, ranks, &out, piece)
                   : fan_mpi_trace_send(r->comm, r->trace.transfers, (int64_t)r->trace.count);
    free(ranks);
    free(piece);
    return code;
}

/* ---- of this rank alone ---- */

/* The trace goes on, so it is converted in a copy. */
static void write_copies(const fan_recorder *r, output *out)
{
    enum { SOME = 256 };
    fan_transfer piece[SOME];
    for (size_t done = 0, count; done < r->trace.count; done += count) {
        count = r->trace.count - done < SOME ? r->trace.count - done : SOME;
        memcpy(piece, r->trace.transfers + done, count * sizeof *piece);
        convert(r, piece, count);
        out->writer->transfers(out->file, piece, count);
    }
}

static void write_alone(const fan_recorder *r)
{
    output out;
    if (!open_output(r, true, &out))
        return;
    fan_record_rank self = describe_self(r);
    out.writer->ranks(out.file, &self, 1);
    write_broadcasts(r, &out);
    write_copies(r, &out);
    close_output(&out);
    warn_of_lost(&self, 1);
}

/* ---- public ---- */

bool fan_recorder_wanted(void)
{
    const char *path = secure_getenv(variable);
    return path != NULL && *path != '\0';
}

static void decide(agreed *a)
{
    const char *path = secure_getenv(variable);
    memset(a, 0, sizeof *a);
    make_absolute(a->path, path == NULL ? "" : path);
    a->epoch = fan_clock_now();
    a->id = fan_comm_new_id();
}

/* Returns an MPI code. */
static int begin(fan_recorder *r)
{
    if (r->rank == 0)
        decide(&r->agreed);
    int code = PMPI_Bcast(&r->agreed, sizeof r->agreed, MPI_BYTE, 0, r->comm);
    if (code == MPI_SUCCESS)
        code = fan_mpi_clock_compare(r->comm, &r->first);
    r->last = r->first;
    return code;
}

fan_recorder *fan_recorder_make(MPI_Comm comm, const fan_node_map *map, int64_t limit)
{
    fan_recorder *r = calloc(1, sizeof *r);
    bool failed = r == NULL;
    int rank;
    MPI_Comm_rank(comm, &rank);
    if (fan_comm_any(comm, &failed) == MPI_SUCCESS && !failed) {
        *r = (fan_recorder){.comm = comm, .rank = rank, .node = map->node_of[rank]};
        MPI_Comm_size(comm, &r->size);
        MPI_Comm_rank(MPI_COMM_WORLD, &r->world_rank);
        r->trace = (fan_trace){.limit = limit, .rank = rank, .whole = FAN_NO_TRANSFER};
        if (begin(r) == MPI_SUCCESS)
            return r;
    }
    if (rank == 0)
        fan_warn("%s: a communicator is not traced: no memory, or MPI failed", variable);
    free(r);
    return NULL;
}

fan_trace *fan_recorder_trace(fan_recorder *recorder)
{
    return &recorder->trace;
}

bool fan_recorder_lacks_words(const fan_recorder *recorder, int64_t bytes)
{
    return recorder->rank == 0 && bytes > recorder->bytes_of_words;
}

void fan_recorder_explain(fan_recorder *recorder, int64_t bytes, char *words)
{
    free(recorder->words);
    recorder->words = words;
    recorder->bytes_of_words = bytes;
}

const char *fan_recorder_words(const fan_recorder *recorder)
{
    return recorder->words;
}

/*
 * A failure of the caller's functions leaves the communicator usable; the trace is written at its
 * end.
 */
void fan_recorder_fail(fan_recorder *r, fan_status status)
{
    if (status == FAN_ERR_SOURCE || status == FAN_ERR_SINK)
        return;
    r->useless = r->useless || status == FAN_ERR_TIMEOUT || status == FAN_ERR_TRANSPORT ||
                 status == FAN_ERR_DIED;
    if (r->failed)
        return;
    r->failed = true;
    write_alone(r);
}

bool fan_recorder_precedes(const fan_recorder *a, const fan_recorder *b)
{
    return a->agreed.id < b->agreed.id;
}

void fan_recorder_end(fan_recorder *r)
{
    if (!r->useless) {
        /* Wait for all ranks here, where pending broadcasts go on. */
        bool unused = false;
        int code = fan_comm_any(r->comm, &unused);
        if (code == MPI_SUCCESS)
            code = fan_mpi_clock_compare(r->comm, &r->last);
        convert(r, r->trace.transfers, r->trace.count);
        if (code == MPI_SUCCESS)
            code = gather(r);
        if (code != MPI_SUCCESS && r->rank == 0)
            fan_warn("%s: the trace of a communicator is incomplete: MPI failed", variable);
    }
    fan_trace_clear(&r->trace);
    free(r->words);
    free(r);
}
