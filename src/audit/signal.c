/* Forward and backward through the nodes, one function for each kind of node.
 *
 * Weights of mean mu and variance s^2 (per element), n inputs x of mean m, mean square q and shared
 * part p:
 *
 *     E z = n mu m + E b      E z^2 = n s^2 q + mu^2 (n q + n (n - 1) m^2) + E b^2 + 2 E b n mu m
 *
 * and the same with p for q. That the total of the squared weights is known leaves two reasons for
 * which E z^2 differs between networks: units of x that are unlike meet weights that are larger or
 * smaller (carried on from the layer before), and what the inputs have in common is seen by each of
 * the outputs through weights of its own, 2 (c^2 + r) / outputs, where c = p / q and r, the
 * overlap, grows by 1 / n in each layer: tr S^2 / (tr S)^2 of S = E z z' is 1/n for n independent
 * inputs. Less than these: places of a kernel that lie outside at the border for some outputs count
 * less than others (theory/border.c), and biases meet what the inputs have in common, with
 * 4 E b^2 p / outputs of variance.
 *
 * Back it is the same with outputs for inputs: gradients of the last layer are of random signs,
 * alike in nothing, and E g^2 of a layer's inputs differs between networks by their overlap. An
 * activation's slopes differ between units as far as samples are alike. */
#include "audit/signal_parts.h"

#include "base/base.h"
#include "math/math.h"
#include "theory/border.h"
#include "theory/population.h"

const alv_signal *alv_follow_from(const alv_follower *f, int node)
{
    return node >= 0 ? &f->signals[node] : &f->data;
}

alv_measured alv_follow_measured(const alv_follower *f, int param)
{
    return param >= 0 ? f->measured[param] : (alv_measured){.known = true};
}

double alv_follow_positions(const alv_model *m, int node)
{
    const int height = node >= 0 ? m->nodes[node].height : m->height;
    const int width = node >= 0 ? m->nodes[node].width : m->width;
    return alv_max(height, 1) * alv_max(width, 1);
}

static double commonness(const alv_signal *x)
{
    return x->square > 0 ? x->shared / x->square : 0;
}

void alv_follow_same(alv_signal *out, const alv_signal *x)
{
    *out = *x;
    out->step = 1;
    out->step_noise = out->step_turn = out->step_spread = 0;
    out->step_alike = 1;
    out->assumed = ALV_ASSUME_NOTHING;
}

/* Relative variance of what a convolution gives, its weights' mean square being known: of n normal
 * weights that at one of k elements of the kernel has a variance of 2 k / n, and the whole is their
 * mean by the shares in which they lie on the input. */
static double border_spread(const alv_model *m, const alv_node *node)
{
    int64_t n = 0;
    const alv_border b = alv_border_of(m, node);
    if (alv_tensor_count(&n, &m->params[node->weight], NULL) != ALV_OK || n < 1) return 0;
    return b.once > 0 ? 2 * alv_max(b.twice / (b.once * b.once) - 1, 0) / (double)n : 0;
}

/* z = W x + b. */
static void weights(alv_signal *out, alv_follower *f, const alv_node *node)
{
    const alv_signal *x = alv_follow_from(f, node->input);
    const alv_measured w = alv_follow_measured(f, node->weight),
                       b = alv_follow_measured(f, node->bias);
    const double n = node->weight >= 0 ? alv_border_fan(f->model, node) : 0;
    alv_follow_same(out, x);
    out->assumed = ALV_ASSUME_UNREAD;
    if (node->weight < 0 || !w.known || !b.known || !(n > 0)) return;
    const double mu = w.mean, variance = alv_max(w.square - mu * mu, 0);
    const double sum = n * mu * x->mean, pairs = mu * mu * n * (n - 1) * x->mean * x->mean;
    const double each = n * (variance + mu * mu), shift = b.square + 2 * b.mean * sum;
    const double signal = each * x->square + pairs, c = commonness(x);
    out->assumed = ALV_ASSUME_NOTHING;
    out->units = (double)node->out;
    out->mean = sum + b.mean;
    out->square = signal + shift;
    out->shared = each * x->shared + pairs + shift;
    out->together = each * x->together + pairs + shift;
    const double share = out->square > 0 ? signal / out->square : 0;
    out->overlap = share * share * (x->overlap + (1 + x->noise) / n);
    out->carried = share * share * (x->spread + border_spread(f->model, node));
    out->stray = 2 * share * share * x->overlap;
    const double bias = out->square > 0 ? b.square * (each * x->shared + pairs) / out->square : 0;
    out->spread = out->carried + 2 * share * share * (c * c + x->overlap) / out->units;
    if (out->square > 0) out->spread += 4 * bias / out->square / out->units;
    out->noise = 2 * (c * c + out->overlap);
    out->shared_noise = 2;
}

