/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file xxhash.h  xxHash for much data: where the library has its functions for each kind of vector
 * unit, the names of XXH3 stand for those that ask the processor. Twice as fast on AVX2 (6 GB/s
 * instead of 3). The hashes are the same.
 */
#ifndef FAN_COPY_CODING_XXHASH_H
#define FAN_COPY_CODING_XXHASH_H

#ifdef HAVE_XXH_X86DISPATCH
#include <xxh_x86dispatch.h>
#else
#include <xxhash.h>
#endif

#endif
