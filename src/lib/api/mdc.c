/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "fanout_mdc.h"
#include "lib/state/errors.h"
#include "mdc/fill.h"
#include "mdc/lattice.h"

#include <stdlib.h>
#include <string.h>

/* The stream: all descriptors, one after the other. It is read and written in order. */
typedef struct mdc_stream {
    fan_mdc_lattice lattice;
    size_t bytes; /* of an element */
    char *array;
    fanout_mdc_fn *completed;
    void *state;
    bool is_root;
    struct place {
        int64_t descriptor;
        int64_t start, end; /* of it, bytes of the stream */
    } reading, writing;
} mdc_stream;

typedef enum direction { OUT_OF_ARRAY, INTO_ARRAY } direction;

/* Also false if the array would have 2^63 bytes or more. */
static bool make_lattice(const fanout_mdc *mdc, fan_mdc_lattice *lattice)
{
    if (mdc == NULL || mdc->axes < 1 || mdc->axes > FAN_MDC_AXES || mdc->element_bytes < 1)
        return false;
    int64_t bytes = (int64_t)mdc->element_bytes, descriptors = 1;
    bool empty = false;
    lattice->axes = mdc->axes;
    for (int i = 0; i < mdc->axes; i++) {
        lattice->extent[i] = mdc->extent[i];
        lattice->factor[i] = mdc->factor[i];
        if (mdc->extent[i] < 0 || mdc->factor[i] < 1 ||
            __builtin_mul_overflow(descriptors, lattice->factor[i], &descriptors))
            return false;
        empty |= mdc->extent[i] == 0;
    }
    for (int i = 0; i < mdc->axes && !empty; i++)
        if (__builtin_mul_overflow(bytes, lattice->extent[i], &bytes))
            return false;
    return true;
}

MPI_Count fanout_mdc_count(const fanout_mdc *mdc)
{
    fan_mdc_lattice lattice;
    return make_lattice(mdc, &lattice) ? (MPI_Count)fan_mdc_descriptors(&lattice) : 0;
}

static int64_t descriptor_bytes(const mdc_stream *s, int64_t descriptor)
{
    int64_t extent[FAN_MDC_AXES];
    return fan_mdc_extent(&s->lattice, descriptor, extent) * (int64_t)s->bytes;
}

static struct place first_place(const mdc_stream *s)
{
    return (struct place){.end = descriptor_bytes(s, 0)};
}

static void next_descriptor(const mdc_stream *s, struct place *at)
{
    at->descriptor++;
    at->start = at->end;
    at->end += descriptor_bytes(s, at->descriptor);
}

/*
 * A piece may begin and end inside an element. Returns how many bytes were moved: a part of an
 * element, or whole elements.
 */
static int64_t move_part(const mdc_stream *s, const struct place *at, int64_t offset, char *piece,
                         int64_t bytes, direction way)
{
    int64_t size = (int64_t)s->bytes;
    int64_t element = (offset - at->start) / size, inside = (offset - at->start) % size;
    if (inside == 0 && bytes >= size) {
        int64_t count = bytes / size;
        if (way == INTO_ARRAY)
            fan_mdc_insert(&s->lattice, at->descriptor, element, count, s->bytes, piece, s->array);
        else
            fan_mdc_extract(&s->lattice, at->descriptor, element, count, s->bytes, s->array, piece);
        return count * size;
    }
    int64_t part = size - inside < bytes ? size - inside : bytes;
    char *place = s->array + fan_mdc_place(&s->lattice, at->descriptor, element) * size + inside;
    memcpy(way == INTO_ARRAY ? place : piece, way == INTO_ARRAY ? piece : place, (size_t)part);
    return part;
}

/* Move the part of a piece that belongs to the descriptor at `at`. Returns its bytes. */
static int64_t move_descriptor(const mdc_stream *s, const struct place *at, int64_t offset,
                               char *piece, int64_t bytes, direction way)
{
    int64_t rest = at->end - offset, done = 0;
    if (rest > bytes)
        rest = bytes;
    while (done < rest)
        done += move_part(s, at, offset + done, piece + done, rest - done, way);
    return rest;
}

