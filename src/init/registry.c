/* The registry: finds a descriptor, checks a request, fills.
 *
 * A fill is alv_dist_fill of the law that the scheme gives the tensor, on the stream of (seed, name
 * of the parameter). Everything is checked before the first byte is written. */
#include "init/family.h"

#include "base/base.h"
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
    int64_t in, out;
    ALV_TRY(alv_tensor_fans(&in, &out, tensor, error));
    const double a = (double)in, b = (double)out;
    double value = (double[]){a, b, 0.5 * (a + b), alv_sqrt(a * b)}[which];
    if (!(value > 0))
        return alv_fail(error, ALV_ERR_SHAPE, tensor->name, "%s divides by %s, which is 0 here",
                        scheme->init->name, names[which]);
    *fan = value;
    return ALV_OK;
}

alv_status alv_init_law(alv_dist *out, const alv_scheme *scheme, const alv_tensor *tensor,
                        alv_error *error)
{
    if (!out) return alv_fail(error, ALV_ERR_ARGUMENT, "out", "NULL argument");
    ALV_TRY(alv_scheme_check(scheme, error));
    int64_t count;
    ALV_TRY(alv_tensor_count(&count, tensor, error));
    alv_dist law;
    ALV_TRY(scheme->init->law(&law, scheme, tensor, error));
    ALV_TRY(alv_dist_fits(&law, tensor->dtype, error));
    ALV_TRY(alv_dist_check(&law, error));
    *out = law;
    return ALV_OK;
}

alv_status alv_init_fill(void *out, int64_t lo, int64_t hi, const alv_scheme *scheme,
                         const alv_tensor *tensor, uint64_t seed, alv_error *error)
{
    ALV_TRY(alv_scheme_check(scheme, error));
    int64_t count;
    ALV_TRY(alv_tensor_count(&count, tensor, error));
    if (lo < 0 || hi < lo || hi > count)
        return alv_fail(error, ALV_ERR_RANGE, "slice",
                        "%lld:%lld is not within the %lld elements of %s", lo, hi, count,
                        tensor->name);
    if (lo == hi) return ALV_OK;
    if (!out) return alv_fail(error, ALV_ERR_ARGUMENT, "out", "NULL argument");
    alv_dist law;
    ALV_TRY(alv_init_law(&law, scheme, tensor, error));
    return alv_dist_fill(out, tensor->dtype, lo, hi, &law,
                         alv_stream_make(seed, tensor->name, NULL), error);
}
