/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "tools/plan/table.h"

#include "base/array.h"
#include "base/units.h"
#include "simulate/simulate.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct list {
    fan_plan *plans;
    size_t count, room;
    bool out_of_memory;
} list;

static void add(void *state, const fan_plan *plan)
{
    list *l = state;
    if (fan_array_reserve(&l->plans, &l->room, l->count + 1, sizeof *l->plans))
        l->plans[l->count++] = *plan;
    else
        l->out_of_memory = true;
}

static int by_time(const void *a, const void *b)
{
    const fan_plan *first = a, *second = b;
    if (first->predicted < second->predicted || first->predicted > second->predicted)
        return first->predicted < second->predicted ? -1 : 1;
    return first->shape.group_size - second->shape.group_size;
}

static bool is_chosen(const fan_plan *plan, const fan_plan *chosen)
{
    return plan->algorithm == chosen->algorithm &&
           plan->shape.group_size == chosen->shape.group_size &&
           plan->shape.branching == chosen->shape.branching;
}

static void print_row(size_t rank, const fan_plan *plan, bool chosen)
{
    char chunk[32], predicted[32];
    printf("%4zu %c %-10s %4d %4d %12s %7d %12s %9.3f", rank, chosen ? '*' : ' ',
           fan_algorithm_names[plan->algorithm], plan->shape.group_size, plan->shape.branching,
           fan_format_bytes(fan_layout_chunk_bytes(&plan->layout), chunk, sizeof chunk),
           plan->window, fan_format_seconds(plan->predicted, predicted, sizeof predicted),
           plan->predicted / plan->limit_predicted);
}

static fan_status print_simulated(const fan_plan *plan, const fan_model *model)
{
    fan_simulated simulated;
    fan_status status = fan_simulate(plan, model, &simulated);
    char seconds[32];
    if (status == FAN_OK)
        printf(" %12s %9.3f", fan_format_seconds(simulated.others, seconds, sizeof seconds),
               simulated.others / plan->limit_predicted);
    return status;
}

static fan_status print_rows(const list *l, const fan_plan *chosen, size_t rows,
                             const fan_model *model)
{
    fan_status status = FAN_OK;
    printf("%6s %-10s %4s %4s %12s %7s %12s %9s", "", "algorithm", "k", "b", "chunk", "window",
           "predicted", "x limit");
    puts(model == NULL ? "" : "    simulated   x limit");
    for (size_t i = 0; i < l->count && status == FAN_OK; i++) {
        if (i >= rows && !is_chosen(&l->plans[i], chosen))
            continue;
        print_row(i + 1, &l->plans[i], is_chosen(&l->plans[i], chosen));
        if (model != NULL)
            status = print_simulated(&l->plans[i], model);
        puts("");
    }
    return status;
}

static void print_legend(const list *l, size_t rows)
{
    if (rows < l->count)
        printf("The best %zu of %zu candidates; --all shows the rest.", rows, l->count);
    else
        printf("All %zu candidates.", l->count);
    printf(
        " * marks the choice: of those within 1 %% of the best,\n"
        "the first of group, kexchange, ktree and chain that is not much deeper than another.\n");
}

fan_status fan_plantool_table_print(const fan_plan_request *request, const fan_params *params,
                                    size_t rows, bool simulate)
{
    fan_model model = fan_params_model(params);
    list l = {0};
    fan_plan_candidates(request, params, add, &l);
    fan_status status = FAN_OK;
    if (l.out_of_memory) {
        status = fan_fail(FAN_ERR_MEMORY, "no memory for the table");
    } else if (l.count == 0) {
        puts("Nothing to choose for one node.");
    } else {
        fan_plan chosen = fan_plan_choose(request, params);
        qsort(l.plans, l.count, sizeof *l.plans, by_time);
        status = print_rows(&l, &chosen, rows, simulate ? &model : NULL);
        if (status == FAN_OK)
            print_legend(&l, rows);
    }
    free(l.plans);
    return status;
}
