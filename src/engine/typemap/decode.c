/* SPDX-License-Identifier: BSD-3-Clause */
/** From the calls that made a datatype, which MPI remembers, to a tree: MPI 4.0, section 5.1.13. */
#include "config.h"

#include "base/spare/spare.h"
#include "engine/typemap/tree.h"

#include <stdbool.h>

/**
 * The arguments of the call that made a type, read in the order of the call. Where MPI keeps counts
 * and displacements depends on whether the call was a large-count one (MPI 4): then both are in
 * `counts`, else in `integers` and `addresses`. The order within each array is that of the call in
 * every case.
 */
typedef struct arguments {
    int combiner;
    MPI_Count integer_room, address_room, count_room, type_room;
    int *integers;
    MPI_Aint *addresses;
    MPI_Count *counts;
    MPI_Datatype *types;
    MPI_Count next_integer, next_address, next_count;
} arguments;

static fan_status check_mpi(int code, const char *call)
{
    if (code != MPI_SUCCESS)
        return fan_fail_mpi(code, "%s does not describe a datatype", call);
    return FAN_OK;
}

#ifdef HAVE_MPI_TYPE_GET_ENVELOPE_C

static int get_envelope(MPI_Datatype datatype, arguments *a)
{
    return MPI_Type_get_envelope_c(datatype, &a->integer_room, &a->address_room, &a->count_room,
                                   &a->type_room, &a->combiner);
}

static int get_contents(MPI_Datatype datatype, arguments *a)
{
    return MPI_Type_get_contents_c(datatype, a->integer_room, a->address_room, a->count_room,
                                   a->type_room, a->integers, a->addresses, a->counts, a->types);
}

#else

static int get_envelope(MPI_Datatype datatype, arguments *a)
{
    int integers = 0, addresses = 0, types = 0;
    int code = MPI_Type_get_envelope(datatype, &integers, &addresses, &types, &a->combiner);
    a->integer_room = integers;
    a->address_room = addresses;
    a->type_room = types;
    return code;
}

static int get_contents(MPI_Datatype datatype, arguments *a)
{
    return MPI_Type_get_contents(datatype, (int)a->integer_room, (int)a->address_room,
                                 (int)a->type_room, a->integers, a->addresses, a->types);
}

#endif

static void free_arrays(arguments *a)
{
    fan_spare_free(a->integers);
    fan_spare_free(a->addresses);
    fan_spare_free(a->counts);
    fan_spare_free(a->types);
}

/** An array of `count` values, never NULL because it is empty: some libraries reject that. */
static void *array(MPI_Count count, size_t size)
{
    return fan_spare_calloc((size_t)count + 1, size);
}

static fan_status read_arguments(MPI_Datatype datatype, arguments *a)
{
    a->integers = array(a->integer_room, sizeof *a->integers);
    a->addresses = array(a->address_room, sizeof *a->addresses);
    a->counts = array(a->count_room, sizeof *a->counts);
    a->types = array(a->type_room, sizeof *a->types);
    fan_status status = FAN_OK;
    if (a->integers == NULL || a->addresses == NULL || a->counts == NULL || a->types == NULL)
        status = fan_fail(FAN_ERR_MEMORY, "no memory for the description of a datatype");
    else
        status = check_mpi(get_contents(datatype, a), "MPI_Type_get_contents");
    if (status != FAN_OK)
        free_arrays(a);
    return status;
}

/** Consecutive arguments, wherever they are kept: one of the three is not NULL. */
typedef struct list {
    const int *integers;
    const MPI_Aint *addresses;
    const MPI_Count *counts;
} list;

static int64_t at(const list *values, int64_t i)
{
    if (values->counts != NULL)
        return values->counts[i];
    return values->addresses != NULL ? values->addresses[i] : values->integers[i];
}

/** Arguments that are int in every form of the call. */
static list take_integers(arguments *a, int64_t number)
{
    list values = {.integers = a->integers + a->next_integer};
    a->next_integer += number;
    return values;
}

static list take_large(arguments *a, int64_t number)
{
    list values = {.counts = a->counts + a->next_count};
    a->next_count += number;
    return values;
}

/** Arguments that are int, or MPI_Count in the large-count form of the call. */
static list take_counts(arguments *a, int64_t number)
{
    return a->count_room > 0 ? take_large(a, number) : take_integers(a, number);
}

