/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/report/json.h"
#include "copy/report/json_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define UNFINISHED "{\"error\": \"the copy has not ended\"}\n"

static bool is_same(const struct stat *one, const char *path)
{
    struct stat other;
    return stat(path, &other) == 0 && other.st_dev == one->st_dev && other.st_ino == one->st_ino;
}

static bool is_source(const struct stat *report, char *const *sources, int source_count)
{
    for (int i = 0; i < source_count; i++)
        if (is_same(report, sources[i]))
            return true;
    return false;
}

/* A pipe cannot be full for ever, and its reader gets the report only. */
static bool try_to_write(FILE *file, const struct stat *status)
{
    if (S_ISREG(status->st_mode))
        return ftruncate(fileno(file), 0) == 0 && fputs(UNFINISHED, file) != EOF &&
               fflush(file) == 0;
    if (S_ISCHR(status->st_mode))
        return fputc('\n', file) != EOF && fflush(file) == 0;
    return true;
}

static FILE *give_up(FILE *file, char *wrong, size_t size, int error)
{
    fan_copy_describe_errno(wrong, size, "cannot write the report", error);
    if (file != NULL)
        fclose(file);
    return NULL;
}

FILE *fan_copy_json_open(const char *path, char *const *sources, int source_count, char *wrong,
                         size_t size)
{
    struct stat status;
    if (strcmp(path, "-") == 0)
        return stdout;
    bool is_new = stat(path, &status) != 0;
    if (!is_new && is_source(&status, sources, source_count)) {
        snprintf(wrong, size, "is SRC, which the report would replace; choose another name");
        return NULL;
    }
    /* Without O_TRUNC: what is there stays until it is known that it can be written. */
    int fd = open(path, O_WRONLY | O_CREAT | O_NOCTTY | O_CLOEXEC, 0666);
    FILE *file = fd >= 0 ? fdopen(fd, "w") : NULL;
    if (file == NULL || fstat(fd, &status) != 0)
        return give_up(file, wrong, size, errno);
    if (try_to_write(file, &status))
        return file;
    int error = errno;
    if (is_new)
        unlink(path);
    return give_up(file, wrong, size, error);
}

/* Replace what fan_copy_json_open has written. */
static bool rewind_file(FILE *file)
{
    struct stat status;
    if (fstat(fileno(file), &status) != 0 || !S_ISREG(status.st_mode))
        return true;
    rewind(file);
    return ftruncate(fileno(file), 0) == 0;
}

static bool is_still_there(FILE *file, const char *path)
{
    struct stat status;
    return fstat(fileno(file), &status) != 0 || !S_ISREG(status.st_mode) || is_same(&status, path);
}

bool fan_copy_json_close(FILE *file, const char *path, const json_t *report, char *wrong,
                         size_t size)
{
    if (file == stdout) {
        bool written = fan_copy_json_print(report, stdout) && fflush(stdout) == 0;
        if (!written)
            fan_copy_describe_errno(wrong, size, "cannot write the report", errno);
        return written;
    }
    bool written = rewind_file(file) && fan_copy_json_print(report, file) && fflush(file) == 0;
    if (!written) {
        fan_copy_describe_errno(wrong, size, "cannot write the report", errno);
    } else if (!is_still_there(file, path)) {
        snprintf(wrong, size,
                 "was replaced or removed while the copy ran, so there is no report; choose a name "
                 "that is not copied");
        written = false;
    }
    if (fclose(file) != 0 && written) {
        fan_copy_describe_errno(wrong, size, "cannot write the report", errno);
        written = false;
    }
    return written;
}
