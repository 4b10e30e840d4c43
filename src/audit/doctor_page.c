/* The page of doctor: a strip with the health of every layer, what was predicted and measured of
 * each, what it means, and the answer to whether other weights help. Every mark is a sign and a
 * word, too. */
#include "audit/page.h"

#include <math.h>

#include "audit/html.h"
#include "base/base.h"

static const struct {
    const char *class, *sign, *chip;
    const char *word[ALV_LANGS];
} marks[] = {[ALV_VERDICT_HEALTHY] = {"healthy", "✓", "good", {"fine", "bem"}},
             [ALV_VERDICT_VANISHING] = {"vanishing", "▼", "bad", {"vanishing", "some"}},
             [ALV_VERDICT_EXPLODING] = {"exploding", "▲", "bad", {"exploding", "explode"}}};

static void put_strip(alv_html *p, const alv_doctor *d)
{
    const bool pt = p->lang == ALV_PT;
    alv_html_put(p, "<section><h2>%s</h2><ol class=\"health\">",
                 pt ? "Saúde das camadas" : "Health of the layers");
    for (int l = 0; l < d->n; l++) {
        const alv_patient_layer *layer = &d->layers[l];
        alv_html_put(p, "<li><a href=\"#l%d\" class=\"%s%s\" title=\"", l,
                     marks[layer->verdict].class, l == d->starts ? " starts" : "");
        alv_html_text(p, layer->weight->name);
        alv_html_put(p, ": %s\"><b>%s</b><span>%d%s</span></a></li>",
                     marks[layer->verdict].word[p->lang], marks[layer->verdict].sign, l + 1,
                     l == d->starts ? "&nbsp;←" : "");
    }
    alv_html_put(
        p, "</ol><p class=\"small\">%s</p></section>\n",
        pt ? "✓ dentro dos limites; ▼ some (borda tracejada); ▲ explode (borda dupla); ← onde "
             "começa. O número é o da linha abaixo."
           : "✓ inside the bounds; ▼ vanishing (dashed edge); ▲ exploding (double edge); ← where "
             "it starts. The number is that of the row below.");
}

/* The axis that all gauges share: logarithms from lo to hi. */
typedef struct axis {
    double lo, hi;
} axis;

static void stretch(axis *a, double x)
{
    if (!(x > 0) || !isfinite(x)) return;
    a->lo = fmin(a->lo, log10(x));
    a->hi = fmax(a->hi, log10(x));
}

enum { WIDE = 150, HIGH = 16, EDGE = 6 };

static double place(axis a, double x)
{
    const double share = x > 0 ? (log10(x) - a.lo) / (a.hi - a.lo) : 0;
    return EDGE + fmin(1, fmax(0, share)) * (WIDE - 2 * EDGE);
}

/* The interval, what is told in the middle, and a ring where it was seen. */
static void put_range(alv_html *p, axis a, alv_likely x, double seen)
{
    if (isnan(x.mid)) {
        alv_html_put(p, "–");
        return;
    }
    alv_html_put(p,
                 "<svg class=\"range\" width=\"%d\" height=\"%d\" aria-hidden=\"true\"><path "
                 "class=\"rail\" d=\"M%d,%dH%d\"/><path class=\"band\" d=\"M%.4g,%dH%.4g\"/><path "
                 "class=\"told\" d=\"M%.4g,2V%d\"/>",
                 WIDE, HIGH, EDGE, HIGH / 2, WIDE - EDGE, place(a, x.lo), HIGH / 2,
                 fmax(place(a, x.hi), place(a, x.lo) + 1), place(a, x.mid), HIGH - 2);
    if (!isnan(seen))
        alv_html_put(p, "<circle class=\"ring\" cx=\"%.4g\" cy=\"%d\" r=\"4\"/>", place(a, seen),
                     HIGH / 2);
    alv_html_put(p, "</svg>");
}

static void put_likely(alv_html *p, const char *label, axis a, alv_likely x, double seen,
                       bool inside)
{
    alv_html_put(p, "<td data-label=\"%s\">", label);
    put_range(p, a, x, seen);
    alv_html_put(p, "<span class=\"small\">");
    alv_html_number(p, x.mid);
    alv_html_put(p, " [");
    alv_html_number(p, x.lo);
    alv_html_put(p, p->lang == ALV_PT ? "; " : ", ");
    alv_html_number(p, x.hi);
    alv_html_put(p, "]");
    if (!isnan(seen)) {
        alv_html_put(p, p->lang == ALV_PT ? "<br>medido " : "<br>measured ");
        alv_html_number(p, seen);
        if (!inside) alv_html_put(p, p->lang == ALV_PT ? ", ✕ fora" : ", ✕ outside");
    }
    alv_html_put(p, "</span></td>");
}

