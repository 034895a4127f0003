/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "lib/call/arguments.h"

#include "comm/agree.h"
#include "comm/check.h"
#include "lib/deliver/decision.h"
#include "lib/deliver/dissent.h"

#include <pthread.h>
#include <stdio.h>

/* ---- on this rank ---- */

/* A communicator of this process alone that returns errors. Nothing is sent on it. */
static MPI_Comm judge = MPI_COMM_NULL;
static pthread_once_t judge_made = PTHREAD_ONCE_INIT;

/*
 * Not MPI_Comm_dup, which would call the user's attribute functions, nor MPI_Comm_create, which may
 * meet collective calls of other threads on MPI_COMM_SELF.
 */
static void make_judge(void)
{
    enum { TAG = 20251 };
    MPI_Group group;
    MPI_Comm_group(MPI_COMM_SELF, &group);
    MPI_Comm_create_group(MPI_COMM_SELF, group, TAG, &judge);
    MPI_Group_free(&group);
    MPI_Comm_set_errhandler(judge, MPI_ERRORS_RETURN);
}

/*
 * MPI_BOTTOM is NULL in all MPI libraries that we know, so data cannot start there. Open MPI does
 * not check.
 */
static bool starts_nowhere(const void *buffer, MPI_Datatype datatype)
{
    MPI_Aint lower = 0, extent = 0;
    return buffer == NULL && MPI_Type_get_true_extent(datatype, &lower, &extent) == MPI_SUCCESS &&
           lower == 0 && extent > 0;
}

/*
 * To make the judge takes 0.2 ms, which is longer than a small broadcast. What most programs send
 * needs none.
 */
static bool is_known(MPI_Datatype datatype)
{
    return datatype == MPI_BYTE || datatype == MPI_CHAR || datatype == MPI_INT ||
           datatype == MPI_DOUBLE || datatype == MPI_FLOAT || datatype == MPI_LONG ||
           datatype == MPI_INT64_T || datatype == MPI_INT32_T || datatype == MPI_UINT64_T ||
           datatype == MPI_UINT32_T || datatype == MPI_UINT8_T || datatype == MPI_INT8_T ||
           datatype == MPI_UNSIGNED || datatype == MPI_UNSIGNED_CHAR ||
           datatype == MPI_UNSIGNED_LONG || datatype == MPI_LONG_LONG_INT ||
           datatype == MPI_SHORT || datatype == MPI_C_BOOL || datatype == MPI_C_DOUBLE_COMPLEX ||
           datatype == MPI_C_FLOAT_COMPLEX;
}

bool fan_arguments_are_usual(const void *buffer, MPI_Datatype datatype)
{
    return is_known(datatype) && buffer != NULL && buffer != MPI_IN_PLACE;
}

/* Of valid handles. */
static int judge_buffer(const void *buffer, MPI_Count count, MPI_Datatype datatype)
{
    if (fan_arguments_are_usual(buffer, datatype))
        return MPI_SUCCESS;
    pthread_once(&judge_made, make_judge);
    if (buffer == MPI_IN_PLACE)
        return MPI_ERR_BUFFER;
    int code = PMPI_Send(buffer, count > 0, datatype, MPI_PROC_NULL, 0, judge);
    if (code != MPI_SUCCESS)
        return code;
    return count > 0 && starts_nowhere(buffer, datatype) ? MPI_ERR_BUFFER : MPI_SUCCESS;
}

bool fan_arguments_accepted(const void *buffer, MPI_Count count, MPI_Datatype datatype)
{
    return judge_buffer(buffer, count, datatype) == MPI_SUCCESS;
}

int fan_arguments_error(const void *buffer, MPI_Count count, MPI_Datatype datatype, int root,
                        MPI_Comm comm)
{
    int size;
    if (fan_comm_is_inter(comm))
        return MPI_SUCCESS;
    int code = fan_comm_check(comm, &size);
    if (code != MPI_SUCCESS)
        return code;
    if (datatype == MPI_DATATYPE_NULL)
        return MPI_ERR_TYPE;
    if (count < 0)
        return MPI_ERR_COUNT;
    if (root < 0 || root >= size)
        return MPI_ERR_ROOT;
    return judge_buffer(buffer, count, datatype);
}

/* ---- across ranks ---- */

static const char failure[] = "cannot compare the arguments of a broadcast";

/* `differ`: the arguments do; else what ranks decide by. All of it must fit into MPI's text. */
static void say(const fan_comm_state *state, int64_t bytes, int root, bool differ,
                char text[FAN_DISSENT_TEXT])
{
    char length[40] = "a stream to its end";
    if (!differ) {
        fan_decision_say_basis(state, text, FAN_DISSENT_TEXT);
        return;
    }
    if (bytes != FAN_UNKNOWN_LENGTH)
        snprintf(length, sizeof length, "%lld bytes", (long long)bytes);
    snprintf(text, FAN_DISSENT_TEXT, "%s from root %d", length, root);
}

/* What ranks decide by is compared as well, before they wait for each other by it. */
fan_status fan_arguments_compare(const fan_comm_state *state, int64_t bytes, int root)
{
    fan_comm_range ranges[] = {fan_comm_range_of(bytes), fan_comm_range_of(root),
                               fan_comm_range_of(fan_decision_basis(state))};
    int code = fan_comm_ranges(state->user_comm, 3, ranges);
    if (code != MPI_SUCCESS)
        return fan_fail_mpi(code, "%s", failure);
    bool differ = !fan_comm_range_is_one(ranges[0]) || !fan_comm_range_is_one(ranges[1]);
    if (!differ && fan_comm_range_is_one(ranges[2]))
        return FAN_OK;
    char text[FAN_DISSENT_TEXT];
    say(state, bytes, root, differ, text);
    return fan_dissent(state->user_comm,
                       differ ? "the ranks disagree on a broadcast"
                              : "the ranks disagree on what to decide a broadcast by",
                       text);
}