/** Arguments that are MPI_Aint, or MPI_Count in the large-count form of the call. */
static list take_addresses(arguments *a, int64_t number)
{
    if (a->count_room > 0)
        return take_large(a, number);
    list values = {.addresses = a->addresses + a->next_address};
    a->next_address += number;
    return values;
}

static int take_integer(arguments *a)
{
    return *take_integers(a, 1).integers;
}

static int64_t take_count(arguments *a)
{
    list value = take_counts(a, 1);
    return at(&value, 0);
}

static int64_t take_address(arguments *a)
{
    list value = take_addresses(a, 1);
    return at(&value, 0);
}

/** A type that another one is made of, and the distance between consecutive elements of it. */
typedef struct element {
    fan_loop loop;
    int64_t extent;
} element;

static fan_status decode(MPI_Datatype datatype, fan_body **bodies, fan_loop *loop);

static fan_status read_element(MPI_Datatype datatype, fan_body **bodies, element *old)
{
    MPI_Aint lower, extent = 0;
    fan_status status =
        check_mpi(MPI_Type_get_extent(datatype, &lower, &extent), "MPI_Type_get_extent");
    old->extent = extent;
    return status == FAN_OK ? decode(datatype, bodies, &old->loop) : status;
}

/** `length` consecutive elements, the first at `displacement`. */
static fan_status make_run(fan_body **bodies, const element *old, int64_t length,
                           int64_t displacement, fan_loop *loop)
{
    *loop = old->loop;
    loop->displacement += displacement;
    return fan_loop_repeat(bodies, length, old->extent, loop);
}

static fan_status make_vector(arguments *a, fan_body **bodies, const element *old, fan_loop *loop)
{
    int64_t count = take_count(a), length = take_count(a);
    int64_t stride =
        a->combiner == MPI_COMBINER_VECTOR ? take_count(a) * old->extent : take_address(a);
    fan_status status = make_run(bodies, old, length, 0, loop);
    return status == FAN_OK ? fan_loop_repeat(bodies, count, stride, loop) : status;
}

/**
 * Append `count` runs of elements at listed displacements: the indexed constructors, struct. Runs
 * of one type share its tree, as do members of a struct that MPICH names by the same handle.
 */
static fan_status append_runs(arguments *a, int64_t count, fan_body **bodies,
                              fan_sequence *sequence)
{
    bool same_length =
        a->combiner == MPI_COMBINER_INDEXED_BLOCK || a->combiner == MPI_COMBINER_HINDEXED_BLOCK;
    bool in_elements =
        a->combiner == MPI_COMBINER_INDEXED || a->combiner == MPI_COMBINER_INDEXED_BLOCK;
    bool own_types = a->combiner == MPI_COMBINER_STRUCT;
    list lengths = take_counts(a, same_length ? 1 : count);
    list displacements = in_elements ? take_counts(a, count) : take_addresses(a, count);
    element old = {.extent = 0};
    fan_status status = FAN_OK;
    for (int64_t i = 0; i < count && status == FAN_OK; i++) {
        fan_loop run;
        if (i == 0 || (own_types && a->types[i] != a->types[i - 1]))
            status = read_element(a->types[i], bodies, &old);
        if (status == FAN_OK)
            status = make_run(bodies, &old, at(&lengths, same_length ? 0 : i),
                              at(&displacements, i) * (in_elements ? old.extent : 1), &run);
        if (status == FAN_OK)
            fan_sequence_append(sequence, &run);
    }
    return status;
}

static fan_status make_runs(arguments *a, fan_body **bodies, fan_loop *loop)
{
    int64_t count = take_count(a);
    fan_sequence sequence = fan_sequence_begin(count);
    fan_status appended = append_runs(a, count, bodies, &sequence);
    fan_status ended = fan_sequence_end(&sequence, bodies, loop);
    return appended != FAN_OK ? appended : ended;
}

/** The k-th dimension of an array, from the one whose elements are closest together. */
static int dimension(int order, int dimensions, int k)
{
    return order == MPI_ORDER_C ? dimensions - 1 - k : k;
}

