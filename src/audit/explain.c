/* The table of laws, and the choice among them. */
#include "audit/explain.h"

#include "base/base.h"
#include "math/math.h"

/* A law: a scheme, perhaps with one number that depends on the tensor in place of its %g. Rows of
 * one law for one tensor share a result; the first names it. */
typedef struct law_row {
    const char *scheme;
    double (*number)(const alv_tensor *tensor, double fan_in);
    unsigned roles;      /* 1 << role */
    const char *mistake; /* key, where the law is one that nobody means, */
    double times;        /* and how many times larger its deviation should be; 0: it varies */
    bool recurrent;      /* of the weights of recurrent layers alone */
} law_row;

static double branches(const alv_tensor *t, double fan_in)
{
    (void)fan_in;
    return t->depth / 2;
}

/* Gains of he_normal whose deviation is what should have been the variance. */
static double two_over_root(const alv_tensor *t, double fan_in)
{
    (void)t;
    return 2 / alv_sqrt(fan_in);
}

static double one_over_root(const alv_tensor *t, double fan_in)
{
    (void)t;
    return 1 / alv_sqrt(fan_in);
}

static double of_activation(const alv_tensor *t, double fan_in)
{
    (void)fan_in;
    alv_gain gain;
    return t->act.act && alv_act_gain(&gain, t->act, NULL) == ALV_OK ? gain.forward : 0;
}

enum { W = 1 << ALV_ROLE_WEIGHT, B = 1 << ALV_ROLE_BIAS };

static const law_row table[] = {
    {"torch_rnn(cell=lstm)", NULL, W | B, .recurrent = true},
    {"torch_rnn(cell=gru)", NULL, W | B, .recurrent = true},
    {"torch_rnn(cell=rnn)", NULL, W, .recurrent = true},
    {"he_normal", NULL, W},
    {"he_uniform", NULL, W},
    {"xavier_uniform", NULL, W},
    {"xavier_normal", NULL, W},
    {"lecun_normal", NULL, W},
    {"lecun_uniform", NULL, W},
    {"torch_default", NULL, W | B},
    {"he_normal(mode=fan_out)", NULL, W},
    {"he_uniform(mode=fan_out)", NULL, W},
    {"variance_scaling(scale=2, distribution=truncated)", NULL, W},
    {"variance_scaling(scale=1, distribution=truncated)", NULL, W},
    {"variance_scaling(scale=1, mode=fan_avg, distribution=truncated)", NULL, W},
    {"variance_scaling(scale=2, mode=fan_out, distribution=truncated)", NULL, W},
    {"he_normal(gain=%g)", of_activation, W},
    {"he_uniform(gain=%g)", of_activation, W},
    {"xavier_uniform(gain=1.4142135623730951)", NULL, W},
    {"xavier_normal(gain=1.4142135623730951)", NULL, W},
    {"xavier_uniform(gain=1.6666666666666667)", NULL, W},
    {"xavier_normal(gain=1.6666666666666667)", NULL, W},
    {"normal(std=0.02)", NULL, W | B},
    {"residual_normal(std=0.02, layers=%g)", branches, W},
    {"normal(std=0.01)", NULL, W | B},
    {"normal(std=0.001)", NULL, W | B},
    {"normal(std=0.05)", NULL, W | B},
    {"normal(std=0.1)", NULL, W | B},
    {"normal(std=1)", NULL, W | B},
    {"trunc_normal_rel(std=0.02)", NULL, W},
    {"trunc_normal_rel(std=0.02, std_of=parent)", NULL, W},
    {"trunc_normal_rel(std=0.05, std_of=parent)", NULL, W},
    {"trunc_normal_rel(std=0.02, a=-3, b=3, std_of=parent)", NULL, W},
    {"embedding_normal", NULL, W},
    {"small_init", NULL, W},
    {"uniform(r=0.05)", NULL, W | B},
    {"uniform(r=0.1)", NULL, W | B},
    {"uniform(r=1)", NULL, W | B},
    {"siren", NULL, W},
    {"siren(first=yes)", NULL, W},
    /* What nobody means. */
    {"he_uniform(gain=0.816496580927726)", NULL, W, "he_without_sqrt3", 1.7320508075688772},
    {"xavier_uniform(gain=0.5773502691896258)", NULL, W, "xavier_without_sqrt3",
     1.7320508075688772},
    {"he_normal(gain=%g)", two_over_root, W, "variance_as_std"},
    {"he_normal(gain=%g)", one_over_root, W, "variance_as_std"},
};