static const char *const heads[ALV_LANGS][6] = {
    [ALV_EN] = {"no.", "layer", "verdict", "signal", "gradient", "scale"},
    [ALV_PT] = {"nº", "camada", "veredito", "sinal", "gradiente", "fator"}};

static void put_layer(alv_html *p, const alv_doctor *d, int l, axis signal, axis gradient)
{
    const alv_patient_layer *layer = &d->layers[l];
    alv_html_put(p, "<tr id=\"l%d\"><td>%d</td><th scope=\"row\">", l, l + 1);
    alv_html_text(p, layer->weight->name);
    alv_html_put(p, "</th><td><span class=\"chip %s\">%s %s</span></td>",
                 marks[layer->verdict].chip, marks[layer->verdict].sign,
                 marks[layer->verdict].word[p->lang]);
    put_likely(p, heads[p->lang][3], signal, layer->signal, layer->seen_signal,
               layer->signal_inside);
    put_likely(p, heads[p->lang][4], gradient, layer->gradient, layer->seen_gradient,
               layer->gradient_inside);
    alv_html_put(p, "<td class=\"number\" data-label=\"%s\">", heads[p->lang][5]);
    alv_html_number(p, layer->scale);
    alv_html_put(p, "</td></tr>\n");
}

static void put_layers(alv_html *p, const alv_doctor *d)
{
    axis signal = {0, 0}, gradient = {0, 0};
    for (int l = 0; l < d->n; l++) {
        const alv_patient_layer *layer = &d->layers[l];
        stretch(&signal, layer->signal.mid);
        stretch(&signal, layer->seen_signal);
        stretch(&gradient, layer->gradient.mid);
        stretch(&gradient, layer->seen_gradient);
    }
    signal = (axis){signal.lo - 0.5, signal.hi + 0.5};
    gradient = (axis){gradient.lo - 0.5, gradient.hi + 0.5};
    const char *title = p->lang == ALV_PT ? "Camada por camada" : "Layer by layer";
    alv_html_put(p, "<section><h2>%s</h2>", title);
    alv_html_table(p, "stacked layers", title);
    alv_html_put(p, "<thead><tr>");
    for (int i = 0; i < 6; i++) alv_html_put(p, "<th>%s</th>", heads[p->lang][i]);
    alv_html_put(p, "</tr></thead><tbody>\n");
    for (int l = 0; l < d->n; l++) put_layer(p, d, l, signal, gradient);
    alv_html_put(
        p, "</tbody></table></div><p class=\"small\">%s</p></section>\n",
        p->lang == ALV_PT
            ? "Sinal: raiz da média dos quadrados do que a camada dá, antes da ativação; "
              "gradiente: o "
              "mesmo, relativo à última camada. Barra: intervalo previsto de 95 %; traço: o "
              "previsto; "
              "anel: o medido; escala logarítmica. Fator: multiplique os pesos por ele para que o "
              "sinal "
              "fique do tamanho que tinha antes da camada."
            : "Signal: root mean square of what the layer gives, before its activation; gradient: "
              "the "
              "same, over that of the last layer. Bar: the predicted 95 % interval; tick: what is "
              "predicted; ring: what was measured; logarithmic. Scale: what to multiply the "
              "weights by so "
              "that the signal stays as large as before the layer.");
}

