/* The document: one object per tensor, then what was found. */
#include "audit/document.h"

#include "base/base.h"
#include "lab/json.h"

const char *alv_basis_name(alv_basis from)
{
    static const char *const names[] = {[ALV_FROM_NOTHING] = "none",
                                        [ALV_FROM_STRUCTURE] = "structure",
                                        [ALV_FROM_LAW] = "law",
                                        [ALV_FROM_FAMILY] = "family"};
    return names[from];
}

const char *alv_weight_of_name(alv_weight_of weight)
{
    static const char *const names[] = {
        [ALV_NOTICE] = "info", [ALV_SERIOUS] = "warning", [ALV_FATAL] = "critical"};
    return names[weight];
}

static void put_numbers(alv_json *json, const alv_inspected *t)
{
    const struct {
        const char *key;
        double value;
    } numbers[] = {{"mean", t->moments.mean}, {"std", t->std},
                   {"skewness", t->skewness}, {"kurtosis", t->kurtosis},
                   {"min", t->moments.lo},    {"quartile_1", t->quartile_lo},
                   {"median", t->median},     {"quartile_3", t->quartile_hi},
                   {"max", t->moments.hi}};
    for (int i = 0; i < ALV_COUNT(numbers); i++)
        alv_json_real(json, numbers[i].key, numbers[i].value);
    alv_json_int(json, "zeros", t->moments.zeros);
    alv_json_int(json, "not_finite", t->moments.nonfinite);
    alv_json_open(json, "histogram", '{');
    alv_json_real(json, "lo", t->sketch_lo);
    alv_json_real(json, "hi", t->sketch_hi);
    alv_json_open(json, "counts", '[');
    for (int i = 0; i < ALV_SKETCH; i++) alv_json_int(json, NULL, t->sketch[i]);
    alv_json_close(json);
    alv_json_close(json);
}

static void put_explained(alv_json *json, const alv_explanation *e)
{
    alv_json_open(json, "explained", '{');
    alv_json_string(json, "by", alv_basis_name(e->from));
    alv_json_string(json, "scheme", *e->scheme ? e->scheme : NULL);
    alv_json_string(json, "same_as", *e->also ? e->also : NULL);
    alv_json_string(json, "rivals", *e->rivals ? e->rivals : NULL);
    alv_json_real(json, "p", e->from == ALV_FROM_NOTHING ? __builtin_nan("") : e->p);
    alv_json_real(json, "gain", e->gain);
    alv_json_close(json);
}

static void put_spectrum(alv_json *json, const alv_spectrum *s)
{
    alv_json_open(json, "spectrum", '{');
    alv_json_int(json, "rows", s->rows);
    alv_json_int(json, "columns", s->columns);
    alv_json_real(json, "largest", s->largest);
    alv_json_real(json, "smallest", s->smallest);
    alv_json_real(json, "stable_rank", s->stable_rank);
    alv_json_close(json);
}

static void put_tensor(alv_json *json, const alv_inspected *t)
{
    const alv_checkpoint_tensor *s = t->tensor;
    alv_json_open(json, NULL, '{');
    alv_json_string(json, "name", s->name);
    alv_json_string(json, "type", s->type);
    alv_json_open(json, "shape", '[');
    for (int i = 0; i < s->rank; i++) alv_json_int(json, NULL, s->shape[i]);
    alv_json_close(json);
    alv_json_int(json, "elements", s->count);
    alv_json_string(json, "kind", s->kind->name);
    alv_json_string(json, "layout", s->kind->is_matrix ? alv_layout_name(s->what.layout) : NULL);
    alv_json_real(json, "fan_in", t->fan_in);
    alv_json_real(json, "fan_out", t->fan_out);
    alv_json_string(json, "activation", s->what.act.act ? s->what.act.act->name : NULL);
    alv_json_bool(json, "ends_branch", s->ends_branch);
    alv_json_bool(json, "measured", t->measured);
    if (t->measured) put_numbers(json, t);
    if (t->measured) put_explained(json, &t->explained);
    if (t->spectrum.rows > 0) put_spectrum(json, &t->spectrum);
    alv_json_close(json);
}

static void put_found(alv_json *json, const alv_inspection *all, const alv_found *f)
{
    alv_json_open(json, NULL, '{');
    alv_json_string(json, "mistake", f->mistake->key);
    alv_json_string(json, "severity", alv_weight_of_name(f->mistake->weight));
    alv_json_string(json, "tensor", all->tensors[f->tensor].tensor->name);
    alv_json_string(json, "other", f->other < 0 ? NULL : all->tensors[f->other].tensor->name);
    alv_json_real(json, "measured", f->measured);
    alv_json_real(json, "expected", f->expected);
    static const char *const languages[] = {[ALV_EN] = "en", [ALV_PT] = "pt"};
    const struct {
        const char *key;
        const char *const *text;
    } texts[] = {{"what", f->mistake->what}, {"why", f->mistake->why}, {"fix", f->mistake->fix}};
    for (int i = 0; i < ALV_COUNT(texts); i++) {
        alv_json_open(json, texts[i].key, '{');
        for (int lang = 0; lang < ALV_LANGS; lang++)
            alv_json_string(json, languages[lang], texts[i].text[lang]);
        alv_json_close(json);
    }
    alv_json_close(json);
}

static void put_verified(alv_json *json, const alv_inspection *all, const alv_verified *list,
                         int64_t n)
{
    alv_json_open(json, "expected", '[');
    for (int64_t i = 0; i < n; i++) {
        alv_json_open(json, NULL, '{');
        alv_json_string(json, "tensor", all->tensors[list[i].tensor].tensor->name);
        alv_json_string(json, "scheme", list[i].scheme);
        alv_json_bool(json, "held", list[i].held);
        alv_json_real(json, "p", list[i].p);
        alv_json_close(json);
    }
    alv_json_close(json);
}

char *alv_inspect_document(const alv_inspection *all, const alv_verified *verified,
                           int64_t n_verified)
{
    alv_json json = {0};
    alv_json_open(&json, NULL, '{');
    alv_json_string(&json, "schema", "alvor.inspect/1");
    alv_json_string(&json, "version", ALV_VERSION);
    alv_json_string(&json, "model", all->model->files[0].path);
    alv_json_string(&json, "format", all->model->format->name);
    alv_json_real(&json, "alpha", ALV_AUDIT_ALPHA);
    alv_json_int(&json, "tests", all->tests);
    alv_json_open(&json, "tensors", '[');
    for (int64_t i = 0; i < all->n; i++) put_tensor(&json, &all->tensors[i]);
    alv_json_close(&json);
    alv_json_open(&json, "findings", '[');
    for (int64_t i = 0; i < all->n_found; i++) put_found(&json, all, &all->found[i]);
    alv_json_close(&json);
    if (verified) put_verified(&json, all, verified, n_verified);
    alv_json_close(&json);
    return alv_json_take(&json);
}
