/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "tests/plan/topologies.h"

#include "tests/common/unit_main.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

fan_status parse_topology(const char *text, fan_topology **topology)
{
    FILE *file = fmemopen((char *)(uintptr_t)text, strlen(text), "r");
    ck_assert_ptr_nonnull(file);
    fan_status status = fan_topology_parse(file, "net.conf", topology);
    fclose(file);
    return status;
}

fan_topology *topology_of(const char *text)
{
    fan_topology *topology;
    if (parse_topology(text, &topology) != FAN_OK)
        ck_abort_msg("%s", fan_fail_text());
    return topology;
}

fan_order *order_of(const char *const *hosts, int nodes, const char *text)
{
    fan_topology *t = text == NULL ? NULL : topology_of(text);
    fan_order *order;
    ck_assert_int_eq(fan_order_make(hosts, nodes, t, &order), FAN_OK);
    fan_topology_free(t);
    return order;
}
