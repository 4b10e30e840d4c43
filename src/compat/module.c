/* PyTorch modules: their parameters in memory, and drawing them. */
#include "compat/module.h"

#include "compat/scheme.h"
#include "math/math.h"

void alv_compat_module_free(alv_compat_module *module)
{
    if (!module) return;
    free(module->params);
    free(module->steps);
    free(module);
}

int alv_compat_module_count(const alv_compat_module *module)
{
    return module ? module->n_params : 0;
}

const alv_tensor *alv_compat_module_param(const alv_compat_module *module, int index)
{
    return module && index >= 0 && index < module->n_params ? &module->params[index] : NULL;
}

double alv_torch_xavier_bound(double fan_in, double fan_out)
{
    return alv_sqrt(3) * (1.0 * alv_sqrt(2 / (fan_in + fan_out)));
}

/* kaiming_uniform_(a=math.sqrt(5)): 1 / sqrt(fan_in) up to rounding. */
double alv_torch_kaiming_sqrt5(double fan_in)
{
    double a = alv_sqrt(5), gain = alv_sqrt(2 / (1 + a * a));
    return fan_in > 0 ? alv_sqrt(3) * (gain / alv_sqrt(fan_in)) : 0;
}

double alv_torch_inverse_sqrt(double n)
{
    return n > 0 ? 1 / alv_sqrt(n) : 0;
}

alv_status alv_build_fail(const alv_module_builder *b, alv_status code, const char *message)
{
    const alv_cursor *c = b->cursor;
    return alv_fail_at(c->error, code, "module", c->at - c->text, "%s: %s", b->kind->name, message);
}

/* Room for one more element; doubles when full. */
static bool grow(void **array, int *room, int n, size_t item)
{
    if (n < *room) return true;
    int more = *room ? 2 * *room : 16;
    void *bigger = alv_new_array((size_t)more, item);
    if (!bigger) return false;
    if (n > 0) memcpy(bigger, *array, (size_t)n * item);
    free(*array);
    *array = bigger;
    *room = more;
    return true;
}

alv_status alv_build_param(int *out, const alv_module_builder *b, const char *name, int rank,
                           const int64_t *shape)
{
    alv_compat_module *m = b->module;
    int64_t count;
    alv_tensor t = {.dtype = m->dtype, .rank = rank};
    if (m->n_params >= ALV_MODULE_PARAMS)
        return alv_build_fail(b, ALV_ERR_RANGE, "more parameters than alvor lists");
    if (alv_text_format(t.name, sizeof t.name, "%s%s", b->prefix, name) >= sizeof t.name)
        return alv_build_fail(b, ALV_ERR_RANGE, "the parameter's name is too long");
    for (int i = 0; i < rank; i++) t.shape[i] = shape[i];
    ALV_TRY(alv_tensor_count(&count, &t, b->cursor->error));
    if (!grow((void **)&m->params, &m->room_params, m->n_params, sizeof *m->params))
        return alv_build_fail(b, ALV_ERR_MEMORY, "no memory for its parameters");
    m->params[m->n_params] = t;
    *out = m->n_params++;
    return ALV_OK;
}

alv_status alv_build_step(const alv_module_builder *b, alv_step_kind kind, int param, double a,
                          int64_t index)
{
    alv_compat_module *m = b->module;
    if (!grow((void **)&m->steps, &m->room_steps, m->n_steps, sizeof *m->steps))
        return alv_build_fail(b, ALV_ERR_MEMORY, "no memory for its draws");
    m->steps[m->n_steps++] = (alv_step){kind, param, a, index};
    return ALV_OK;
}

alv_status alv_build_drawn(const alv_module_builder *b, const char *name, int rank,
                           const int64_t *shape, alv_step_kind kind, double a)
{
    int param;
    ALV_TRY(alv_build_param(&param, b, name, rank, shape));
    return alv_build_step(b, kind, param, a, 0);
}

static int64_t count_of(const alv_tensor *t)
{
    int64_t n = 1;
    for (int i = 0; i < t->rank; i++) n *= t->shape[i]; /* checked when the parameter was added */
    return n;
}

static alv_status draw_step(void *const *outs, const alv_compat_module *m, const alv_step *s,
                            alv_compat_rng *rng, alv_error *error)
{
    const alv_tensor *t = &m->params[s->param];
    const size_t item = alv_dtype_size(t->dtype);
    const int64_t n = count_of(t);
    void *out = outs[s->param];
    const alv_compat_job job = {out, t, n, NULL, rng};
    switch (s->kind) {
    case ALV_STEP_UNIFORM:
        return alv_compat_uniform(out, t->dtype, n, -s->a, s->a, rng, error);
    case ALV_STEP_NORMAL:
        return alv_compat_normal(out, t->dtype, n, 0, s->a, rng, error);
    case ALV_STEP_CONSTANT:
        return alv_compat_fill_constant(&job, s->a);
    case ALV_STEP_ZERO_ROW: {
        const size_t row = (size_t)(n / t->shape[0]) * item;
        memset((char *)out + (size_t)s->index * row, 0, row);
        return ALV_OK;
    }
    case ALV_STEP_COPY:
        if (n > 0) memcpy(out, outs[s->index], (size_t)n * item);
        return ALV_OK;
    }
    return ALV_OK;
}

alv_status alv_compat_module_draw(void *const *outs, const alv_compat_module *module,
                                  alv_compat_rng *rng, alv_error *error)
{
    if (!outs || !module || !rng || !rng->profile)
        return alv_fail(error, ALV_ERR_ARGUMENT, "module", "NULL argument");
    if (!rng->profile->modules)
        return alv_fail(error, ALV_ERR_UNSUPPORTED, rng->profile->name,
                        "modules are PyTorch's; %s has none", rng->profile->name);
    for (int i = 0; i < module->n_params; i++)
        if (!outs[i] && count_of(&module->params[i]) > 0)
            return alv_fail(error, ALV_ERR_ARGUMENT, module->params[i].name, "NULL argument");
    for (int i = 0; i < module->n_steps; i++)
        ALV_TRY(draw_step(outs, module, &module->steps[i], rng, error));
    return ALV_OK;
}

const alv_compat_claim *alv_compat_module_claim(const alv_compat *profile,
                                                const alv_compat_module *module)
{
    const alv_compat_claim *weakest = NULL;
    for (int i = 0; i < module->n_steps; i++) {
        const alv_step *s = &module->steps[i];
        const alv_tensor *t = &module->params[s->param];
        if (s->kind != ALV_STEP_UNIFORM && s->kind != ALV_STEP_NORMAL) continue;
        const alv_compat_draw draw =
            s->kind == ALV_STEP_UNIFORM ? ALV_COMPAT_UNIFORM : ALV_COMPAT_NORMAL;
        const alv_compat_claim *claim = alv_compat_claim_of(profile, draw, t->dtype, count_of(t));
        if (claim && (!weakest || claim->exactness < weakest->exactness)) weakest = claim;
    }
    return weakest;
}
