/* The standard normal on an interval: mass and moments without cancellation.
 *
 * The textbook variance, 1 + (a phi(a) - b phi(b)) / Z - ((phi(a) - phi(b)) / Z)^2, subtracts
 * nearly equal numbers when the interval is narrow or far out. Here the moments are integrals of
 * positive functions around the point of [a, b] where the density is largest, relative to that
 * density. */
#include "dist/dist.h"

#include "math/math.h"

/* Beyond this there is no mass that a double can hold; alv_dist_check refuses it already. */
static const double FARTHEST = 40;

/* The density relative to its value at `origin`, at a distance t from there, times t^0 or
 * (t - center)^2 or t. All powers are asked for at the same points in the same order, so the first
 * writes the densities down and the others read them. */
typedef struct weight {
    double origin, center;
    int power;
    double **density; /* of the next point */
} weight;

/* Panels are shorter than 1 / max(1, |origin|) and the interval than sqrt(origin^2 + 100) -
 * |origin| on one side or 20 on two (alv_truncated_moments): 50 at most. */
enum { MOST_POINTS = 51 * ALV_LEGENDRE_NODES };

static double integrand(double t, const void *context)
{
    const weight *w = context;
    if (w->power == 0) return *(*w->density)++ = alv_exp(-t * (w->origin + t / 2));
    const double density = *(*w->density)++, d = t - w->center;
    return w->power == 1 ? d * density : d * d * density;
}

/* Panels short against the decay length of the density, 1 / max(1, |origin|). */
static double integral(weight w, double lo, double hi, double *densities)
{
    double decay = 1 / alv_max(1, alv_fabs(w.origin));
    w.density = &densities;
    return alv_integrate(integrand, &w, lo, hi, 1 + (int)((hi - lo) / decay));
}

/* The point of [a, b] nearest to 0. */
static double summit(double a, double b)
{
    return a > 0 ? a : b < 0 ? b : 0;
}

double alv_normal_mass(double a, double b)
{
    double origin = summit(a, b), densities[ALV_LEGENDRE_NODES];
    if ((b - a) * alv_max(1, alv_fabs(origin)) < 0.5)
        return alv_normal_pdf(origin) *
               integral((weight){.origin = origin}, a - origin, b - origin, densities);
    if (a > 0) return alv_normal_cdf(-a) - alv_normal_cdf(-b);
    if (b < 0) return alv_normal_cdf(b) - alv_normal_cdf(a);
    return 1 - alv_normal_cdf(a) - alv_normal_cdf(-b);
}

alv_moments alv_truncated_moments(double a, double b)
{
    double origin = summit(a, b), densities[MOST_POINTS];
    if (!(a < b) || alv_fabs(origin) > FARTHEST) return (alv_moments){ALV_NAN, ALV_NAN};
    /* Where exp(-t |origin| - t^2 / 2) has fallen to e^-50, the rest no longer counts. */
    double reach = alv_sqrt(origin * origin + 100) - alv_fabs(origin);
    double lo = alv_max(a - origin, -reach), hi = alv_min(b - origin, reach);
    weight w = {.origin = origin};
    double mass = integral(w, lo, hi, densities);
    w.power = 1;
    double shift = integral(w, lo, hi, densities) / mass;
    w.power = 2;
    w.center = shift;
    return (alv_moments){origin + shift, integral(w, lo, hi, densities) / mass};
}
