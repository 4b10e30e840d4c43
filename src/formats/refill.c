/* Which scheme each tensor of a model gets. */
#include "formats/refill.h"

#include "base/base.h"
#include "math/math.h"

/* Schemes by kind, where nothing more need be known. */
static const struct {
    const char *kind, *scheme;
} by_kind[] = {
    {"bias", "zeros"},
    {"norm", "ones"},
    {"tied_head", "normal(std=0.02)"},
    {"head", "lecun_normal"},
    {"attention", "xavier_normal"},
};

static bool is_kind(const alv_checkpoint_tensor *t, const char *kind)
{
    return strcmp(t->kind->name, kind) == 0;
}

static bool has_kind(const alv_checkpoint *model, const char *kind)
{
    for (int64_t i = 0; i < model->n; i++)
        if (is_kind(&model->tensors[i], kind)) return true;
    return false;
}

/* Hidden to hidden: square in each gate. */
static bool is_square(const alv_tensor *w)
{
    double in, out;
    return alv_tensor_fans(&in, &out, w, NULL) == ALV_OK && in == out;
}

/* The gain that keeps the signal: of the activation that follows; 1 where a graph shows none; where
 * there is no graph, ReLU's for convolutions and 1 for dense layers. */
static double gain_of(const alv_checkpoint *model, const alv_checkpoint_tensor *t)
{
    alv_gain gain;
    if (t->what.act.act && alv_act_gain(&gain, t->what.act, NULL) == ALV_OK) return gain.forward;
    const bool guess = !model->graph && t->what.layer != ALV_LAYER_DENSE;
    return guess ? alv_sqrt(2) : 1;
}

/* He's rule with that gain. The ends of residual branches that no norm rescales are divided by the
 * root of their number, so that the sum of all is as large as one (Radford et al. 2019; Zhang et
 * al. 2019, section 2). */
static void by_gain(char *out, size_t size, const alv_checkpoint *model,
                    const alv_checkpoint_tensor *t)
{
    const bool scaled = t->ends_branch && !t->normed && t->what.depth > 1;
    const double gain = gain_of(model, t), root = scaled ? alv_sqrt(t->what.depth) : 1;
    if (alv_fabs(gain - alv_sqrt(2)) < 1e-12 && root == 1)
        alv_text_format(out, size, "he_normal");
    else if (gain == 1 && root == 1)
        alv_text_format(out, size, "lecun_normal");
    else
        alv_text_format(out, size, "he_normal(gain=%.6g)", gain / root);
}

void alv_refill_auto(char *out, size_t size, const alv_checkpoint *model,
                     const alv_checkpoint_tensor *t)
{
    const bool deep = t->ends_branch && !t->normed && t->what.depth > 1;
    if (is_kind(t, "embedding")) {
        const bool transformer = has_kind(model, "attention");
        alv_text_format(out, size, transformer ? "normal(std=0.02)" : "embedding_normal");
        return;
    }
    if (is_kind(t, "recurrent")) {
        alv_text_format(out, size, is_square(&t->what) ? "orthogonal" : "xavier_uniform");
        return;
    }
    for (int i = 0; i < ALV_COUNT(by_kind); i++)
        if (is_kind(t, by_kind[i].kind) && !deep) {
            alv_text_format(out, size, "%s", by_kind[i].scheme);
            return;
        }
    by_gain(out, size, model, t);
}

/* Why the tensor's bytes cannot be replaced where they lie; NULL if they can. */
static const char *obstacle(const alv_checkpoint_tensor *t)
{
    if (t->file < 0) return "its data are compressed or converted: write it with numpy.savez first";
    if (t->fortran) return "a column-major array: write it with numpy.ascontiguousarray first";
    if (t->big) return "a big-endian array: write it in the machine's order first";
    if (strlen(t->name) >= ALV_MAX_NAME) return "its name has more than 127 bytes";
    return NULL;
}

static alv_status wrong(alv_status code, const char *name, const char *what, alv_error *error)
{
    return alv_fail(error, code, "like", "'%s': %s", name, what);
}

