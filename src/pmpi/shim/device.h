/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file device.h  Memory of CUDA, ROCm and Level Zero devices, known from their runtimes where one
 * is loaded.
 *
 * We neither link nor load nor start a runtime: a process without one, or with one that was never
 * started or that finds no device, has no such memory. (hwloc's plugins load libze_loader into
 * processes that know nothing of it.)
 */
#ifndef FAN_PMPI_SHIM_DEVICE_H
#define FAN_PMPI_SHIM_DEVICE_H

#include <stdbool.h>

/**
 * Whether this process has a runtime that was started and has a device. Cheap if no library was
 * loaded since the last call. Local, thread-safe.
 */
bool fan_device_exists(void);

/**
 * Whether the memory at `address` belongs to a device or is shared with one, so that the processor
 * should not touch it. Asks the devices that fan_device_exists has found. Local, thread-safe.
 */
bool fan_device_has(const void *address);

#endif
