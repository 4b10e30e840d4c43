/* NumPy's Generator and RandomState: draws and profiles. */
#include "compat/numpy.h"

#include "base/base.h"
#include "compat/mersenne.h"
#include "compat/profile.h"
#include "compat/scheme.h"
#include "math/math.h"

uint64_t alv_numpy_u64(alv_compat_rng *rng)
{
    return ((const alv_numpy_rules *)rng->profile->rules)->next64(rng);
}

uint32_t alv_numpy_u32(alv_compat_rng *rng)
{
    if (rng->has_half) {
        rng->has_half = false;
        return rng->half;
    }
    uint64_t word = alv_numpy_u64(rng);
    rng->half = (uint32_t)(word >> 32);
    rng->has_half = true;
    return (uint32_t)word;
}

double alv_numpy_double(alv_compat_rng *rng)
{
    return (double)(int64_t)(alv_numpy_u64(rng) >> 11) * 0x1p-53;
}

float alv_numpy_float(alv_compat_rng *rng)
{
    return (float)(alv_numpy_u32(rng) >> 8) * 0x1p-24f;
}

static void uniform(void *out, alv_dtype dtype, int64_t n, double lo, double hi,
                    alv_compat_rng *rng)
{
    const float width = (float)(hi - lo), from = (float)lo;
    for (int64_t i = 0; i < n; i++)
        if (dtype == ALV_F64)
            ((double *)out)[i] = lo + (hi - lo) * alv_numpy_double(rng);
        else
            ((float *)out)[i] = alv_numpy_float(rng) * width + from;
}

static void normal(void *out, alv_dtype dtype, int64_t n, double mean, double std,
                   alv_compat_rng *rng)
{
    for (int64_t i = 0; i < n; i++)
        if (dtype == ALV_F64)
            ((double *)out)[i] = mean + std * alv_ziggurat(rng);
        else
            ((float *)out)[i] = alv_ziggurat_f32(rng) * (float)std + (float)mean;
}

/* A whole number in [0, most], by Lemire's multiplication (2019). */
static uint64_t below32(alv_compat_rng *rng, uint32_t most)
{
    if (most == UINT32_MAX) return alv_numpy_u32(rng);
    const uint32_t count = most + 1;
    uint64_t product = (uint64_t)alv_numpy_u32(rng) * count;
    if ((uint32_t)product < count)
        for (const uint32_t least = (UINT32_MAX - most) % count; (uint32_t)product < least;)
            product = (uint64_t)alv_numpy_u32(rng) * count;
    return product >> 32;
}

static uint64_t below64(alv_compat_rng *rng, uint64_t most)
{
    if (most == UINT64_MAX) return alv_numpy_u64(rng);
    const uint64_t count = most + 1;
    alv_u128 product = alv_multiply64(alv_numpy_u64(rng), count);
    if (product.low < count)
        for (const uint64_t least = (UINT64_MAX - most) % count; product.low < least;)
            product = alv_multiply64(alv_numpy_u64(rng), count);
    return product.high;
}

static uint64_t bounded(alv_compat_rng *rng, uint64_t most)
{
    return most == 0 ? 0 : most <= UINT32_MAX ? below32(rng, (uint32_t)most) : below64(rng, most);
}

static void integers(int64_t *out, int64_t n, int64_t lo, int64_t hi, alv_compat_rng *rng)
{
    const uint64_t most = (uint64_t)hi - (uint64_t)lo - 1;
    for (int64_t i = 0; i < n; i++) out[i] = (int64_t)((uint64_t)lo + bounded(rng, most));
}

/* Words cut by a mask, until one is small enough. */
static uint64_t masked(alv_compat_rng *rng, uint64_t most, uint32_t (*u32)(alv_compat_rng *),
                       uint64_t (*u64)(alv_compat_rng *))
{
    uint64_t mask = most, word = 0;
    for (int shift = 1; shift < 64; shift *= 2) mask |= mask >> shift;
    while (most > 0 && (word = (most > UINT32_MAX ? u64(rng) : u32(rng)) & mask) > most) continue;
    return word;
}

