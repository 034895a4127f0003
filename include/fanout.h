/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file fanout.h
 * Deliver one buffer or one stream to every rank of an MPI communicator in about the time of one
 * point-to-point transfer.
 *
 * No init call is needed. State (a private communicator, the agreed parameters) is attached to the
 * user's communicator by the first call that needs it, and freed with it or by MPI_Finalize.
 *
 * A function marked "collective" follows MPI's rule: every rank of the communicator calls it, in
 * the same order as other collective calls. "Local" functions do not communicate. If MPI was
 * initialised with MPI_THREAD_MULTIPLE, several threads may call collective functions at the same
 * time on different communicators.
 *
 * The ranks' host names decide which ranks send to which. If the variable FANOUT_TOPO_FILE in the
 * environment of rank 0 names a file in the syntax of SLURM's topology.conf, switches and link
 * speeds count as well; see fanout-plan(1). If that file is invalid, the first call that needs it
 * returns an error of class FANOUT_ERR_PARAM on all ranks.
 *
 * Functions that return an error return an MPI error code (see MPI_Error_class and
 * MPI_Error_string). It has been raised on the error handler of the communicator, as MPI's own
 * calls do.
 */
#ifndef FANOUT_H
#define FANOUT_H

#include <mpi.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Version of this interface. The minor number grows with additions, the major number with
 * incompatible changes.
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
 * The FANOUT_API_VERSION of the library that the program is running with. Local, thread-safe.
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
 * The type signature must be equal on all ranks; count and datatype themselves may differ.
 *
 * Some calls are passed through to MPI: those on an intercommunicator, small ones on a communicator
 * that has had no larger one, and no 64 of them, before, and those with an invalid argument, before
 * anything is sent: the error is MPI's own. Other calls go in pieces, whole down a binomial tree of
 * messages, or by MPI: the first calls of about one size on a communicator try what is fastest, and
 * meet in a small reduction. If the parameter `min_bytes` is set by hand, or `adapt` is 0, nothing
 * is tried: calls of fewer bytes (of fewer than 32 x min_bytes for two ranks on one node) are
 * MPI's, or, up to 8 KiB, the tree's.
 *
 * Ranks that disagree on the number of bytes or on the root may wait for ever, as in MPI_Bcast.
 * With the parameter `check` (FANOUT_CHECK=1) each call compares them first: a difference is an
 * error of class FANOUT_ERR_DISAGREEMENT on all ranks, and a warning says which ranks gave what.
 *
 * The parameter `timeout` (FANOUT_TIMEOUT=60, in seconds) bounds all that the functions of this
 * header wait for, except in MPI_Comm_free: a rank on which nothing has moved for that time
 * returns an error of class FANOUT_ERR_TIMEOUT some seconds later. With it, processes also ask each
 * other for signs of life (a thread and a UDP port of each): when a process is dead, stopped or cut
 * off, all others of the communicator return that error within the same time, and its text
 * (MPI_Error_string) names the silent host and rank, not those that wait for it. Where MPI cannot
 * be left, the process says so and aborts the job; if that is MPI_Finalize, it ends with
 * EXIT_FAILURE. If all processes answer, the text names the ranks between which data is stuck. The
 * default is 0: no bound, because a program may let ranks wait in a broadcast for as long as it
 * likes, as in MPI_Bcast; so set it to more than that. After this error the communicator can be
 * neither used nor freed, MPI may still write into the buffers of the call, and MPI_Finalize may
 * wait for ever: call MPI_Abort.
 *
 * In a job with ULFM (Open MPI 5, `mpirun --with-ft ulfm`; the error handler must return) a rank
 * that dies ends broadcasts of any kind on all others, usually within some milliseconds, without a
 * timeout: a rank whose part was done before it heard of the death returns MPI_SUCCESS and has all
 * of the data, each other rank returns an error of class MPIX_ERR_PROC_FAILED, whose text names the
 * rank and its host, and its buffer is undefined but touched no more. (A rank's part is to have the
 * data and to have passed on what others get from it, so ranks may return differently.) All later
 * calls on that communicator, or on one with the same ranks, return this error at once. `comm` is
 * not revoked: that is the program's to do. It can go on with what MPIX_Comm_shrink makes of it, as
 * fast as before, and free the old one. In such a job nothing is left to MPI_Bcast, but for what
 * cannot have a private communicator.
 *
 * With the parameter `on_failure` at `continue` (FANOUT_ON_FAILURE, or the key fanout_on_failure
 * of fanout_comm_attach) the ranks that live finish a blocking broadcast in such a job: they send
 * each other the bytes that some of them have and others lack, and all of them return the same.
 * MPI_SUCCESS: each has all of the data, even if the root has died, and its error handler was not
 * called. If some bytes are with nobody who lives, all of them return the error of class
 * MPIX_ERR_PROC_FAILED, with the same text, which says how many bytes are lost. Later blocking
 * broadcasts on `comm` go on in the same way, without the dead; from a dead root they fail, on all.
 * For that all ranks agree at the end of each such broadcast (MPIX_Comm_iagree on `comm`: about two
 * round trips for each doubling of the ranks), so none returns before all that live have the data,
 * and all sizes go in pieces, none by MPI_Bcast; data of no bytes returns at once. What is not
 * blocking, streams and broadcasts with a deadline return the error as before. While a rank waits
 * in the agreement, MPIX_Comm_revoke of `comm` by another one lets it go, with that error. What it
 * waits there counts as no progress: a `timeout` must be longer than the slowest rank takes for the
 * rest. Set `continue` on all ranks: one that does not know of it returns a death in the first call
 * on `comm` as an error, and the others wait for it. Without ULFM it is as `error`, the default.
 *
 * While this function waits for other ranks, nonblocking broadcasts of the process make progress.
 * So they do in every function of this header, whatever it waits for.
 *
 * Ranks on one node receive the data once and share it through 2 MiB of memory, which all
 * communicators with the same ranks on that node use. Apart from that, a broadcast needs memory for
 * bookkeeping only if the buffer is contiguous. Communicators with the same processes in the same
 * order share one private communicator. A process has at most 256 of these; what would need another
 * one is passed through to MPI, after a warning.
 *
 * A rank without memory for its part takes it from 4 MiB that each process has in reserve. If the
 * description of its datatype does not fit there, it passes the data on to others and returns
 * MPI_ERR_NO_MEM; at the root, all return an error. If not even bookkeeping fits, it ends the job,
 * because the others, which wait for it, cannot be told; so it does where Open MPI does the
 * broadcast and there is no memory to pack the data. A rank on which MPI does not say what its
 * datatype consists of does the same, with MPI's error.
 *
 * After another error of MPI's own, such as that a message could not be sent, the buffer may still
 * be written to, and other ranks may wait for this one, as after an error of MPI_Bcast.
 *
 * @param buffer    on the root the data, elsewhere room for it; may be MPI_BOTTOM
 * @param count     number of elements of `datatype`
 * @param datatype  any committed MPI datatype
 * @param root      rank of the source in `comm`
 * @param comm      any communicator
 * @return MPI_SUCCESS or an MPI error code
 */
