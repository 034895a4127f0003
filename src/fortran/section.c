/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "fortran/section.h"

#include "compat/fortran.h"
#include "compat/mpi_calls.h"

/*
 * The first `count` units of an array, which has `units` of them an element, are whole planes of
 * its last dimension, then whole planes of the dimension before it in what is left, and so on; last
 * a part of an element. Each is a piece.
 */
typedef struct pieces {
    const CFI_cdesc_t *array;
    MPI_Datatype unit;
    MPI_Count units;
    int count;
    MPI_Datatype types[CFI_MAX_RANK + 1];
    MPI_Aint offsets[CFI_MAX_RANK + 1];
} pieces;

/* The last extent of an array of assumed size is -1. */
static bool is_contiguous(const CFI_cdesc_t *array)
{
    CFI_index_t step = (CFI_index_t)array->elem_len;
    for (int i = 0; i < array->rank; i++) {
        const CFI_dim_t *dim = &array->dim[i];
        if (dim->extent == 0 || (dim->extent != 1 && dim->sm != step))
            return false;
        step *= dim->extent;
    }
    return true;
}

static MPI_Count elements(const CFI_cdesc_t *array, int dimensions)
{
    MPI_Count product = 1;
    for (int i = 0; i < dimensions; i++)
        product *= array->dim[i].extent;
    return product;
}

/* ---- datatypes ---- */

static fan_status check(int code)
{
    return code == MPI_SUCCESS ? FAN_OK
                               : fan_fail_mpi(code, "cannot make the datatype of an array section");
}

static void free_type(MPI_Datatype *type)
{
    if (*type != MPI_DATATYPE_NULL)
        PMPI_Type_free(type);
}

static int join(int count, const MPI_Aint *offsets, const MPI_Datatype *types, MPI_Datatype *joined)
{
    int lengths[CFI_MAX_RANK + 1];
    for (int i = 0; i < count; i++)
        lengths[i] = 1;
    return PMPI_Type_create_struct(count, lengths, offsets, types, joined);
}

static int repeat(MPI_Count count, MPI_Aint step, MPI_Datatype type, MPI_Datatype *repeated);

/* Backwards byte by byte, in pairs: Open MPI 4.1.4 takes a step of -1 for none. */
static int repeat_backwards(MPI_Count count, MPI_Datatype type, MPI_Datatype *repeated)
{
    MPI_Datatype pair, parts[2], halves[2] = {type, type};
    MPI_Aint offsets[2] = {0, -1}, last[2] = {0, (MPI_Aint)(count % 2 - count)};
    int code = join(2, offsets, halves, &pair);
    if (code != MPI_SUCCESS)
        return code;
    repeat(count / 2, -2, pair, &parts[0]);
    repeat(count % 2, 1, type, &parts[1]);
    code = join(2, last, parts, repeated);
    PMPI_Type_free(&pair);
    PMPI_Type_free(&parts[0]);
    PMPI_Type_free(&parts[1]);
    return code;
}

/* `count` times `type`, each `step` bytes after the one before. MPI 3 takes no count above 2^31. */
static int repeat(MPI_Count count, MPI_Aint step, MPI_Datatype type, MPI_Datatype *repeated)
{
    enum { BLOCK = 1 << 30 };
    if (step == -1)
        return repeat_backwards(count, type, repeated);
    if (count <= BLOCK)
        return PMPI_Type_create_hvector((int)count, 1, step, type, repeated);
    MPI_Datatype block, parts[2];
    MPI_Aint offsets[2] = {0, (MPI_Aint)(count / BLOCK * BLOCK * step)};
    PMPI_Type_create_hvector(BLOCK, 1, step, type, &block);
    PMPI_Type_create_hvector((int)(count / BLOCK), 1, BLOCK * step, block, &parts[0]);
    PMPI_Type_create_hvector((int)(count % BLOCK), 1, step, type, &parts[1]);
    int code = join(2, offsets, parts, repeated);
    PMPI_Type_free(&block);
    PMPI_Type_free(&parts[0]);
    PMPI_Type_free(&parts[1]);
    return code;
}

/* Replace `type` by a repetition of it. */
static int wrap(MPI_Count count, MPI_Aint step, MPI_Datatype *type)
{
    MPI_Datatype inner = *type;
    *type = MPI_DATATYPE_NULL;
    int code = repeat(count, step, inner, type);
    free_type(&inner);
    return code;
}

static MPI_Aint unit_bytes(const pieces *p)
{
    return (MPI_Aint)p->array->elem_len / (MPI_Aint)p->units;
}

/* ---- pieces ---- */

