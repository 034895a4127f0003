/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/attach.h"
#include "copy/needs.h"
#include "fanout.h"

#include <stdio.h>

bool fan_copy_attach(const fan_copy_options *options, MPI_Comm stream, char *text)
{
    int length;
    MPI_Info info;
    MPI_Info_create(&info);
    if (options->timeout != NULL) {
        snprintf(text, MPI_MAX_ERROR_STRING, "%g", fan_copy_needs_patience(options));
        MPI_Info_set(info, "fanout_timeout", text);
    }
    int code = fanout_comm_attach(stream, info);
    MPI_Info_free(&info);
    if (code != MPI_SUCCESS)
        MPI_Error_string(code, text, &length);
    return code == MPI_SUCCESS;
}
