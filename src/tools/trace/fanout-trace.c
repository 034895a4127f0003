/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * fanout-trace: what FANOUT_TRACE has recorded, as a summary, a picture, or a check. Needs no MPI
 * launcher.
 */
#include "config.h"

#include "os/program.h"
#include "tools/trace/options.h"
#include "tools/trace/text.h"
#include "trace/judge/check.h"
#include "trace/judge/timeline.h"
#include "trace/read/hdf5_read.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef fan_status visit_cast(const fan_cast *cast, void *state);

static bool is_picked(const fan_tracetool_options *o, const fan_run *run, size_t index)
{
    return o->broadcast == FAN_TRACE_ALL || run->broadcasts[index].number == o->broadcast;
}

static fan_status visit_run(const fan_tracetool_options *o, const fan_run *run, visit_cast *visit,
                            void *state)
{
    fan_status status = FAN_OK;
    for (size_t i = 0; status == FAN_OK && i < run->broadcast_count; i++) {
        fan_cast cast;
        if (!is_picked(o, run, i))
            continue;
        status = fan_cast_open(&cast, run, i);
        if (status != FAN_OK)
            return status;
        status = visit(&cast, state);
        fan_cast_close(&cast);
    }
    return status;
}

/* ---- summary ---- */

static fan_status add_usage(const fan_cast *cast, void *usage)
{
    return fan_judge_usage_add(usage, cast);
}

static fan_status print_cast(const fan_cast *cast, void *unused)
{
    (void)unused;
    fan_judge_path path;
    fan_status status = fan_judge_path_find(cast, &path);
    if (status != FAN_OK)
        return status;
    fan_tracetool_print_cast(cast);
    fan_tracetool_print_path(cast, &path);
    fan_judge_path_free(&path);
    return FAN_OK;
}

static fan_status summarise(const fan_tracetool_options *o, const fan_run *run, size_t number)
{
    fan_judge_usage usage;
    fan_status status = fan_judge_usage_begin(&usage, run);
    if (status != FAN_OK)
        return status;
    status = visit_run(o, run, add_usage, &usage);
    if (status == FAN_OK) {
        fan_tracetool_print_run(run, number);
        fan_tracetool_print_explanation(run);
        fan_tracetool_print_links(&usage, run);
        fan_tracetool_print_ranks(&usage, run);
        status = visit_run(o, run, print_cast, NULL);
        printf("\n");
    }
    fan_judge_usage_free(&usage);
    return status;
}

/* ---- check ---- */

typedef struct tally {
    size_t communicator;
    int missing;
} tally;

static fan_status check_cast(const fan_cast *cast, void *state)
{
    static const char *const words[] = {
        [FAN_HOLDS] = "holds", [FAN_MISSING] = "missing", [FAN_NOT_APPLICABLE] = "not applicable"};
    tally *t = state;
    for (fan_judge_behaviour b = 0; b < FAN_BEHAVIOURS; b++) {
        fan_judgement j = fan_judge_check(cast, b);
        printf("communicator %zu, broadcast %d: %s: %s: %s\n", t->communicator, cast->how->number,
               fan_judge_behaviour_names[b], words[j.finding], j.text);
        t->missing += j.finding == FAN_MISSING;
    }
    return FAN_OK;
}

static fan_status check(const fan_tracetool_options *o, const fan_run *run, size_t number,
                        int *missing)
{
    tally t = {.communicator = number};
    fan_status status = visit_run(o, run, check_cast, &t);
    *missing += t.missing;
    return status;
}

/* ---- picture ---- */

typedef struct choice {
    const fan_run *run;
    size_t index;
    int64_t bytes;
} choice;

static void choose(const fan_tracetool_options *o, const fan_run *run, choice *best)
{
    for (size_t i = 0; i < run->broadcast_count; i++)
        if (is_picked(o, run, i) && run->broadcasts[i].bytes > best->bytes)
            *best = (choice){.run = run, .index = i, .bytes = run->broadcasts[i].bytes};
}

static fan_status draw_to(const fan_cast *cast, const char *path)
{
    FILE *out = fopen(path, "w");
    if (out == NULL)
        return fan_fail(FAN_ERR_SYSTEM, "--svg: cannot open %s: %s", path, strerror(errno));
    fan_status status = fan_judge_timeline_draw(cast, out);
    if (fclose(out) != 0 && status == FAN_OK)
        status = fan_fail(FAN_ERR_SYSTEM, "--svg: cannot write %s: %s", path, strerror(errno));
    return status;
}

static fan_status draw(const choice *what, const char *path)
{
    fan_cast cast;
    fan_status status = fan_cast_open(&cast, what->run, what->index);
    if (status != FAN_OK)
        return status;
    status = draw_to(&cast, path);
    fan_cast_close(&cast);
    return status;
}

/* ---- */

static fan_status show(const fan_tracetool_options *o, const fan_runs *runs, int *missing)
{
    choice what = {.bytes = -1};
    fan_status status = FAN_OK;
    for (size_t i = 0; status == FAN_OK && i < runs->count; i++) {
        const fan_run *run = &runs->runs[i];
        if (o->communicator != FAN_TRACE_ALL && (size_t)o->communicator != i)
            continue;
        choose(o, run, &what);
        status = o->check ? check(o, run, i, missing) : summarise(o, run, i);
    }
    if (status == FAN_OK && what.run == NULL)
        return fan_fail(FAN_ERR_ARGUMENT, "the trace does not have this broadcast");
    if (status == FAN_OK && o->svg != NULL)
        status = draw(&what, o->svg);
    return status;
}

static fan_status read_all(const fan_tracetool_options *o, fan_runs *runs)
{
    fan_status status = FAN_OK;
    for (int i = 0; status == FAN_OK && i < o->count; i++)
        status = fan_runs_read(runs, o->files[i]);
    for (size_t i = 0; i < runs->count; i++)
        fan_run_sort(&runs->runs[i]);
    return status;
}

int main(int argc, char **argv)
{
    fan_tracetool_options options;
    fan_runs runs = {0};
    int missing = 0;
    fan_tracetool_options_parse(argc, argv, &options);
    fan_status status = read_all(&options, &runs);
    if (status == FAN_OK)
        status = show(&options, &runs, &missing);
    fan_runs_free(&runs);
    if (status != FAN_OK)
        fprintf(stderr, "fanout-trace: %s\n", fan_fail_text());
    if (!fan_os_program_flush())
        return EXIT_FAILURE;
    if (missing > 0)
        fprintf(stderr, "fanout-trace: %d behaviours are missing\n", missing);
    return status == FAN_OK && missing == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
