/* SPDX-License-Identifier: BSD-3-Clause */
/** @file
 * What Fortran passes to MPI: constants that are known by their address, and an error code that
 * may be left out.
 */
#ifndef FAN_COMPAT_FORTRAN_H
#define FAN_COMPAT_FORTRAN_H

#include <dlfcn.h>
#include <mpi.h>
#include <pthread.h>
#include <stddef.h>

/** A variable of Fortran whose address means a constant of C's. */
typedef struct fan_compat_sentinel {
    const char *name; /**< of the variable or of the common block */
    size_t offset;    /**< in the common block */
    void *meaning;    /**< in C */
    void *address;    /**< NULL if the process has no such variable */
} fan_compat_sentinel;

/*
 * The compiler that built Open MPI made one of four names of its variables. MPICH has others in
 * mpi_f08 than in mpif.h and mpi.
 */
static fan_compat_sentinel fan_compat_sentinels[] = {
    {"mpi_fortran_bottom_", 0, MPI_BOTTOM, NULL},
    {"mpi_fortran_bottom", 0, MPI_BOTTOM, NULL},
    {"mpi_fortran_bottom__", 0, MPI_BOTTOM, NULL},
    {"MPI_FORTRAN_BOTTOM", 0, MPI_BOTTOM, NULL},
    {"mpi_fortran_in_place_", 0, MPI_IN_PLACE, NULL},
    {"mpi_fortran_in_place", 0, MPI_IN_PLACE, NULL},
    {"mpi_fortran_in_place__", 0, MPI_IN_PLACE, NULL},
    {"MPI_FORTRAN_IN_PLACE", 0, MPI_IN_PLACE, NULL},
    {"MPIR_F08_MPI_BOTTOM", 0, MPI_BOTTOM, NULL},
    {"MPIR_F08_MPI_IN_PLACE", 0, MPI_IN_PLACE, NULL},
    {"mpipriv1_", 0, MPI_BOTTOM, NULL},
    {"mpipriv1_", sizeof(MPI_Fint), MPI_IN_PLACE, NULL},
};

enum { FAN_COMPAT_SENTINELS = sizeof fan_compat_sentinels / sizeof fan_compat_sentinels[0] };

/** The dynamic linker says where the variables of the program are. */
static inline void fan_compat_find_sentinels(void)
{
    for (int i = 0; i < FAN_COMPAT_SENTINELS; i++) {
        fan_compat_sentinel *s = &fan_compat_sentinels[i];
        char *found = dlsym(RTLD_DEFAULT, s->name);
        s->address = found == NULL ? NULL : found + s->offset;
    }
}

/** What a buffer of Fortran is in C: MPI_BOTTOM, MPI_IN_PLACE, or itself. Local, thread-safe. */
static inline void *fan_compat_fortran_buffer(void *buffer)
{
    static pthread_once_t found = PTHREAD_ONCE_INIT;
    pthread_once(&found, fan_compat_find_sentinels);
    for (int i = 0; i < FAN_COMPAT_SENTINELS; i++)
        if (buffer != NULL && buffer == fan_compat_sentinels[i].address)
            return fan_compat_sentinels[i].meaning;
    return buffer;
}

/** Give an error code to Fortran, where it is optional and may be NULL. */
static inline void fan_compat_give_error(MPI_Fint *ierror, int code)
{
    if (ierror != NULL)
        *ierror = (MPI_Fint)code;
}

#endif
