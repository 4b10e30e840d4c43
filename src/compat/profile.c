/* The table of profiles, and the checks around every draw. */
#include "compat/profile.h"

#include "base/base.h"
#include "math/math.h"

static const alv_compat *const profiles[] = {
#define ADDRESS(name) &alv_compat_##name,
    ALV_COMPAT_PROFILES(ADDRESS)
#undef ADDRESS
};

int alv_compat_count(void)
{
    return ALV_COUNT(profiles);
}

const alv_compat *alv_compat_at(int index)
{
    return index >= 0 && index < ALV_COUNT(profiles) ? profiles[index] : NULL;
}

const alv_compat *alv_compat_find(const char *name)
{
    for (int i = 0; name && i < ALV_COUNT(profiles); i++)
        if (strcmp(profiles[i]->name, name) == 0 ||
            alv_word_in(profiles[i]->aliases, name, strlen(name)))
            return profiles[i];
    return NULL;
}

const char *alv_compat_draw_name(alv_compat_draw draw)
{
    static const char *const names[ALV_COMPAT_DRAWS] = {
        [ALV_COMPAT_UNIFORM] = "uniform",
        [ALV_COMPAT_NORMAL] = "normal",
        [ALV_COMPAT_TRUNCATED] = "truncated normal",
        [ALV_COMPAT_INTEGERS] = "integers",
        [ALV_COMPAT_PERMUTATION] = "permutation",
    };
    return (int)draw >= 0 && draw < ALV_COMPAT_DRAWS ? names[draw] : NULL;
}

const alv_compat_claim *alv_compat_claim_of(const alv_compat *profile, alv_compat_draw draw,
                                            alv_dtype dtype, int64_t n)
{
    for (int i = 0; profile && i < ALV_MAX_COMPAT_CLAIMS && profile->claims[i].note[0]; i++) {
        const alv_compat_claim *claim = &profile->claims[i];
        bool typed = claim->dtypes == 0 ||
                     ((int)dtype >= 0 && dtype <= ALV_F8_E5M2 && (claim->dtypes >> dtype & 1));
        if (claim->draw == draw && typed && n >= claim->least) return claim;
    }
    return NULL;
}

alv_status alv_compat_seed(alv_compat_rng *rng, const alv_compat *profile, uint64_t seed,
                           alv_error *error)
{
    if (!rng || !profile) return alv_fail(error, ALV_ERR_ARGUMENT, "compat", "NULL argument");
    memset(rng, 0, sizeof *rng);
    rng->profile = profile;
    profile->seed(rng, seed);
    return ALV_OK;
}

/* What every draw needs. */
static alv_status check(const void *out, alv_compat_draw draw, alv_dtype dtype, int64_t n,
                        const alv_compat_rng *rng, alv_error *error)
{
    if (!rng || !rng->profile) return alv_fail(error, ALV_ERR_ARGUMENT, "rng", "NULL argument");
    if (!out && n > 0) return alv_fail(error, ALV_ERR_ARGUMENT, "out", "NULL argument");
    if (n < 0) return alv_fail(error, ALV_ERR_ARGUMENT, "n", "n = %lld is below 0", n);
    const alv_compat_claim *claim = alv_compat_claim_of(rng->profile, draw, dtype, n);
    const char *type = alv_dtype_name(dtype);
    if (!claim)
        return alv_fail(error, ALV_ERR_UNSUPPORTED, rng->profile->name,
                        "the stream %s has no draw '%s' in %s; see alvor explain --stream %s",
                        rng->profile->name, alv_compat_draw_name(draw), type ? type : "this type",
                        rng->profile->name);
    if (claim->exactness == ALV_EXACT_NOT)
        return alv_fail(error, ALV_ERR_UNSUPPORTED, rng->profile->name, "%s: %s",
                        rng->profile->name, claim->note[ALV_EN]);
    const size_t size = draw == ALV_COMPAT_INTEGERS || draw == ALV_COMPAT_PERMUTATION
                            ? sizeof(int64_t)
                            : alv_dtype_size(dtype);
    if (n > 0 && (uintptr_t)out % size != 0)
        return alv_fail(error, ALV_ERR_ARGUMENT, "out",
                        "out is not aligned to the %lld bytes of an element", (int64_t)size);
    return ALV_OK;
}

static alv_status check_pair(double a, double b, bool ordered, const char *names, alv_error *error)
{
    if (!alv_isfinite(a) || !alv_isfinite(b) || !ordered)
        return alv_fail(error, ALV_ERR_ARGUMENT, "compat", "%s = %g, %g: must be finite and %s",
                        names, a, b, *names == 'l' ? "in order" : "the second not below 0");
    return ALV_OK;
}

