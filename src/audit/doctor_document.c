/* The doctor's document: layers in order, what was assumed, findings. */
#include "audit/doctor.h"

#include "audit/document.h"
#include "base/base.h"
#include "lab/json.h"

static void put_likely(alv_json *json, const char *key, alv_likely x)
{
    alv_json_open(json, key, '{');
    alv_json_real(json, "mid", x.mid);
    alv_json_real(json, "lo", x.lo);
    alv_json_real(json, "hi", x.hi);
    alv_json_close(json);
}

static void put_layer(alv_json *json, const alv_doctor *d, const alv_patient_layer *l)
{
    alv_json_open(json, NULL, '{');
    alv_json_string(json, "weight", l->weight->name);
    alv_json_real(json, "mean", d->flows[l->node].z.mean);
    put_likely(json, "signal", l->signal);
    put_likely(json, "gradient", l->gradient);
    alv_json_real(json, "correlation", l->alike);
    alv_json_real(json, "saturated", l->saturated);
    alv_json_bool(json, "scores_only", l->scores_only);
    alv_json_real(json, "gain", l->gain);
    alv_json_real(json, "scale", l->scale);
    alv_json_string(json, "verdict", alv_verdict_key(l->verdict));
    if (d->seen.rows > 0) {
        alv_json_open(json, "measured", '{');
        alv_json_real(json, "signal", l->seen_signal);
        alv_json_bool(json, "signal_inside", l->signal_inside);
        alv_json_real(json, "gradient", l->seen_gradient);
        alv_json_bool(json, "gradient_inside", l->gradient_inside);
        alv_json_real(json, "saturated", l->seen_saturated);
        alv_json_close(json);
    }
    alv_json_close(json);
}

static void put_texts(alv_json *json, const char *key, const char *en, const char *pt)
{
    alv_json_open(json, key, '{');
    alv_json_string(json, "en", en);
    alv_json_string(json, "pt", pt);
    alv_json_close(json);
}

static void put_assumptions(alv_json *json, const alv_doctor *d)
{
    alv_json_open(json, "assumptions", '[');
    for (int i = 0; i < d->model->n_nodes; i++) {
        const alv_assumption a = d->flows[i].assumed;
        if (a == ALV_ASSUME_NOTHING) continue;
        alv_json_open(json, NULL, '{');
        alv_json_int(json, "node", i);
        alv_json_string(json, "operator", alv_doctor_operator(d, i));
        alv_json_string(json, "assumption", alv_assumption_key(a));
        put_texts(json, "text", alv_assumption_text(a, ALV_EN), alv_assumption_text(a, ALV_PT));
        alv_json_close(json);
    }
    alv_json_close(json);
}

static void put_left_out(alv_json *json, const alv_doctor *d)
{
    const alv_checkpoint *file = d->weights->model;
    alv_json_open(json, "left_out", '[');
    for (int i = 0; i < ALV_LEFT_OUTS; i++) {
        const alv_left_out left = (alv_left_out)i;
        if (file->left_out[i] == 0) continue;
        alv_json_open(json, NULL, '{');
        alv_json_string(json, "what", alv_left_out_key(left));
        alv_json_int(json, "times", file->left_out[i]);
        put_texts(json, "text", alv_left_out_text(left, ALV_EN), alv_left_out_text(left, ALV_PT));
        alv_json_close(json);
    }
    alv_json_close(json);
    alv_json_open(json, "not_counted", '[');
    for (int64_t i = 0; i < d->weights->n; i++)
        if (alv_doctor_ignores(d, i)) alv_json_string(json, NULL, file->tensors[i].name);
    alv_json_close(json);
}

static void put_where(alv_json *json, const alv_doctor *d)
{
    const bool known = d->starts >= 0;
    alv_json_string(json, "starts_at", known ? d->layers[d->starts].weight->name : NULL);
    alv_json_open(json, "layers", '[');
    for (int l = d->starts; known && l <= d->ends; l++)
        alv_json_string(json, NULL, d->layers[l].weight->name);
    alv_json_close(json);
}