static uint64_t masked_generator(alv_compat_rng *rng, uint64_t most)
{
    return masked(rng, most, alv_numpy_u32, alv_numpy_u64);
}

/* Fisher and Yates from the end. */
static void shuffle(int64_t *out, int64_t n, alv_compat_rng *rng,
                    uint64_t (*place)(alv_compat_rng *, uint64_t))
{
    for (int64_t i = 0; i < n; i++) out[i] = i;
    for (int64_t i = n - 1; i > 0; i--) {
        int64_t j = (int64_t)place(rng, (uint64_t)i), t = out[i];
        out[i] = out[j];
        out[j] = t;
    }
}

static void permutation(int64_t *out, int64_t n, alv_compat_rng *rng)
{
    shuffle(out, n, rng, masked_generator);
}

/* ---- RandomState */

static void legacy_seed(alv_compat_rng *rng, uint64_t seed)
{
    alv_mersenne_seed(&rng->mt, (uint32_t)seed);
}

static double legacy_double(alv_compat_rng *rng)
{
    double a = alv_mersenne_u32(&rng->mt) >> 5, b = alv_mersenne_u32(&rng->mt) >> 6;
    return (a * 67108864 + b) / 9007199254740992.0;
}

/* Marsaglia's polar method; the second value comes first. */
static double legacy_gauss(alv_compat_rng *rng)
{
    double x, y, square;
    if (rng->has_spare) {
        rng->has_spare = false;
        return rng->spare;
    }
    do {
        x = 2 * legacy_double(rng) - 1;
        y = 2 * legacy_double(rng) - 1;
        square = x * x + y * y;
    } while (square >= 1 || square == 0);
    const double f = alv_sqrt(-2 * alv_log(square) / square);
    rng->spare = f * x;
    rng->has_spare = true;
    return f * y;
}

static void legacy_uniform(void *out, alv_dtype dtype, int64_t n, double lo, double hi,
                           alv_compat_rng *rng)
{
    for (int64_t i = 0; i < n; i++)
        alv_compat_put(out, dtype, i, lo + (hi - lo) * legacy_double(rng));
}

static void legacy_normal(void *out, alv_dtype dtype, int64_t n, double mean, double std,
                          alv_compat_rng *rng)
{
    for (int64_t i = 0; i < n; i++) alv_compat_put(out, dtype, i, mean + std * legacy_gauss(rng));
}

static uint64_t legacy_u64(alv_compat_rng *rng)
{
    uint64_t high = alv_mersenne_u32(&rng->mt);
    return high << 32 | alv_mersenne_u32(&rng->mt);
}

static uint32_t legacy_u32(alv_compat_rng *rng)
{
    return alv_mersenne_u32(&rng->mt);
}

static uint64_t legacy_bounded(alv_compat_rng *rng, uint64_t most)
{
    return masked(rng, most, legacy_u32, legacy_u64);
}

static void legacy_integers(int64_t *out, int64_t n, int64_t lo, int64_t hi, alv_compat_rng *rng)
{
    const uint64_t most = (uint64_t)hi - (uint64_t)lo - 1;
    for (int64_t i = 0; i < n; i++) out[i] = (int64_t)((uint64_t)lo + legacy_bounded(rng, most));
}

static void legacy_permutation(int64_t *out, int64_t n, alv_compat_rng *rng)
{
    shuffle(out, n, rng, legacy_bounded);
}

/* ---- profiles */

#define F32 ALV_BIT(ALV_F32)
#define F64 ALV_BIT(ALV_F64)
#define EXACT(DRAW, DTYPES) {DRAW, DTYPES, 0, ALV_EXACT_BITS, {"", ""}}
#define ZIGGURAT                                                                                   \
    {ALV_COMPAT_NORMAL,                                                                            \
     F32 | F64,                                                                                    \
     0,                                                                                            \
     ALV_EXACT_NEARLY,                                                                             \
     {[ALV_EN] = "values beyond 3.65 deviations take the C library's log1p: of 10^7 values 6 "     \
                 "differed in their last bit in f32, and 1 in f64",                                \
      [ALV_PT] = "valores além de 3,65 desvios usam o log1p da biblioteca C: de 10^7 valores, 6 "  \
                 "diferiram no último bit em f32, e 1 em f64"}}
