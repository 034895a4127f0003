/* SPDX-License-Identifier: BSD-3-Clause */
/* fanout-plan: explain, list or draw what the planner chooses. Needs no MPI launcher. */
#include "config.h"

#include "base/units.h"
#include "os/program.h"
#include "picture/draw.h"
#include "picture/print.h"
#include "plan/explain.h"
#include "simulate/simulate.h"
#include "tools/plan/options.h"
#include "tools/plan/table.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { USUAL_ROWS = 30 };

static fan_status print_explanation(const fan_plan *plan, const fan_params *params)
{
    char *words = fan_plan_explain(plan, params);
    if (words == NULL)
        return fan_fail(FAN_ERR_MEMORY, "no memory for the explanation");
    fputs(words, stdout);
    free(words);
    return FAN_OK;
}

static fan_status print_simulated(const fan_plan *plan, const fan_params *params)
{
    fan_model model = fan_params_model(params);
    fan_simulated simulated;
    fan_status status = fan_simulate(plan, &model, &simulated);
    char text[32];
    if (status != FAN_OK)
        return status;
    printf("Simulated time: %s, %.3f times the limit.\n",
           fan_format_seconds(simulated.others, text, sizeof text),
           simulated.others / plan->limit_predicted);
    if (plan->served > 0)
        printf("  Slow nodes, and the one that serves them: %s, %.3f times their own limit.\n",
               fan_format_seconds(simulated.seconds, text, sizeof text),
               simulated.seconds / (plan->limit_predicted / plan->order->slowest));
    return status;
}

static fan_status print_phase(const fan_plan *plan, int node, fan_phase phase)
{
    fan_schedule schedule;
    fan_status status = fan_plan_schedule(plan, node, phase, &schedule);
    if (status != FAN_OK)
        return status;
    if (phase == FAN_PHASE_RECEIVE || schedule.edge_count > 0) {
        printf("Node %d, %s:\n", node,
               phase == FAN_PHASE_RECEIVE ? "while data comes in" : "after full receipt");
        fan_schedule_print(&schedule, stdout);
    }
    fan_schedule_free(&schedule);
    return FAN_OK;
}

static fan_status print_schedule(const fan_plan *plan, int node)
{
    fan_status status = print_phase(plan, node, FAN_PHASE_RECEIVE);
    return status == FAN_OK ? print_phase(plan, node, FAN_PHASE_SERVE) : status;
}

static fan_status draw(const fan_plan *plan, const char *path)
{
    FILE *out = fopen(path, "w");
    if (out == NULL)
        return fan_fail(FAN_ERR_SYSTEM, "--svg: cannot open %s: %s", path, strerror(errno));
    fan_status status = fan_plan_draw(plan, out);
    int failure = errno;
    if (fclose(out) != 0 && status == FAN_OK) {
        status = FAN_ERR_SYSTEM;
        failure = errno;
    }
    return status != FAN_ERR_SYSTEM
               ? status
               : fan_fail(status, "--svg: cannot write %s: %s", path, strerror(failure));
}

static fan_status show(const fan_plantool_options *options)
{
    fan_plan plan = fan_plan_choose(&options->request, &options->params);
    fan_status status = FAN_OK;
    if (options->table)
        status = fan_plantool_table_print(&options->request, &options->params,
                                          options->all ? SIZE_MAX : USUAL_ROWS, options->simulate);
    if (status == FAN_OK && options->schedule >= 0)
        status = print_schedule(&plan, options->schedule);
    if (status == FAN_OK && !options->table && options->schedule < 0)
        status = print_explanation(&plan, &options->params);
    if (status == FAN_OK && !options->table && options->simulate)
        status = print_simulated(&plan, &options->params);
    if (status == FAN_OK && options->svg != NULL)
        status = draw(&plan, options->svg);
    return status;
}

int main(int argc, char **argv)
{
    fan_plantool_options options;
    fan_plantool_options_parse(argc, argv, &options);
    fan_status status = show(&options);
    free(options.order);
    if (status != FAN_OK) {
        fprintf(stderr, "fanout-plan: %s\n", fan_fail_text());
        return EXIT_FAILURE;
    }
    return fan_os_program_flush() ? EXIT_SUCCESS : EXIT_FAILURE;
}
