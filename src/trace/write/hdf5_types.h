/* SPDX-License-Identifier: BSD-3-Clause */
/** @file hdf5_types.h  The compounds of a trace file. See writer.h for its layout. */
#ifndef FAN_TRACE_WRITE_HDF5_TYPES_H
#define FAN_TRACE_WRITE_HDF5_TYPES_H

#include "trace/record/writer.h"

#include <hdf5.h>

/**
 * HDF5 types of the structures in transfer.h as they are in memory; negative: failed. Close them
 * with H5Tclose.
 */
hid_t fan_hdf5_rank_type(void);
hid_t fan_hdf5_broadcast_type(void);
hid_t fan_hdf5_transfer_type(void);

#endif
