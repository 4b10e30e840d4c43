/* Prints the text of a family back: sizes, then inputs and outputs, options in a fixed order, and
 * the activation last. */
#include "model/family.h"

#include "base/base.h"

const char *const alv_family_names[] = {
    [ALV_FAMILY_MLP] = "mlp", [ALV_FAMILY_CONV] = "conv", [ALV_FAMILY_RESNET] = "resnet", NULL};
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
    const char *at = f->widths.sizes, *mark = f->kind == ALV_FAMILY_CONV ? "," : "-";
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

alv_status alv_family_print(char *out, size_t size, const alv_family *f, alv_error *error)
{
    char act[ALV_MAX_NAME];
    writer w = {out, size, 0};
    const bool is_resnet = f->kind == ALV_FAMILY_RESNET;
    ALV_TRY(alv_act_print(act, sizeof act, f->act, error));
    add(&w, "%s", alv_family_names[f->kind]);
    if (is_resnet)
        add(&w, " %lld", f->layers);
    else
        add_widths(&w, f);
    if (f->kind != ALV_FAMILY_MLP)
        add(&w, " in=%lldx%dx%d out=%lld", f->channels, f->height, f->width_in, f->outputs);
    if (is_resnet && f->width != 16) add(&w, " width=%d", f->width);
    if (f->kind != ALV_FAMILY_MLP && f->kernel != 3) add(&w, " kernel=%d", f->kernel);
    if (f->norm != (is_resnet ? ALV_NORM_BATCH : ALV_NORM_NONE))
        add(&w, " norm=%s", alv_norm_names[f->norm]);
    if (!is_resnet && f->residual > 0) add(&w, " residual=%d", f->residual);
    if (f->has_gain) add(&w, " branch=%g", f->gain);
    if (f->is_post != is_resnet) add(&w, " order=%s", f->is_post ? "post" : "pre");
    if (strcmp(act, "identity") != 0) add(&w, " %s", act);
    if (w.n < size) return ALV_OK;
    return alv_fail(error, ALV_ERR_RANGE, "model", "its text is longer than %llu bytes",
                    (uint64_t)size - 1);
}