static fan_status make_subarray(arguments *a, fan_body **bodies, const element *old, fan_loop *loop)
{
    int dimensions = take_integer(a);
    list sizes = take_counts(a, dimensions), subsizes = take_counts(a, dimensions);
    list starts = take_counts(a, dimensions);
    int order = take_integer(a);
    int64_t stride = old->extent;
    fan_status status = FAN_OK;
    *loop = old->loop;
    for (int k = 0; k < dimensions && status == FAN_OK; k++) {
        int d = dimension(order, dimensions, k);
        loop->displacement += at(&starts, d) * stride;
        status = fan_loop_repeat(bodies, at(&subsizes, d), stride, loop);
        stride *= at(&sizes, d);
    }
    return status;
}

/** One dimension of a distributed array, as one process sees it. */
typedef struct distribution {
    int64_t size;       /**< of the array */
    int64_t block;      /**< elements that are dealt to a process at a time */
    int64_t processes;  /**< along this dimension */
    int64_t coordinate; /**< of this process */
} distribution;

/** What `loop` describes, repeated at `stride` for those indices that belong to this process. */
static fan_status distribute(fan_body **bodies, const distribution *d, int64_t stride,
                             fan_loop *loop)
{
    int64_t cycle = d->block * d->processes, first = d->coordinate * d->block;
    int64_t last = d->size % cycle - first;
    last = last < 0 ? 0 : last > d->block ? d->block : last;
    int64_t full = d->size / cycle + last / d->block;

    fan_loop blocks = *loop, rest = *loop;
    blocks.displacement += first * stride;
    rest.displacement += (first + full * cycle) * stride;
    fan_sequence sequence = fan_sequence_begin(2);
    fan_status status = fan_loop_repeat(bodies, d->block, stride, &blocks);
    if (status == FAN_OK)
        status = fan_loop_repeat(bodies, full, cycle * stride, &blocks);
    if (status == FAN_OK)
        status = fan_loop_repeat(bodies, last % d->block, stride, &rest);
    if (status == FAN_OK) {
        fan_sequence_append(&sequence, &blocks);
        fan_sequence_append(&sequence, &rest);
    }
    fan_status ended = fan_sequence_end(&sequence, bodies, loop);
    return status != FAN_OK ? status : ended;
}

/** A whole or a blocked dimension is a cyclic one that is dealt in one round. */
static int64_t block_length(int64_t distribution_kind, int64_t argument, int64_t size,
                            int64_t processes)
{
    if (distribution_kind == MPI_DISTRIBUTE_NONE)
        return size;
    if (argument != MPI_DISTRIBUTE_DFLT_DARG)
        return argument;
    return distribution_kind == MPI_DISTRIBUTE_BLOCK ? (size + processes - 1) / processes : 1;
}

/** The grid of processes is row-major whatever the order of the array is. */
static int64_t grid_coordinate(int64_t rank, const list *grid, int dimensions, int d)
{
    for (int faster = dimensions - 1; faster > d; faster--)
        rank /= at(grid, faster);
    return rank % at(grid, d);
}

static fan_status make_darray(arguments *a, fan_body **bodies, const element *old, fan_loop *loop)
{
    take_integer(a); /* number of processes: the product of the grid */
    int rank = take_integer(a), dimensions = take_integer(a);
    list sizes = take_counts(a, dimensions), kinds = take_integers(a, dimensions);
    list values = take_integers(a, dimensions), grid = take_integers(a, dimensions);
    int order = take_integer(a);
    int64_t stride = old->extent;
    fan_status status = FAN_OK;
    *loop = old->loop;
    for (int k = 0; k < dimensions && status == FAN_OK; k++) {
        int d = dimension(order, dimensions, k);
        distribution own = {.size = at(&sizes, d), .processes = at(&grid, d)};
        own.block = block_length(at(&kinds, d), at(&values, d), own.size, own.processes);
        own.coordinate = grid_coordinate(rank, &grid, dimensions, d);
        status = distribute(bodies, &own, stride, loop);
        stride *= own.size;
    }
    return status;
}