alv_status alv_compat_uniform(void *out, alv_dtype dtype, int64_t n, double lo, double hi,
                              alv_compat_rng *rng, alv_error *error)
{
    ALV_TRY(check(out, ALV_COMPAT_UNIFORM, dtype, n, rng, error));
    ALV_TRY(check_pair(lo, hi, lo <= hi, "lo, hi", error));
    if (n > 0) rng->profile->uniform(out, dtype, n, lo, hi, rng);
    return ALV_OK;
}

alv_status alv_compat_normal(void *out, alv_dtype dtype, int64_t n, double mean, double std,
                             alv_compat_rng *rng, alv_error *error)
{
    ALV_TRY(check(out, ALV_COMPAT_NORMAL, dtype, n, rng, error));
    ALV_TRY(check_pair(mean, std, std >= 0, "mean, std", error));
    if (n > 0) rng->profile->normal(out, dtype, n, mean, std, rng);
    return ALV_OK;
}

alv_status alv_compat_truncated(void *out, alv_dtype dtype, int64_t n, double mean, double std,
                                double lo, double hi, alv_compat_rng *rng, alv_error *error)
{
    const alv_dist law = alv_dist_truncated(mean, std, lo, hi);
    ALV_TRY(check(out, ALV_COMPAT_TRUNCATED, dtype, n, rng, error));
    ALV_TRY(check_pair(mean, std, std >= 0, "mean, std", error));
    ALV_TRY(check_pair(lo, hi, lo <= hi, "lo, hi", error));
    return n > 0 ? rng->profile->truncated(out, dtype, n, &law, rng, error) : ALV_OK;
}

alv_status alv_compat_integers(int64_t *out, int64_t n, int64_t lo, int64_t hi, alv_compat_rng *rng,
                               alv_error *error)
{
    ALV_TRY(check(out, ALV_COMPAT_INTEGERS, ALV_F32, n, rng, error));
    if (lo >= hi)
        return alv_fail(error, ALV_ERR_ARGUMENT, "integers", "[%lld, %lld) holds no number", lo,
                        hi);
    const int bits = rng->profile->integer_bits;
    if (bits > 0 && (lo < -(INT64_C(1) << (bits - 1)) || hi >= INT64_C(1) << (bits - 1)))
        return alv_fail(error, ALV_ERR_UNSUPPORTED, rng->profile->name,
                        "[%lld, %lld): the integers of %s have %d bits", lo, hi, rng->profile->name,
                        bits);
    if (n > 0) rng->profile->integers(out, n, lo, hi, rng);
    return ALV_OK;
}

alv_status alv_compat_permutation(int64_t *out, int64_t n, alv_compat_rng *rng, alv_error *error)
{
    ALV_TRY(check(out, ALV_COMPAT_PERMUTATION, ALV_F32, n, rng, error));
    if (n > 0) rng->profile->permutation(out, n, rng);
    return ALV_OK;
}

alv_status alv_compat_fold_in(alv_compat_rng *rng, uint32_t data, alv_error *error)
{
    if (!rng || !rng->profile) return alv_fail(error, ALV_ERR_ARGUMENT, "compat", "NULL argument");
    if (!rng->profile->fold_in)
        return alv_fail(error, ALV_ERR_UNSUPPORTED, rng->profile->name,
                        "%s has no keys to fold into: JAX's and TensorFlow's streams have",
                        rng->profile->name);
    rng->profile->fold_in(rng, data);
    return ALV_OK;
}

alv_status alv_compat_split(alv_compat_rng *outs, int64_t n, const alv_compat_rng *rng,
                            alv_error *error)
{
    if (!rng || !rng->profile) return alv_fail(error, ALV_ERR_ARGUMENT, "compat", "NULL argument");
    if (!rng->profile->split)
        return alv_fail(error, ALV_ERR_UNSUPPORTED, rng->profile->name,
                        "%s has no keys to split: JAX's, TensorFlow's, Keras's and NumPy's streams "
                        "have",
                        rng->profile->name);
    if (n < 0 || n > INT32_MAX || (!outs && n > 0))
        return alv_fail(error, ALV_ERR_ARGUMENT, "split",
                        "NULL argument, or n below 0 or too large");
    const alv_compat_rng from = *rng; /* which may be outs[0] */
    return rng->profile->split(outs, n, &from, error);
}