int alv_explain_tests(void)
{
    return ALV_COUNT(table) + 2;
}

static bool row_law(alv_dist *law, char *text, size_t size, const law_row *row,
                    const alv_tensor *tensor)
{
    double fan_in = 0;
    alv_scheme scheme;
    if (!(row->roles >> tensor->role & 1)) return false;
    const bool has_fan = alv_tensor_fans(&fan_in, NULL, tensor, NULL) == ALV_OK && fan_in > 0;
    if (row->number && !has_fan) return false;
    const double number = row->number ? row->number(tensor, fan_in) : 1;
    if (!(number > 0)) return false;
    alv_text_format(text, size, row->scheme, number);
    return alv_scheme_parse(&scheme, text, NULL) == ALV_OK &&
           alv_init_law(law, &scheme, tensor, NULL) == ALV_OK && law->kind != ALV_DIST_CONSTANT &&
           alv_scheme_print(text, size, &scheme, NULL) == ALV_OK;
}

static bool same_law(const alv_dist *a, const alv_dist *b)
{
    const double near = 1e-9 * alv_sqrt(alv_dist_variance(a));
    return a->kind == b->kind &&
           alv_fabs(alv_sqrt(alv_dist_variance(a)) - alv_sqrt(alv_dist_variance(b))) <= near;
}

static void append(char *out, size_t size, const char *text)
{
    const size_t n = strlen(out);
    if (n + strlen(text) + 3 < size) alv_text_format(out + n, size - n, n ? ", %s" : "%s", text);
}

/* A law that was not rejected, with the names of all rows that mean it. */
typedef struct candidate {
    char scheme[96], also[160];
    alv_dist law;
    alv_fit fit;
    const law_row *row;
} candidate;

typedef struct search {
    alv_explanation *best;
    const alv_moments *m;
    const alv_bins *bins;
    double threshold;
    bool recurrent;
    int n;
    candidate found[2 * ALV_COUNT(table)];
} search;

/* Tests one row; a law that was found before gets another name. */
static void test_row(search *s, const law_row *row, const alv_tensor *tensor)
{
    char text[96];
    alv_dist law;
    if (row->recurrent && tensor->role == ALV_ROLE_WEIGHT && !s->recurrent) return;
    if (!row_law(&law, text, sizeof text, row, tensor)) return;
    for (int i = 0; i < s->n; i++) {
        candidate *c = &s->found[i];
        if (!same_law(&law, &c->law)) continue;
        if (!row->mistake && strcmp(text, c->scheme) != 0) append(c->also, sizeof c->also, text);
        return;
    }
    const alv_fit fit = alv_law_fit(s->m, s->bins, tensor->dtype, &law);
    if (fit.p < s->threshold) return;
    candidate *c = &s->found[s->n++];
    *c = (candidate){.law = law, .fit = fit, .row = row};
    alv_text_format(c->scheme, sizeof c->scheme, "%s", text);
}

/* The largest p-value leads, but laws that nobody means only where no other is left; those that do
 * well, too, are told as rivals. */
static void choose(search *s)
{
    const double well = 0.05;
    const candidate *best = NULL;
    for (int i = 0; i < s->n; i++) {
        const candidate *c = &s->found[i];
        const bool sounder = best && best->row->mistake && !c->row->mistake;
        const bool worse = best && !best->row->mistake && c->row->mistake;
        if (!best || sounder || (!worse && c->fit.p > best->fit.p)) best = c;
    }
    if (!best) return;
    alv_explanation *out = s->best;
    out->from = ALV_FROM_LAW;
    out->p = best->fit.p;
    out->scale = best->fit.scale;
    out->mistake = best->row->mistake;
    out->times = best->row->times > 0 ? best->row->times : __builtin_nan("");
    memcpy(out->scheme, best->scheme, sizeof out->scheme);
    memcpy(out->also, best->also, sizeof out->also);
    for (int i = 0; i < s->n; i++)
        if (&s->found[i] != best && s->found[i].fit.p > well && !s->found[i].row->mistake)
            append(out->rivals, sizeof out->rivals, s->found[i].scheme);
}