/** A type that is made of one other type. */
static fan_status make_from_one(arguments *a, fan_body **bodies, fan_loop *loop)
{
    element old = {.extent = 0};
    fan_status status = read_element(a->types[0], bodies, &old);
    if (status != FAN_OK)
        return status;
    switch (a->combiner) {
    case MPI_COMBINER_DUP:
    case MPI_COMBINER_RESIZED: /* the new bounds are read where this type is an element */
        return make_run(bodies, &old, 1, 0, loop);
    case MPI_COMBINER_CONTIGUOUS: return make_run(bodies, &old, take_count(a), 0, loop);
    case MPI_COMBINER_VECTOR:
    case MPI_COMBINER_HVECTOR: return make_vector(a, bodies, &old, loop);
    case MPI_COMBINER_SUBARRAY: return make_subarray(a, bodies, &old, loop);
    case MPI_COMBINER_DARRAY: return make_darray(a, bodies, &old, loop);
    default: return fan_fail(FAN_ERR_ARGUMENT, "datatype has the unknown combiner %d", a->combiner);
    }
}

static fan_status make_derived(arguments *a, fan_body **bodies, fan_loop *loop)
{
    switch (a->combiner) {
    case MPI_COMBINER_INDEXED:
    case MPI_COMBINER_HINDEXED:
    case MPI_COMBINER_INDEXED_BLOCK:
    case MPI_COMBINER_HINDEXED_BLOCK:
    case MPI_COMBINER_STRUCT: return make_runs(a, bodies, loop);
    default: return make_from_one(a, bodies, loop);
    }
}

/**
 * The only predefined types with a hole inside are pairs of a value and an int (MPI_SHORT_INT); the
 * int comes last, so its place follows from the end of the data.
 */
static fan_status make_predefined(MPI_Datatype datatype, fan_body **bodies, fan_loop *loop)
{
    int size = 0;
    MPI_Aint lower, span = 0;
    fan_status status = check_mpi(MPI_Type_size(datatype, &size), "MPI_Type_size");
    if (status == FAN_OK)
        status = check_mpi(MPI_Type_get_true_extent(datatype, &lower, &span),
                           "MPI_Type_get_true_extent");
    if (status != FAN_OK || span == size) {
        *loop = fan_loop_block(0, size);
        return status;
    }
    int64_t second = (int64_t)sizeof(int);
    fan_loop value = fan_loop_block(0, size - second);
    fan_loop index = fan_loop_block(span - second, second);
    fan_sequence pair = fan_sequence_begin(2);
    fan_sequence_append(&pair, &value);
    fan_sequence_append(&pair, &index);
    return fan_sequence_end(&pair, bodies, loop);
}

/** Predefined, though MPI can say which call (MPI_Type_create_f90_real ...) gave it, if any. */
static bool is_predefined(int combiner)
{
    return combiner == MPI_COMBINER_NAMED || combiner == MPI_COMBINER_F90_REAL ||
           combiner == MPI_COMBINER_F90_COMPLEX || combiner == MPI_COMBINER_F90_INTEGER;
}

/** MPI_Type_get_contents makes new handles of derived types; other handles must not be freed. */
static fan_status free_types(arguments *a)
{
    fan_status status = FAN_OK;
    for (MPI_Count i = 0; i < a->type_room; i++) {
        arguments type = {.combiner = MPI_COMBINER_NAMED};
        fan_status freed = check_mpi(get_envelope(a->types[i], &type), "MPI_Type_get_envelope");
        if (freed == FAN_OK && !is_predefined(type.combiner))
            freed = check_mpi(MPI_Type_free(&a->types[i]), "MPI_Type_free");
        if (status == FAN_OK)
            status = freed;
    }
    return status;
}

static fan_status decode(MPI_Datatype datatype, fan_body **bodies, fan_loop *loop)
{
    arguments a = {.combiner = MPI_COMBINER_NAMED};
    fan_status status = check_mpi(get_envelope(datatype, &a), "MPI_Type_get_envelope");
    if (status != FAN_OK)
        return status;
    if (is_predefined(a.combiner))
        return make_predefined(datatype, bodies, loop);
    status = read_arguments(datatype, &a);
    if (status != FAN_OK)
        return status;
    status = make_derived(&a, bodies, loop);
    fan_status freed = free_types(&a);
    free_arrays(&a);
    return status != FAN_OK ? status : freed;
}

fan_status fan_typemap_decode(MPI_Count count, MPI_Datatype datatype, fan_body **bodies,
                              fan_loop *loop)
{
    element one = {.extent = 0};
    fan_status status = read_element(datatype, bodies, &one);
    return status == FAN_OK ? make_run(bodies, &one, count, 0, loop) : status;
}