/* What is predicted of the layers concerned, drawn anew. */
static void put_cure(alv_json *json, const alv_doctor *d)
{
    alv_json_open(json, "redrawn", '{');
    alv_json_bool(json, "known", d->cure.known);
    if (d->cure.known) {
        alv_json_real(json, "forward_drift", d->cure.forward);
        alv_json_real(json, "backward_drift", d->cure.backward);
        alv_json_string(json, "forecast", alv_forecast_key(&d->cure.forecast));
    }
    alv_json_close(json);
}

static void put_finding(alv_json *json, const alv_doctor *d, const alv_finding *f)
{
    char text[ALV_LANGS][256];
    for (int lang = 0; lang < ALV_LANGS; lang++)
        alv_finding_text(text[lang], sizeof text[lang], f, (alv_lang)lang);
    alv_json_open(json, NULL, '{');
    alv_json_string(json, "kind", alv_verdict_key(f->kind));
    alv_json_string(json, "severity", alv_severity_key(f->severity));
    alv_json_string(json, "quantity", f->quantity);
    alv_json_real(json, "measured", f->measured);
    alv_json_real(json, "threshold", f->threshold);
    put_where(json, d);
    put_texts(json, "what", text[ALV_EN], text[ALV_PT]);
    put_texts(json, "why", alv_finding_why(f->kind, ALV_EN), alv_finding_why(f->kind, ALV_PT));
    put_texts(json, "try", alv_finding_try(f->kind, ALV_EN), alv_finding_try(f->kind, ALV_PT));
    alv_json_string(json, "pytorch", alv_finding_pytorch(f->kind));
    alv_json_close(json);
}

/* What was measured over the whole depth, or why nothing was. */
static void put_seen(alv_json *json, const alv_doctor *d)
{
    const alv_seen *s = &d->seen;
    const bool ran = s->rows > 0;
    alv_json_open(json, "measured", '{');
    alv_json_bool(json, "ran", ran);
    if (ran) {
        alv_json_int(json, "samples", s->rows);
        alv_json_string(json, "data", s->given ? "given" : "drawn");
        alv_json_real(json, "forward_drift", s->forward);
        alv_json_real(json, "backward_drift", s->backward);
        alv_json_string(json, "forecast", alv_forecast_key(&s->forecast));
    } else {
        alv_json_string(json, "why", alv_unrun_key(s->unrun.why));
        alv_json_string(json, "node", *s->unrun.node ? s->unrun.node : NULL);
        put_texts(json, "text", alv_unrun_text(s->unrun.why, ALV_EN),
                  alv_unrun_text(s->unrun.why, ALV_PT));
    }
    alv_json_close(json);
}

static void put_arm(alv_json *json, const alv_counter *c, alv_arm arm)
{
    const alv_arm_result *r = &c->arms[arm];
    if (!r->ran) return;
    alv_json_open(json, NULL, '{');
    alv_json_string(json, "changed", alv_arm_key(arm));
    alv_json_real(json, "loss", r->final.median);
    alv_json_real(json, "quartile_lo", r->final.q1);
    alv_json_real(json, "quartile_hi", r->final.q3);
    alv_json_string(json, "outcome", alv_outcome_key(r->outcome));
    alv_json_real(json, "gain", r->gain.median);
    alv_json_real(json, "gain_lo", r->gain.lo);
    alv_json_real(json, "gain_hi", r->gain.hi);
    alv_json_bool(json, "mends", r->mends);
    alv_json_close(json);
}

