/* PyTorch's trunc_normal_ since 2.12: draws the whole tensor again, and takes from the new one what
 * lay outside, until nothing does.
 *
 * The new tensor is made and used block by block, so that no memory is needed. Where the bounds
 * keep 30 % of the normal or less, PyTorch instead proposes uniforms and accepts them by a
 * vectorized logarithm whose last bit is another library's: refused. */
#include "base/base.h"
#include "compat/kernels.h"
#include "compat/torch.h"
#include "math/math.h"

enum { BLOCK = ALV_TORCH_BLOCK, BLOCKS = 64 };

/* An array of floats or doubles, and what may stay in it. */
typedef struct target {
    void *out;
    alv_dtype dtype;
    double lo, hi;
} target;

/* Replaces what is outside among elements [lo, hi) by those of `fresh`; true if any is outside
 * still. */
static bool replace(const target *t, const void *fresh, int64_t lo, int64_t hi)
{
    bool again = false;
    for (int64_t i = lo; i < hi; i++) {
        double old = t->dtype == ALV_F64 ? ((double *)t->out)[i] : (double)((float *)t->out)[i];
        if (!(old < t->lo || old > t->hi)) continue;
        double x = t->dtype == ALV_F64 ? ((const double *)fresh)[i - lo]
                                       : (double)((const float *)fresh)[i - lo];
        if (t->dtype == ALV_F64)
            ((double *)t->out)[i] = x;
        else
            ((float *)t->out)[i] = (float)x;
        again = again || x < t->lo || x > t->hi;
    }
    return again;
}

/* One fresh tensor. Of what the last, overlapping block draws again, only that counts. */
static bool redraw(const target *t, int64_t n, const alv_dist *law, alv_compat_rng *rng)
{
    double fresh[BLOCK * BLOCKS];
    if (n < BLOCK) {
        alv_torch_normal_serial(fresh, t->dtype, n, law->mean, law->std, rng);
        return replace(t, fresh, 0, n);
    }
    const int64_t kept = n % BLOCK ? n - BLOCK : n;
    bool again = false;
    for (int64_t block = 0, run; block < n / BLOCK; block += run) {
        run = n / BLOCK - block < BLOCKS ? n / BLOCK - block : BLOCKS;
        alv_torch_normal_blocks(fresh, t->dtype, run, law->mean, law->std, rng);
        int64_t lo = BLOCK * block, hi = lo + BLOCK * run < kept ? lo + BLOCK * run : kept;
        again |= replace(t, fresh, lo, hi);
    }
    if (kept == n) return again;
    alv_torch_skip(t->dtype, n % BLOCK, rng);
    alv_torch_normal_blocks(fresh, t->dtype, 1, law->mean, law->std, rng);
    return replace(t, fresh, kept, n) || again;
}

alv_status alv_torch_truncated(void *out, alv_dtype dtype, int64_t n, const alv_dist *law,
                               alv_compat_rng *rng, alv_error *error)
{
    const bool wide = dtype == ALV_F64;
    target t = {out, dtype, wide ? law->lo : (double)(float)law->lo,
                wide ? law->hi : (double)(float)law->hi};
    double low = alv_normal_cdf((law->lo - law->mean) / law->std);
    double high = alv_normal_cdf((law->hi - law->mean) / law->std);
    if (!(high - low > 0.3))
        return alv_fail(error, ALV_ERR_UNSUPPORTED, "trunc_normal",
                        "the bounds keep %.3g of the normal; at 0.3 or less PyTorch uses another "
                        "method, whose logarithm cannot be reproduced",
                        high - low);
    alv_torch_normal(out, dtype, n, law->mean, law->std, rng);
    bool again = false;
    for (int64_t i = 0; i < n && !again; i++) {
        double x = wide ? ((double *)out)[i] : (double)((float *)out)[i];
        again = x < t.lo || x > t.hi;
    }
    while (again) again = redraw(&t, n, law, rng);
    return ALV_OK;
}