FANOUT_EXPORT int fanout_bcast(void *buffer, int count, MPI_Datatype datatype, int root,
                               MPI_Comm comm);

/**
 * fanout_bcast with a large count, as MPI 4's MPI_Bcast_c. Collective, blocking. The MPI library
 * need not support MPI 4.
 */
FANOUT_EXPORT int fanout_bcast_c(void *buffer, MPI_Count count, MPI_Datatype datatype, int root,
                                 MPI_Comm comm);

/** A nonblocking or persistent broadcast. Only one thread at a time may use a request. */
typedef struct fanout_request_s *fanout_request;
#define FANOUT_REQUEST_NULL ((fanout_request)0)

/**
 * Start a broadcast, with the meaning and the arguments of MPI_Ibcast. Collective. Nonblocking,
 * except for the first call on a communicator: it makes the state and waits until the other ranks
 * call it, too.
 *
 * Several broadcasts may be in progress; those of one communicator are done in the order of the
 * calls. Until a broadcast has ended, its buffer must not be touched; on the root it may be read.
 * Broadcasts make progress inside the functions of this header, but not inside those of MPI: if
 * another rank first waits for a broadcast that needs this process, and only then enters a call of
 * MPI in which this process is, both wait for ever. With FANOUT_PROGRESS=thread in the environment
 * and MPI_THREAD_MULTIPLE, or after fanout_request_mpi, a thread makes progress as well. Broadcasts
 * of fewer bytes than `min_bytes` are passed through to MPI_Ibcast.
 *
 * With the parameter `check` the call does not wait for other ranks either: a difference is the
 * error with which fanout_wait or fanout_test ends the broadcast, on all ranks. So it is where
 * broadcasts are passed through to MPI. There they take as much memory again; after a difference
 * MPI may keep it, and what it has begun, for ever.
 *
 * Ranks on one node use another 2 MiB of memory for the nonblocking broadcasts of each
 * communicator, so that ranks may start these on different communicators in different order.
 *
 * @param request  receives the request, which fanout_test or fanout_wait ends. FANOUT_REQUEST_NULL
 *                 after an error
 * @return MPI_SUCCESS or an MPI error code
 */
