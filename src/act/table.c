/* The table of activations: everything that the rest of the tree knows about each. */
#include "alvor/act.h"

#include "base/base.h"
#include "math/math.h"
#include "math/mathf.h"

static inline double sigmoid(double x)
{
    return 1 / (1 + alv_exp(-x));
}

#define REAL float
#define NAME(function) function##_f32
#define LOOP ALV_ELEMENTWISE
#define VECTOR ALV_CLONES
#define ABS alv_absf
#define EXP alv_expf
#define EXPM1 alv_expm1f
#define LOG1P_UNIT alv_log1p_unitf
#define TANH alv_tanhf
#define SIGMOID alv_sigmoidf
#define NORMAL_CDF alv_normal_cdff
#define NORMAL_PDF alv_normal_pdff
#define ERF alv_erff
#define SIN alv_sinf
#define COS alv_cosf
#include "act/functions.h"

#undef REAL
#undef NAME
#undef LOOP
#undef VECTOR
#undef ABS
#undef EXP
#undef EXPM1
#undef LOG1P_UNIT
#undef TANH
#undef SIGMOID
#undef NORMAL_CDF
#undef NORMAL_PDF
#undef ERF
#undef SIN
#undef COS

#define REAL double
#define NAME(function) function##_f64
#define LOOP
#define VECTOR
#define ABS alv_fabs
#define EXP alv_exp
#define EXPM1 alv_expm1
#define LOG1P_UNIT alv_log1p
#define TANH alv_tanh
#define SIGMOID sigmoid
#define NORMAL_CDF alv_normal_cdf
#define NORMAL_PDF alv_normal_pdf
#define ERF alv_erf
#define SIN alv_sin
#define COS alv_cos
#include "act/functions.h"

/* f' as a function of x and the parameter alone. */
#define SLOPE_OF(id)                                                                               \
    static double id##_df(double x, double param)                                                  \
    {                                                                                              \
        return id##_slope_f64(x, id##_f64(x, param), param);                                       \
    }

#define ALL(EACH)                                                                                  \
    EACH(identity)                                                                                 \
    EACH(relu)                                                                                     \
    EACH(leaky_relu)                                                                               \
    EACH(tanh)                                                                                     \
    EACH(sigmoid)                                                                                  \
    EACH(softsign)                                                                                 \
    EACH(softplus)                                                                                 \
    EACH(elu)                                                                                      \
    EACH(selu)                                                                                     \
    EACH(gelu)                                                                                     \
    EACH(silu)                                                                                     \
    EACH(mish)                                                                                     \
    EACH(hardswish)                                                                                \
    EACH(sin)                                                                                      \
    EACH(relu6)                                                                                    \
    EACH(relu2)                                                                                    \
    EACH(hardtanh)                                                                                 \
    EACH(hardsigmoid)                                                                              \
    EACH(lecun_tanh)                                                                               \
    EACH(erf)                                                                                      \
    EACH(logsigmoid)                                                                               \
    EACH(celu)                                                                                     \
    EACH(gelu_tanh)                                                                                \
    EACH(quick_gelu)
ALL(SLOPE_OF)

#define FUNCTIONS(id) FUNCTIONS_AS(#id, id)
#define FUNCTIONS_AS(label, id)                                                                    \
    .name = label, .f = id##_f64, .df = id##_df, .forward_f32 = id##_forward_f32,                  \
    .forward_f64 = id##_forward_f64, .backward_f32 = id##_backward_f32,                            \
    .backward_f64 = id##_backward_f64
#define NEVER_FLAT .flat_below = -ALV_INFINITY, .flat_above = ALV_INFINITY

