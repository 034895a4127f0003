/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "compat/hdf5_calls.h"
#include "fanout_hdf5.h"
#include "hdf5/common/agree.h"
#include "hdf5/read/consumer.h"
#include "hdf5/read/holes.h"
#include "hdf5/read/producer.h"
#include "hdf5/read/types.h"

#include <stdlib.h>
#include <string.h>

/* What the root is to read: its own identifiers, which other ranks ignore. */
typedef struct origin {
    hid_t dataset, space, properties;
} origin;

typedef struct reading {
    fan_h5_call call;
    origin from;
    fan_h5_target to;
    hid_t space; /* on the root: what is selected there */
    hid_t wire;
    hsize_t total;
    bool has_holes; /* a byte travels behind each element */
    fan_h5_consumer consumer;
    fan_h5_producer producer;
} reading;

/* What the root tells the others, with two types in HDF5's encoding behind it. */
typedef struct shared_facts {
    hsize_t total;
    bool has_holes;
    fan_h5_conversion conversion;
    size_t file_type_bytes, mem_type_bytes;
} shared_facts;

static size_t message_bytes(const shared_facts *facts)
{
    return sizeof *facts + facts->file_type_bytes + facts->mem_type_bytes;
}

/* ---- on the root ---- */

/* A copy that the program cannot change meanwhile, or the whole dataset. */
static bool find_space(reading *r)
{
    fan_h5_errors *errors = &r->call.errors;
    if (H5Iget_type(r->from.dataset) != H5I_DATASET)
        return fan_h5_fail(errors, "not a dataset identifier");
    r->space = r->from.space == H5S_ALL ? H5Dget_space(r->from.dataset) : H5Scopy(r->from.space);
    if (r->space < 0)
        return fan_h5_fail_by_hdf5(errors, "the dataspace in the file cannot be used");
    if (H5Sget_simple_extent_type(r->space) != H5S_NULL && H5Sselect_valid(r->space) <= 0)
        return fan_h5_fail(errors, "the selection in the file goes beyond its dataspace");
    hssize_t total = H5Sget_select_npoints(r->space);
    r->total = (hsize_t)total;
    return total >= 0 || fan_h5_fail_by_hdf5(
                             errors, "the elements of the selection in the file cannot be counted");
}

static bool look_at_types(reading *r, hid_t file_type, shared_facts *facts)
{
    fan_h5_errors *errors = &r->call.errors;
    if (H5Iget_type(r->to.type) != H5I_DATATYPE)
        return fan_h5_fail(errors, "the memory type is not a datatype identifier");
    const char *obstacle = fan_h5_type_obstacle(file_type);
    if (obstacle != NULL)
        return fan_h5_fail(errors, "the dataset has %s, which cannot be sent", obstacle);
    facts->total = r->total;
    facts->has_holes = fan_h5_holes_possible(r->from.dataset);
    facts->conversion =
        fan_h5_choose_conversion(file_type, r->to.type, r->from.properties != H5P_DEFAULT);
    if (H5Tencode(file_type, NULL, &facts->file_type_bytes) < 0 ||
        H5Tencode(r->to.type, NULL, &facts->mem_type_bytes) < 0)
        return fan_h5_fail_by_hdf5(errors, "the types cannot be encoded");
    return true;
}

/* The facts, and behind them the types. */
static bool encode(reading *r, hid_t file_type, shared_facts facts, unsigned char **message)
{
    *message = malloc(message_bytes(&facts));
    if (*message == NULL)
        return fan_h5_fail(&r->call.errors, "no memory for types");
    unsigned char *first = *message + sizeof facts, *second = first + facts.file_type_bytes;
    memcpy(*message, &facts, sizeof facts);
    if (H5Tencode(file_type, first, &facts.file_type_bytes) < 0 ||
        H5Tencode(r->to.type, second, &facts.mem_type_bytes) < 0)
        return fan_h5_fail_by_hdf5(&r->call.errors, "the types cannot be encoded");
    return true;
}

static int64_t prepare_root(reading *r, unsigned char **message)
{
    shared_facts facts;
    memset(&facts, 0, sizeof facts);
    if (!find_space(r))
        return 0;
    hid_t file_type = H5Dget_type(r->from.dataset);
    if (file_type < 0) {
        fan_h5_fail_by_hdf5(&r->call.errors, "the type of the dataset cannot be read");
        return 0;
    }
    bool good = look_at_types(r, file_type, &facts) && encode(r, file_type, facts, message);
    H5Tclose(file_type);
    return good ? (int64_t)message_bytes(&facts) : 0;
}

/* ---- what all must know ---- */

static bool receive(reading *r, unsigned char **message, int64_t bytes)
{
    if (*message == NULL)
        *message = malloc((size_t)bytes);
    if (*message == NULL)
        fan_h5_fail(&r->call.errors, "no memory for types");
    if (!fan_h5_agree(&r->call, NULL))
        return false;
    int code = PMPI_Bcast(*message, (int)bytes, MPI_BYTE, r->call.root, r->call.comm);
    return code == MPI_SUCCESS || fan_h5_fail_by_mpi(&r->call.errors, code, "MPI_Bcast");
}

/*
 * Choose the type in which elements are sent. If ranks have different types in memory, it must not
 * be the root's, which may hold less than another's. The root decodes the types as well, so that it
 * gets the type of elements in memory; the dataset's own may differ from that.
 */