FANOUT_EXPORT int fanout_ibcast(void *buffer, int count, MPI_Datatype datatype, int root,
                                MPI_Comm comm, fanout_request *request);

/** fanout_ibcast with a large count. Collective, nonblocking. */
FANOUT_EXPORT int fanout_ibcast_c(void *buffer, MPI_Count count, MPI_Datatype datatype, int root,
                                  MPI_Comm comm, fanout_request *request);

/**
 * Prepare a broadcast that is to be done many times, with the meaning of MPI 4's MPI_Bcast_init.
 * Collective, blocking. The plan is made and the datatype decoded only once. fanout_start starts
 * the broadcast, fanout_test or fanout_wait ends it; fanout_request_free releases the request.
 *
 * Ranks may start their persistent broadcasts in any order, before or after other broadcasts of the
 * communicator: each has message tags of its own and, on nodes with several ranks, 2 MiB of shared
 * memory. If there is no memory for that, or if fanout_bcast would be passed through, the broadcast
 * is passed through to MPI_Ibcast, on a communicator of its own. Persistent broadcasts are not
 * recorded by FANOUT_TRACE.
 *
 * An invalid argument is an error of this call, before anything is sent, not of fanout_start.
 * Otherwise all ranks have the request, or none has: where one cannot prepare it, for want of
 * memory or by an error of MPI's, the others get an error that names the rank.
 *
 * @param info     parameters of this broadcast, or MPI_INFO_NULL; rank 0's values apply to every
 *                 rank. `min_bytes`, `check` and `shared_memory` are those of the communicator.
 *                 With `check`, this call compares bytes and root on all ranks; fanout_start does
 *                 not
 * @param request  receives an inactive request; FANOUT_REQUEST_NULL after an error
 * @return MPI_SUCCESS or an MPI error code
 */
FANOUT_EXPORT int fanout_bcast_init(void *buffer, int count, MPI_Datatype datatype, int root,
                                    MPI_Comm comm, MPI_Info info, fanout_request *request);

/** fanout_bcast_init with a large count. Collective, blocking. */
FANOUT_EXPORT int fanout_bcast_init_c(void *buffer, MPI_Count count, MPI_Datatype datatype,
                                      int root, MPI_Comm comm, MPI_Info info,
                                      fanout_request *request);

/**
 * Start a persistent broadcast. Collective, nonblocking. Ranks may start several in any order.
 *
 * @return MPI_SUCCESS or an MPI error code: MPI_ERR_REQUEST if the request is active or not
 *         persistent
 */
FANOUT_EXPORT int fanout_start(fanout_request *request);

/**
 * Test whether a broadcast has ended. Local; all broadcasts of the process make progress. If it has
 * ended, the request becomes FANOUT_REQUEST_NULL, or inactive if it is persistent. A null or
 * inactive request counts as ended.
 *
 * @param flag  receives 1 if it has ended, else 0
 * @return MPI_SUCCESS, or the error with which the broadcast has ended, raised on its communicator
 */
FANOUT_EXPORT int fanout_test(fanout_request *request, int *flag);

/** Wait until a broadcast has ended; otherwise as fanout_test. Local, blocking. */
FANOUT_EXPORT int fanout_wait(fanout_request *request);

/** fanout_wait for each of `count` requests. Local, blocking. Returns the first error. */
FANOUT_EXPORT int fanout_waitall(int count, fanout_request *requests);

/**
 * Release an inactive request and set it to FANOUT_REQUEST_NULL. Local.
 *
 * @return MPI_SUCCESS, or MPI_ERR_REQUEST if the request is active
 */
FANOUT_EXPORT int fanout_request_free(fanout_request *request);

/**
 * Turn an active request into a request of MPI's, which MPI_Waitall completes together with the
 * program's own; so do MPI_Wait, MPI_Test and their other forms, and MPI_Request_get_status.
 * Local. Needs MPI_THREAD_MULTIPLE, unless the broadcast is passed through to MPI as it is: a
 * thread makes the broadcast go on, and completes the request, whatever FANOUT_PROGRESS says.
 *
 * It is a generalized request: source, tag and count in its status mean nothing. If the broadcast
 * fails, that thread raises its error on its communicator, and then the request ends with the same
 * error, which MPI raises on MPI_COMM_WORLD. (MPI_Waitall of MPICH 4.0.2 may fail an assertion:
 * with MPICH use MPI_Wait.) As with MPI's own requests of collective operations, it is erroneous to
 * cancel or to free it.
 *
 * @param request      becomes FANOUT_REQUEST_NULL, unless it is persistent: that becomes inactive
 *                     when the broadcast has ended, and no other function may get it before.
 *                     Unchanged after an error
 * @param mpi_request  receives MPI's request. MPI_REQUEST_NULL for a null or inactive request, and
 *                     after an error
 * @return MPI_SUCCESS or an MPI error code: of class FANOUT_ERR_PARAM without MPI_THREAD_MULTIPLE,
 *         MPI_ERR_REQUEST for a request that has become one of MPI's and not ended
 */
