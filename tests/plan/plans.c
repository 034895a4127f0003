/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "tests/plan/plans.h"

#include "plan/algorithms/algorithms.h"
#include "tests/common/unit_main.h"

fan_plan make_plan(fan_algorithm algorithm, int nodes, int root, int k, int b, int secondary)
{
    fan_plan plan = {.algorithm = algorithm,
                     .nodes = nodes,
                     .root = root,
                     .shape = {.recipients = nodes - 1,
                               .group_size = k,
                               .branching = b,
                               .secondary_groups = secondary},
                     .window = 1,
                     .sends = 1,
                     .overlap = true};
    fan_algorithms[algorithm].normalise(&plan.shape);
    plan.layout =
        fan_layout_make(5 * (int64_t)plan.shape.group_size - 1, 1, plan.shape.group_size, 1);
    return plan;
}

fan_plan make_shared_plan(fan_algorithm algorithm, int readers, int k, int b)
{
    fan_plan plan = make_plan(algorithm, readers + 1, readers, k, b, 0);
    plan.shared_source = true;
    return plan;
}

fan_schedule schedule_of(const fan_plan *plan, int node, fan_phase phase)
{
    fan_schedule schedule;
    ck_assert_int_eq(fan_plan_schedule(plan, node, phase, &schedule), FAN_OK);
    return schedule;
}
