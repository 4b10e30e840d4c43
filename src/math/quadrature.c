/* Gauss-Legendre quadrature on equal panels.
 *
 * For the smooth integrands of this library (an activation's moments, a density's) the error falls
 * so fast with the panels that the rounding of the sum is all that remains. */
#include "math/math.h"

/* The positive roots x of the 16th Legendre polynomial P, and the weights 2 / ((1 - x^2) P'(x)^2),
 * by mpmath to 18 digits (tools/fit_polynomials.py, table legendre). */
static const struct {
    double x, weight;
} nodes[] = {
    {0.0950125098376374402, 0.189450610455068496}, {0.281603550779258913, 0.182603415044923589},
    {0.458016777657227386, 0.169156519395002538},  {0.617876244402643748, 0.149595988816576732},
    {0.755404408355003034, 0.124628971255533872},  {0.865631202387831744, 0.0951585116824927848},
    {0.944575023073232576, 0.0622535239386478929}, {0.989400934991649933, 0.0271524594117540949},
};

enum { HALF = sizeof nodes / sizeof *nodes };

_Static_assert(2 * HALF == ALV_LEGENDRE_NODES, "the rule's size");

void alv_legendre_rule(double x[ALV_LEGENDRE_NODES], double weight[ALV_LEGENDRE_NODES])
{
    for (int i = 0; i < HALF; i++) {
        x[HALF + i] = nodes[i].x, x[HALF - 1 - i] = -nodes[i].x;
        weight[HALF + i] = weight[HALF - 1 - i] = nodes[i].weight;
    }
}

double alv_integrate(double (*f)(double x, const void *context), const void *context, double lo,
                     double hi, int panels)
{
    double half = (hi - lo) / (2 * panels), total = 0;
    for (int i = 0; i < panels; i++) {
        double middle = lo + (2 * i + 1) * half, sum = 0;
        for (int j = HALF - 1; j >= 0; j--)
            sum += nodes[j].weight * f(middle - half * nodes[j].x, context);
        for (int j = 0; j < HALF; j++)
            sum += nodes[j].weight * f(middle + half * nodes[j].x, context);
        total += sum;
    }
    return total * half;
}