FANOUT_EXPORT int fanout_request_mpi(fanout_request *request, MPI_Request *mpi_request);

/**
 * Gives the library the next piece of a stream. Called on the root only, in order of `offset`, by
 * the thread that called fanout_stream. (With the parameter `shared_source`: see fanout_stream.)
 *
 * @param state   as given to fanout_stream
 * @param offset  bytes from the start of the stream
 * @param buffer  where to put the piece
 * @param bytes   how many bytes to put there, no fewer
 * @return 0, or anything else to end the stream with an error on every rank
 */
typedef int fanout_source_fn(void *state, MPI_Count offset, void *buffer, size_t bytes);

/**
 * Takes the next piece of a stream. Called in order of `offset` by the thread that called
 * fanout_stream, while later pieces are on their way.
 *
 * @param state   as given to fanout_stream
 * @param offset  bytes from the start of the stream
 * @param buffer  the piece; valid until the function returns
 * @param bytes   the length of the piece
 * @return 0, or anything else to stop delivery on this rank: it still relays data to the others,
 *         the sink is not called again, and fanout_stream returns FANOUT_ERR_SINK on this rank
 */
typedef int fanout_sink_fn(void *state, MPI_Count offset, const void *buffer, size_t bytes);

/**
 * Broadcast a stream that need not fit in memory: the root's source produces it piece by piece,
 * each rank's sink consumes it. Collective, blocking. A rank needs (window x chunk) bytes of
 * memory, whatever the length of the stream. If that is more than 1 MiB and a rank does not have
 * it, all return MPI_ERR_NO_MEM before the stream begins.
 *
 * Only the thread that called this function calls the source and the sink, also with
 * FANOUT_PROGRESS=thread. A call of a function of fanout.h from there that communicates, tests or
 * waits is an error of class FANOUT_ERR_PARAM at once, and MPI_Comm_free of a communicator with
 * broadcasts fails. Calls of MPI work, but for broadcasts that fanout-preload takes over.
 *
 * The parameter `timeout` (see fanout_bcast) applies here, too. A single call of a source or sink
 * that takes longer than that looks to the other ranks like a rank that does not come.
 *
 * The parameter `shared_source` (the key fanout_shared_source with the value "1" in `info` or in
 * the hints of fanout_comm_attach; the environment can only turn it off): the source may be called
 * on any rank and for any offset, in increasing order on each rank. All ranks must be able to
 * produce all of the data, for example from a parallel file system. Each byte is produced by only
 * one rank, usually one of the first group. The root is then a recipient like the others, but if
 * all ranks are on one node, its source produces everything.
 *
 * @param bytes   length of the stream, equal on all ranks
 * @param source  used on the root only, unless it is shared
 * @param sink    NULL: this rank only relays. The root's sink is called as well
 * @param state   passed to both callbacks
 * @param root    rank that has the source
 * @param comm    an intracommunicator
 * @param info    parameters of this stream, or MPI_INFO_NULL; rank 0's values apply to every rank
 * @return MPI_SUCCESS; an error code of class fanout_error_class(FANOUT_ERR_SOURCE) on all ranks if
 *         the source failed, or of class FANOUT_ERR_SINK on the ranks whose sink failed; or an MPI
 *         error code. After a death (see fanout_bcast) a sink may have had the beginning of it
 */
FANOUT_EXPORT int fanout_stream(MPI_Count bytes, fanout_source_fn *source, fanout_sink_fn *sink,
                                void *state, int root, MPI_Comm comm, MPI_Info info);

/** A piece that a sink keeps. */
typedef struct fanout_kept fanout_kept;

/**
 * In a sink: keep the piece that it has just been given, `buffer`, so that it stays as it is after
 * the sink has returned, and can be written by another thread. The stream takes other memory for
 * the pieces that follow: it has no limit for that, so the sink must have one. Local.
 *
 * @return what is to be released; or NULL: this piece cannot be kept, and must be copied if it is
 *         needed for longer. That is so where ranks of a node share its memory, on one node, with a
 *         window of up to 1 MiB, and where there is no more memory
 */
FANOUT_EXPORT fanout_kept *fanout_stream_keep(const void *buffer);