/* f of a population, or of the largest of some. */
static void activate(alv_signal *out, const alv_signal *x, alv_act_spec act, double largest)
{
    alv_population p;
    const double variance = alv_max(x->square - x->mean * x->mean, 0);
    const double shared = alv_max(x->shared - x->mean * x->mean, 0);
    alv_population_of(&p, act, x->mean, variance, variance > 0 ? shared / variance : 0, largest);
    alv_follow_same(out, x);
    out->assumed = largest > 1 ? ALV_ASSUME_POOL : ALV_ASSUME_NOTHING;
    out->mean = p.mean;
    out->square = p.square;
    out->shared = p.shared;
    out->together =
        alv_min(p.shared + p.gain * p.gain * alv_max(x->together - x->shared, 0), p.square);
    out->noise = p.noise + p.slope * p.slope * 2 * x->overlap;
    out->shared_noise = p.shared_noise;
    const double linear = p.square > 0 ? p.gain * p.gain * variance / p.square : 0;
    out->overlap = alv_min(x->overlap * linear * linear, 1);
    out->carried = p.slope * p.slope * x->carried;
    out->stray = p.noise + p.slope * p.slope * x->stray;
    out->spread = out->carried + out->stray / out->units;
    out->step = p.slope2 / largest;
    out->step_noise = p.slope_noise;
    out->step_turn = p.turn;
    out->step_alike = p.slope2 > 0 ? p.gain * p.gain / p.slope2 : 1;
}

/* What comes back through a norm over units, over what would if all samples were of one size. Their
 * sizes have a relative variance of 2 tr S^2 / (tr S)^2, and E 1 / q is 1 + that over E q, to first
 * order. The parts of the gradient along the signal, and along 1 if the mean is taken off, are
 * lost; so is 1 / units of the size by that mean. */
static void uneven(alv_signal *out, const alv_signal *x, const alv_node *node, double share)
{
    const double own = 1 - alv_min(commonness(x), 1), units = alv_max(x->units, 3);
    const double sizes = alv_min(2 * (x->overlap + 1 / units) * own * own, 1);
    const double left = node->norm == ALV_NORM_LAYER ? (units - 2) / (units - 1) : 1 - 1 / units;
    out->step *= 1 + share * ((1 + sizes) * left - 1);
    out->step_spread = share * ALV_LAW_SPREAD;
}

/* To mean square 1, then gain and shift. */
static void normalize(alv_signal *out, alv_follower *f, const alv_node *node)
{
    const alv_signal *x = alv_follow_from(f, node->input);
    const double epsilon = 1e-5, c = commonness(x);
    const bool batch = node->norm == ALV_NORM_BATCH;
    const double mean2 = node->norm == ALV_NORM_LAYER ? x->mean * x->mean : 0;
    const double variance = alv_max(x->square - (batch ? x->shared : mean2), 0);
    alv_measured gain = alv_follow_measured(f, node->weight),
                 shift = alv_follow_measured(f, node->bias);
    const bool unread = !gain.known || !shift.known;
    if (node->weight < 0 || !gain.known) gain = (alv_measured){true, 1, 1};
    alv_follow_same(out, x);
    if (!batch) out->last = 1;
    out->assumed = unread ? ALV_ASSUME_GAIN : batch ? ALV_ASSUME_BATCH : ALV_ASSUME_NOTHING;
    out->step = gain.square / (variance + epsilon);
    out->mean = shift.mean;
    out->square = variance * out->step + shift.square;
    out->shared = shift.square + (batch ? 0 : alv_max(x->shared - mean2, 0) * out->step);
    out->together =
        shift.square + alv_max(x->together - (batch ? x->shared : mean2), 0) * out->step;
    out->noise = batch ? 0 : x->noise + 2 * c * c;
    out->stray = batch ? 0 : x->stray;
    const double left = epsilon / (variance + epsilon);
    out->carried = out->spread = left * left * x->spread;
    out->step_turn = left - 1;
    if (batch) out->step_noise = x->noise;
    if (!batch) uneven(out, x, node, 1 - left);
}

