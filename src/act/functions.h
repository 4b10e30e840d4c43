/* Activations and their derivatives, once for float and once for double.
 *
 * Included by kernels.c with REAL, NAME(function), the elementary functions in capitals and LOOP
 * defined for one type. VALUE(name) defines f(x, a), with a the activation's parameter;
 * SLOPE(name) its derivative from x and y = f(x), whichever is cheaper and loses no digits. Then
 * KERNELS(name) makes the array loops; the float versions have no branch and become vector code. */

#define UNUSED __attribute__((unused))
#define VALUE(name) static inline REAL NAME(name)(REAL x, REAL a UNUSED)
#define SLOPE(name)                                                                                \
    static inline REAL NAME(name##_slope)(REAL x UNUSED, REAL y UNUSED, REAL a UNUSED)

VALUE(identity)
{
    return x;
}
SLOPE(identity)
{
    return 1;
}

VALUE(relu)
{
    return x < 0 ? 0 : x; /* a NaN stays */
}
SLOPE(relu)
{
    return x > 0 ? 1 : 0;
}

VALUE(leaky_relu)
{
    return x < 0 ? a * x : x;
}
SLOPE(leaky_relu)
{
    return x > 0 ? 1 : a;
}

VALUE(tanh)
{
    return TANH(x);
}
SLOPE(tanh)
{
    return 1 - y * y;
}

VALUE(sigmoid)
{
    return SIGMOID(x);
}
SLOPE(sigmoid)
{
    return y * (1 - y);
}

/* x / (1 + |x|), and 1 / (1 + |x|)^2 = (1 - |y|)^2 without the cancellation. */
VALUE(softsign)
{
    return x / (1 + ABS(x));
}
SLOPE(softsign)
{
    REAL r = 1 / (1 + ABS(x));
    return r * r;
}

/* log(1 + e^x) = max(x, 0) + log(1 + e^-|x|) */
VALUE(softplus)
{
    return (x < 0 ? 0 : x) + LOG1P_UNIT(EXP(-ABS(x)));
}
SLOPE(softplus)
{
    return SIGMOID(x);
}

VALUE(elu)
{
    REAL low = a * EXPM1(x < 0 ? x : 0);
    return x < 0 ? low : x;
}
SLOPE(elu)
{
    return x > 0 ? 1 : y + a;
}

/* Klambauer et al. 2017: lambda and alpha that make (0, 1) the fixed point of the moments. */
#define SELU_LAMBDA ((REAL)1.0507009873554804934)
#define SELU_LAMBDA_ALPHA ((REAL)1.7580993408473768599)

VALUE(selu)
{
    REAL low = SELU_LAMBDA_ALPHA * EXPM1(x < 0 ? x : 0);
    return x < 0 ? low : SELU_LAMBDA * x;
}
SLOPE(selu)
{
    return x > 0 ? SELU_LAMBDA : y + SELU_LAMBDA_ALPHA;
}

VALUE(gelu)
{
    return x * NORMAL_CDF(x);
}
SLOPE(gelu)
{
    return NORMAL_CDF(x) + x * NORMAL_PDF(x);
}

VALUE(silu)
{
    return x * SIGMOID(x);
}
SLOPE(silu)
{
    REAL s = SIGMOID(x);
    return s * (1 + x * (1 - s));
}

/* With e = e^x and n = e (e + 2): tanh(log(1 + e)) = n / (n + 2), and
 * f' = n / (n + 2) + 4 x e (1 + e) / (n + 2)^2. From x = 20 on, f = x to the last bit. */
VALUE(mish)
{
    REAL e = EXP(x > 20 ? 20 : x), n = e * (e + 2);
    return x * (n / (n + 2));
}
SLOPE(mish)
{
    REAL e = EXP(x > 20 ? 20 : x), n = e * (e + 2), r = 1 / (n + 2);
    return n * r + 4 * x * e * (1 + e) * r * r;
}

/* Howard et al. 2019: x min(max(x + 3, 0), 6) / 6. */
VALUE(hardswish)
{
    REAL t = x + 3, clipped = t < 0 ? 0 : t > 6 ? 6 : t;
    return x * clipped / 6;
}
SLOPE(hardswish)
{
    REAL inside = (2 * x + 3) / 6;
    return x < -3 ? 0 : x > 3 ? 1 : inside;
}

VALUE(sin)
{
    return SIN(x);
}
SLOPE(sin)
{
    return COS(x);
}

VALUE(relu6)
{
    return x < 0 ? 0 : x > 6 ? 6 : x;
}
SLOPE(relu6)
{
    return x > 0 && x < 6 ? 1 : 0;
}

/* So et al. 2021 (Primer): the square of relu. */
VALUE(relu2)
{
    REAL r = x < 0 ? 0 : x;
    return r * r;
}
SLOPE(relu2)
{
    return 2 * (x < 0 ? 0 : x);
}

VALUE(hardtanh)
{
    return x < -1 ? -1 : x > 1 ? 1 : x;
}
SLOPE(hardtanh)
{
    return x > -1 && x < 1 ? 1 : 0;
}

VALUE(hardsigmoid)
{
    REAL t = x + 3;
    return (t < 0 ? 0 : t > 6 ? 6 : t) / 6;
}
SLOPE(hardsigmoid)
{
    return x > -3 && x < 3 ? (REAL)1 / 6 : 0;
}

/* LeCun et al. 1998, section 4.4: f(1) = 1 and f(-1) = -1, and |f''| is largest there. */
#define LECUN_SCALE ((REAL)1.7159)

VALUE(lecun_tanh)
{
    return LECUN_SCALE * TANH(x * (REAL)(2.0 / 3));
}
SLOPE(lecun_tanh)
{
    REAL t = y / LECUN_SCALE;
    return LECUN_SCALE * (REAL)(2.0 / 3) * (1 - t * t);
}

/* The slope is exp(-x^2) 2 / sqrt(pi), by the normal density at sqrt(2) x. */
VALUE(erf)
{
    return ERF(x);
}
SLOPE(erf)
{
    return (REAL)2.8284271247461900976 * NORMAL_PDF((REAL)1.41421356237309504880 * x);
}

/* log of the sigmoid, -softplus(-x). */
VALUE(logsigmoid)
{
    return (x > 0 ? 0 : x) - LOG1P_UNIT(EXP(-ABS(x)));
}
SLOPE(logsigmoid)
{
    return SIGMOID(-x);
}

/* Barron 2017: elu with a slope of 1 at 0 whatever alpha is. */
VALUE(celu)
{
    REAL low = a * EXPM1((x < 0 ? x : 0) / a);
    return x < 0 ? low : x;
}
SLOPE(celu)
{
    return x > 0 ? 1 : y / a + 1;
}

/* gelu's published approximation, x (1 + tanh(u)) / 2 with u = sqrt(2 / pi) (x + 0.044715 x^3)
 * (Hendrycks and Gimpel 2016), as x times the sigmoid of 2u, which keeps the digits of the tail.
 * Beyond 20 the sigmoid is 0 or 1; the bound keeps infinities out of its slope. */
#define GELU_2U ((REAL)1.5957691216057307118)
#define GELU_CUBE ((REAL)0.044715)

VALUE(gelu_tanh)
{
    return x * SIGMOID(GELU_2U * x * (1 + GELU_CUBE * x * x));
}
SLOPE(gelu_tanh)
{
    REAL b = x < -20 ? -20 : x > 20 ? 20 : x, z = GELU_CUBE * b * b;
    REAL s = SIGMOID(GELU_2U * b * (1 + z));
    return s + GELU_2U * b * (1 + 3 * z) * s * (1 - s);
}

/* Hendrycks and Gimpel 2016: gelu with the logistic function in the place of Phi. */
#define QUICK ((REAL)1.702)

VALUE(quick_gelu)
{
    return x * SIGMOID(QUICK * x);
}
SLOPE(quick_gelu)
{
    REAL s = SIGMOID(QUICK * x);
    return s * (1 + QUICK * x * (1 - s));
}

#define KERNELS(name)                                                                              \
    VECTOR static void NAME(name##_forward)(REAL * y, const REAL *x, int64_t n, double param)      \
    {                                                                                              \
        REAL a = (REAL)param;                                                                      \
        LOOP for (int64_t i = 0; i < n; i++) y[i] = NAME(name)(x[i], a);                           \
    }                                                                                              \
    VECTOR static void NAME(name##_backward)(REAL * dx, const REAL *dy, const REAL *x UNUSED,      \
                                             const REAL *y UNUSED, int64_t n, double param)        \
    {                                                                                              \
        REAL a = (REAL)param;                                                                      \
        LOOP for (int64_t i = 0; i < n; i++) dx[i] = dy[i] * NAME(name##_slope)(x[i], y[i], a);    \
    }

KERNELS(identity)
KERNELS(relu)
KERNELS(leaky_relu)
KERNELS(tanh)
KERNELS(sigmoid)
KERNELS(softsign)
KERNELS(softplus)
KERNELS(elu)
KERNELS(selu)
KERNELS(gelu)
KERNELS(silu)
KERNELS(mish)
KERNELS(hardswish)
KERNELS(sin)
KERNELS(relu6)
KERNELS(relu2)
KERNELS(hardtanh)
KERNELS(hardsigmoid)
KERNELS(lecun_tanh)
KERNELS(erf)
KERNELS(logsigmoid)
KERNELS(celu)
KERNELS(gelu_tanh)
KERNELS(quick_gelu)

#undef UNUSED
#undef VALUE
#undef SLOPE
#undef KERNELS
#undef SELU_LAMBDA
#undef SELU_LAMBDA_ALPHA
#undef LECUN_SCALE
#undef GELU_2U
#undef GELU_CUBE
#undef QUICK
