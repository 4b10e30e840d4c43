/* The registry: finds a descriptor and checks a request; src/init/fill.c fills. */
#include "base/base.h"
#include "init/laws.h"
#include "math/math.h"

static const alv_initializer *const initializers[] = {
#define ADDRESS(name) &alv_init_##name,
    ALV_INITIALIZERS(ADDRESS)
#undef ADDRESS
};

int alv_init_count(void)
{
    return ALV_COUNT(initializers);
}

const alv_initializer *alv_init_at(int index)
{
    return index >= 0 && index < ALV_COUNT(initializers) ? initializers[index] : NULL;
}

const alv_initializer *alv_init_find(const char *name)
{
    for (int i = 0; name && i < ALV_COUNT(initializers); i++) {
        const alv_initializer *init = initializers[i];
        if (strcmp(init->name, name) == 0 || alv_word_in(init->aliases, name, strlen(name)))
            return init;
    }
    return NULL;
}

alv_status alv_init_weight_fan(double *fan, alv_fan which, const alv_scheme *scheme,
                               const alv_tensor *tensor, alv_error *error)
{
    static const char *const names[] = {"fan_in", "fan_out", "fan_in + fan_out", "fan_in fan_out"};
    if (tensor->role == ALV_ROLE_BIAS)
        return alv_fail(error, ALV_ERR_SHAPE, tensor->name,
                        "%s is made for weights; for a bias use zeros, constant or torch_default",
                        scheme->init->name);
    double in = 0, out = 0;
    ALV_TRY(alv_tensor_fans_of(which == ALV_FAN_OUT ? NULL : &in, which == ALV_FAN_IN ? NULL : &out,
                               tensor, error));
    double value = which == ALV_FAN_GEO_AVG ? alv_sqrt(in * out)
                                            : (double[]){in, out, 0.5 * (in + out)}[which];
    if (!(value > 0))
        return alv_fail(error, ALV_ERR_SHAPE, tensor->name, "%s divides by %s, which is 0 here",
                        scheme->init->name, names[which]);
    *fan = value;
    return ALV_OK;
}

/* What every request needs: a scheme whose arguments are in bounds, a tensor that can exist. */
static alv_status check_request(int64_t *count, const alv_scheme *scheme, const alv_tensor *tensor,
                                alv_error *error)
{
    ALV_TRY(alv_scheme_check(scheme, error));
    return alv_tensor_count(count, tensor, error);
}

alv_status alv_init_law(alv_dist *out, const alv_scheme *scheme, const alv_tensor *tensor,
                        alv_error *error)
{
    if (!out) return alv_fail(error, ALV_ERR_ARGUMENT, "out", "NULL argument");
    int64_t count;
    ALV_TRY(check_request(&count, scheme, tensor, error));
    if (!scheme->init->law)
        return alv_fail(error, ALV_ERR_UNSUPPORTED, scheme->init->name,
                        "the elements of %s are not drawn one by one: they have no one law",
                        scheme->init->name);
    alv_laws laws;
    ALV_TRY(alv_laws_of(&laws, scheme, tensor, error));
    if (laws.n > 1)
        return alv_fail(error, ALV_ERR_UNSUPPORTED, "parts",
                        "the %d parts of %s have a law each: ask for that of alv_tensor_part",
                        laws.n, tensor->name);
    *out = laws.law[0];
    return ALV_OK;
}

alv_status alv_init_moments(double *mean, double *variance, const alv_scheme *scheme,
                            const alv_tensor *tensor, alv_error *error)
{
    if (!mean || !variance) return alv_fail(error, ALV_ERR_ARGUMENT, "out", "NULL argument");
    int64_t count;
    ALV_TRY(check_request(&count, scheme, tensor, error));
    double first = 0, second = 0;
    if (scheme->init->law) {
        alv_laws laws;
        ALV_TRY(alv_laws_of(&laws, scheme, tensor, error));
        alv_laws_moments(&first, &second, &laws);
    } else {
        ALV_TRY(scheme->init->moments(&first, &second, scheme, tensor, error));
    }
    *mean = first;
    /* A difference of squares: rounding may take it below 0, and overflow make it inf - inf. */
    *variance = second < 0 ? 0 : second >= 0 ? second : ALV_INFINITY;
    return ALV_OK;
}

alv_status alv_init_scratch(int64_t *bytes, const alv_scheme *scheme, const alv_tensor *tensor,
                            alv_error *error)
{
    double mean, variance;
    int64_t need = 0;
    if (!bytes) return alv_fail(error, ALV_ERR_ARGUMENT, "bytes", "NULL argument");
    ALV_TRY(alv_init_moments(&mean, &variance, scheme, tensor, error));
    if (scheme->init->scratch) ALV_TRY(scheme->init->scratch(&need, scheme, tensor, error));
    *bytes = need;
    return ALV_OK;
}
