/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "tools/tune/output/output.h"

#include "os/path.h"
#include "os/temporary.h"
#include "tools/tune/output/draw.h"
#include "tools/tune/output/json.h"
#include "tools/tune/output/text.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static fan_status cannot_write(const char *option, const char *name, int error)
{
    return fan_fail(FAN_ERR_SYSTEM, "cannot write %s %s: %s", option, name, strerror(error));
}

static fan_status open_tune(fan_tune_output *output, const char *name)
{
    if (strcmp(name, "-") == 0) {
        output->tune = stdout;
        return FAN_OK;
    }
    if (snprintf(output->path, sizeof output->path, "%s", name) >= (int)sizeof output->path)
        return cannot_write("-o", name, ENAMETOOLONG);
    int error = fan_os_path_into_directory(output->path, sizeof output->path, "fanout.tune");
    if (error == EINVAL)
        return fan_fail(
            FAN_ERR_SYSTEM,
            "-o %s is not a regular file and is not replaced; use -o - for standard output", name);
    if (error != 0)
        return cannot_write("-o", name, error);
    if (!fan_os_temporary_name(output->path, FAN_COPY_PART, output->temporary,
                               sizeof output->temporary))
        return cannot_write("-o", name, ENAMETOOLONG);
    int fd = fan_os_temporary_file(output->temporary).fd;
    output->tune = fd < 0 ? NULL : fdopen(fd, "w");
    return output->tune == NULL ? cannot_write("-o", output->path, errno) : FAN_OK;
}

static fan_status open_other(const char *option, const char *name, FILE **file)
{
    if (name == NULL)
        return FAN_OK;
    *file = fopen(name, "we");
    return *file == NULL ? cannot_write(option, name, errno) : FAN_OK;
}

fan_status fan_tune_output_open(fan_tune_output *output, const fan_tune_files *names)
{
    *output = (fan_tune_output){.names = *names};
    fan_status status = open_tune(output, names->tune);
    if (status == FAN_OK && names->svg != NULL)
        status = fan_tune_draw_check();
    if (status == FAN_OK)
        status = open_other("--svg", names->svg, &output->svg);
    if (status == FAN_OK)
        status = open_other("--json", names->json, &output->json);
    return status;
}

/*
 * The temporary file is its owner's alone; what is whole is for all whom the umask does not
 * exclude.
 */
static int open_to_others(FILE *file)
{
    mode_t mask = umask(0);
    umask(mask);
    return fchmod(fileno(file),
                  (S_IRUSR | S_IWUSR | S_IRGRP | S_IWGRP | S_IROTH | S_IWOTH) & ~mask);
}

static fan_status write_tune(fan_tune_output *output, const fan_tune_results *results)
{
    FILE *file = output->tune;
    fan_tune_text(results, file);
    if (fflush(file) != 0 || ferror(file))
        return cannot_write("-o", output->names.tune, errno);
    if (file == stdout)
        return FAN_OK;
    if (open_to_others(file) != 0 || rename(output->temporary, output->path) != 0)
        return cannot_write("-o", output->path, errno);
    return FAN_OK;
}

static fan_status write_svg(fan_tune_output *output, const fan_tune_results *results)
{
    return output->svg == NULL ? FAN_OK : fan_tune_draw(results, output->names.svg);
}

static fan_status write_json(fan_tune_output *output, const fan_tune_results *results)
{
    if (output->json == NULL)
        return FAN_OK;
    errno = 0;
    if (fan_tune_json_write(results, output->json) && fflush(output->json) == 0)
        return FAN_OK;
    return fan_fail(FAN_ERR_SYSTEM, "cannot write --json %s: %s", output->names.json,
                    errno != 0 ? strerror(errno) : "a value cannot be written as JSON");
}

/* What is asked for besides comes first: without it, no tune file says that all went well. */
fan_status fan_tune_output_write(fan_tune_output *output, const fan_tune_results *results)
{
    fan_status status = write_json(output, results);
    if (status == FAN_OK)
        status = write_svg(output, results);
    if (status == FAN_OK)
        status = write_tune(output, results);
    return status;
}

static void close_file(FILE *file)
{
    if (file != NULL && file != stdout)
        fclose(file);
}

void fan_tune_output_close(fan_tune_output *output)
{
    /* Gone already if it has its final name. */
    if (output->tune != NULL && output->tune != stdout)
        unlink(output->temporary);
    close_file(output->tune);
    close_file(output->svg);
    close_file(output->json);
}
