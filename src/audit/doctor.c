/* From measured weights to a verdict: follow the signal, read it off at every layer, judge. */
#include "audit/doctor.h"

#include "audit/moved.h"
#include "base/base.h"
#include "math/math.h"
#include "model/nodes.h"

const char *alv_doctor_operator(const alv_doctor *doctor, int node)
{
    static const char *const names[] = {
        [ALV_OP_WEIGHTS] = "weights",  [ALV_OP_NORM] = "norm",  [ALV_OP_ADD] = "add",
        [ALV_OP_POOL] = "pool",        [ALV_OP_ACT] = "act",    [ALV_OP_EMBED] = "embedding",
        [ALV_OP_ATTEND] = "attention", [ALV_OP_LSTM] = "LSTM",  [ALV_OP_LAST] = "last",
        [ALV_OP_TIMES] = "multiply",   [ALV_OP_OTHER] = "other"};
    const alv_node *n = &doctor->model->nodes[node];
    return *n->what ? n->what : n->act.act ? n->act.act->name : names[n->op];
}

static void mark_counted(alv_doctor *d)
{
    const alv_model *m = d->model;
    const alv_checkpoint *file = d->weights->model;
    for (int i = 0; i < m->n_nodes; i++) {
        const int used[] = {m->nodes[i].weight, m->nodes[i].bias};
        const bool follows =
            m->nodes[i].op != ALV_OP_OTHER || alv_flow_cell(&m->nodes[i]) != ALV_CELLS;
        for (int k = 0; k < 2 && follows; k++) {
            const alv_checkpoint_tensor *t =
                used[k] >= 0 ? alv_checkpoint_find(file, m->params[used[k]].name) : NULL;
            if (t) d->counted[t - file->tensors] = true;
        }
    }
}

/* Statistics that a norm keeps are no parameters, and a number alone is told as left out. */
bool alv_doctor_ignores(const alv_doctor *d, int64_t tensor)
{
    const alv_checkpoint_tensor *t = d->weights->tensors[tensor].tensor;
    const bool buffer = strcmp(t->kind->name, "buffer") == 0;
    return !d->counted[tensor] && !t->laid && !buffer && (t->rank > 0 || d->chain);
}

static bool is_layer(const alv_model *m, int node)
{
    const alv_node *n = &m->nodes[node];
    return n->weight >= 0 && (n->op == ALV_OP_WEIGHTS || n->op == ALV_OP_EMBED);
}

static alv_likely likely(double square, double spread)
{
    const double half = 1.959963984540054 * alv_sqrt(alv_max(spread, 0)) / 2;
    const double mid = alv_sqrt(square);
    return (alv_likely){mid, mid * alv_exp(-half), mid * alv_exp(half)};
}

/* What entered the layer before on its way here: the last weights, norm or join; -1: the data. */
static int node_before(const alv_doctor *d, int node)
{
    int at = d->model->nodes[node].input;
    while (at >= 0) {
        const alv_op op = d->model->nodes[at].op;
        if (alv_flow_cell(&d->model->nodes[at]) != ALV_CELLS) break;
        if (op != ALV_OP_ACT && op != ALV_OP_POOL && op != ALV_OP_OTHER && op != ALV_OP_LAST) break;
        at = d->model->nodes[at].input;
    }
    return at;
}

static double square_before(const alv_doctor *d, int node)
{
    const int at = node_before(d, node);
    return at >= 0 ? d->flows[at].a.square : d->input.square;
}

/* The activation that follows a layer, as far as anything is known of it. */
static const alv_act *act_after(const alv_doctor *d, const alv_node *n)
{
    const alv_tensor *w = &d->model->params[n->weight];
    const bool last = n == &d->model->nodes[d->model->n_nodes - 1];
    return !d->chain ? w->act.act : last ? NULL : d->act.act;
}

/* Share of normal values where the activation is flat without being cut off. */
static double saturated(const alv_doctor *d, const alv_node *n, const alv_level *s)
{
    const alv_act *act = act_after(d, n);
    const double std = alv_sqrt(alv_max(s->square - s->mean * s->mean, 0));
    if (!alv_act_saturates(act) || !(std > 0)) return ALV_NAN;
    return alv_normal_cdf((act->flat_below - s->mean) / std) +
           alv_normal_cdf((s->mean - act->flat_above) / std);
}

