/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file device.h  Memory of CUDA, ROCm and Level Zero devices, known from their runtimes where one
 * is loaded.
 *
 * We neither link nor load a runtime: a process without a runtime has no such memory.
 */
#ifndef FAN_PMPI_SHIM_DEVICE_H
#define FAN_PMPI_SHIM_DEVICE_H

#include <stdbool.h>

/**
 * Whether this process has loaded a runtime. Cheap if no library was loaded since the last call.
 * Local, thread-safe.
 */
bool fan_device_runtime_loaded(void);

/**
 * Whether the memory at `address` belongs to a device or is shared with one, so that the processor
 * should not touch it. Local, thread-safe.
 */
bool fan_device_has(const void *address);

#endif
