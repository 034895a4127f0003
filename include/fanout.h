/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file fanout.h
 * Deliver one buffer or one stream to every rank of an MPI communicator in about the time of one
 * point-to-point transfer.
 *
 * There is no init call. State (a private communicator, the agreed parameters) hangs on the user's
 * communicator, is made by the first call that needs it and goes with MPI_Comm_free or
 * MPI_Finalize. All functions marked "collective" follow MPI's rule: every rank of the communicator
 * calls them in the same order. They may be called from several threads at once on different
 * communicators when MPI was initialised with MPI_THREAD_MULTIPLE.
 *
 * Which ranks feed which follows the names of their hosts, and, if the variable FANOUT_TOPO_FILE in
 * the environment of rank 0 names a file in the syntax of SLURM's topology.conf, switches and link
 * speeds; see fanout-plan(1). A bad file is an error of class FANOUT_ERR_PARAM on all ranks, from
 * the first call that needs it.
 *
 * Errors are MPI error codes (use MPI_Error_class and MPI_Error_string), raised through the error
 * handler of the communicator as MPI's own calls do.
 */
#ifndef FANOUT_H
#define FANOUT_H

#include <mpi.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Version of this interface. The minor number grows when something is added, the major one when
 * something breaks.
 */
#define FANOUT_API_VERSION_MAJOR 0
#define FANOUT_API_VERSION_MINOR 2
#define FANOUT_API_VERSION       (FANOUT_API_VERSION_MAJOR * 1000 + FANOUT_API_VERSION_MINOR)

#if defined(__GNUC__)
#define FANOUT_EXPORT __attribute__((visibility("default")))
#else
#define FANOUT_EXPORT
#endif

/**
 * The version of the library that is linked, as FANOUT_API_VERSION counts it. Local, thread-safe.
 */
FANOUT_EXPORT int fanout_api_version(void);

/**
 * The release of the library as text, such as "0.2.0": the version of the interface, and a
 * number that counts the releases of that interface. Local, thread-safe; never freed.
 */
FANOUT_EXPORT const char *fanout_version(void);

/**
 * Broadcast, with the meaning and the arguments of MPI_Bcast. Collective, blocking.
 *
 * The type signature (not count and datatype themselves) must be equal on all ranks. A broadcast of
 * fewer bytes than the agreed parameter `min_bytes`, and any on an intercommunicator, is handed to
 * MPI_Bcast; so is one of fewer than 32 times as many between two ranks of one node that are alone.
 * So are arguments that are wrong by themselves, before anything is sent: the error is MPI's own.
 * Ranks that disagree on the number of bytes or on the root may wait for ever, as in MPI_Bcast;
 * with the parameter `check` (FANOUT_CHECK=1) each call compares them first, and then it is an
 * error of class FANOUT_ERR_DISAGREEMENT on all ranks, and a warning says which ranks gave what.
 *
 * Ranks that share memory receive the data once and pass it on through 2 MiB of memory, kept for
 * the communicator and others of the same ranks on the node. Beyond that a broadcast in place needs
 * only bookkeeping.
 *
 * @param buffer    the data on the root, room for it elsewhere; may be MPI_BOTTOM
 * @param count     number of elements of `datatype`
 * @param datatype  any committed MPI datatype
 * @param root      rank of the source in `comm`
 * @param comm      any communicator
 * @return MPI_SUCCESS or an MPI error code
 */
FANOUT_EXPORT int fanout_bcast(void *buffer, int count, MPI_Datatype datatype, int root,
                               MPI_Comm comm);

/** fanout_bcast with a large count (the form MPI 4 calls MPI_Bcast_c). Needs no MPI 4 library. */
FANOUT_EXPORT int fanout_bcast_c(void *buffer, MPI_Count count, MPI_Datatype datatype, int root,
                                 MPI_Comm comm);

/** A nonblocking or persistent broadcast. */
typedef struct fanout_request_s *fanout_request;
#define FANOUT_REQUEST_NULL ((fanout_request)0)

/**
 * Start a broadcast, with the meaning and the arguments of MPI_Ibcast. Collective, nonblocking, but
 * for the first on a communicator: that makes its state and waits for the other ranks, unless they
 * have called it, too.
 *
 * Several may be in flight; those of one communicator are done in the order of the calls. Up to its
 * end the buffer must not be touched (on the root: changed). Broadcasts make progress inside
 * fanout_test, fanout_wait, fanout_bcast and fanout_stream. With FANOUT_PROGRESS=thread in the
 * environment and MPI_THREAD_MULTIPLE, a thread does it as well. What fanout_bcast hands to
 * MPI_Bcast is handed to MPI_Ibcast.
 *
 * Ranks that share memory take another 2 MiB for the nonblocking broadcasts of a communicator, so
 * that these may be started on different communicators in different order.
 *
 * @param request  receives the request, which fanout_test or fanout_wait ends. FANOUT_REQUEST_NULL
 *                 after an error
 * @return MPI_SUCCESS or an MPI error code
 */
