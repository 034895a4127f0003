/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * An MPI library that knows about a device, as far as the tests need one. The device's memory is
 * memory that may not be touched, except within MPI_Bcast, PMPI_Pack and PMPI_Unpack. Preloaded
 * behind the shim.
 */
#include "config.h"

#include <dlfcn.h>
#include <mpi.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>

void aware_own(void *address, size_t bytes);
void aware_disown(void);
bool aware_owns(const void *address);
int aware_agreements(void);

static char *memory;
static size_t length;
static int agreements;

static void allow(int access)
{
    if (memory != NULL)
        mprotect(memory, length, access);
}

/** From now on this memory, of whole pages, is the device's. */
void aware_own(void *address, size_t bytes)
{
    memory = address;
    length = bytes;
    allow(PROT_NONE);
}

void aware_disown(void)
{
    allow(PROT_READ | PROT_WRITE);
    memory = NULL;
}

bool aware_owns(const void *address)
{
    return memory != NULL && (uintptr_t)address - (uintptr_t)memory < length;
}

int MPI_Bcast(void *buffer, int count, MPI_Datatype datatype, int root, MPI_Comm comm)
{
    allow(PROT_READ | PROT_WRITE);
    int code = PMPI_Bcast(buffer, count, datatype, root, comm);
    allow(PROT_NONE);
    return code;
}

int PMPI_Pack(const void *in, int count, MPI_Datatype datatype, void *out, int bytes, int *place,
              MPI_Comm comm)
{
    __typeof__(PMPI_Pack) *next;
    *(void **)&next = dlsym(RTLD_NEXT, "PMPI_Pack");
    allow(PROT_READ | PROT_WRITE);
    int code = next(in, count, datatype, out, bytes, place, comm);
    allow(PROT_NONE);
    return code;
}

/** How often the shim and libfanout, which use this name, have let all ranks agree. */
int aware_agreements(void)
{
    return agreements;
}

int PMPI_Iallreduce(const void *in, void *out, int count, MPI_Datatype datatype, MPI_Op op,
                    MPI_Comm comm, MPI_Request *request)
{
    __typeof__(PMPI_Iallreduce) *next;
    *(void **)&next = dlsym(RTLD_NEXT, "PMPI_Iallreduce");
    agreements++;
    return next(in, out, count, datatype, op, comm, request);
}

int PMPI_Unpack(const void *in, int bytes, int *place, void *out, int count, MPI_Datatype datatype,
                MPI_Comm comm)
{
    __typeof__(PMPI_Unpack) *next;
    *(void **)&next = dlsym(RTLD_NEXT, "PMPI_Unpack");
    allow(PROT_READ | PROT_WRITE);
    int code = next(in, bytes, place, out, count, datatype, comm);
    allow(PROT_NONE);
    return code;
}
