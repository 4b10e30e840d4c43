/* logf, sinf and cosf of the GNU C library since 2.28, bit for bit, without it.
 *
 * That library rounds results of short double polynomials once, so any processor gives the same
 * float. The method and the tables are Arm's optimized routines (math/logf.c, math/sincosf.h;
 * logf_data.c, sincosf_data.c); the values here were compared with the library's over all arguments
 * that Box and Muller's formula can meet: (0, 1] in steps of 2^-24, and [0, 2 pi]. */
#ifndef ALV_COMPAT_GLIBC_H
#define ALV_COMPAT_GLIBC_H

#include "math/mathf.h"

/* For 2^-126 <= x <= 1. */
static inline float alv_glibc_logf(float x)
{
    static const struct {
        double inverse, log;
    } table[16] = {
        {0x1.661ec79f8f3bep+0, -0x1.57bf7808caadep-2},
        {0x1.571ed4aaf883dp+0, -0x1.2bef0a7c06ddbp-2},
        {0x1.49539f0f010bp+0, -0x1.01eae7f513a67p-2},
        {0x1.3c995b0b80385p+0, -0x1.b31d8a68224e9p-3},
        {0x1.30d190c8864a5p+0, -0x1.6574f0ac07758p-3},
        {0x1.25e227b0b8eap+0, -0x1.1aa2bc79c81p-3},
        {0x1.1bb4a4a1a343fp+0, -0x1.a4e76ce8c0e5ep-4},
        {0x1.12358f08ae5bap+0, -0x1.1973c5a611cccp-4},
        {0x1.0953f419900a7p+0, -0x1.252f438e10c1ep-5},
        {1, 0},
        {0x1.e608cfd9a47acp-1, 0x1.aa5aa5df25984p-5},
        {0x1.ca4b31f026aap-1, 0x1.c5e53aa362eb4p-4},
        {0x1.b2036576afce6p-1, 0x1.526e57720db08p-3},
        {0x1.9c2d163a1aa2dp-1, 0x1.bc2860d22477p-3},
        {0x1.886e6037841edp-1, 0x1.1058bc8a07ee1p-2},
        {0x1.767dcf5534862p-1, 0x1.4043057b6ee09p-2},
    };
    if (x == 1) return 0;
    uint32_t bits = alv_bitsf(x), offset = bits - 0x3f330000, i = offset >> 19 & 15;
    double k = (double)((int32_t)offset >> 23);
    double z = (double)alv_from_bitsf(bits - (offset & 0xff800000));
    double r = z * table[i].inverse - 1, r2 = r * r;
    double y0 = table[i].log + k * 0x1.62e42fefa39efp-1;
    double y = 0x1.5575b0be00b6ap-2 * r - 0x1.ffffef20a4123p-2;
    y = -0x1.00ea348b88334p-2 * r2 + y;
    return (float)(y * r2 + (y0 + r));
}

static inline double alv_glibc_sine(double x, double q)
{
    double cube = x * q, tail = 0x1.1107605230bc4p-7 + q * -0x1.994eb3774cf24p-13;
    return (x + cube * -0x1.555545995a603p-3) + cube * q * tail;
}

static inline double alv_glibc_cosine(double q)
{
    double q2 = q * q, tail = -0x1.6c087e89a359dp-10 + q * 0x1.99343027bf8c3p-16;
    return (1 + q * -0x1.ffffffd0c621cp-2) + q2 * 0x1.55553e1068f19p-5 + q2 * q * tail;
}

/* Both for 0 <= y < 120. */
static inline void alv_glibc_sincosf(float *s, float *c, float y)
{
    if (y < 0x1p-12f) {
        *s = y, *c = 1;
        return;
    }
    int32_t n = 0;
    double x = y;
    if (y >= 0x1.921fb6p-1f) {
        n = ((int32_t)(x * 0x1.45f306dc9c883p+23) + 0x800000) >> 24;
        x -= n * 0x1.921fb54442d18p0;
    }
    double q = x * x, sine = alv_glibc_sine(x, q), cosine = alv_glibc_cosine(q);
    *s = (float)(n & 1 ? cosine : sine) * (n & 2 ? -1.0f : 1.0f);
    *c = (float)(n & 1 ? sine : cosine) * ((n + 1) & 2 ? -1.0f : 1.0f);
}

#endif
