/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "comm/segment.h"

#include "comm/agree.h"

#include <stdbool.h>
#include <string.h>

/* What member 0 tells the others. */
typedef struct invitation {
    fan_comm_verdict verdict;
    fan_segment_name name;
} invitation;

static fan_status invite(const fan_comm_party *party, fan_status made, invitation *i)
{
    fan_comm_verdict_set(&i->verdict, made);
    int code = fan_party_share(party, i, sizeof *i);
    if (code != MPI_SUCCESS)
        return fan_fail_mpi(code, "cannot agree on the memory of a node");
    return fan_comm_verdict_get(&i->verdict);
}

/* Member 0 has it. All know whether the others could open it. */
static fan_status open_elsewhere(const fan_comm_party *party, size_t bytes, fan_segment_part part,
                                 const fan_segment_name *name, fan_segment *segment)
{
    fan_status status = party->self == 0 ? FAN_OK : fan_segment_open(name, bytes, part, segment);
    return fan_party_worst(party, status);
}

fan_status fan_comm_segment(const fan_comm_party *party, size_t bytes, fan_segment_part part,
                            fan_segment *segment, int64_t *number)
{
    invitation i;
    memset(&i, 0, sizeof i);
    *segment = (fan_segment){0};
    bool makes = party->self == 0;
    fan_status made = makes ? fan_segment_create(bytes, part, segment, &i.name) : FAN_OK;
    fan_status status = invite(party, made, &i);
    if (status == FAN_OK)
        status = open_elsewhere(party, bytes, part, &i.name, segment);
    if (makes && made == FAN_OK)
        fan_segment_close_name(&i.name);
    if (status != FAN_OK && segment->memory != NULL)
        fan_segment_release(segment);
    if (number != NULL)
        *number = (int64_t)i.name.inode;
    return status;
}
