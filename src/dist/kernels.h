/* The fills' inner loops, one table for each instruction set (docs/stream.md defines their bits).
 *
 * A group is eight Philox blocks: 32 floats, or 16 doubles. Kernels write whole groups; fill.c cuts
 * slices out of them. */
#ifndef ALV_DIST_KERNELS_H
#define ALV_DIST_KERNELS_H

#include "alvor/dist.h"
#include "base/base.h"
#include "dist/dist.h"
#include "stream/words.h"

enum {
    ALV_GROUP_BLOCKS = 8,
    ALV_GROUP_BITS_F32 = 5,
    ALV_GROUP_BITS_F64 = 4,
    ALV_GROUP_F32 = 1 << ALV_GROUP_BITS_F32,
    ALV_GROUP_F64 = 1 << ALV_GROUP_BITS_F64
};

/* What the kernels need of a distribution, worked out once per fill. Floats hold values rounded to
 * float once. */
typedef struct alv_plan {
    double value;    /* constant, or mean, or middle of a uniform */
    double scale;    /* std, or half the width of a uniform */
    double lo, hi;   /* every result lies in [lo, hi]; representable in the element type */
    alv_tails tails; /* truncated normal */
    float mid, step; /* truncated normal near the middle: its uniform is mid + step * odd24 */
} alv_plan;

/* Writes `groups` groups from block `first` on; first is a multiple of 8, and the run does not pass
 * 2^32. `past`: uniform floats and doubles go past the caches, where the set can; out is then
 * aligned to 64 bytes. */
typedef void alv_fill_kernel(void *out, const alv_words *words, uint32_t first, int64_t groups,
                             const alv_plan *plan, bool past);
/* Rounds n floats to a narrow type. */
typedef void alv_narrow_kernel(void *out, const float *x, int64_t n);

/* What a kernel draws. */
typedef enum alv_draw {
    ALV_DRAW_WORDS64,          /* the words themselves, 64 bits each */
    ALV_DRAW_UNIFORM_F32,      /* where step is exact and no bound can be passed */
    ALV_DRAW_UNIFORM_HELD_F32, /* where step is exact */
    ALV_DRAW_UNIFORM_EVEN_F32, /* the same, the middle is 0 and the bounds are -hi and hi */
    ALV_DRAW_UNIFORM_TINY_F32,
    ALV_DRAW_UNIFORM_F64,
    ALV_DRAW_UNIFORM_HELD_F64,
    ALV_DRAW_NORMAL_F32,
    ALV_DRAW_NORMAL_F64,
    ALV_DRAW_NORMAL_HELD_F32, /* a truncation that cuts nothing off */
    ALV_DRAW_NORMAL_HELD_F64,
    ALV_DRAW_CENTRAL_F32, /* truncated near the middle, by polynomials in f32 */
    ALV_DRAW_TRUNCATED_F32,
    ALV_DRAW_TRUNCATED_F64,
    ALV_DRAW_COUNT
} alv_draw;

typedef struct alv_fill_kernels {
    alv_fill_kernel *draw[ALV_DRAW_COUNT];
    alv_fill_kernel *f16[ALV_DRAW_COUNT], *bf16[ALV_DRAW_COUNT]; /* some draws, rounded at once */
    alv_fill_kernel *own_bf16[ALV_DRAW_COUNT]; /* by AVX512-BF16; see alv_fill_bf16 */
    alv_narrow_kernel *narrow[ALV_F8_E5M2 + 1];
} alv_fill_kernels;

/* The kernel that draws and rounds to bf16 at once, or NULL. */
alv_fill_kernel *alv_fill_bf16(const alv_fill_kernels *set, alv_draw draw, const alv_plan *plan);

/* For NULL, the best set. */
const alv_fill_kernels *alv_fill_kernels_of(const alv_kernels *kernels);

#endif