/* Of two signals of independent signs. */
static void add(alv_signal *out, alv_follower *f, const alv_node *node)
{
    const alv_signal *x = alv_follow_from(f, node->input), *y = alv_follow_from(f, node->other);
    const double product = 2 * x->mean * y->mean, q = x->square + y->square + product;
    const double a = q > 0 ? x->square / q : 0, b = q > 0 ? y->square / q : 0;
    const double carried = a * alv_sqrt(x->carried) + b * alv_sqrt(y->carried);
    const double spread = a * alv_sqrt(x->spread) + b * alv_sqrt(y->spread);
    alv_follow_same(out, x);
    out->mean = x->mean + y->mean;
    out->square = q;
    out->shared = x->shared + y->shared + product;
    out->together = x->together + y->together + product;
    out->stray = a * a * x->stray + b * b * y->stray;
    out->noise = a * a * x->noise + b * b * y->noise + 4 * a * b / alv_max(x->units, 1);
    out->overlap = a * a * x->overlap + b * b * y->overlap;
    out->carried = carried * carried;
    out->spread = spread * spread;
}

/* The mean of `n` values of each unit, or of as many by weights that are not equal. */
void alv_follow_average(alv_signal *out, const alv_signal *x, double n)
{
    alv_follow_same(out, x);
    out->square = x->together + (x->square - x->together) / n;
    const double part = out->square > 0 ? x->shared / out->square : 0;
    out->noise = part * part * x->shared_noise + (1 - part) * (1 - part) * x->noise;
    out->overlap = alv_min(x->overlap * x->square / alv_max(out->square, 1e-300), 1);
    out->stray = part * part * x->shared_noise + (1 - part) * (1 - part) * x->stray;
    out->spread = x->spread + out->stray / alv_max(x->units, 1);
    out->step = 1 / n;
}

static void pool(alv_signal *out, alv_follower *f, const alv_node *node)
{
    const alv_node *before = node->input >= 0 ? &f->model->nodes[node->input] : NULL;
    const int height = before ? before->height : f->model->height;
    const int width = before ? before->width : f->model->width;
    const double n = node->kernel > 0 ? (double)node->kernel * (width > 1 ? node->kernel : 1)
                                      : (double)height * alv_max(width, 1);
    if (!(n > 1)) {
        alv_follow_same(out, alv_follow_from(f, node->input));
    } else if (!node->largest) {
        alv_follow_average(out, alv_follow_from(f, node->input), n);
        out->step = 1 / (n * n);
    } else if (before && before->op == ALV_OP_ACT) {
        /* The gradient goes to the largest, where the activation is flatter than on the whole. */
        const double slope = f->signals[node->input].step;
        activate(out, alv_follow_from(f, before->input), before->act, n);
        out->step = slope > 0 ? out->step / slope : 1 / n;
    } else {
        activate(out, alv_follow_from(f, node->input), (alv_act_spec){0}, n);
    }
}

/* Tokens drawn at random from the whole table. */
static void embed(alv_signal *out, alv_follower *f, const alv_node *node)
{
    const alv_measured w = alv_follow_measured(f, node->weight);
    alv_follow_same(out, alv_follow_from(f, node->input));
    out->assumed = ALV_ASSUME_UNREAD;
    if (!w.known) return;
    const double tokens = alv_max((double)node->in, 1);
    const double shared = w.mean * w.mean + (w.square - w.mean * w.mean) / tokens;
    *out = (alv_signal){.mean = w.mean,
                        .square = w.square,
                        .shared = shared,
                        .together = shared,
                        .noise = 2 / tokens,
                        .shared_noise = 2,
                        .overlap = 1 / tokens,
                        .units = (double)node->out,
                        .last = 1,
                        .step = 1};
}

static void act(alv_signal *out, alv_follower *f, const alv_node *node)
{
    activate(out, alv_follow_from(f, node->input), node->act, 1);
}

typedef void map(alv_signal *out, alv_follower *f, const alv_node *node);

static map *const maps[] = {
    [ALV_OP_WEIGHTS] = weights,
    [ALV_OP_NORM] = normalize,
    [ALV_OP_ADD] = add,
    [ALV_OP_POOL] = pool,
    [ALV_OP_ACT] = act,
    [ALV_OP_EMBED] = embed,
    [ALV_OP_ATTEND] = alv_follow_attention,
    [ALV_OP_LSTM] = alv_follow_recurrent,
    [ALV_OP_LAST] = alv_follow_last,
    [ALV_OP_OTHER] = alv_follow_other,
};

/* Adds it to what comes back to a node. */
void alv_follow_give(alv_follower *f, int to, alv_returned r)
{
    if (to < 0 || !(r.gradient > 0)) return;
    alv_signal *x = &f->signals[to];
    const double all = x->gradient + r.gradient, old = x->gradient / all, new = r.gradient / all;
    const double deviation =
        old * alv_sqrt(x->gradient_spread) + new *alv_sqrt(r.spread); /* they come of one */
    x->gradient_spread = deviation * deviation;
    x->back_noise = old * old * x->back_noise + new *new *r.noise;
    x->back_overlap = old * old * x->back_overlap + new *new *r.overlap;
    x->decay = old * x->decay + new *r.decay;
    x->near = old * x->near + new *r.near;
    x->gradient = all;
}