/* What other weights, inputs and rates did, or why nothing was tried. */
static void put_counter(alv_json *json, const alv_doctor *d)
{
    const alv_counter *c = &d->counter;
    char text[ALV_LANGS][512], optimizer[ALV_TERM_TEXT];
    if (!d->tried) return;
    for (int lang = 0; lang < ALV_LANGS; lang++)
        alv_counter_text(text[lang], sizeof text[lang], c, (alv_lang)lang);
    alv_optimizer_print(optimizer, &c->optimizer);
    alv_json_open(json, "counterfactual", '{');
    alv_json_string(json, "answer", alv_answer_key(c->answer));
    if (c->answer == ALV_ANSWER_NONE) {
        alv_json_string(json, "why", alv_unrun_key(c->unrun.why));
        alv_json_string(json, "node", *c->unrun.node ? c->unrun.node : NULL);
    }
    put_texts(json, "text", text[ALV_EN], text[ALV_PT]);
    alv_json_int(json, "samples", c->samples);
    alv_json_int(json, "steps", c->steps);
    alv_json_int(json, "batch", c->batch);
    alv_json_int(json, "seeds", c->seeds);
    alv_json_string(json, "optimizer", optimizer);
    alv_json_real(json, "chance_loss", c->chance);
    alv_json_real(json, "multiplications", c->products);
    alv_json_open(json, "trials", '[');
    for (int arm = 0; arm < ALV_ARMS && c->answer != ALV_ANSWER_NONE; arm++)
        put_arm(json, c, (alv_arm)arm);
    alv_json_close(json);
    alv_json_close(json);
}

static void put_misfits(alv_json *json, const alv_doctor *d)
{
    char text[ALV_LANGS][640];
    alv_json_open(json, "misfits", '[');
    for (int64_t i = 0; i < d->n_misfits; i++) {
        const alv_misfit *m = &d->misfits[i];
        for (int lang = 0; lang < ALV_LANGS; lang++)
            alv_misfit_text(text[lang], sizeof text[lang], m, d->weights, (alv_lang)lang);
        alv_json_open(json, NULL, '{');
        alv_json_string(json, "tensor", d->weights->tensors[m->tensor].tensor->name);
        alv_json_string(json, "severity", alv_severity_key(ALV_WARNING));
        alv_json_real(json, "ratio", m->ratio);
        alv_json_real(json, "root_mean_square", m->rms);
        alv_json_real(json, "asked", m->asked);
        alv_json_string(json, "does", alv_misfit_key(m->why));
        put_texts(json, "text", text[ALV_EN], text[ALV_PT]);
        alv_json_close(json);
    }
    alv_json_close(json);
}

static void put_mistakes(alv_json *json, const alv_inspection *all)
{
    alv_json_open(json, "mistakes", '[');
    for (int64_t i = 0; i < all->n_found; i++) {
        const alv_found *f = &all->found[i];
        alv_json_open(json, NULL, '{');
        alv_json_string(json, "mistake", f->mistake->key);
        alv_json_string(json, "severity", alv_weight_of_name(f->mistake->weight));
        alv_json_string(json, "tensor", all->tensors[f->tensor].tensor->name);
        alv_json_close(json);
    }
    alv_json_close(json);
}

char *alv_doctor_document(const alv_doctor *d)
{
    alv_json json = {0};
    alv_json_open(&json, NULL, '{');
    alv_json_string(&json, "schema", "alvor.doctor/1");
    alv_json_string(&json, "version", ALV_VERSION);
    alv_json_string(&json, "model", d->weights->model->files[0].path);
    alv_json_bool(&json, "graph", !d->chain);
    alv_json_open(&json, "input", '{');
    alv_json_real(&json, "mean", d->input.mean);
    alv_json_real(&json, "mean_square", d->input.square);
    alv_json_close(&json);
    alv_json_string(&json, "forecast", alv_forecast_key(&d->forecast));
    alv_json_real(&json, "forward_drift", d->forward);
    alv_json_real(&json, "backward_drift", d->backward);
    alv_json_bool(&json, "critical", alv_doctor_is_critical(d));
    alv_json_open(&json, "layers", '[');
    for (int l = 0; l < d->n; l++) put_layer(&json, d, &d->layers[l]);
    alv_json_close(&json);
    put_seen(&json, d);
    put_counter(&json, d);
    put_assumptions(&json, d);
    put_left_out(&json, d);
    alv_json_open(&json, "findings", '[');
    for (int i = 0; i < d->forecast.n; i++) put_finding(&json, d, &d->forecast.findings[i]);
    alv_json_close(&json);
    put_cure(&json, d);
    put_misfits(&json, d);
    put_mistakes(&json, d->weights);
    alv_json_close(&json);
    return alv_json_take(&json);
}