#define POLAR                                                                                      \
    {ALV_COMPAT_NORMAL,                                                                            \
     F32 | F64,                                                                                    \
     0,                                                                                            \
     ALV_EXACT_NEARLY,                                                                             \
     {[ALV_EN] = "takes the C library's log of doubles: of 530100 values 869 differed in their "   \
                 "last bit in f64, and none in f32, which is that, rounded",                       \
      [ALV_PT] = "usa o log de doubles da biblioteca C: de 530100 valores, 869 diferiram no "      \
                 "último bit em f64, e nenhum em f32, que é o mesmo, arredondado"}}
#define SEEN                                                                                       \
    .seen = {[ALV_EN] = "Golden hashes of NumPy 1.24.2 and 2.4.6 on x86 (five seeds, sizes 1 to "  \
                        "40, 100, 1000, 4097; of all but normals also 1000003)",                   \
             [ALV_PT] = "Hashes do NumPy 1.24.2 e 2.4.6 em x86 (cinco sementes, tamanhos de 1 a "  \
                        "40, 100, 1000, 4097; menos das normais, também 1000003)"}
#define GENERATOR                                                                                  \
    .claims = {EXACT(ALV_COMPAT_UNIFORM, F32 | F64), ZIGGURAT, EXACT(ALV_COMPAT_INTEGERS, 0),      \
               EXACT(ALV_COMPAT_PERMUTATION, 0)},                                                  \
    .seed = alv_numpy_seed, .uniform = uniform, .normal = normal, .integers = integers,            \
    .permutation = permutation, .split = alv_numpy_split, .scheme_at = alv_plain_scheme_at, SEEN

static const alv_numpy_rules pcg64 = {alv_pcg64_next}, pcg64dxsm = {alv_pcg64dxsm_next};

const alv_compat alv_compat_numpy = {
    .name = "numpy",
    .aliases = "numpy-pcg64",
    .summary =
        {[ALV_EN] = "NumPy's default_rng: PCG64", [ALV_PT] = "o default_rng do NumPy: PCG64"},
    .reproduces = "rng = numpy.random.default_rng(SEED); rng.uniform, normal, integers, "
                  "permutation; rng.spawn(n): alv_compat_split; in f32 rng.random(n, "
                  "dtype=\"f4\") * (hi - lo) + lo and "
                  "rng.standard_normal(n, dtype=\"f4\") * std + mean",
    .rules = &pcg64,
    GENERATOR,
};

const alv_compat alv_compat_numpy_dxsm = {
    .name = "numpy-dxsm",
    .aliases = "numpy-pcg64dxsm",
    .summary = {[ALV_EN] = "NumPy's Generator on PCG64DXSM",
                [ALV_PT] = "o Generator do NumPy sobre PCG64DXSM"},
    .reproduces = "rng = numpy.random.Generator(numpy.random.PCG64DXSM(SEED)), as numpy",
    .rules = &pcg64dxsm,
    GENERATOR,
};

const alv_compat alv_compat_numpy_legacy = {
    .name = "numpy-legacy",
    .aliases = "numpy-randomstate",
    .summary = {[ALV_EN] = "NumPy's RandomState, what numpy.random.seed and randn use",
                [ALV_PT] = "o RandomState do NumPy, o que numpy.random.seed e randn usam"},
    .reproduces = "numpy.random.seed(SEED), below 2^32; numpy.random.uniform, normal, randint, "
                  "permutation; in f32 their .astype(\"f4\")",
    SEEN,
    .claims = {EXACT(ALV_COMPAT_UNIFORM, F32 | F64), POLAR, EXACT(ALV_COMPAT_INTEGERS, 0),
               EXACT(ALV_COMPAT_PERMUTATION, 0)},
    .seed = legacy_seed,
    .uniform = legacy_uniform,
    .normal = legacy_normal,
    .integers = legacy_integers,
    .permutation = legacy_permutation,
    .scheme_at = alv_plain_scheme_at,
};
