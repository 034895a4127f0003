/* SPDX-License-Identifier: BSD-3-Clause */
/** @file zip_end.h  What only the end of a zip says: modes, and which entries are links. Local. */
#ifndef FAN_COPY_EXTRACT_ZIP_END_H
#define FAN_COPY_EXTRACT_ZIP_END_H

#include "copy/extract/layers.h"
#include "copy/extract/state.h"

/** All entries of the zip are there: do what its directory says. False if that fails. */
bool fan_copy_zip_end(fan_copy_extract *extract, const fan_copy_layers *layers);

#endif
