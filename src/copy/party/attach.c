/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/party/attach.h"

#include "fanout.h"

#include <stdio.h>

int fan_copy_attach(double patience, MPI_Comm stream, char *text)
{
    int length;
    MPI_Info info;
    MPI_Info_create(&info);
    if (patience > 0) {
        snprintf(text, MPI_MAX_ERROR_STRING, "%g", patience);
        MPI_Info_set(info, "fanout_timeout", text);
    }
    int code = fanout_comm_attach(stream, info);
    MPI_Info_free(&info);
    if (code != MPI_SUCCESS)
        MPI_Error_string(code, text, &length);
    return code;
}
