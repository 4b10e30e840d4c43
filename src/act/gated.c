/* Gated units: y = f(a) b, with a = W x and b = V x two projections of the same input (Dauphin et
 * al. 2017; the family for transformers: Shazeer 2020, arXiv:2002.05202, eqs. 4 and 5).
 *
 * Let x have d entries of second moment 1 and W, V entries of variance g^2 / d, independent. Given
 * x, a and b are independent N(0, g^2), so with z ~ N(0, 1)
 *
 *     E y = 0,   E y^2 = E f(a)^2 E b^2 = g^2 E f(g z)^2.
 *
 * At g = 1 that is E f^2, and 1 / sqrt(E f^2) puts it right in one place: in V alone, or in the
 * layer after y. Or W and V share the work: the g at which g^2 E f(g z)^2 is 1, which for f of
 * degree 1 is (E f^2)^(-1/4), and 1 for the bilinear unit. It is found by bisection; the left side
 * grows with g for every f of the table.
 *
 * Backwards, with n units and errors d_i = dL/dy_i of variance 1 taken as independent of the
 * weights (the usual mean-field step, true up to O(1 / d)),
 *
 *     dL/dx_j = sum over i of d_i (f'(a_i) b_i W_ij + f(a_i) V_ij),
 *
 * whose variance for a, b ~ N(0, 1) and weights of variance g^2 / n is g^2 (E f'^2 + E f^2): gate
 * and value each carry a share, and 1 / sqrt(E f'^2 + E f^2) keeps it. A framework that fuses W and
 * V into one matrix of 2 n rows would take 2 n for fan_out; the n here are the units. */
#include "act/moment.h"
#include "base/base.h"
#include "math/math.h"

#define SHAZEER "Shazeer 2020, GLU variants improve transformer, arXiv:2002.05202, eq. "

static const alv_gated table[] = {
    {.name = "glu",
     .aliases = "",
     .formula = "sigmoid(a) b",
     .gate = "sigmoid",
     .citation = "Dauphin, Fan, Auli, Grangier 2017, Language modeling with gated convolutional "
                 "networks, arXiv:1612.08083, eq. 1"},
    {.name = "bilinear_glu",
     .aliases = "bilinear_gate",
     .formula = "a b",
     .gate = "identity",
     .citation = SHAZEER "4"},
    {.name = "reglu",
     .aliases = "",
     .formula = "relu(a) b",
     .gate = "relu",
     .citation = SHAZEER "5"},
    {.name = "geglu",
     .aliases = "",
     .formula = "gelu(a) b",
     .gate = "gelu",
     .citation = SHAZEER "5"},
    {.name = "swiglu",
     .aliases = "silu_glu",
     .formula = "silu(a) b",
     .gate = "silu",
     .citation = SHAZEER "5"},
};

int alv_gated_count(void)
{
    return ALV_COUNT(table);
}

const alv_gated *alv_gated_at(int index)
{
    return index >= 0 && index < ALV_COUNT(table) ? &table[index] : NULL;
}

const alv_gated *alv_gated_find(const char *name)
{
    size_t length = name ? strlen(name) : 0;
    for (int i = 0; i < ALV_COUNT(table) && length > 0; i++)
        if (alv_word_in(table[i].name, name, length) || alv_word_in(table[i].aliases, name, length))
            return &table[i];
    return NULL;
}

/* The g with g^2 E f(g z)^2 = 1. */
static double shared_gain(alv_act_spec gate)
{
    double lo = 0x1p-6, hi = 0x1p6;
    for (int i = 0; i < 60; i++) {
        double g = (lo + hi) / 2;
        if (g * g * alv_act_moment(gate, g, ALV_MOMENT_SECOND) < 1)
            lo = g;
        else
            hi = g;
    }
    return hi;
}

alv_status alv_gated_gain(alv_gated_moments *out, alv_act_spec gate, alv_error *error)
{
    if (!out) return alv_fail(error, ALV_ERR_ARGUMENT, "out", "no place for the gains");
    ALV_TRY(alv_act_check(&gate, error));
    double second = alv_act_moment(gate, 1, ALV_MOMENT_SECOND);
    double slope = alv_act_moment(gate, 1, ALV_MOMENT_SLOPE);
    *out = (alv_gated_moments){
        .second = second,
        .slope_gate = slope,
        .slope_value = second,
        .forward = 1 / alv_sqrt(second),
        .forward_both = shared_gain(gate),
        .backward = 1 / alv_sqrt(slope + second),
    };
    return ALV_OK;
}
