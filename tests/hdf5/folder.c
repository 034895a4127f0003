/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "tests/hdf5/folder.h"

#include "tests/hdf5/files.h"

#include <dirent.h>
#include <limits.h>
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

char folder[64];

const char *in_folder(const char *name)
{
    static char path[16][PATH_MAX];
    static unsigned next;
    char *place = path[next++ % 16];
    snprintf(place, sizeof path[0], "%s/%s", folder, name);
    return place;
}

void make_folder(void)
{
    int rank;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    strcpy(folder, "/tmp/fanout-h5-XXXXXX");
    if (rank == 0 && mkdtemp(folder) == NULL)
        MPI_Abort(MPI_COMM_WORLD, 1);
    MPI_Bcast(folder, sizeof folder, MPI_CHAR, 0, MPI_COMM_WORLD);
}

void remove_folder(void)
{
    DIR *entries = opendir(folder);
    for (struct dirent *entry; (entry = readdir(entries)) != NULL;)
        unlinkat(dirfd(entries), entry->d_name, 0);
    closedir(entries);
    rmdir(folder);
}

static void write_text(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    fputs(text, file);
    fclose(file);
}

void make_files(void)
{
    make_full_file(in_folder("earliest.h5"), H5F_LIBVER_EARLIEST, 0);
    make_full_file(in_folder("latest.h5"), H5F_LIBVER_LATEST, 0);
    make_full_file(in_folder("user block.h5"), H5F_LIBVER_EARLIEST, 1024);
    make_empty_file(in_folder("empty.h5"));
    make_virtual(in_folder("own virtual.h5"), ".");
    make_big_file(in_folder("big.h5"), 64);
    make_external_link(in_folder("link.h5"));
    make_external_data(in_folder("raw.h5"));
    make_virtual(in_folder("virtual.h5"), "other.h5");
    make_swmr(in_folder("swmr.h5"));
    make_family(in_folder("family%05d.h5"));
    copy_damaged(in_folder("latest.h5"), in_folder("truncated.h5"), 3000, 0, 0);
    write_text(
        in_folder("text"),
        "This is a text, which is longer than a superblock of HDF5 but is none of them at all.\n");
    write_text(in_folder("no bytes"), "");
    write_text(in_folder("locked"), "secret");
    chmod(in_folder("locked"), 0);
    mkfifo(in_folder("pipe"), 0600);
}
