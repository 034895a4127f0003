/* SPDX-License-Identifier: BSD-3-Clause */
/** @file trace_module.h  Loads the module that writes traces. */
#ifndef FAN_LIB_RECORD_TRACE_MODULE_H
#define FAN_LIB_RECORD_TRACE_MODULE_H

#include "trace/record/writer.h"

/** NULL, with a warning the first time, if it cannot be loaded. Thread-safe. */
const fan_record_writer *fan_recorder_module_load(void);

#endif
