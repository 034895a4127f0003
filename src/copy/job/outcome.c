/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/job/outcome.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const struct {
    int error_number;
    const char *text;
} advice[] = {
    {ENOSPC, "make room there, or choose another destination"},
    {EDQUOT, "make room there, or choose another destination"},
    {EFBIG, "raise the file size limit (ulimit -f) or choose another file system"},
    {EACCES, "check the permissions of the file and of its directories on this host"},
    {EPERM, "check the permissions of the file and of its directories on this host"},
    {EROFS, "choose a destination that can be written"},
    {ENOENT, "check that the path exists on this host"},
    {ENOTDIR, "check the path; part of it is not a directory on this host"},
    {EISDIR, "a directory is in the way; remove it or choose another name"},
    {ENAMETOOLONG, "choose a shorter name"},
    {EBADF, "standard input is closed; redirect the data to it"},
    {EIO, "check the device and the system log of this host"},
};

void fan_copy_describe_errno(char *text, size_t size, const char *what, int error_number)
{
    const char *hint = NULL;
    for (size_t i = 0; i < sizeof advice / sizeof advice[0]; i++)
        if (advice[i].error_number == error_number)
            hint = advice[i].text;
    snprintf(text, size, "%s: %s%s%s", what, strerror(error_number), hint ? "; " : "",
             hint ? hint : "");
}

void fan_copy_outcome_init(fan_copy_outcome *outcome, int job_rank)
{
    memset(outcome, 0, sizeof *outcome);
    outcome->rank = job_rank;
    outcome->written_by = -1;
    if (gethostname(outcome->host, sizeof outcome->host - 1) != 0)
        snprintf(outcome->host, sizeof outcome->host, "unknown");
}

void fan_copy_outcome_at(fan_copy_outcome *outcome, const char *path)
{
    if (path != outcome->path)
        snprintf(outcome->path, sizeof outcome->path, "%s", path);
}

void fan_copy_outcome_fail(fan_copy_outcome *outcome, const char *format, ...)
{
    if (outcome->error[0] != '\0')
        return;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(outcome->error, sizeof outcome->error, format, arguments);
    va_end(arguments);
}

void fan_copy_outcome_fail_errno(fan_copy_outcome *outcome, const char *what, int error_number)
{
    char text[FAN_COPY_TEXT];
    fan_copy_describe_errno(text, sizeof text, what, error_number);
    fan_copy_outcome_fail(outcome, "%s", text);
}

bool fan_copy_outcome_fail_at(fan_copy_outcome *outcome, const char *path, const char *what,
                              int error_number)
{
    if (outcome->error[0] != '\0')
        return false;
    fan_copy_outcome_at(outcome, path);
    if (error_number != 0)
        fan_copy_outcome_fail_errno(outcome, what, error_number);
    else
        fan_copy_outcome_fail(outcome, "%s", what);
    return false;
}

void fan_copy_describe_loss(char *text, size_t size, const char *what, const char *path,
                            int error_number)
{
    snprintf(text, size, "cannot keep %s%s%.300s, and perhaps of others: %s", what,
             path[0] != '\0' ? " of " : "", path, strerror(error_number));
}

void fan_copy_outcomes_gather(const fan_copy_outcome *mine, fan_copy_outcome *all, MPI_Comm comm)
{
    MPI_Gather(mine, sizeof *mine, MPI_BYTE, all, sizeof *mine, MPI_BYTE, 0, comm);
}