static void put_finding(alv_html *p, const alv_doctor *d, const alv_finding *f, bool seen)
{
    static const char *const severities[][ALV_LANGS] = {
        [ALV_INFO] = {"• note", "• nota"},
        [ALV_WARNING] = {"▲ warning", "▲ alerta"},
        [ALV_CRITICAL] = {"✕ critical", "✕ crítico"}};
    const bool pt = p->lang == ALV_PT;
    char text[256];
    alv_finding_text(text, sizeof text, f, p->lang);
    alv_html_put(p, "<div class=\"finding\"><h3><span class=\"severity %s\">%s</span> %s%s: ",
                 alv_severity_key(f->severity), severities[f->severity][p->lang],
                 !seen ? ""
                 : pt  ? "medido: "
                       : "measured: ",
                 alv_verdict_word(f->kind, p->lang));
    alv_html_text(p, text);
    alv_html_put(p, "</h3>");
    if (d->starts >= 0 && !seen) {
        alv_html_put(p, pt ? "<p>Começa em " : "<p>Starts at ");
        alv_html_text(p, d->layers[d->starts].weight->name);
        alv_html_put(p, ".</p>");
    }
    alv_html_put(p, "<p>");
    alv_html_text(p, alv_finding_why(f->kind, p->lang));
    alv_html_put(p, "</p><p>");
    alv_html_text(p, alv_finding_try(f->kind, p->lang));
    alv_html_put(p, "</p><p><code>alvor init --like ");
    alv_html_text(p, d->weights->model->files[0].path);
    char *only = alv_doctor_only(d, NULL), cure[256];
    if (only && *only) {
        alv_html_put(p, " --only '");
        alv_html_text(p, only);
        alv_html_put(p, "'");
    }
    free(only);
    alv_html_put(p, " -o …</code></p>");
    alv_cure_text(cure, sizeof cure, d, p->lang);
    if (*cure) {
        alv_html_put(p, "<p>");
        alv_html_text(p, cure);
        alv_html_put(p, "</p>");
    }
    alv_html_put(p, "<p><code>");
    alv_html_text(p, alv_finding_pytorch(f->kind));
    alv_html_put(p, "</code></p></div>\n");
}

static void put_misfits(alv_html *p, const alv_doctor *d)
{
    char text[640];
    if (d->n_misfits == 0) return;
    alv_html_put(
        p, "<div class=\"finding\"><h3><span class=\"severity warning\">%s</span> %s</h3><ul>",
        p->lang == ALV_PT ? "▲ alerta" : "▲ warning",
        p->lang == ALV_PT ? "pesos de escala que não cabe no lugar"
                          : "weights whose size does not fit their place");
    for (int64_t i = 0; i < d->n_misfits; i++) {
        alv_misfit_text(text, sizeof text, &d->misfits[i], d->weights, p->lang);
        alv_html_put(p, "<li>");
        alv_html_text(p, text);
        alv_html_put(p, "</li>");
    }
    alv_html_put(p, "</ul></div>\n");
}

static void put_findings(alv_html *p, const alv_doctor *d)
{
    const bool pt = p->lang == ALV_PT;
    const int seen = d->seen.rows > 0 ? d->seen.forecast.n : 0;
    if (d->forecast.n + seen == 0 && d->n_misfits + d->weights->n_found == 0) return;
    alv_html_put(p, "<section><h2>%s</h2>", pt ? "Achados" : "Findings");
    for (int i = 0; i < d->forecast.n; i++) put_finding(p, d, &d->forecast.findings[i], false);
    for (int i = 0; i < seen; i++)
        if (!alv_doctor_foresaw(d, d->seen.forecast.findings[i].kind))
            put_finding(p, d, &d->seen.forecast.findings[i], true);
    put_misfits(p, d);
    alv_page_mistakes(p, d->weights);
    alv_html_put(p, "</section>\n");
}

static const char *const arms_heads[ALV_LANGS][4] = {
    [ALV_EN] = {"changed", "loss", "gain, 95 %", "outcome"},
    [ALV_PT] = {"mudado", "perda", "ganho, 95 %", "resultado"}};