/* The matrices of a fused tensor have fans of their own, but frameworks often forget that. */
static void test_table(search *s, const alv_tensor *tensor)
{
    alv_tensor whole = *tensor;
    memset(whole.parts, 0, sizeof whole.parts);
    for (int i = 0; i < ALV_COUNT(table); i++) {
        test_row(s, &table[i], tensor);
        if (tensor->parts[0] > 0 && !table[i].mistake && !table[i].recurrent)
            test_row(s, &table[i], &whole);
    }
}

/* Normal with the data's mean and deviation, uniform over the data's range. */
static void test_families(search *s, const alv_checkpoint_tensor *tensor)
{
    const alv_moments *m = s->m;
    const double n = (double)m->n, std = alv_sqrt(m->m2 / n);
    const double mean = alv_fabs(m->mean) < 4 * std / alv_sqrt(n) ? 0 : m->mean;
    const double bound = alv_max(-m->lo, m->hi) * (1 + 1 / n);
    const bool even = alv_fabs(m->lo + m->hi) < 20 * (m->hi - m->lo) / n || tensor->item < 4;
    const alv_dist laws[] = {alv_dist_normal(mean, alv_sqrt(m->m2 / n + m->mean * m->mean)),
                             even ? alv_dist_uniform(-bound, bound)
                                  : alv_dist_uniform(m->lo, m->hi)};
    for (int i = 0; i < 2; i++) {
        alv_dist law = laws[i];
        if (i == 0) law.std = mean == 0 ? law.std : std;
        const alv_fit fit = alv_law_fit(m, s->bins, tensor->what.dtype, &law);
        if (fit.p < s->threshold || (s->best->from == ALV_FROM_FAMILY && fit.p <= s->best->p))
            continue;
        s->best->from = ALV_FROM_FAMILY;
        s->best->p = fit.p;
        s->best->scale = 1;
        if (i == 0)
            alv_text_format(s->best->scheme, sizeof s->best->scheme,
                            mean == 0 ? "normal(std=%.4g)" : "normal(std=%.4g, mean=%.4g)", law.std,
                            mean);
        else if (even)
            alv_text_format(s->best->scheme, sizeof s->best->scheme, "uniform(r=%.4g)", bound);
        else
            alv_text_format(s->best->scheme, sizeof s->best->scheme, "uniform(r=%.4g, mean=%.4g)",
                            (m->hi - m->lo) / 2, (m->hi + m->lo) / 2);
    }
}

void alv_explain(alv_explanation *out, const alv_kept *kept, alv_reader *reader,
                 const alv_checkpoint_tensor *tensor, const alv_moments *m, const alv_bins *bins,
                 double threshold)
{
    double fan_in;
    *out = (alv_explanation){.p = 0, .gain = __builtin_nan("")};
    if (m->n == 0) return;
    const double n = (double)m->n, rms = alv_sqrt(m->m2 / n + m->mean * m->mean);
    if (tensor->kind->is_matrix && alv_tensor_fans(&fan_in, NULL, &tensor->what, NULL) == ALV_OK)
        out->gain = rms * alv_sqrt(fan_in);
    if (alv_explain_structure(out, kept, reader, tensor, m) || m->nonfinite > 0 || m->n < ALV_FEW)
        return;
    search s = {.best = out,
                .m = m,
                .bins = bins,
                .threshold = threshold,
                .recurrent = strcmp(tensor->kind->name, "recurrent") == 0};
    test_table(&s, &tensor->what);
    choose(&s);
    if (out->from == ALV_FROM_NOTHING) test_families(&s, tensor);
}
