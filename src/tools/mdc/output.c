/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "os/cleanup.h"
#include "os/temporary.h"
#include "tools/mdc/output.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

fan_mdctool_dataset fan_mdctool_output_create(const char *file_name, const char *path,
                                              const fan_mdctool_dataset *like,
                                              const int64_t extent[])
{
    char temporary[PATH_MAX];
    if (!fan_os_temporary_name(file_name, FAN_COPY_PART, temporary, sizeof temporary))
        fan_mdctool_die("%s: %s", file_name, strerror(ENAMETOOLONG));
    fan_os_cleanup_add(temporary, file_name);
    return fan_mdctool_dataset_create(temporary, path, like, extent);
}

void fan_mdctool_output_finish(fan_mdctool_dataset *dataset, const char *file_name)
{
    char temporary[PATH_MAX];
    snprintf(temporary, sizeof temporary, "%s", dataset->file_name);
    fan_mdctool_dataset_close(dataset);
    if (rename(temporary, file_name) != 0)
        fan_mdctool_die("%s: cannot rename %s to it: %s", file_name, temporary, strerror(errno));
    fan_os_cleanup_forget(temporary);
}
