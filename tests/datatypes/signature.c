/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "tests/datatypes/signature.h"

enum { BYTES_MOST = 1 << 15 };
enum { CHAR, SHORT, INT, FLOAT, DOUBLE };

const basic_type basics[] = {{MPI_CHAR, "char", 1},     {MPI_SHORT, "short", 2},
                             {MPI_INT, "int", 4},       {MPI_FLOAT, "float", 4},
                             {MPI_DOUBLE, "double", 8}, {MPI_C_DOUBLE_COMPLEX, "complex", 16}};

const pair_type pairs[] = {{MPI_SHORT_INT, "SHORT_INT", SHORT, INT, 4},
                           {MPI_FLOAT_INT, "FLOAT_INT", FLOAT, INT, 4},
                           {MPI_DOUBLE_INT, "DOUBLE_INT", DOUBLE, INT, 8},
                           {MPI_2INT, "2INT", INT, INT, 4}};

static int unit_bytes(const signature *s)
{
    int bytes = 0;
    for (int i = 0; i < s->count; i++)
        bytes += basics[s->basics[i]].size;
    return bytes;
}

size_t signature_bytes(const signature *s)
{
    return (size_t)unit_bytes(s) * (size_t)s->repeats;
}

/*
 * Products of small numbers, because these can be arranged in many ways; sometimes a prime,
 * sometimes nothing.
 */
static int draw_repeats(random_state *state, int most)
{
    static const int factors[] = {2, 2, 2, 3, 3, 4, 5, 7, 10, 13};
    if (random_one_in(state, 25))
        return 0;
    int repeats = 1;
    for (int i = random_between(state, 0, 8); i > 0; i--) {
        int factor = factors[random_between(state, 0, sizeof factors / sizeof factors[0] - 1)];
        if (repeats * factor <= most)
            repeats *= factor;
    }
    return random_one_in(state, 6) ? repeats + 1 : repeats;
}

signature random_signature(random_state *state)
{
    signature s = {.count =
                       random_one_in(state, 2) ? 1 : random_between(state, 1, SIGNATURE_BASICS)};
    for (int i = 0; i < s.count; i++)
        s.basics[i] = random_between(state, 0, BASIC_COUNT - 1);
    if (s.count == 2 && random_one_in(state, 2)) {
        int pair = random_between(state, 0, PAIR_COUNT - 1);
        s.basics[0] = pairs[pair].first;
        s.basics[1] = pairs[pair].second;
    }
    s.repeats = draw_repeats(state, BYTES_MOST / unit_bytes(&s));
    return s;
}
