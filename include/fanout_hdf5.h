/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file fanout_hdf5.h
 * Open an HDF5 file, or read a dataset, on one rank of an MPI communicator and have it on all of
 * them, in about the time that one transfer of the bytes takes.
 *
 * All functions are collective over `comm`, an intracommunicator: all its ranks call them, in the
 * same order. They return on all ranks the same: a failure on one, or arguments that are wrong on
 * one, is a failure on all, and nobody waits for a rank that has failed. (Only a communicator that
 * is none cannot be told to others.)
 *
 * Errors are reported as HDF5 does it: a negative value, and messages on HDF5's error stack, which
 * HDF5 prints unless H5Eset_auto2 says otherwise. The topmost message is of the class "fanout" and
 * says which rank failed, and why; below it are HDF5's own, where HDF5 found the fault on this
 * rank. MPI's error handlers are not called.
 *
 * MPI must be initialised. Several threads may call these functions at once on different
 * communicators if that was done with MPI_THREAD_MULTIPLE and HDF5 is built thread-safe
 * (H5is_library_threadsafe).
 *
 * The first call on a communicator makes another one of the same ranks, which goes with it.
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
 * the other ranks never touch the file system. Its image is kept in memory, once on each node,
 * until the file identifier and those of all objects in it are closed. Closing is local, with
 * H5Fclose.
 *
 * What is returned is an ordinary file identifier (of the core driver), for any call that reads.
 * H5Fget_name gives a name that ends in `path`, which no file has.
 *
 * A file that refers to other files, by external links, external raw data or virtual datasets, is
 * refused, with the name of the object, unless fanout_h5_external is "allow": then each rank that
 * follows such a reference reads that other file itself. To find them the root looks at all links
 * and datasets of the file once.
 *
 * What is damaged is an error here if HDF5 notices it at opening, or when it looks at objects; else
 * when it is read, as ever. A file that changes while it is read is an error.
 *
 * @param path   of a regular file; significant on the root only
 * @param flags  H5F_ACC_RDONLY
 * @param root   rank that can read the file
 * @param comm   an intracommunicator
 * @param info   or MPI_INFO_NULL; the root's counts. The keys fanout_* are parameters of the
 *               broadcast, as for fanout_stream; fanout_h5_external is "refuse" or "allow"
 * @return a file identifier on all ranks, or a negative value on all ranks
 */
FANOUT_EXPORT hid_t fanout_h5_open(const char *path, unsigned flags, int root, MPI_Comm comm,
                                   MPI_Info info);

/**
 * H5Dread on one rank, the data on all. The root reads in pieces of about 1 MiB, or of a row of
 * chunks if that takes no more than 64 MiB, while earlier pieces are on their way; no chunk is then
 * read twice.
 *
 * Elements travel in the dataset's type, and are converted where they arrive; but in the memory
 * type if that is not larger and equal on all ranks, or if `dxpl` is not H5P_DEFAULT (then in the
 * root's), and the root converts. Types of variable length are an error, those inside compounds and
 * arrays too, and so are the references of HDF5 1.12 (H5T_STD_REF).
 *
 * The root reads in a thread of its own (which calls no MPI) if the file is open with the sec2,
 * stdio or core driver. As for H5Dread, other threads of the process must not use HDF5 at that time
 * unless its build is thread-safe.
 *
 * @param dset        the dataset; significant on the root only
 * @param mem_type    type of the elements in `buf`. May differ between ranks, if HDF5 can convert
 * @param mem_space   where they are in `buf`, as for H5Dread. As many elements as the root's
 *                    `file_space` selects. May differ between ranks. H5S_ALL: one after the other
 *                    from the beginning of `buf`, also where `file_space` selects a part only
 *                    (H5Dread would take the dataset's shape)
 * @param file_space  what to read: any selection, or H5S_ALL; significant on the root only
 * @param dxpl        or H5P_DEFAULT; significant on the root only
 * @param buf         receives the elements; may be NULL if there are none
 * @return 0 on all ranks, or a negative value on all ranks; then `buf` may have a part of the data
 */
FANOUT_EXPORT herr_t fanout_h5_read(hid_t dset, hid_t mem_type, hid_t mem_space, hid_t file_space,
                                    hid_t dxpl, void *buf, int root, MPI_Comm comm);

/**
 * Takes the next elements of a dataset. Called in order on every rank, so that all elements are
 * handed over once.
 *
 * It may use HDF5, but not MPI. On the root it is called by another thread than the one that called
 * fanout_h5_read_blocks (see fanout_h5_read), while that waits.
 *
 * @param state  as given to fanout_h5_read_blocks
 * @param start  number of the first element, in the order in which H5Dread would deliver them
 * @param count  how many there are
 * @param data   the elements, of this rank's `mem_type`; may be changed, and is not valid after the
 *               return
 * @return 0, or anything else to end with an error on all ranks: this rank is not called again,
 *         others may be
 */
typedef int fanout_h5_block_fn(void *state, hsize_t start, hsize_t count, void *data);

/**
 * fanout_h5_read for data that need not fit in memory: each rank gets it block by block. Memory per
 * rank is some MiB (on the root up to 128 MiB besides, where a row of chunks is large), whatever
 * the size of the dataset.
 *
 * @param callback  or NULL: this rank only passes the data on
 * @param state     handed to the callback
 * Other arguments and the result are as for fanout_h5_read.
 */
FANOUT_EXPORT herr_t fanout_h5_read_blocks(hid_t dset, hid_t mem_type, hid_t file_space, hid_t dxpl,
                                           fanout_h5_block_fn *callback, void *state, int root,
                                           MPI_Comm comm);

#ifdef __cplusplus
}
#endif

#endif