static void return_step(alv_follower *f, int at, alv_returned r)
{
    const alv_node *node = &f->model->nodes[at];
    const alv_signal *s = &f->signals[at], *x = alv_follow_from(f, node->input);
    const bool whole = node->op == ALV_OP_POOL && !node->largest && node->kernel == 0;
    r.gradient *= s->step;
    r.spread += s->step_noise * (1 + r.noise) / alv_max(x->units, 1) +
                s->step_turn * s->step_turn * x->spread + s->step_spread;
    r.noise = (1 + r.noise) * (1 + s->step_noise) - 1;
    r.overlap *= s->step_alike * s->step_alike;
    if (whole) r.decay = r.near = 1;
    alv_follow_give(f, node->input, r);
    if (node->op == ALV_OP_ADD && node->other != node->input) alv_follow_give(f, node->other, r);
}

/* The sum of the squared gradients of all inputs is fan-in times the weights' mean square times
 * that of all outputs; that of one goes by its own weights, as forward. */
static void return_weights(alv_follower *f, int at, alv_returned r)
{
    const alv_node *node = &f->model->nodes[at];
    if (f->signals[at].assumed != ALV_ASSUME_NOTHING || node->input < 0) {
        return_step(f, at, r);
        return;
    }
    const double out = alv_max((double)node->out, 1);
    const double in = alv_max((double)f->model->nodes[node->input].out, 1);
    const double here = alv_follow_positions(f->model, at);
    const double before = alv_follow_positions(f->model, node->input);
    const double fan = alv_border_fan(f->model, node), fan_out = fan * here * out / (before * in);
    r.gradient *= fan_out * alv_follow_measured(f, node->weight).square;
    r.spread += 2 * r.overlap / in + border_spread(f->model, node);
    r.overlap += (1 + r.noise) / alv_max(fan_out, 1);
    r.noise = 2 * r.overlap;
    if (here != before) r.decay = 1, r.near = 0;
    alv_follow_give(f, node->input, r);
}

typedef void way_back(alv_follower *f, int at, alv_returned r);

static way_back *const ways_back[] = {
    [ALV_OP_WEIGHTS] = return_weights,
    [ALV_OP_NORM] = return_step,
    [ALV_OP_ADD] = return_step,
    [ALV_OP_POOL] = return_step,
    [ALV_OP_ACT] = return_step,
    [ALV_OP_EMBED] = return_step,
    [ALV_OP_ATTEND] = alv_return_attention,
    [ALV_OP_LSTM] = alv_return_recurrent,
    [ALV_OP_LAST] = alv_return_last,
    [ALV_OP_OTHER] = alv_return_other,
};

static void backward(alv_follower *f, int at)
{
    const alv_signal *s = &f->signals[at];
    ways_back[f->model->nodes[at].op](f, at,
                                      (alv_returned){.gradient = s->gradient,
                                                     .spread = s->gradient_spread,
                                                     .noise = s->back_noise,
                                                     .overlap = s->back_overlap,
                                                     .decay = s->decay,
                                                     .near = s->near});
}

alv_status alv_signal_follow(alv_signal *signals, const alv_model *model,
                             const alv_measured *measurements, alv_signal_input input,
                             alv_error *error)
{
    alv_follower f = {.model = model,
                      .measured = measurements,
                      .signals = signals,
                      .data = {.mean = input.mean,
                               .square = input.square,
                               .shared = input.mean * input.mean,
                               .together = input.mean * input.mean,
                               .units = alv_max((double)model->inputs, 1),
                               .last = 1},
                      .error = error};
    if (model->n_nodes < 1)
        return alv_fail(error, ALV_ERR_ARGUMENT, "model",
                        "it has no layer to follow a signal through");
    for (int i = 0; i < model->n_nodes; i++)
        maps[model->nodes[i].op](&signals[i], &f, &model->nodes[i]);
    for (int i = 0; i < model->n_nodes; i++) {
        alv_signal *x = &signals[i];
        x->gradient = x->gradient_spread = x->near = x->back_noise = x->back_overlap = 0;
        x->decay = 1;
    }
    signals[model->n_nodes - 1].gradient = 1;
    for (int i = model->n_nodes - 1; i >= 0; i--) backward(&f, i);
    return f.status;
}
