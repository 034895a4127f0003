/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "tools/tune/output/draw.h"

#include "os/process.h"
#include "tools/tune/output/plot_script.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Run a program from its beginning. 0, or an errno value, or -1: gnuplot was not content. */
static int run(FILE *script)
{
    const char *const arguments[] = {"gnuplot", NULL};
    fan_os_process_setup setup = {.input = fileno(script), .output = -1, .errors = -1};
    pid_t process;
    rewind(script);
    setenv("LC_ALL", "C.UTF-8", 1); /* elsewhere it warns that it cannot convert the script */
    int error = fan_os_process_start(arguments[0], arguments, &setup, &process);
    if (error != 0)
        return error;
    return fan_os_process_wait(process) == 0 ? 0 : -1;
}

fan_status fan_tune_draw_check(void)
{
    FILE *nothing = tmpfile();
    int error = nothing == NULL ? errno : run(nothing);
    if (nothing != NULL)
        fclose(nothing);
    if (error == 0)
        return FAN_OK;
    return fan_fail(FAN_ERR_SYSTEM,
                    "--svg: cannot start gnuplot%s%s: install it (in Debian the package "
                    "gnuplot-nox), or store the samples with --json instead",
                    error > 0 ? ": " : "", error > 0 ? strerror(error) : "");
}

/* gnuplot does not say when the disk is full. */
static bool is_whole(const char *path)
{
    char end[16] = "";
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return false;
    bool whole = fseek(file, -(long)(sizeof end - 1), SEEK_END) == 0 &&
                 fread(end, 1, sizeof end - 1, file) > 0 && strstr(end, "</svg>") != NULL;
    fclose(file);
    return whole;
}

fan_status fan_tune_draw(const fan_tune_results *results, const char *path)
{
    FILE *script = tmpfile();
    if (script == NULL)
        return fan_fail(FAN_ERR_SYSTEM, "--svg: %s", strerror(errno));
    fan_tune_plot_script(results, path, script);
    bool drawn = fflush(script) == 0 && run(script) == 0 && is_whole(path);
    fclose(script);
    return drawn ? FAN_OK : fan_fail(FAN_ERR_SYSTEM, "cannot write --svg %s with gnuplot", path);
}
