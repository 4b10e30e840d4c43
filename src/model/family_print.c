/* Prints the text of a family back: sizes, then inputs and outputs, options in a fixed order, and
 * the activation last. */
#include "model/family.h"

#include "base/base.h"

const char *const alv_family_names[] = {[ALV_FAMILY_MLP] = "mlp",
                                        [ALV_FAMILY_CONV] = "conv",
                                        [ALV_FAMILY_CONV1D] = "conv1d",
                                        [ALV_FAMILY_RESNET] = "resnet",
                                        [ALV_FAMILY_TRANSFORMER] = "transformer",
                                        [ALV_FAMILY_LSTM] = "lstm",
                                        NULL};
const char *const alv_norm_names[] = {[ALV_NORM_NONE] = "none",
                                      [ALV_NORM_BATCH] = "batch",
                                      [ALV_NORM_LAYER] = "layer",
                                      [ALV_NORM_RMS] = "rms",
                                      NULL};

/* A text that grows; what does not fit is counted. */
typedef struct writer {
    char *out;
    size_t size, n;
} writer;

static void add(writer *w, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const size_t left = w->n < w->size ? w->size - w->n : 0;
    w->n += alv_text_vformat(left ? w->out + w->n : NULL, left, format, args);
    va_end(args);
}

static void add_widths(writer *w, const alv_family *f)
{
    const char *at = f->widths.sizes, *mark = f->kind == ALV_FAMILY_MLP ? "-" : ",";
    alv_width_run run, last = {0};
    const bool inner = f->inner && f->kind == ALV_FAMILY_MLP;
    if (inner) add(w, " %lld", f->channels);
    bool first = !inner;
    for (bool more = true; more;) {
        more = alv_widths_next(&run, &f->widths, &at);
        if (more && run.width == last.width) {
            last.times += run.times;
            continue;
        }
        if (last.width > 0) {
            add(w, "%s%lld", first ? " " : mark, last.width);
            if (last.times > 1) add(w, "x%lld", last.times);
            first = false;
        }
        last = run;
    }
    if (inner) add(w, "-%lld", f->outputs);
}

/* What the data are, where the sizes do not say it. */
static void add_data(writer *w, const alv_family *f)
{
    const bool sequence = f->kind >= ALV_FAMILY_TRANSFORMER;
    const bool line = f->kind == ALV_FAMILY_CONV1D;
    if (sequence || (line && f->tokens > 0)) add(w, " in=%lld", f->channels);
    if (line && f->tokens == 0) add(w, " in=%lldx%d", f->channels, f->height);
    if (!sequence && !line && f->kind != ALV_FAMILY_MLP)
        add(w, " in=%lldx%dx%d", f->channels, f->height, f->width_in);
    if (f->tokens > 0) add(w, " tokens=%lld", f->tokens);
    if (f->kind != ALV_FAMILY_MLP) add(w, " out=%lld", f->outputs);
}

static void add_options(writer *w, const alv_family *f)
{
    static const alv_norm usual[] = {[ALV_FAMILY_RESNET] = ALV_NORM_BATCH,
                                     [ALV_FAMILY_TRANSFORMER] = ALV_NORM_LAYER,
                                     [ALV_FAMILY_LSTM] = ALV_NORM_NONE};
    const bool is_resnet = f->kind == ALV_FAMILY_RESNET;
    const bool has_kernel = f->kind >= ALV_FAMILY_CONV && f->kind <= ALV_FAMILY_RESNET;
    if (f->kind == ALV_FAMILY_TRANSFORMER && f->wider != 4) add(w, " ff=%d", f->wider);
    if (f->gated) add(w, " gated=yes");
    if (f->kind != ALV_FAMILY_TRANSFORMER && f->tokens > 0 && f->embed != 16)
        add(w, " embed=%d", f->embed);
    if (is_resnet && f->width != 16) add(w, " width=%d", f->width);
    if (has_kernel && f->kernel != 3) add(w, " kernel=%d", f->kernel);
    if (f->norm != usual[f->kind]) add(w, " norm=%s", alv_norm_names[f->norm]);
    if (!is_resnet && f->residual > 0) add(w, " residual=%d", f->residual);
    if (f->has_gain) add(w, " branch=%g", f->gain);
    if (f->is_post != is_resnet) add(w, " order=%s", f->is_post ? "post" : "pre");
}

alv_status alv_family_print(char *out, size_t size, const alv_family *f, alv_error *error)
{
    char act[ALV_MAX_NAME];
    writer w = {out, size, 0};
    ALV_TRY(alv_act_print(act, sizeof act, f->act, error));
    add(&w, "%s", alv_family_names[f->kind]);
    if (f->kind == ALV_FAMILY_RESNET)
        add(&w, " %lld", f->layers);
    else if (f->kind == ALV_FAMILY_TRANSFORMER)
        add(&w, " d=%d L=%lld h=%d", f->embed, f->blocks, f->heads);
    else
        add_widths(&w, f);
    add_data(&w, f);
    add_options(&w, f);
    if (strcmp(act, "identity") != 0) add(&w, " %s", act);
    if (w.n < size) return ALV_OK;
    return alv_fail(error, ALV_ERR_RANGE, "model", "its text is longer than %llu bytes",
                    (uint64_t)size - 1);
}