/**
 * Release a piece that was kept; its memory is used for others. Local, thread-safe; also after the
 * stream has ended, and after MPI_Finalize.
 */
FANOUT_EXPORT void fanout_stream_release(fanout_kept *kept);

/**
 * Reads the next piece of a stream of unknown length. Called on the root only, in order of
 * `offset`, by the thread that called fanout_stream_to_end, and not again after the end.
 *
 * @param state   as given to fanout_stream_to_end
 * @param offset  bytes from the start of the stream
 * @param buffer  where to put the piece
 * @param bytes   how many bytes to put there; fewer only at the end of the stream (read(2) may
 *                return fewer from a pipe: go on reading)
 * @return the number of bytes put there, which may be 0 at the end, or negative to end the stream
 *         with an error on every rank
 */
typedef MPI_Count fanout_reader_fn(void *state, MPI_Count offset, void *buffer, size_t bytes);

/**
 * fanout_stream for data of unknown length, such as a pipe: the root's reader says where it ends.
 * Collective, blocking. Every rank must call this function: it does not match fanout_stream. The
 * parameter `shared_source` has no effect here.
 *
 * @param reader  used on the root only
 * @param bytes   receives the length of the stream, on all ranks; undefined after an error other
 *                than FANOUT_ERR_SINK
 * @return as fanout_stream
 */
FANOUT_EXPORT int fanout_stream_to_end(fanout_reader_fn *reader, fanout_sink_fn *sink, void *state,
                                       int root, MPI_Comm comm, MPI_Info info, MPI_Count *bytes);

/** The library's own kinds of error; fanout_error_class gives the MPI error class of each. */
typedef enum fanout_error {
    FANOUT_ERR_SOURCE, /**< the source of a stream failed; delivery is incomplete on all ranks */
    FANOUT_ERR_SINK,   /**< this rank's sink failed; other ranks are not affected */
    /** a parameter in the environment, a tune file, a topology file or an MPI_Info is wrong, or an
        argument that only this library knows */
    FANOUT_ERR_PARAM,
    /** with the parameter `check`: the ranks gave different arguments, or would broadcast in
        different ways; known on all of them */
    FANOUT_ERR_DISAGREEMENT,
    FANOUT_ERR_TIMEOUT /**< with the parameter `timeout`: no progress, or a host is silent */
} fanout_error;

/**
 * The MPI error class of one of the library's own errors, to be compared with the result of
 * MPI_Error_class for a returned code. Local, thread-safe. MPI must be initialised.
 */
FANOUT_EXPORT int fanout_error_class(fanout_error error);

/**
 * Make the library's state on `comm` now instead of at the first broadcast, and set its parameters.
 * If other threads of the program make communicators, Open MPI 4.1.4 may hang when the library does
 * so at the same time: then call this before they start.
 * Collective, optional. It waits until the nonblocking broadcasts in flight on `comm` have ended:
 * their plans are those of the old parameters. Persistent broadcasts keep theirs.
 *
 * All parameters are optional. Rank 0's values apply to every rank. Precedence, lowest first:
 * default, tune file, `hints`, environment. `fanout-info --params` lists the keys
 * (`fanout_group_size`, ...). An unknown key that starts with "fanout_" is an error; other keys are
 * ignored.
 *
 * @param comm   an intracommunicator
 * @param hints  parameters, or MPI_INFO_NULL
 * @return MPI_SUCCESS or an MPI error code
 */
FANOUT_EXPORT int fanout_comm_attach(MPI_Comm comm, MPI_Info hints);

/**
 * The parameters in force on `comm`. Collective if `comm` has no state yet, otherwise local. Given
 * to fanout_comm_attach, they are set by hand, and nothing is measured or tried any more. If ways
 * of broadcasting are tried, `adapts_from_bytes`, which is no parameter, says from how many bytes
 * on one of them is to cut the data into pieces.
 *
 * @param used  receives a new MPI_Info, which the caller frees
 * @return MPI_SUCCESS or an MPI error code
 */
FANOUT_EXPORT int fanout_comm_get_info(MPI_Comm comm, MPI_Info *used);

/**
 * Describe what a broadcast of `bytes` from `root` would do: what was measured of the network, how
 * long each way of broadcasting took, what is decided and why, and the plan. Local if
 * fanout_comm_attach or this function has been called on `comm` before, otherwise collective.
 *
 * @param text  receives a string, which the caller releases with free()
 * @return MPI_SUCCESS or an MPI error code
 */
FANOUT_EXPORT int fanout_explain(MPI_Comm comm, MPI_Count bytes, int root, char **text);

#ifdef __cplusplus
}
#endif

#endif
