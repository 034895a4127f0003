/* SPDX-License-Identifier: BSD-3-Clause */
/** @file module.h  Finds libfanout_unpack.so. */
#ifndef FAN_COPY_ARCHIVE_MODULE_H
#define FAN_COPY_ARCHIVE_MODULE_H

#include "copy/extract/functions.h"

/** The module; NULL, with why in `text`, if it cannot be loaded. It stays loaded. Local. */
const fan_copy_extract_module *fan_copy_module_load(char *text, size_t size);

#endif
