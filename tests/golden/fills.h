/* The fills of init.txt and their hashes, for test_init.c and for the browser's self-test: no libc,
 * no test library. Whoever includes it has the library's headers, or its single one, and
 * string.h's functions. */
#ifndef ALV_GOLDEN_FILLS_H
#define ALV_GOLDEN_FILLS_H

#include "suited_tensors.h"

enum { GOLDEN_SEED = 42 };

/* Schemes besides each initializer's default; auto: see below. */
static const char *const golden_variants[] = {
    "deepnorm(layers=18, other=6)",
    "t_fixup(stack=decoder)",
    "mup(kind=output, base=256)",
    "chrono(tmax=400, order=zrh)",
    "trunc_normal_rel(std=1, std_of=parent)",
    "he_normal(a=0.2, mode=fan_out)",
    "xavier_uniform(gain=1.5)",
    "variance_scaling(scale=2, mode=fan_geo_avg, distribution=normal)",
    "variance_scaling(scale=2, distribution=uniform)",
    "siren(first=yes)",
    "auto(gelu)",
};

/* The first field of init.txt's lines in their order, each for every element type; NULL behind the
 * last. */
static inline const char *golden_text(int i)
{
    int n = alv_init_count(), extra = (int)(sizeof golden_variants / sizeof *golden_variants);
    return i < n ? alv_init_at(i)->name : i < n + extra ? golden_variants[i - n] : NULL;
}

/* What alv_scheme_auto gives a matrix before a gelu: a gain made by quadrature. (Written out: of a
 * copy of suited_tensors[0], GCC 12.2 for s390x leaves the last bytes as they were.) */
static inline alv_status golden_auto_gelu(alv_scheme *scheme, alv_error *error)
{
    alv_tensor tensor = {.name = "fc1.weight", .rank = 2, .shape = {101, 67}};
    alv_status status = alv_act_parse(&tensor.act, "gelu", error);
    return status ? status : alv_scheme_auto(scheme, &tensor, false, error);
}

/* What that field stands for. */
static inline alv_status golden_make(alv_scheme *scheme, alv_tensor *tensor, const char *text,
                                     alv_dtype dtype, alv_error *error)
{
    alv_status status = strcmp(text, "auto(gelu)") == 0 ? golden_auto_gelu(scheme, error)
                                                        : alv_scheme_parse(scheme, text, error);
    return status ? status : suited_find(tensor, scheme, dtype, error);
}

/* FNV-1a of 64 bits over the little-endian bytes of n items. */
static inline uint64_t golden_hash(const void *items, int64_t n, size_t item)
{
    const unsigned char *bytes = (const unsigned char *)items;
    const uint16_t one = 1;
    const bool little = *(const unsigned char *)&one == 1;
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t i = 0; i < (size_t)n * item; i++) {
        size_t at = little ? i : i / item * item + (item - 1 - i % item);
        hash = (hash ^ bytes[at]) * 0x100000001b3u;
    }
    return hash;
}

#endif
