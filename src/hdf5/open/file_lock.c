/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "hdf5/open/file_lock.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>

static const char variable[] = "HDF5_USE_FILE_LOCKING";

typedef struct policy {
    hbool_t locks, ignores; /* ignores file systems without locks */
} policy;

/* HDF5's own, from when it was built. Earlier versions cannot be asked. */
static policy default_policy(void)
{
    policy p = {true, false};
#if H5_VERSION_GE(1, 12, 1) || (H5_VERSION_GE(1, 10, 7) && !H5_VERSION_GE(1, 12, 0))
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    H5Pget_file_locking(access, &p.locks, &p.ignores);
    H5Pclose(access);
#endif
    return p;
}

/* To HDF5, any other value says nothing. */
static policy find_policy(void)
{
    const char *value = getenv(variable);
    if (value == NULL)
        return default_policy();
    if (strcmp(value, "FALSE") == 0 || strcmp(value, "0") == 0)
        return (policy){false, false};
    if (strcmp(value, "BEST_EFFORT") == 0)
        return (policy){true, true};
    if (strcmp(value, "TRUE") == 0 || strcmp(value, "1") == 0)
        return (policy){true, false};
    return default_policy();
}

bool fan_h5_file_lock(int descriptor, const char *path, fan_h5_errors *errors)
{
    policy p = find_policy();
    if (!p.locks || flock(descriptor, LOCK_SH | LOCK_NB) == 0)
        return true;
    if (errno == EWOULDBLOCK)
        return fan_h5_fail(errors,
                           "cannot open %s: it is open for writing; close it there first, or set "
                           "%s=FALSE to read it as it is",
                           path, variable);
    if (p.ignores && errno == ENOSYS)
        return true;
    return fan_h5_fail(errors, "cannot lock %s: %s; set %s=FALSE if nobody writes it", path,
                       strerror(errno), variable);
}