static void put_counter(alv_html *p, const alv_doctor *d)
{
    const alv_counter *c = &d->counter;
    const bool pt = p->lang == ALV_PT;
    char text[512];
    const char *title = pt ? "É a inicialização?" : "Is it the init?";
    if (!d->tried || c->answer == ALV_ANSWER_NONE) return;
    alv_counter_text(text, sizeof text, c, p->lang);
    alv_html_put(p, "<section><h2>%s</h2><div class=\"lead\"><p>", title);
    alv_html_text(p, text);
    alv_html_put(p, "</p></div>");
    alv_html_table(p, "stacked arms", title);
    alv_html_put(p,
                 "<thead><tr><th>%s</th><th class=\"number\">%s</th><th class=\"number\">%s</th>"
                 "<th>%s</th></tr></thead><tbody>",
                 arms_heads[p->lang][0], arms_heads[p->lang][1], arms_heads[p->lang][2],
                 arms_heads[p->lang][3]);
    for (int arm = 0; arm < ALV_ARMS; arm++) {
        const alv_arm_result *r = &c->arms[arm];
        if (!r->ran || r->final.n == 0) continue;
        alv_html_put(p, "<tr><th scope=\"row\">%s</th><td class=\"number\" data-label=\"%s\">",
                     alv_arm_text((alv_arm)arm, p->lang), arms_heads[p->lang][1]);
        alv_html_number(p, r->final.median);
        alv_html_put(p, "</td><td class=\"number\" data-label=\"%s\">", arms_heads[p->lang][2]);
        alv_html_number(p, arm == ALV_ARM_GIVEN ? NAN : r->gain.median);
        if (arm != ALV_ARM_GIVEN) {
            alv_html_put(p, " [");
            alv_html_number(p, r->gain.lo);
            alv_html_put(p, pt ? "; " : ", ");
            alv_html_number(p, r->gain.hi);
            alv_html_put(p, "]");
        }
        alv_html_put(p, "</td><td>%s%s</td></tr>\n", alv_outcome_word(r->outcome, p->lang),
                     !r->mends ? ""
                     : pt      ? ", <b>✓ resolve</b>"
                               : ", <b>✓ mends it</b>");
    }
    alv_html_put(p,
                 pt ? "</tbody></table></div><p class=\"small\">Medianas de %d sementes; %lld "
                      "amostras, %lld passos de %lld.</p></section>\n"
                    : "</tbody></table></div><p class=\"small\">Medians of %d seeds; %lld samples, "
                      "%lld steps of %lld.</p></section>\n",
                 c->seeds, c->samples, c->steps, c->batch);
}

static void put_assumed(alv_html *p, const alv_doctor *d)
{
    const alv_checkpoint *file = d->weights->model;
    const bool pt = p->lang == ALV_PT;
    alv_html_put(p, "<section><h2>%s</h2><ul><li>%s ", pt ? "Suposições" : "Assumed",
                 pt ? "entradas de média" : "inputs of mean");
    alv_html_number(p, d->input.mean);
    alv_html_put(p, pt ? " e raiz da média dos quadrados " : " and root mean square ");
    alv_html_number(p, sqrt(d->input.square));
    alv_html_put(p, "</li>");
    if (d->seen.unrun.why != ALV_RUNS) {
        alv_html_put(p, pt ? "<li>não medido: " : "<li>not measured: ");
        alv_html_text(p, d->seen.unrun.node);
        alv_html_put(p, "%s%s</li>", *d->seen.unrun.node ? ": " : "",
                     alv_unrun_text(d->seen.unrun.why, p->lang));
    }
    for (int a = ALV_ASSUME_NOTHING + 1; a < ALV_ASSUMPTIONS; a++)
        for (int i = 0; i < d->model->n_nodes; i++)
            if (d->flows[i].assumed == (alv_assumption)a) {
                alv_html_put(p, "<li>");
                alv_html_text(p, alv_assumption_text((alv_assumption)a, p->lang));
                alv_html_put(p, "</li>");
                break;
            }
    for (int i = 0; i < ALV_LEFT_OUTS; i++)
        if (file->left_out[i] > 0)
            alv_html_put(p, "<li>%s (%d)</li>", alv_left_out_text((alv_left_out)i, p->lang),
                         file->left_out[i]);
    for (int64_t i = 0; i < d->weights->n; i++)
        if (alv_doctor_ignores(d, i)) {
            alv_html_put(p, pt ? "<li>não conta: " : "<li>not counted: ");
            alv_html_text(p, file->tensors[i].name);
            alv_html_put(p, "</li>");
        }
    alv_html_put(p, "</ul></section>\n");
}

alv_status alv_doctor_page(char **out, const alv_doctor *d, alv_lang lang, alv_error *error)
{
    static const char *const title[ALV_LANGS] = {"what will these weights do?",
                                                 "o que estes pesos vão fazer?"};
    alv_html p = {.lang = lang};
    char text[256];
    alv_html_begin(&p, title);
    alv_forecast_text(text, sizeof text, &d->forecast, lang);
    alv_html_put(&p, "<section><h2>");
    alv_html_text(&p, d->weights->model->files[0].path);
    alv_html_put(&p, "</h2><div class=\"lead\"><p>");
    alv_html_text(&p, text);
    alv_html_put(&p, "</p></div><p class=\"small\">");
    alv_html_text(&p, alv_forecast_caveat(lang));
    alv_html_put(&p, "</p></section>\n");
    put_strip(&p, d);
    put_counter(&p, d);
    put_findings(&p, d);
    put_layers(&p, d);
    put_assumed(&p, d);
    return alv_html_end(out, &p, error);
}
