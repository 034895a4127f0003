/* SPDX-License-Identifier: BSD-3-Clause */
/* Topology files, and what is asked of the result. */
#include "config.h"

#include "plan/schedule/order.h"
#include "plan/schedule/topology.h"
#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>

static void use(const fan_topology *topology)
{
    const char *hosts[4] = {"n1", "n2", "n1", "other"};
    fan_order *order = NULL;
    for (int rank = 0; rank < 4; rank++) {
        fan_topology_rank_domain(topology, rank);
        hosts[rank] = fan_topology_rank_host(topology, rank, hosts[rank]);
    }
    for (int i = 0; i < topology->host_count; i++)
        fuzz_assert(fan_topology_host(topology, topology->hosts[i].name) != NULL);
    fuzz_assert(fan_order_make(hosts, 4, topology, &order) == FAN_OK);
    free(order);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fan_topology *topology = NULL;
    char *text = fuzz_text(data, size);
    FILE *file = fmemopen(text, size + 1, "r");
    if (fan_topology_parse(file, "topology.conf", &topology) == FAN_OK)
        use(topology);
    else
        fuzz_assert(topology == NULL);
    fan_topology_free(topology);
    fclose(file);
    free(text);
    return 0;
}