static void read_layer(alv_patient_layer *out, const alv_doctor *d, int node)
{
    const alv_node *n = &d->model->nodes[node];
    const alv_level *s = &d->flows[node].z;
    const double before = square_before(d, node);
    *out = (alv_patient_layer){
        .node = node,
        .weight = &d->model->params[n->weight],
        .signal = likely(s->square, alv_flow_spread(s)),
        .gradient = likely(s->back.square * (double)alv_node_places(n), alv_flow_spread_back(s)),
        .alike = s->square > 0 ? s->shared / s->square : ALV_NAN,
        .gain = alv_sqrt(s->square / before),
        .saturated = saturated(d, n, s),
        .seen_saturated = ALV_NAN,
        .seen_signal = ALV_NAN,
        .seen_gradient = ALV_NAN,
        .verdict = ALV_VERDICT_HEALTHY};
    if (n->op == ALV_OP_EMBED) out->gain = 1;
    out->scale = out->gain > 0 && alv_isfinite(out->gain) ? 1 / out->gain : ALV_NAN;
    if (!(s->back.square > 0)) out->gradient = (alv_likely){ALV_NAN, ALV_NAN, ALV_NAN};
}

/* A last layer that is zero, or fed by the mean of an image, says nothing of those before it. */
static int last_that_counts(const alv_doctor *d)
{
    const alv_model *m = d->model;
    int l = d->n - 1;
    const int before = m->nodes[d->layers[l].node].input;
    const bool pooled = before >= 0 && m->nodes[before].op == ALV_OP_POOL &&
                        !m->nodes[before].largest && m->nodes[before].kernel == 0;
    if (l > 0 && (pooled || d->layers[l].signal.mid == 0)) l--;
    return l;
}

static alv_status read_layers(alv_doctor *d, alv_error *error)
{
    const alv_model *m = d->model;
    d->layers = alv_new_array((size_t)m->n_nodes + 1, sizeof *d->layers);
    if (!d->layers) return alv_fail(error, ALV_ERR_MEMORY, "doctor", "no memory for its layers");
    for (int i = 0; i < m->n_nodes; i++)
        if (is_layer(m, i)) read_layer(&d->layers[d->n++], d, i);
    if (d->n == 0)
        return alv_fail(error, ALV_ERR_UNSUPPORTED, d->weights->model->files[0].path,
                        "no weights of layers that a signal could be followed through; "
                        "alvor inspect shows what it has");
    const double last = d->layers[d->n - 1].gradient.mid;
    for (int l = 0; l < d->n && last > 0; l++) {
        alv_likely *g = &d->layers[l].gradient;
        *g = (alv_likely){g->mid / last, g->lo / last, g->hi / last};
    }
    return alv_doctor_find_first(d, last_that_counts(d), error);
}

static double drift(double to, double from)
{
    const double ratio = to / from;
    return alv_isfinite(ratio) ? ratio : from == 0 && to == 0 ? 0 : ALV_INFINITY;
}

/* What the weights of layer l and what stands before them do to the signal, or to a gradient on its
 * way back to the layer before that carries it; NaN: nothing that counts. */
static double gain_at(const alv_doctor *d, int l, bool back)
{
    int before = l - 1;
    if (!back) return d->layers[l].gain;
    if (d->layers[l].scores_only) return ALV_NAN;
    while (before >= 0 && d->layers[before].scores_only) before--;
    return before >= 0 ? d->layers[before].gradient.mid / d->layers[l].gradient.mid : 1;
}

/* The consecutive layers, [d->starts, d->ends], whose gains together pass their share of the bound
 * the most, a share being what each layer may do for the whole to stay inside; -1: none pass it. */
static void find_where(alv_doctor *d, bool grows, bool back)
{
    const alv_bounds *b = &alv_bounds_of[ALV_WARNING];
    const double hi = back ? b->backward_hi : b->forward_hi;
    const double lo = back ? b->backward_lo : b->forward_lo;
    const double share = alv_log(grows ? hi : 1 / lo) / d->n, most = 50;
    double sum = 0, best = 0;
    int first = 0;
    for (int l = 0; l < d->n; l++) {
        const double gain =
            alv_log(gain_at(d, l, back)); /* NaN also after one that gives nothing */
        const double excess = (grows ? gain : -gain) - share;
        if (excess == excess) sum += alv_max(-most, alv_min(most, excess));
        if (sum > best) best = sum, d->starts = first, d->ends = l;
        if (sum <= 0) sum = 0, first = l + 1;
    }
}

/* Of a net that is fine as a whole every layer is: a norm mends what came before it. Else a layer
 * is ill where the signal that it gives, or the gradient that reaches it, has left the bounds of a
 * warning. */