static int read_array(void *state, MPI_Count offset, void *buffer, size_t bytes)
{
    mdc_stream *s = state;
    for (int64_t done = 0; done < (int64_t)bytes;) {
        while (s->reading.end <= offset + done)
            next_descriptor(s, &s->reading);
        done += move_descriptor(s, &s->reading, offset + done, (char *)buffer + done,
                                (int64_t)bytes - done, OUT_OF_ARRAY);
    }
    return 0;
}

/*
 * Report the descriptors that are complete when the stream has come to `end`. Empty ones end where
 * they begin.
 */
static int tell_completed(mdc_stream *s, int64_t end)
{
    while (s->writing.end <= end && s->writing.descriptor < fan_mdc_descriptors(&s->lattice)) {
        int stop = s->completed == NULL ? 0 : s->completed(s->state, s->writing.descriptor);
        next_descriptor(s, &s->writing);
        if (stop != 0)
            return stop;
    }
    return 0;
}

static int write_array(void *state, MPI_Count offset, const void *buffer, size_t bytes)
{
    mdc_stream *s = state;
    char *piece = (char *)(uintptr_t)buffer;
    int stop = 0;
    for (int64_t done = 0; stop == 0 && done < (int64_t)bytes;) {
        int64_t rest = s->writing.end - offset - done;
        if (s->is_root)
            done += rest < (int64_t)bytes - done ? rest : (int64_t)bytes - done;
        else
            done += move_descriptor(s, &s->writing, offset + done, piece + done,
                                    (int64_t)bytes - done, INTO_ARRAY);
        stop = tell_completed(s, offset + done);
    }
    return stop;
}

int fanout_mdc_bcast(void *array, const fanout_mdc *mdc, fanout_mdc_fn *completed, void *state,
                     int root, MPI_Comm comm, MPI_Info info)
{
    mdc_stream s = {.array = array, .completed = completed, .state = state};
    int rank = MPI_PROC_NULL;
    if (!make_lattice(mdc, &s.lattice))
        return fan_error_raise_code(comm, MPI_ERR_ARG);
    if (comm != MPI_COMM_NULL)
        MPI_Comm_rank(comm, &rank);
    s.bytes = mdc->element_bytes;
    s.is_root = rank == root;
    s.reading = s.writing = first_place(&s);
    MPI_Count bytes = (MPI_Count)(fan_mdc_elements(&s.lattice) * (int64_t)s.bytes);
    bool stopped = tell_completed(&s, 0) != 0; /* descriptors without elements */
    bool takes = !stopped && !(s.is_root && completed == NULL);
    int code = fanout_stream(bytes, read_array, takes ? write_array : NULL, &s, root, comm, info);
    if (!stopped || code != MPI_SUCCESS)
        return code;
    return fan_error_raise(comm, FAN_ERR_SINK);
}

static fan_mdc_type kind_of(MPI_Datatype type)
{
    return type == MPI_FLOAT ? FAN_MDC_FLOAT : type == MPI_DOUBLE ? FAN_MDC_DOUBLE : FAN_MDC_OTHER;
}

int fanout_mdc_fill(void *array, const fanout_mdc *mdc, const int *present, MPI_Datatype type,
                    const void *fill_value)
{
    fan_mdc_lattice lattice;
    int size, code = MPI_Type_size(type, &size);
    if (code != MPI_SUCCESS)
        return code;
    if (!make_lattice(mdc, &lattice))
        return MPI_ERR_ARG;
    if ((size_t)size != mdc->element_bytes)
        return MPI_ERR_TYPE;
    int64_t descriptors = fan_mdc_descriptors(&lattice), some = 0;
    bool *there = malloc((size_t)descriptors * sizeof *there);
    if (there == NULL)
        return MPI_ERR_NO_MEM;
    for (int64_t d = 0; d < descriptors; d++) {
        there[d] = present[d] != 0;
        some += there[d];
    }
    bool filled =
        fan_mdc_fill(&lattice, there, kind_of(type), mdc->element_bytes, fill_value, array);
    free(there);
    return some == 0 ? MPI_ERR_ARG : filled ? MPI_SUCCESS : MPI_ERR_NO_MEM;
}
