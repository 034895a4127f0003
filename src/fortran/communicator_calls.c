/* SPDX-License-Identifier: BSD-3-Clause */
/* The calls with a communicator and without a buffer: handles are converted, then C is called. */
#include "config.h"

#include "compat/fortran.h"
#include "fanout.h"

void fanout_fortran_comm_attach(const MPI_Fint *comm, const MPI_Fint *hints, MPI_Fint *ierror)
{
    int code = fanout_comm_attach(PMPI_Comm_f2c(*comm), PMPI_Info_f2c(*hints));
    fan_compat_give_error(ierror, code);
}

void fanout_fortran_comm_get_info(const MPI_Fint *comm, MPI_Fint *used, MPI_Fint *ierror)
{
    MPI_Info info = MPI_INFO_NULL;
    int code = fanout_comm_get_info(PMPI_Comm_f2c(*comm), &info);
    *used = PMPI_Info_c2f(info);
    fan_compat_give_error(ierror, code);
}

void fanout_fortran_explain(const MPI_Fint *comm, const MPI_Count *bytes, const MPI_Fint *root,
                            char **text, MPI_Fint *ierror)
{
    *text = NULL;
    int code = fanout_explain(PMPI_Comm_f2c(*comm), *bytes, (int)*root, text);
    fan_compat_give_error(ierror, code);
}

void fanout_fortran_stream(const MPI_Count *bytes, fanout_source_fn *source, fanout_sink_fn *sink,
                           void *state, const MPI_Fint *root, const MPI_Fint *comm,
                           const MPI_Fint *info, MPI_Fint *ierror)
{
    int code = fanout_stream(*bytes, source, sink, state, (int)*root, PMPI_Comm_f2c(*comm),
                             PMPI_Info_f2c(*info));
    fan_compat_give_error(ierror, code);
}

void fanout_fortran_stream_to_end(fanout_reader_fn *reader, fanout_sink_fn *sink, void *state,
                                  const MPI_Fint *root, const MPI_Fint *comm, const MPI_Fint *info,
                                  MPI_Count *bytes, MPI_Fint *ierror)
{
    int code = fanout_stream_to_end(reader, sink, state, (int)*root, PMPI_Comm_f2c(*comm),
                                    PMPI_Info_f2c(*info), bytes);
    fan_compat_give_error(ierror, code);
}