static void judge_layers(alv_doctor *d, double data, int last)
{
    const alv_bounds *b = &alv_bounds_of[ALV_WARNING];
    int first_ill = -1, last_ill = -1;
    d->starts = d->ends = -1;
    if (d->forecast.n == 0) return;
    for (int l = 0; l < d->n; l++) {
        alv_patient_layer *layer = &d->layers[l];
        const double signal = drift(layer->signal.mid, data);
        const double gradient = drift(layer->gradient.mid, d->layers[last].gradient.mid);
        const bool known = layer->gradient.mid == layer->gradient.mid;
        const bool pulls = known && l <= last && !layer->scores_only;
        if (signal < b->forward_lo || (pulls && gradient < b->backward_lo))
            layer->verdict = ALV_VERDICT_VANISHING;
        if (!(signal <= b->forward_hi) || (pulls && gradient > b->backward_hi))
            layer->verdict = ALV_VERDICT_EXPLODING;
        if (layer->verdict == ALV_VERDICT_HEALTHY) continue;
        if (first_ill < 0) first_ill = l;
        last_ill = l;
    }
    const alv_finding *first = &d->forecast.findings[0];
    if (first->kind == ALV_VERDICT_SATURATED)
        d->starts = first->layer_lo, d->ends = first->layer_hi;
    else
        find_where(d, first->kind == ALV_VERDICT_EXPLODING,
                   strcmp(first->quantity, "backward_drift") == 0);
    if (d->starts < 0) d->starts = first_ill, d->ends = last_ill;
}

static double signal_of(const alv_patient_layer *l, bool seen)
{
    return seen ? l->seen_signal : l->signal.mid;
}

static double gradient_of(const alv_patient_layer *l, bool seen)
{
    return seen ? l->seen_gradient : l->gradient.mid;
}

/* Over the whole depth, as predicted or as seen; `data`: the size of the inputs, replaced by that
 * of what the tables give, or of the norm behind them. */
static void drifts(double *forward, double *backward, const alv_doctor *d, bool seen, double *data)
{
    const int last = last_that_counts(d);
    const int before = node_before(d, d->layers[d->first].node);
    int tables = 0;
    while (tables < d->first && d->model->nodes[d->layers[tables].node].op == ALV_OP_EMBED)
        tables++;
    if (tables > 0) *data = signal_of(&d->layers[tables - 1], seen);
    if (tables > 0 && before >= 0 && d->model->nodes[before].op == ALV_OP_NORM)
        *data = alv_sqrt(d->flows[before].a.square);
    double most = ALV_NAN;
    for (int l = d->first; l <= d->first_end; l++) {
        const double here = gradient_of(&d->layers[l], seen);
        if (!d->layers[l].scores_only && !(here <= most)) most = here == here ? here : most;
    }
    *forward = drift(signal_of(&d->layers[last], seen), *data);
    const double back = d->flows[d->layers[d->first].node].z.back.square;
    *backward = most == most            ? drift(most, gradient_of(&d->layers[last], seen))
                : !seen && back != back ? ALV_NAN /* it is not told */
                                        : 0;
}

/* The forecast of these drifts, and of the shares that are saturated: one for each of the model's
 * layers, which tables are not. */
static alv_status make_forecast(alv_forecast *out, const alv_doctor *d, double forward,
                                double backward, bool seen, alv_error *error)
{
    const alv_drift both = {.forward = forward, .backward = backward};
    const bool few = d->n <= ALV_DOCTOR_LAYERS;
    alv_layer_stats *stats = alv_new_array((size_t)d->n + 1, sizeof *stats);
    int *layer = alv_new_array((size_t)d->n + 1, sizeof *layer), n = 0;
    for (int l = 0; stats && layer && few && l < d->n; l++) {
        if (d->model->nodes[d->layers[l].node].op != ALV_OP_WEIGHTS) continue;
        const alv_patient_layer *of = &d->layers[l];
        layer[n] = l;
        stats[n++] = (alv_layer_stats){.saturated = seen ? of->seen_saturated : of->saturated,
                                       .dead = ALV_NAN,
                                       .locked = ALV_NAN};
    }
    if (stats && layer) alv_forecast_make(out, n > 0 ? stats : NULL, n, &both, d->model);
    for (int i = 0; stats && layer && i < out->n; i++) {
        alv_finding *f = &out->findings[i];
        if (f->layer_lo >= 0 && f->layer_hi < n)
            f->layer_lo = layer[f->layer_lo], f->layer_hi = layer[f->layer_hi];
    }
    const bool done = stats && layer;
    free(stats);
    free(layer);
    return done ? ALV_OK : alv_fail(error, ALV_ERR_MEMORY, "doctor", "no memory");
}

