/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file fanout_hdf5.h
 * Open an HDF5 file or read a dataset on one rank of an MPI communicator and have it on all ranks,
 * in about the time of one transfer of the bytes.
 *
 * All functions are collective over `comm`, an intracommunicator: all its ranks call them, in the
 * same order. They succeed or fail on all ranks alike: a failure or an invalid argument on one rank
 * is a failure on all, and no rank is left waiting. (The exception is an invalid communicator: the
 * other ranks cannot be told.)
 *
 * Errors are reported as HDF5 does: a negative return value, and messages on HDF5's error stack,
 * which HDF5 prints unless H5Eset_auto2 says otherwise. The topmost message is of the class
 * "fanout" and says which rank failed, and why; below it are HDF5's own messages if HDF5 found the
 * fault on this rank. MPI's error handlers are not called.
 *
 * MPI must be initialised. Several threads may call these functions at the same time on different
 * communicators if MPI was initialised with MPI_THREAD_MULTIPLE and HDF5 is built thread-safe
 * (H5is_library_threadsafe).
 *
 * The first call on a communicator makes a private communicator with the same ranks, which is freed
 * with it.
 */
#ifndef FANOUT_HDF5_H
#define FANOUT_HDF5_H

#include <fanout.h>
#include <hdf5.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Open a file for reading on all ranks. The root reads it once, from its first byte to its last;
 * the other ranks do not touch the file system. The image of the file is kept in memory, once on
 * each node, until the file identifier and those of all objects in it are closed. Closing is local,
 * by H5Fclose.
 *
 * The result is an ordinary file identifier (of the core driver), for any call that reads.
 * H5Fget_name returns a name that ends in `path` and does not exist in the file system.
 *
 * A file that refers to other files, by external links, external raw data or virtual datasets, is
 * refused with a message that names the object, unless fanout_h5_external is "allow". Then each
 * rank that follows such a reference reads the other file itself. To find references, the root
 * looks once at all links and datasets of the file. An object that this HDF5 cannot open is passed
 * over: it leads nowhere. An object that makes HDF5 crash, or hang for 20 s or the parameter
 * timeout if that is set, is an error that names the file and the object. That is so because the
 * search is made in a child process, a fork() that calls only HDF5 and the C library and ends by
 * _exit(): it takes 0.6 ms, and 20 to 70 ms for each GB that the root has in memory of its own, is
 * safe with fabrics that register memory from Linux 5.12 on, and SIGCHLD is sent as after
 * system(3). Where no process can be made the root looks by itself. With "allow" there is no
 * search and no fork().
 *
 * If the file is damaged, this call fails if HDF5 notices that while it opens the file; otherwise
 * later reads of the damaged objects fail. A file that is changed while it is read is an error, and
 * so is one that is open for writing, also by this process: while the root reads, it holds HDF5's
 * lock of a reader. HDF5_USE_FILE_LOCKING means what it means to H5Fopen, but is looked up at each
 * call.
 *
 * @param path   of a regular file; significant on the root only
 * @param flags  H5F_ACC_RDONLY
 * @param root   rank that can read the file
 * @param comm   an intracommunicator
 * @param info   or MPI_INFO_NULL; significant on the root only. The keys fanout_* are parameters of
 *               the broadcast, as for fanout_stream; fanout_h5_external is "refuse" or "allow"
 * @return a file identifier on all ranks, or a negative value on all ranks
 */
FANOUT_EXPORT hid_t fanout_h5_open(const char *path, unsigned flags, int root, MPI_Comm comm,
                                   MPI_Info info);

/**
 * H5Dread on one rank, with the data on all ranks. The root reads in pieces while earlier pieces
 * are on their way. A piece is about 1 MiB, or a row of chunks if that is at most 64 MiB: then no
 * chunk is read twice.
 *
 * Elements are sent in the dataset's type and converted by the receiving ranks. They are converted
 * by the root, and sent in the memory type, if that is not larger and equal on all ranks, or if
 * `dxpl` is not H5P_DEFAULT (then it is the root's memory type). What H5Dread leaves alone in
 * memory stays as it is on each rank: gaps in compounds that are converted, and elements that were
 * never written and have no fill value (H5D_FILL_TIME_NEVER; in blocks they are zero). If there
 * may be such elements, and in virtual datasets, which are not searched for them, a byte more is
 * sent for each element. Types of variable length, also inside compounds and arrays, and the
 * references of HDF5 1.12 (H5T_STD_REF) are errors.
 *
 * If the file is open with the sec2, stdio or core driver, the root reads in a separate thread,
 * which does not call MPI. As for H5Dread, other threads of the process must not use HDF5 meanwhile
 * unless HDF5 is built thread-safe. In a callback of HDF5 (of H5Ovisit or H5Literate, for instance)
 * HDF5's lock keeps other threads out, and the root reads in the calling thread: the result is the
 * same, but reading and sending take turns.
 *
 * @param dset        the dataset; significant on the root only
 * @param mem_type    type of the elements in `buf`. May differ between ranks if HDF5 can convert
 * @param mem_space   where the elements are in `buf`, as for H5Dread; it selects as many elements
 *                    as the root's `file_space`. May differ between ranks. H5S_ALL: one after the
 *                    other from the beginning of `buf`, even if `file_space` selects only a part
 *                    (H5Dread would use the dataset's shape)
 * @param file_space  what to read: any selection, or H5S_ALL; significant on the root only
 * @param dxpl        transfer properties, or H5P_DEFAULT; significant on the root only
 * @param buf         receives the elements; may be NULL if no elements are selected
 * @return 0 on all ranks, or a negative value on all ranks; then `buf` may hold a part of the data
 */
FANOUT_EXPORT herr_t fanout_h5_read(hid_t dset, hid_t mem_type, hid_t mem_space, hid_t file_space,
                                    hid_t dxpl, void *buf, int root, MPI_Comm comm);

/**
 * Takes the next elements of a dataset. Called in order on every rank, once for each element.
 *
 * It may use HDF5, but not MPI. On the root it is called by the calling thread or by another one
 * (see fanout_h5_read) while that waits.
 *
 * @param state  as given to fanout_h5_read_blocks
 * @param start  number of the first element, in the order in which H5Dread would deliver them
 * @param count  how many there are
 * @param data   the elements, of this rank's `mem_type`; may be changed, and is valid until the
 *               function returns
 * @return 0, or anything else to end with an error on all ranks: it is not called again on this
 *         rank, but may be on others
 */
typedef int fanout_h5_block_fn(void *state, hsize_t start, hsize_t count, void *data);

/**
 * fanout_h5_read for data that need not fit in memory: each rank gets it block by block. A rank
 * needs some MiB of memory, whatever the size of the dataset; the root up to 128 MiB more if a row
 * of chunks is large. The other arguments and the result are as for fanout_h5_read.
 *
 * @param callback  NULL: this rank only relays the data
 * @param state     passed to the callback
 */
FANOUT_EXPORT herr_t fanout_h5_read_blocks(hid_t dset, hid_t mem_type, hid_t file_space, hid_t dxpl,
                                           fanout_h5_block_fn *callback, void *state, int root,
                                           MPI_Comm comm);

#ifdef __cplusplus
}
#endif

#endif