/* Whether it can be drawn, and why not. */
static alv_status check(const alv_refill *r, const alv_checkpoint_tensor *t, alv_error *error)
{
    alv_error inner = {.message = ""};
    double mean, variance;
    if (obstacle(t)) return wrong(ALV_ERR_UNSUPPORTED, t->name, obstacle(t), error);
    if (t->count == 0) return ALV_OK;
    const alv_status status = alv_init_moments(&mean, &variance, &r->scheme, &r->tensor, &inner);
    return status == ALV_OK ? ALV_OK : wrong(status, t->name, inner.message, error);
}

/* `only` as a whole, a name that has commas, or one of the patterns between its commas. */
static bool is_wanted(const char *only, const char *name)
{
    bool wanted = !only || alv_name_match(only, name);
    char pattern[512];
    while (only && !wanted) {
        const size_t n = strcspn(only, ",");
        if (n < sizeof pattern) {
            memcpy(pattern, only, n);
            pattern[n] = '\0';
            wanted = alv_name_match(pattern, name);
        }
        only = only[n] ? only + n + 1 : NULL;
    }
    return wanted;
}

static alv_status decide(alv_refill *r, const alv_checkpoint *model, const alv_checkpoint_tensor *t,
                         const alv_refill_how *how, alv_error *error)
{
    const bool own = how->scheme && strcmp(how->scheme, "auto") != 0 && t->kind->is_matrix;
    char text[96];
    if (!t->kind->drawn || t->dtype < 0 || !t->bytes) return ALV_OK;
    if (!is_wanted(how->only, t->name)) return ALV_OK;
    r->drawn = true;
    r->tensor = t->what;
    alv_refill_auto(text, sizeof text, model, t);
    ALV_TRY(alv_scheme_parse(&r->scheme, own ? how->scheme : text, error));
    return check(r, t, error);
}

static alv_status take_plan(alv_refill *list, const alv_checkpoint *model,
                            const alv_refill_how *how, alv_error *error)
{
    for (int64_t i = 0; i < how->plan->n; i++) {
        const alv_tensor *wanted = &how->plan->tensors[i];
        const alv_checkpoint_tensor *t = alv_checkpoint_find(model, wanted->name);
        if (!t) return wrong(ALV_ERR_FORMAT, wanted->name, "the model has no such tensor", error);
        bool same = t->rank == wanted->rank && t->dtype >= 0 && t->bytes;
        for (int a = 0; same && a < t->rank; a++) same = t->shape[a] == wanted->shape[a];
        if (!same)
            return wrong(ALV_ERR_FORMAT, wanted->name,
                         "the model has it in another shape, or in no type that alvor draws",
                         error);
        if (!is_wanted(how->only, t->name)) continue;
        alv_refill *r = &list[t - model->tensors];
        *r = (alv_refill){true, *wanted, *alv_weight_plan_scheme(how->plan, i)};
        r->tensor.dtype = (alv_dtype)t->dtype;
        ALV_TRY(check(r, t, error));
    }
    return ALV_OK;
}

static alv_status decide_all(alv_refill *list, const alv_checkpoint *model,
                             const alv_refill_how *how, alv_error *error)
{
    int64_t drawn = 0;
    if (how->plan) ALV_TRY(take_plan(list, model, how, error));
    for (int64_t i = 0; i < model->n; i++) {
        if (!how->plan) ALV_TRY(decide(&list[i], model, &model->tensors[i], how, error));
        drawn += list[i].drawn;
    }
    if (drawn > 0) return ALV_OK;
    return alv_fail(error, ALV_ERR_ARGUMENT, how->only ? "only" : "like",
                    how->only ? "no parameter's name matches '%s'"
                              : "there is no parameter to draw in it%s",
                    how->only ? how->only : "");
}

alv_status alv_refill_plan(alv_refill **out, const alv_checkpoint *model, const alv_refill_how *how,
                           alv_error *error)
{
    alv_refill *list = alv_new_array((size_t)model->n, sizeof *list);
    if (!list) return alv_fail(error, ALV_ERR_MEMORY, "like", "no memory for the tensors");
    const alv_status status = decide_all(list, model, how, error);
    if (status == ALV_OK)
        *out = list;
    else
        free(list);
    return status;
}