FANOUT_EXPORT int fanout_ibcast(void *buffer, int count, MPI_Datatype datatype, int root,
                                MPI_Comm comm, fanout_request *request);

/** fanout_ibcast with a large count. */
FANOUT_EXPORT int fanout_ibcast_c(void *buffer, MPI_Count count, MPI_Datatype datatype, int root,
                                  MPI_Comm comm, fanout_request *request);

/**
 * Prepare a broadcast that is to be done many times, with the meaning of MPI_Bcast_init of MPI 4.
 * Collective, blocking. Its plan and datatype are looked at once. Each fanout_start begins it,
 * fanout_test or fanout_wait ends that, and fanout_request_free releases it.
 *
 * @param info     parameters of this broadcast, rank 0's count, or MPI_INFO_NULL. `min_bytes`,
 *                 `check` and `shared_memory` are those of the communicator
 * @param request  receives an inactive request
 */
FANOUT_EXPORT int fanout_bcast_init(void *buffer, int count, MPI_Datatype datatype, int root,
                                    MPI_Comm comm, MPI_Info info, fanout_request *request);

/** fanout_bcast_init with a large count. */
FANOUT_EXPORT int fanout_bcast_init_c(void *buffer, MPI_Count count, MPI_Datatype datatype,
                                      int root, MPI_Comm comm, MPI_Info info,
                                      fanout_request *request);

/**
 * Start a persistent broadcast. Collective, nonblocking. MPI_ERR_REQUEST if it is active, or is not
 * persistent.
 */
FANOUT_EXPORT int fanout_start(fanout_request *request);

/**
 * Has it ended? Local. All broadcasts of the process make progress. A request that has ended
 * becomes FANOUT_REQUEST_NULL, or inactive if it is persistent; one that is null or inactive has
 * ended.
 *
 * @param flag  receives 0 or 1
 * @return the error of a broadcast that has ended with one, raised on its communicator
 */
FANOUT_EXPORT int fanout_test(fanout_request *request, int *flag);

/** Wait until it has ended. As fanout_test. */
FANOUT_EXPORT int fanout_wait(fanout_request *request);

/** Wait for all of them. Returns the first error. */
FANOUT_EXPORT int fanout_waitall(int count, fanout_request *requests);

/**
 * Release an inactive request. Local. MPI_ERR_REQUEST if it is active, as for MPI's own collective
 * requests.
 */
FANOUT_EXPORT int fanout_request_free(fanout_request *request);

/**
 * Gives the library the next piece of a stream. Called on the root only, in order of `offset`, by
 * the thread that called fanout_stream. (With the parameter `shared_source`: see there.)
 *
 * @param state   as given to fanout_stream
 * @param offset  bytes from the start of the stream
 * @param buffer  where to put the piece
 * @param bytes   how many bytes to put there, all of them
 * @return 0, or anything else to end the stream with an error on every rank
 */
typedef int fanout_source_fn(void *state, MPI_Count offset, void *buffer, size_t bytes);

/**
 * Takes the next piece of a stream. Called in order of `offset` by the thread that called
 * fanout_stream, while later pieces are travelling.
 *
 * @return 0, or anything else to stop delivery on this rank: it goes on relaying for the others,
 *         the sink is not called again, and fanout_stream returns FANOUT_ERR_SINK on this rank
 */
typedef int fanout_sink_fn(void *state, MPI_Count offset, const void *buffer, size_t bytes);

