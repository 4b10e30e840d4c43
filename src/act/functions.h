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

#undef UNUSED
#undef VALUE
#undef SLOPE
#undef KERNELS
#undef SELU_LAMBDA
#undef SELU_LAMBDA_ALPHA
