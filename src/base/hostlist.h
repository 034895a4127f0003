/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file hostlist.h  Names of hosts, and lists of them as SLURM writes: n[01-04,07],r[1-2]n[0-9].
 */
#ifndef FAN_BASE_HOSTLIST_H
#define FAN_BASE_HOSTLIST_H

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>

/** Takes one name of a list. Anything but FAN_OK ends the list. */
typedef fan_status fan_hostlist_visit(void *state, const char *name);

/**
 * Call `visit` for each name of `list`, in order. A number in brackets keeps its leading zeros, and
 * the numbers up to the end of its range are as wide. At most a million names.
 *
 * @return FAN_OK; FAN_ERR_ARGUMENT with a text that quotes what is wrong; or what `visit` returned
 */
fan_status fan_hostlist_expand(const char *list, fan_hostlist_visit *visit, void *state);

/**
 * Order names of hosts by the part before the first dot, as strcmp() does: 0 if "node7" and
 * "node7.cluster" may be the same host. Local, thread-safe.
 */
int fan_hostname_compare(const char *one, const char *two);

/**
 * Whether both name the same host: "node7" is "node7.cluster", whichever of them says the domain,
 * but "node7.a" is not "node7.b". Local, thread-safe.
 */
bool fan_hostname_same(const char *one, const char *two);

/**
 * Whether `text` is HOST:PATH, as scp and rsync have it: what is before its first colon could be
 * the name of a host. It may still be a path, if there is no such host: the part of a file,
 * FILE.h5:/OBJECT, looks the same. Local, thread-safe.
 *
 * @param host  receives the name, in `size` bytes
 * @param path  receives what is behind the colon, in `text`
 */
bool fan_hostname_split(const char *text, char *host, size_t size, const char **path);

#endif