static const alv_act table[] = {
    {FUNCTIONS(identity), .aliases = "linear none", .formula = "x", NEVER_FLAT},
    {FUNCTIONS(relu), .aliases = "", .formula = "max(0, x)", .kink_at_zero = true, .can_die = true,
     .flat_below = 0, .flat_above = ALV_INFINITY},
    {FUNCTIONS(relu6), .aliases = "", .formula = "min(max(0, x), 6)", .kink_at_zero = true,
     .n_kinks = 1, .kinks = {6}, .can_die = true, .flat_below = 0, .flat_above = 6},
    {FUNCTIONS(relu2), .aliases = "relu_squared squared_relu", .formula = "max(0, x)^2",
     .can_die = true, .flat_below = 0, .flat_above = ALV_INFINITY},
    {FUNCTIONS(leaky_relu), .aliases = "lrelu", .formula = "max(0, x) + slope min(0, x)",
     .param = "slope", .param_default = 0.01, .param_lo = -1, .param_hi = 1, .kink_at_zero = true,
     NEVER_FLAT},
    {FUNCTIONS_AS("prelu", leaky_relu), .aliases = "",
     .formula = "max(0, x) + slope min(0, x), the slope held where it starts", .param = "slope",
     .param_default = 0.25, .param_lo = -1, .param_hi = 1, .kink_at_zero = true, NEVER_FLAT},
    {FUNCTIONS(tanh), .aliases = "", .formula = "tanh(x)",
     .flat_below = -2.0922957200349394, /* |tanh| = 0.97 */
     .flat_above = 2.0922957200349394},
    {FUNCTIONS(lecun_tanh), .aliases = "scaled_tanh", .formula = "1.7159 tanh(2 x / 3)",
     .flat_below = -3.1384435800524091, .flat_above = 3.1384435800524091},
    {FUNCTIONS(hardtanh), .aliases = "hard_tanh", .formula = "min(max(-1, x), 1)", .n_kinks = 2,
     .kinks = {-1, 1}, .can_die = true, .flat_below = -1, .flat_above = 1},
    {FUNCTIONS(erf), .aliases = "", .formula = "erf(x)",
     .flat_below = -1.6818217368586019, /* exp(-x^2) = 1 - 0.97^2 */
     .flat_above = 1.6818217368586019},
    {FUNCTIONS(sigmoid), .aliases = "logistic", .formula = "1 / (1 + exp(-x))",
     .flat_below = -3.4760986898352733, /* log(0.97 / 0.03) */
     .flat_above = 3.4760986898352733},
    {FUNCTIONS(hardsigmoid), .aliases = "hard_sigmoid", .formula = "min(max(x + 3, 0), 6) / 6",
     .n_kinks = 2, .kinks = {-3, 3}, .can_die = true, .flat_below = -3, .flat_above = 3},
    {FUNCTIONS(logsigmoid), .aliases = "log_sigmoid", .formula = "-log(1 + exp(-x))",
     .flat_below = -ALV_INFINITY, .flat_above = 2.7676059396006674},
    {FUNCTIONS(softsign), .aliases = "", .formula = "x / (1 + |x|)",
     .flat_below = -3.1134503489486355, .flat_above = 3.1134503489486355},
    {FUNCTIONS(softplus), .aliases = "", .formula = "log(1 + exp(x))",
     .flat_below = -2.7676059396006674, .flat_above = ALV_INFINITY},
    {FUNCTIONS(elu), .aliases = "", .formula = "x if x > 0, else alpha (exp(x) - 1)",
     .param = "alpha", .param_default = 1, .param_lo = 0, .param_hi = 100,
     .kink_at_zero = true, /* unless alpha = 1 */
     .flat_below = -2.8285243545700846, .flat_above = ALV_INFINITY},
    {FUNCTIONS(celu), .aliases = "", .formula = "x if x > 0, else alpha (exp(x / alpha) - 1)",
     .param = "alpha", .param_default = 1, .param_lo = 0.01, .param_hi = 100,
     .flat_below = -2.8285243545700846, .flat_above = ALV_INFINITY},
    {FUNCTIONS(selu), .aliases = "",
     .formula = "lambda x if x > 0, else lambda alpha (exp(x) - 1); lambda 1.0507, alpha 1.6733",
     .kink_at_zero = true, .flat_below = -2.8285243545700846, .flat_above = ALV_INFINITY},
    {FUNCTIONS(gelu), .aliases = "", .formula = "x Phi(x), Phi the normal distribution function",
     .flat_below = -2.1746187959, .flat_above = ALV_INFINITY},
    {FUNCTIONS(gelu_tanh), .aliases = "gelu_new gelu_approximate",
     .formula = "x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2", .flat_below = -2.1823487671,
     .flat_above = ALV_INFINITY},
    {FUNCTIONS(quick_gelu), .aliases = "gelu_quick gelu_sigmoid",
     .formula = "x / (1 + exp(-1.702 x))", .flat_below = -2.1411070622, .flat_above = ALV_INFINITY},
    {FUNCTIONS(silu), .aliases = "swish", .formula = "x / (1 + exp(-x))",
     .flat_below = -3.6441642288, .flat_above = ALV_INFINITY},
    {FUNCTIONS(mish), .aliases = "", .formula = "x tanh(log(1 + exp(x)))",
     .flat_below = -3.7121186957, .flat_above = ALV_INFINITY},
    {FUNCTIONS(hardswish), .aliases = "hard_swish", .formula = "x min(max(x + 3, 0), 6) / 6",
     .n_kinks = 2, .kinks = {-3, 3}, .can_die = true, .flat_below = -3, .flat_above = ALV_INFINITY},
    {FUNCTIONS(sin), .periodic = true, .aliases = "sine", .formula = "sin(x)", NEVER_FLAT},
};

int alv_act_count(void)
{
    return ALV_COUNT(table);
}

const alv_act *alv_act_at(int index)
{
    return index >= 0 && index < ALV_COUNT(table) ? &table[index] : NULL;
}
