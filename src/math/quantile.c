/* The inverse of the normal distribution function, and of erf.
 *
 * Wichura's algorithm AS 241 (Applied Statistics 37, 1988, 477-484), PPND16: three rational
 * approximations, in 0.180625 - (p - 1/2)^2 near the middle and in sqrt(-log tail) elsewhere, good
 * to about 1e-16. The constants are those of the paper. */
#include "math/math.h"

enum { TERMS = 8 };

/* Numerator and denominator, lowest power first. */
typedef struct rational {
    double p[TERMS], q[TERMS];
} rational;

static const rational middle = {
    {3.3871328727963666080, 133.14166789178437745, 1971.5909503065514427, 13731.693765509461125,
     45921.953931549871457, 67265.770927008700853, 33430.575583588128105, 2509.0809287301226727},
    {1, 42.313330701600911252, 687.18700749205790830, 5394.1960214247511077, 21213.794301586595867,
     39307.895800092710610, 28729.085735721942674, 5226.4952788528545610},
};
static const rational near_tail = {
    /* in r - 1.6, r = sqrt(-log tail) <= 5 */
    {1.42343711074968357734, 4.63033784615654529590, 5.76949722146069140550, 3.64784832476320460504,
     1.27045825245236838258, .241780725177450611770, .0227238449892691845833,
     7.74545014278341407640e-4},
    {1, 2.05319162663775882187, 1.67638483018380384940, .689767334985100004550,
     .148103976427480074590, .0151986665636164571966, 5.47593808499534494600e-4,
     1.05075007164441684324e-9},
};
static const rational far_tail = {
    /* in r - 5 */
    {6.65790464350110377720, 5.46378491116411436990, 1.78482653991729133580, .296560571828504891230,
     .0265321895265761230930, .00124266094738807843860, 2.71155556874348757815e-5,
     2.01033439929228813265e-7},
    {1, .599832206555887937690, .136929880922735805310, .0148753612908506148525,
     7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7,
     2.04426310338993978564e-15},
};

static double ratio(const rational *f, double x)
{
    double p = f->p[TERMS - 1], q = f->q[TERMS - 1];
    for (int i = TERMS - 2; i >= 0; i--) {
        p = p * x + f->p[i];
        q = q * x + f->q[i];
    }
    return p / q;
}

/* The quantile from the signed distance q = p - 1/2 and the smaller tail. */
static double from_parts(double q, double tail)
{
    if (alv_fabs(q) <= 0.425) return q * ratio(&middle, 0.180625 - q * q);
    double r = alv_sqrt(-alv_log(tail));
    double x = r <= 5 ? ratio(&near_tail, r - 1.6) : ratio(&far_tail, r - 5);
    return q < 0 ? -x : x;
}

double alv_normal_quantile(double p)
{
    if (!(p > 0 && p < 1)) {
        if (p == 0) return -ALV_INFINITY;
        return p == 1 ? ALV_INFINITY : ALV_NAN;
    }
    return from_parts(p - 0.5, p < 0.5 ? p : 1 - p);
}

double alv_erfinv(double x)
{
    if (!(alv_fabs(x) < 1)) return alv_fabs(x) == 1 ? x * ALV_INFINITY : ALV_NAN;
    return from_parts(x / 2, (1 - alv_fabs(x)) / 2) * ALV_SQRT1_2;
}
