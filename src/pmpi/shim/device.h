/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file device.h  Memory of CUDA, ROCm and Level Zero devices, known from their runtimes where one
 * is loaded.
 *
 * Nothing is linked with a runtime, and none is loaded: a process that has none has no such memory.
 */
#ifndef FAN_PMPI_SHIM_DEVICE_H
#define FAN_PMPI_SHIM_DEVICE_H

#include <stdbool.h>

/**
 * Whether this process has loaded a runtime by now. Cheap when nothing was loaded since the last
 * call.
 */
bool fan_device_runtime_loaded(void);

/**
 * Whether the processor should keep off the memory at `address`: it is a device's, or shared with
 * one.
 */
bool fan_device_has(const void *address);

#endif