/**
 * Broadcast a stream that need not fit in memory: the root's source produces it piece by piece,
 * each rank's sink consumes it. Collective, blocking. Memory per rank is (window x chunk), whatever
 * the size.
 *
 * With the parameter `timeout` (FANOUT_TIMEOUT=60, in seconds) a rank that has received, sent,
 * filled and drained nothing for so long returns an error of class FANOUT_ERR_TIMEOUT, some seconds
 * later. Its text (MPI_Error_string) names, by hosts and ranks, the edges that are stuck, or, on a
 * rank that cannot ask rank 0, whom this rank waits for. One call of a source or sink that takes
 * longer than `timeout` looks the same to the others. After that error the communicator cannot be
 * used, nor freed, nor can MPI be finalized if a rank does not come: call MPI_Abort.
 *
 * With the parameter `shared_source` (the key fanout_shared_source, "1", in `info` or that of
 * fanout_comm_attach; nothing else can turn it on) the source may be called on any rank, for any
 * offset, in increasing order on each: all ranks must be able to give all of the data, as from a
 * file in a parallel file system, but each byte is asked for once, usually from the first group, a
 * subfile from each. The root is a recipient like others then. Its source gives all if all ranks
 * share memory.
 *
 * @param bytes   length of the stream, equal on all ranks
 * @param source  used on the root only, unless shared
 * @param sink    may be NULL: this rank only relays; a sink of the root is called too
 * @param state   handed to both callbacks
 * @param root    rank that has the source
 * @param comm    an intracommunicator
 * @param info    parameters for this stream (rank 0's count), or MPI_INFO_NULL
 * @return MPI_SUCCESS; an error code of class fanout_error_class(FANOUT_ERR_SOURCE) on all ranks
 *         when the source failed, FANOUT_ERR_SINK on the ranks whose sink failed; or an MPI error
 *         code
 */
FANOUT_EXPORT int fanout_stream(MPI_Count bytes, fanout_source_fn *source, fanout_sink_fn *sink,
                                void *state, int root, MPI_Comm comm, MPI_Info info);

/**
 * Reads the next piece of a stream whose length nobody knows beforehand. Called on the root only,
 * in order of `offset`, by the thread that called fanout_stream_to_end, and not again after the
 * end.
 *
 * @param bytes  how many bytes to put into `buffer`: all of them (read(2) may give less of a pipe:
 *               go on reading), fewer only where the stream ends
 * @return the number of bytes put there, which may be 0 at the end, or negative to end the stream
 *         with an error on every rank
 */
typedef MPI_Count fanout_reader_fn(void *state, MPI_Count offset, void *buffer, size_t bytes);

/**
 * As fanout_stream, for data that ends where the root's reader says: a pipe, or what is being
 * decompressed. Collective, blocking. All ranks must call this function, not some of them
 * fanout_stream. The parameter `shared_source` has no effect here.
 *
 * @param reader  used on the root only
 * @param bytes   receives the length of the stream, on all ranks; not after an error other than
 *                FANOUT_ERR_SINK
 * @return as fanout_stream
 */
FANOUT_EXPORT int fanout_stream_to_end(fanout_reader_fn *reader, fanout_sink_fn *sink, void *state,
                                       int root, MPI_Comm comm, MPI_Info info, MPI_Count *bytes);

/** The library's own kinds of error; fanout_error_class gives the MPI error class of each. */
typedef enum fanout_error {
    FANOUT_ERR_SOURCE, /**< the source of a stream failed; delivery is incomplete on all ranks */
    FANOUT_ERR_SINK,   /**< this rank's sink failed; other ranks are not affected */
    /** a parameter in the environment, a tune file, a topology file or an MPI_Info is wrong */
    FANOUT_ERR_PARAM,
    /** with the parameter `check`: ranks gave different arguments; on all of them */
    FANOUT_ERR_DISAGREEMENT,
    FANOUT_ERR_TIMEOUT /**< with the parameter `timeout`: a stream makes no progress */
} fanout_error;

/**
 * The MPI error class of one of the library's own errors, to compare with what MPI_Error_class says
 * of a returned code. Local, thread-safe. MPI must be initialised.
 */
FANOUT_EXPORT int fanout_error_class(fanout_error error);

/**
 * Make the library's state on `comm` now and set its parameters, instead of at the first broadcast.
 * Collective, optional. Values of rank 0 hold on all ranks; a variable in its environment wins over
 * `hints`. `fanout-info --params` lists the keys (`fanout_group_size`, ...). Unknown keys that do
 * not start with "fanout_" are ignored, others are errors.
 *
 * @param hints  or MPI_INFO_NULL
 */
FANOUT_EXPORT int fanout_comm_attach(MPI_Comm comm, MPI_Info hints);

/**
 * The parameters in force on `comm`, as a new MPI_Info which the caller frees. Collective when the
 * state does not exist yet, local afterwards.
 */
FANOUT_EXPORT int fanout_comm_get_info(MPI_Comm comm, MPI_Info *used);

/**
 * What a broadcast of `bytes` from `root` would do, in words. Collective, unless fanout_comm_attach
 * or this function was called on `comm` before: local then.
 *
 * @param text  receives a string that the caller releases with free()
 */
FANOUT_EXPORT int fanout_explain(MPI_Comm comm, MPI_Count bytes, int root, char **text);

#ifdef __cplusplus
}
#endif

#endif
