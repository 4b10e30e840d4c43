/* NumPy's normals: the ziggurat of Marsaglia and Tsang (2000, J. Stat. Software 5:8), as in
 * numpy/random/src/distributions/distributions.c.
 *
 * A value in the tail (3 in 10^4) takes the C library's log1p, so it may differ in its last bit. */
#include "base/base.h"
#include "compat/numpy.h"
#include "math/mathf.h"
#include "math/math.h"

static const double edge = 3.6541528853610087963519472518, inverse_edge = 0.27366123732975827203;

static double tail(alv_compat_rng *rng, bool negative)
{
    for (;;) {
        double x = -inverse_edge * alv_log1p(-alv_numpy_double(rng));
        double y = -alv_log1p(-alv_numpy_double(rng));
        if (y + y > x * x) return negative ? -(edge + x) : edge + x;
    }
}

double alv_ziggurat(alv_compat_rng *rng)
{
    for (;;) {
        const uint64_t word = alv_numpy_u64(rng), size = word >> 9 & 0xfffffffffffff;
        const int i = (int)(word & 0xff);
        const alv_ziggurat_layer *layer = &alv_ziggurat_layers[i];
        double x = (double)size * alv_from_bits(layer->w);
        if (word & 0x100) x = -x;
        if (size < layer->k) return x;
        if (i == 0) return tail(rng, size >> 8 & 1);
        const double f = alv_from_bits(layer->f);
        if ((alv_from_bits(layer[-1].f) - f) * alv_numpy_double(rng) + f < alv_exp(-0.5 * x * x))
            return x;
    }
}

static float tail_f32(alv_compat_rng *rng, bool negative)
{
    for (;;) {
        float x = -(float)inverse_edge * (float)alv_log1p(-alv_numpy_float(rng));
        float y = -(float)alv_log1p(-alv_numpy_float(rng));
        if (y + y > x * x) return negative ? -((float)edge + x) : (float)edge + x;
    }
}

/* The tables of floats follow from those of doubles. */
float alv_ziggurat_f32(alv_compat_rng *rng)
{
    for (;;) {
        const uint32_t word = alv_numpy_u32(rng), size = word >> 9;
        const int i = (int)(word & 0xff);
        const alv_ziggurat_layer *layer = &alv_ziggurat_layers[i];
        float x = (float)size * (float)(alv_from_bits(layer->w) * 0x1p29);
        if (word & 0x100) x = -x;
        if (size < (uint32_t)((layer->k + (1 << 28)) >> 29)) return x;
        if (i == 0) return tail_f32(rng, size >> 8 & 1);
        const float f = (float)alv_from_bits(layer->f), before = (float)alv_from_bits(layer[-1].f);
        const float height = (before - f) * alv_numpy_float(rng) + f;
        if ((double)height < alv_exp(-0.5 * (double)x * (double)x)) return x;
    }
}