static bool agree_on_wire(reading *r, const unsigned char *message)
{
    shared_facts facts;
    memcpy(&facts, message, sizeof facts);
    hid_t file_type = fan_compat_decode_type(message + sizeof facts, facts.file_type_bytes),
          mem_type = fan_compat_decode_type(message + sizeof facts + facts.file_type_bytes,
                                            facts.mem_type_bytes);
    if (file_type < 0 || mem_type < 0)
        fan_h5_fail_by_hdf5(&r->call.errors, "the root's types cannot be decoded");
    else if (H5Iget_type(r->to.type) != H5I_DATATYPE)
        fan_h5_fail(&r->call.errors, "the memory type is not a datatype identifier");
    int64_t others = fan_h5_good(&r->call.errors) && H5Tequal(mem_type, r->to.type) <= 0;
    bool good = fan_h5_agree(&r->call, &others);
    bool as_in_file = facts.conversion == FAN_H5_BY_RECEIVERS ||
                      (facts.conversion == FAN_H5_BY_ANYBODY && others);
    r->total = facts.total;
    r->has_holes = facts.has_holes;
    r->wire = as_in_file ? file_type : mem_type;
    if (as_in_file ? mem_type >= 0 : file_type >= 0)
        H5Tclose(as_in_file ? mem_type : file_type);
    return good;
}

static bool share(reading *r)
{
    unsigned char *message = NULL;
    int64_t bytes = fan_h5_is_root(&r->call) ? prepare_root(r, &message) : 0;
    bool good =
        fan_h5_agree(&r->call, &bytes) && receive(r, &message, bytes) && agree_on_wire(r, message);
    free(message);
    return good;
}

/* ---- the elements ---- */

/* If the source failed, the root knows why; if the sink failed, this rank does. */
static void judge(reading *r, int code)
{
    int type_class = MPI_SUCCESS;
    if (code != MPI_SUCCESS)
        MPI_Error_class(code, &type_class);
    if (type_class != MPI_SUCCESS && type_class != fanout_error_class(FANOUT_ERR_SOURCE))
        fan_h5_fail_by_mpi(&r->call.errors, code, "the elements were not delivered");
}

static bool wants_elements(const reading *r)
{
    return !r->to.in_blocks || r->to.callback != NULL;
}

/* Of an element. */
static size_t stream_size(const reading *r)
{
    return H5Tget_size(r->wire) + r->has_holes;
}

static void stream(reading *r)
{
    bool is_root = fan_h5_is_root(&r->call);
    MPI_Count bytes = (MPI_Count)(r->total * stream_size(r));
    fanout_sink_fn *sink = !is_root && wants_elements(r) ? fan_h5_consumer_take : NULL;
    void *state = is_root ? (void *)&r->producer : (void *)&r->consumer;
    int code = fanout_stream(bytes, fan_h5_producer_give, sink, state, r->call.root, r->call.comm,
                             MPI_INFO_NULL);
    if (is_root)
        fan_h5_producer_stop(&r->producer);
    judge(r, code);
}

static bool prepare_producer(reading *r)
{
    fan_h5_consumer *own = wants_elements(r) ? &r->consumer : NULL;
    return fan_h5_producer_begin(&r->producer, r->from.dataset, r->space, r->from.properties,
                                 r->wire, r->has_holes, own, &r->call.errors);
}

static void deliver(reading *r)
{
    bool good = fan_h5_consumer_begin(&r->consumer, &r->to, r->wire, r->total, r->has_holes,
                                      &r->call.errors);
    if (r->total > INT64_MAX / stream_size(r))
        good = fan_h5_fail(&r->call.errors, "the selection has too many elements");
    bool produces = good && fan_h5_is_root(&r->call) && r->total > 0;
    if (produces)
        prepare_producer(r);
    if (fan_h5_agree(&r->call, NULL) && r->total > 0) {
        stream(r);
        fan_h5_agree(&r->call, NULL);
    }
    if (produces)
        fan_h5_producer_end(&r->producer);
    fan_h5_consumer_end(&r->consumer);
}

static herr_t read_on_all(reading *r, const char *function, int root, MPI_Comm comm)
{
    r->space = r->wire = H5I_INVALID_HID;
    if (fan_h5_call_begin(&r->call, function, root, comm) && share(r))
        deliver(r);
    if (r->space >= 0)
        H5Sclose(r->space);
    if (r->wire >= 0)
        H5Tclose(r->wire);
    return fan_h5_call_end(&r->call);
}

herr_t fanout_h5_read(hid_t dset, hid_t mem_type, hid_t mem_space, hid_t file_space, hid_t dxpl,
                      void *buf, int root, MPI_Comm comm)
{
    reading r = {.from = {dset, file_space, dxpl},
                 .to = {.type = mem_type, .space = mem_space, .buffer = buf}};
    return read_on_all(&r, __func__, root, comm);
}

herr_t fanout_h5_read_blocks(hid_t dset, hid_t mem_type, hid_t file_space, hid_t dxpl,
                             fanout_h5_block_fn *callback, void *state, int root, MPI_Comm comm)
{
    reading r = {.from = {dset, file_space, dxpl},
                 .to = {.type = mem_type,
                        .in_blocks = true,
                        .space = H5S_ALL,
                        .callback = callback,
                        .state = state}};
    return read_on_all(&r, __func__, root, comm);
}