/* Add `count` units side by side, or `count` planes of all dimensions below `dimension`. */
static int add(pieces *p, MPI_Aint offset, MPI_Count units, int dimension, MPI_Count planes)
{
    const CFI_dim_t *dim = p->array->dim;
    MPI_Datatype *type = &p->types[p->count];
    p->offsets[p->count] = offset;
    int code = repeat(units, unit_bytes(p), p->unit, type);
    for (int i = 0; i < dimension && code == MPI_SUCCESS; i++)
        code = wrap(dim[i].extent, dim[i].sm, type);
    if (dimension >= 0 && code == MPI_SUCCESS)
        code = wrap(planes, dim[dimension].sm, type);
    p->count += code == MPI_SUCCESS;
    return code;
}

/* Cut the first `count` units into pieces. */
static int cut(pieces *p, MPI_Count count)
{
    MPI_Aint offset = 0;
    MPI_Count rest = count / p->units;
    int code = MPI_SUCCESS;
    for (int i = p->array->rank - 1; i >= 0 && code == MPI_SUCCESS; i--) {
        MPI_Count plane = elements(p->array, i);
        if (rest / plane > 0)
            code = add(p, offset, p->units, i, rest / plane);
        offset += (MPI_Aint)(rest / plane) * p->array->dim[i].sm;
        rest %= plane;
    }
    if (count % p->units > 0 && code == MPI_SUCCESS)
        code = add(p, offset, count % p->units, -1, 1);
    return code;
}

/* One datatype of all pieces. */
static int make_type(pieces *p, MPI_Count count, MPI_Datatype *type)
{
    int code = cut(p, count);
    if (code == MPI_SUCCESS)
        code = join(p->count, p->offsets, p->types, type);
    for (int i = 0; i < p->count; i++)
        free_type(&p->types[i]);
    return code == MPI_SUCCESS ? PMPI_Type_commit(type) : code;
}

/* ---- the section ---- */

/* Whether a datatype is its bytes from the first to the last, with no gap. */
static fan_status find_bytes(MPI_Datatype datatype, MPI_Count *bytes, bool *gapless)
{
    MPI_Count lower = 0, extent = 0, true_lower = 0, true_extent = 0;
    fan_status status = check(fan_compat_type_size(datatype, bytes));
    if (status == FAN_OK)
        status = check(fan_compat_type_extent(datatype, &lower, &extent));
    if (status == FAN_OK)
        status = check(fan_compat_type_true_extent(datatype, &true_lower, &true_extent));
    *gapless = status == FAN_OK && lower == 0 && true_lower == 0 && extent == *bytes &&
               true_extent == *bytes;
    return status;
}

static fan_status describe(fan_section *s, const CFI_cdesc_t *array, MPI_Count bytes)
{
    MPI_Count element = (MPI_Count)array->elem_len, room = elements(array, array->rank);
    bool fits = element % bytes == 0;
    pieces p = {.array = array,
                .unit = fits ? s->datatype : MPI_BYTE,
                .units = fits ? element / bytes : element};
    if (s->count > room * element / bytes)
        return fan_fail_mpi(MPI_ERR_COUNT,
                            "count: %lld elements of %lld bytes do not fit into an array section "
                            "of %lld elements of %lld bytes",
                            (long long)s->count, (long long)bytes, (long long)room,
                            (long long)element);
    fan_status status = check(make_type(&p, fits ? s->count : s->count * bytes, &s->datatype));
    s->count = 1;
    s->owned = status == FAN_OK;
    return status;
}

fan_status fan_section_open(fan_section *section, const CFI_cdesc_t *array, MPI_Count count,
                            MPI_Datatype datatype)
{
    MPI_Count bytes = 0;
    bool gapless = false;
    *section = (fan_section){fan_compat_fortran_buffer(array->base_addr), count, datatype, false};
    if (section->buffer == MPI_IN_PLACE)
        return fan_fail_mpi(MPI_ERR_BUFFER, "buffer: MPI_IN_PLACE means nothing in a broadcast");
    if (count <= 0 || datatype == MPI_DATATYPE_NULL)
        return FAN_OK;
    if (array->base_addr == NULL)
        return fan_fail_mpi(MPI_ERR_BUFFER, "buffer: it is not allocated or not associated");
    if (is_contiguous(array))
        return FAN_OK;
    fan_status status = find_bytes(datatype, &bytes, &gapless);
    if (status != FAN_OK || bytes == 0)
        return status;
    if (!gapless)
        return fan_fail_mpi(
            MPI_ERR_TYPE,
            "datatype: one with gaps cannot be used with an array section that is not "
            "contiguous; pass the whole array, or its first element");
    return describe(section, array, bytes);
}

void fan_section_close(fan_section *section)
{
    if (section->owned)
        PMPI_Type_free(&section->datatype);
}
