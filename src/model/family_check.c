/* Whether what a family's text says goes together, and with the data. */
#include "model/family.h"

#include "base/base.h"

/* Compares what the text says with what the hints (the data) demand. */
static alv_status check_end(const alv_width_run *run, int64_t wanted, const char *what,
                            alv_error *error)
{
    if (wanted == 0 || run->width == wanted) return ALV_OK;
    return alv_fail_at(error, ALV_ERR_SHAPE, "model", run->position,
                       "the model has %lld %s and the data %lld", run->width, what, wanted);
}

/* Sizes of hidden layers alone, or with those of inputs and outputs at their ends. */
static alv_status check_mlp(alv_family *f, const alv_model_hints *hints, alv_error *error)
{
    const alv_widths *w = &f->widths;
    const bool between = w->first.position == w->last.position && hints->inputs && hints->outputs;
    f->inner = hints->hidden_only || between;
    f->height = f->width_in = 0;
    if (f->inner) {
        if (hints->inputs == 0 || hints->outputs == 0)
            return alv_fail(error, ALV_ERR_ARGUMENT, "hints",
                            "hidden layers alone need the number of inputs and outputs");
        if (w->n > ALV_MAX_LAYERS - 1)
            return alv_fail_at(error, ALV_ERR_RANGE, "model", w->last.position,
                               "more than %d layers", ALV_MAX_LAYERS);
        f->channels = hints->inputs;
        f->outputs = hints->outputs;
        return ALV_OK;
    }
    if (w->n < 2)
        return alv_fail_at(error, ALV_ERR_SYNTAX, "model", w->first.position,
                           "a model has inputs and outputs at least, as in 784-10");
    ALV_TRY(check_end(&w->first, hints->inputs, "inputs", error));
    ALV_TRY(check_end(&w->last, hints->outputs, "outputs", error));
    f->channels = w->first.width;
    f->outputs = w->last.width;
    return ALV_OK;
}

/* Data that are no tokens and do not say otherwise are one channel. */
static alv_status check_line(alv_family *f, const char *start, alv_error *error)
{
    if (f->channels < 1 || f->outputs < 1)
        return alv_family_fail(
            f, start, ALV_ERR_SYNTAX,
            "conv1d needs in=CHANNELSxLENGTH and out=CLASSES where no data say them", error);
    if (f->tokens > 0 && f->height > 0)
        return alv_family_fail(f, start, ALV_ERR_SHAPE, "tokens have a length and no channels",
                               error);
    if (f->tokens > 0 || f->height > 0) return ALV_OK;
    if (f->channels > 1 << 24)
        return alv_family_fail(f, start, ALV_ERR_RANGE, "a sequence has at most 2^24 positions",
                               error);
    f->height = (int)f->channels;
    f->channels = f->width_in = 1;
    return ALV_OK;
}

static alv_status check_image(const alv_family *f, const char *start, alv_error *error)
{
    if (f->channels < 1 || f->outputs < 1)
        return alv_fail_at(
            error, ALV_ERR_SYNTAX, "model", start - f->text,
            "%s needs in=CHANNELSxHEIGHTxWIDTH and out=CLASSES where no data say them",
            alv_family_names[f->kind]);
    if (f->tokens > 0)
        return alv_fail_at(error, ALV_ERR_SHAPE, "model", start - f->text,
                           "%s takes images, and the data are tokens: use transformer, lstm or mlp",
                           alv_family_names[f->kind]);
    if (f->height < 1)
        return alv_fail_at(error, ALV_ERR_SHAPE, "model", start - f->text,
                           "%s takes images, and the data have %lld features without a shape",
                           alv_family_names[f->kind], f->channels);
    return ALV_OK;
}

static alv_status check_sequence(const alv_family *f, const char *start, alv_error *error)
{
    if (f->from_data && f->tokens == 0)
        return alv_fail_at(error, ALV_ERR_SHAPE, "model", start - f->text,
                           "%s takes tokens, as of a text file, and the data have features",
                           alv_family_names[f->kind]);
    if (f->channels < 1 || f->outputs < 1 || f->tokens < 1)
        return alv_fail_at(
            error, ALV_ERR_SYNTAX, "model", start - f->text,
            "%s needs in=LENGTH, tokens=COUNT and out=CLASSES where no data say them",
            alv_family_names[f->kind]);
    if (f->height > 0)
        return alv_family_fail(f, start, ALV_ERR_SHAPE, "a sequence has a length and no other size",
                               error);
    if (f->kind == ALV_FAMILY_TRANSFORMER && f->embed % f->heads != 0)
        return alv_fail_at(error, ALV_ERR_SHAPE, "model", start - f->text,
                           "%d heads do not divide d=%d", f->heads, f->embed);
    return ALV_OK;
}

/* Hidden layers of equal width in whole branches. */
static alv_status check_branches(const alv_family *f, const char *start, alv_error *error)
{
    if (f->kind >= ALV_FAMILY_RESNET) return ALV_OK;
    if (f->residual == 0 && (f->has_gain || f->is_post))
        return alv_family_fail(f, start, ALV_ERR_SYNTAX,
                               "branch= and order= need residual=", error);
    if (f->residual == 0) return ALV_OK;
    const char *at = f->widths.sizes;
    const int64_t ends = f->kind == ALV_FAMILY_MLP && !f->inner, hidden = f->widths.n - 2 * ends;
    alv_width_run run;
    int64_t width = 0, index = 0;
    while (alv_widths_next(&run, &f->widths, &at))
        for (int64_t i = 0; i < run.times; i++, index++) {
            if (ends && (index == 0 || index == f->widths.n - 1)) continue;
            if (width > 0 && run.width != width)
                return alv_fail_at(error, ALV_ERR_SHAPE, "model", run.position,
                                   "with residual= all hidden layers have one width");
            width = run.width;
        }
    if (hidden < 1 + f->residual || (hidden - 1) % f->residual != 0)
        return alv_fail_at(error, ALV_ERR_SHAPE, "model", f->widths.first.position,
                           "%lld hidden layers are not 1 and whole branches of %d", hidden,
                           f->residual);
    return ALV_OK;
}

static alv_status check_data(alv_family *f, const char *start, const alv_model_hints *hints,
                             alv_error *error)
{
    if (f->kind == ALV_FAMILY_MLP) return check_mlp(f, hints, error);
    if (f->kind == ALV_FAMILY_CONV1D) return check_line(f, start, error);
    if (f->kind < ALV_FAMILY_TRANSFORMER) return check_image(f, start, error);
    return check_sequence(f, start, error);
}

alv_status alv_family_check(alv_family *f, const alv_model_hints *hints, alv_error *error)
{
    const char *start = alv_widths_skip(f->text);
    ALV_TRY(check_data(f, start, hints, error));
    return check_branches(f, start, error);
}
