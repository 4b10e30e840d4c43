/* XLA's erf of floats and erf_inv of doubles on processors, with the products that it fuses.
 *
 * XLA compiles its own formulas, so any processor with fused multiply-add gives the same bits:
 * log1p is that of Cephes (Moshier), and the inverse error function is Giles's (2010). Which
 * products are fused was read off the machine code that jaxlib 0.10.2 makes for x86. The log of
 * doubles alone calls the C library. erf_inv of floats, vector code, is in kernels.inc. */
#include "base/base.h"
#include "compat/fused.h"
#include "compat/jax.h"
#include "math/mathf.h"

/* c[0] x^(n-1) + ... + c[n-1]. */
static float hornerf(const float *c, int n, float x)
{
    float p = c[0];
    for (int k = 1; k < n; k++) p = alv_fmaf(p, x, c[k]);
    return p;
}

static double horner(const double *c, int n, double x)
{
    double p = c[0];
    for (int k = 1; k < n; k++) p = alv_fma(p, x, c[k]);
    return p;
}

#define HORNERF(C, X) hornerf(C, ALV_COUNT(C), X)
#define HORNER(C, X) horner(C, ALV_COUNT(C), X)

/* log(1 + x) for -1 < x <= 0. */
static double log1p_of(double x)
{
    static const double above[] = {
        0x1.7bc0962b395cap-15, 0x1.fe818a0fe1a83p-2, 0x1.a509f46f4fa53p+2, 0x1.de9738b8cb9c9p+4,
        0x1.e798eb86c3351p+5,  0x1.c8e7597479a1p+5,  0x1.40a202d99830ap+4};
    static const double below[] = {0x1p+0,
                                   0x1.e20359e903e37p+3,
                                   0x1.4c30b52213498p+6,
                                   0x1.bb86590fcfb56p+7,
                                   0x1.351945dc908a5p+8,
                                   0x1.b0db13e48e066p+7,
                                   0x1.e0f304466448ep+5};
    if (!(alv_fabs(x) < 0x1.a827999fcef32p-2)) return alv_log(x + 1);
    const double square = x * x;
    const double rest = x * square * (HORNER(above, x) / HORNER(below, x));
    return x + alv_fma(-0.5, square, rest);
}

double alv_xla_erfinv(double u)
{
    static const double near[] = {
        -0x1.135d2e746e627p-68, -0x1.8ddf93324d327p-63, 0x1.7b83eef0b7c9fp-60,
        0x1.9ba72cd589b91p-57,  -0x1.33689090a6b96p-53, 0x1.82e11898132ep-56,
        0x1.de4acfd9e26bap-48,  -0x1.6d33eed66c487p-45, -0x1.6f2167040d8e2p-44,
        0x1.72a22c2d77e2p-39,   -0x1.c8859c4e5c0afp-37, -0x1.dc583d118a561p-35,
        0x1.20f47ccf46b3cp-30,  -0x1.1a9e38dc84d6p-28,  -0x1.f36cd6d3d46a9p-26,
        0x1.c6b4f5d03b787p-22,  -0x1.6e8a5434ae8a2p-20, -0x1.d1d1f7b8736f6p-17,
        0x1.879c2a212f024p-13,  -0x1.845769484fca8p-11, -0x1.8b6c33114f909p-8,
        0x1.ebd80d9b13e28p-3,   0x1.a755e7c99ae86p+0};
    static const double middle[] = {
        0x1.3040f87dbd932p-29, 0x1.85cbe52878635p-24,  -0x1.2777453dd3955p-22,
        0x1.395abcd554c6cp-26, 0x1.936388a3790adp-20,  -0x1.0d5db812b5083p-18,
        0x1.8860cd5d652f6p-19, 0x1.a29a0cacdfb23p-17,  -0x1.8cef1f80281f2p-15,
        0x1.1e684d0b9188ap-14, 0x1.932cd54c8a222p-16,  -0x1.7448a89ef8aa3p-12,
        0x1.f3cc55ad40c25p-11, -0x1.ba924132f38b1p-10, 0x1.468eeca533cf8p-9,
        -0x1.ebadabb891bbdp-9, 0x1.5ffcfe5b76afcp-8,   0x1.0158a6d641d39p+0,
        0x1.8abcc380d5a48p+1};
    static const double far[] = {
        -0x1.dcec3a7785389p-36, -0x1.18feec0e38727p-32, 0x1.9e6bf2dda45e3p-30,
        -0x1.0468fb24e2f5fp-28, 0x1.05ac6a8fba182p-27,  -0x1.0102e495fb9cp-26,
        0x1.f4c20e1334af8p-26,  -0x1.22d220fdf9c3ep-24, 0x1.ebc8bb824cb54p-23,
        -0x1.0a8d40ea372ccp-20, 0x1.2fbd29d093d2bp-18,  -0x1.4a3497e1e0facp-16,
        0x1.3ebf4eb00938fp-14,  -0x1.c2f36a8fc5d53p-13, -0x1.22ea5df04047cp-13,
        0x1.02a30d1fba0dcp+0,   0x1.3664ddd1ad7fbp+2};
    const double w = -log1p_of(u * -u);
    if (w < 6.25) return u * HORNER(near, w - 3.125);
    const double root = alv_sqrt(w);
    return u * (w < 16 ? HORNER(middle, root - 3.25) : HORNER(far, root - 5));
}

float alv_xla_erff(float x)
{
    static const float above[] = {0x1.e05aa2p-13f, 0x1.bebb44p-9f, 0x1.a16dd6p-5f, 0x1.7b4e8p-3f,
                                  0x1.20dd74p+0f};
    static const float below[] = {-0x1.fa720cp-24f, 0x1.8b11bep-16f, 0x1.0ada5p-10f, 0x1.cd0fa8p-7f,
                                  0x1.c69842p-4f,   0x1.fd6894p-2f,  0x1p+0f};
    const float most = 0x1.df38dp+1f;
    if (!(alv_absf(x) < most)) return alv_copysignf(1, x);
    const float z = x * x;
    return x * HORNERF(above, z) / HORNERF(below, z);
}
