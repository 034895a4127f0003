/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "os/cleanup.h"
#include "os/temporary.h"
#include "tools/mdc/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static fan_status cannot(const char *what, const char *name)
{
    return fan_fail(FAN_ERR_SYSTEM, "cannot %s %s: %s", what, name, strerror(errno));
}

/* HDF5 would create it for everybody. */
fan_status fan_mdctool_output_begin(const char *file_name, char *temporary)
{
    if (!fan_os_temporary_name(file_name, FAN_COPY_PART, temporary, PATH_MAX)) {
        errno = ENAMETOOLONG;
        return cannot("create", file_name);
    }
    unlink(temporary);
    int file = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (file < 0)
        return cannot("create", file_name);
    close(file);
    fan_os_cleanup_add(temporary, file_name);
    return FAN_OK;
}

void fan_mdctool_output_discard(const char *temporary)
{
    fan_os_cleanup_remove(temporary);
    fan_os_cleanup_forget(temporary);
}

fan_status fan_mdctool_output_commit(const char *temporary, const char *file_name, mode_t mode)
{
    if (chmod(temporary, mode) != 0)
        return cannot("set the permissions of", file_name);
    if (fan_os_cleanup_commit(temporary, file_name) != 0)
        return cannot("write", file_name);
    return FAN_OK;
}

fan_mdctool_dataset fan_mdctool_output_create(const char *file_name, const char *path,
                                              const fan_mdctool_dataset *like,
                                              const int64_t extent[])
{
    char temporary[PATH_MAX];
    if (fan_mdctool_output_begin(file_name, temporary) != FAN_OK)
        fan_mdctool_die("%s", fan_fail_text());
    return fan_mdctool_dataset_create(temporary, path, like, extent);
}

void fan_mdctool_output_finish(fan_mdctool_dataset *dataset, const char *file_name)
{
    char temporary[PATH_MAX];
    mode_t mode = dataset->mode;
    snprintf(temporary, sizeof temporary, "%s", dataset->file_name);
    fan_mdctool_dataset_close(dataset);
    if (fan_mdctool_output_commit(temporary, file_name, mode) != FAN_OK)
        fan_mdctool_die("%s", fan_fail_text());
}