static alv_status judge(alv_doctor *d, alv_error *error)
{
    double data = alv_sqrt(d->input.square);
    drifts(&d->forward, &d->backward, d, false, &data);
    ALV_TRY(make_forecast(&d->forecast, d, d->forward, d->backward, false, error));
    judge_layers(d, data, last_that_counts(d));
    for (int i = 0; i < d->forecast.n && d->starts >= 0; i++)
        if (d->forecast.findings[i].kind != ALV_VERDICT_SATURATED)
            d->forecast.findings[i].layer_lo = d->forecast.findings[i].layer_hi = d->starts;
    return ALV_OK;
}

alv_status alv_doctor_judge_seen(alv_doctor *d, double data, alv_error *error)
{
    drifts(&d->seen.forward, &d->seen.backward, d, true, &data);
    return make_forecast(&d->seen.forecast, d, d->seen.forward, d->seen.backward, true, error);
}

alv_status alv_doctor_follow(alv_doctor *d, const alv_drawn *measured, alv_error *error)
{
    d->n = 0;
    d->flows = alv_new_array((size_t)d->model->n_nodes + 1, sizeof *d->flows);
    if (!d->flows) return alv_fail(error, ALV_ERR_MEMORY, "doctor", "no memory for its signals");
    if (d->model->n_nodes > 0)
        ALV_TRY(alv_flow_follow(d->flows, d->model, measured, &d->input, error));
    ALV_TRY(read_layers(d, error));
    return judge(d, error);
}

alv_status alv_doctor_expect(alv_doctor *d, int64_t samples, alv_error *error)
{
    alv_drawn *measured;
    ALV_TRY(alv_measured_read(&measured, d->weights, d->model, error));
    free(d->flows);
    free(d->layers);
    d->layers = NULL;
    d->input.batch = samples;
    const alv_status status = alv_doctor_follow(d, measured, error);
    free(measured);
    return status;
}

static alv_status examine(alv_doctor *d, alv_error *error)
{
    const alv_checkpoint *file = d->weights->model;
    alv_drawn *measured = NULL;
    d->chain = !file->graph;
    d->model = file->graph;
    if (d->chain) ALV_TRY(alv_doctor_chain(&d->model, file, d->act, error));
    d->counted = alv_new_array((size_t)d->weights->n + 1, sizeof *d->counted);
    if (!d->counted) return alv_fail(error, ALV_ERR_MEMORY, "doctor", "no memory");
    mark_counted(d);
    ALV_TRY(alv_moved_read(&d->moved, file, error));
    d->input.moved = d->moved;
    alv_status status = alv_measured_read(&measured, d->weights, d->model, error);
    if (status == ALV_OK) status = alv_doctor_follow(d, measured, error);
    if (status == ALV_OK && d->forecast.n > 0) status = alv_doctor_foresee_cure(d, measured, error);
    free(measured);
    if (status == ALV_OK)
        status = alv_misfits_find(&d->misfits, &d->n_misfits, d->weights, d->act, error);
    return status;
}

alv_status alv_doctor_examine(alv_doctor **out, const alv_inspection *weights, alv_flow_input input,
                              alv_act_spec act, alv_error *error)
{
    alv_doctor *d = alv_new_array(1, sizeof *d);
    if (!d) return alv_fail(error, ALV_ERR_MEMORY, "doctor", "no memory");
    d->weights = weights;
    d->input = input;
    d->act = act;
    const alv_status status = examine(d, error);
    if (status == ALV_OK)
        *out = d;
    else
        alv_doctor_free(d);
    return status;
}

void alv_doctor_free(alv_doctor *d)
{
    if (!d) return;
    if (d->chain) alv_model_free(d->model);
    free(d->moved);
    free(d->flows);
    free(d->layers);
    free(d->counted);
    free(d->misfits);
    free(d);
}

alv_status alv_doctor_try(alv_doctor *d, const alv_checkpoint_tensor *data, int64_t n_data,
                          const alv_counter_how *how, alv_error *error)
{
    d->tried = true;
    return alv_counter_run(&d->counter, d->weights->model, d->model, data, n_data, how, error);
}

bool alv_doctor_foresaw(const alv_doctor *d, alv_verdict kind)
{
    for (int i = 0; i < d->forecast.n; i++)
        if (d->forecast.findings[i].kind == kind) return true;
    return false;
}

bool alv_doctor_is_critical(const alv_doctor *d)
{
    bool critical = !d->forecast.trains || (d->seen.rows > 0 && !d->seen.forecast.trains);
    critical |= d->counter.answer == ALV_ANSWER_INIT || d->counter.answer == ALV_ANSWER_AMONG;
    for (int64_t i = 0; i < d->weights->n_found; i++)
        critical |= d->weights->found[i].mistake->weight == ALV_FATAL;
    return critical;
}
