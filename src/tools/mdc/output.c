/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "tools/mdc/output.h"
#include "os/cleanup.h"
#include "os/temporary.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

fan_mdc_dataset fan_mdc_output_create(const char *file_name, const char *path, const fan_mdc_dataset *like,
                                      const int64_t extent[])
{
    char temporary[PATH_MAX];
    if (!fan_copy_temporary_name(file_name, FAN_COPY_PART, temporary, sizeof temporary))
        fan_mdc_die("%s: %s", file_name, strerror(ENAMETOOLONG));
    fan_copy_cleanup_add(temporary, file_name);
    return fan_mdc_dataset_create(temporary, path, like, extent);
}

void fan_mdc_output_finish(fan_mdc_dataset *dataset, const char *file_name)
{
    char temporary[PATH_MAX];
    snprintf(temporary, sizeof temporary, "%s", dataset->file_name);
    fan_mdc_dataset_close(dataset);
    if (rename(temporary, file_name) != 0)
        fan_mdc_die("%s: cannot rename %s to it: %s", file_name, temporary, strerror(errno));
    fan_copy_cleanup_forget(temporary);
}
