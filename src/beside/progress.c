/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "beside/progress.h"

#include "comm/wait.h"
#include "fanout.h"

/* libfanout has no other public way to say so. */
static void make_progress(void)
{
    fanout_request none = FANOUT_REQUEST_NULL;
    int unused;
    fanout_test(&none, &unused);
}

void fan_beside_progress(void)
{
    fan_comm_while_waiting(make_progress);
}
