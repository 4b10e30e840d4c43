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
 * inputs. */
#include "audit/signal.h"

#include "base/base.h"
#include "math/math.h"
#include "theory/population.h"

typedef struct follower {
    const alv_model *model;
    const alv_measured *measured;
    alv_signal *signals;
    alv_signal data;
} follower;

static const alv_signal *from(const follower *f, int node)
{
    return node >= 0 ? &f->signals[node] : &f->data;
}

static alv_measured measured(const follower *f, int param)
{
    return param >= 0 ? f->measured[param] : (alv_measured){.known = true};
}

/* Mean share of a window's places that lie inside along one axis. */
static double inside(int before, int after, int64_t kernel, int stride)
{
    int64_t sum = 0;
    if (before <= 0 || after <= 0 || kernel <= 1) return 1;
    const int64_t padding = (int64_t)(after - 1) * stride + kernel - before;
    const int64_t first = padding > 0 ? -(padding / 2) : 0;
    for (int64_t o = 0; o < after; o++) {
        const int64_t lo = first + o * stride, hi = lo + kernel;
        sum += (hi < before ? hi : before) - (lo > 0 ? lo : 0);
    }
    return alv_min(1, alv_max(0, (double)sum / (double)after / (double)kernel));
}

double alv_signal_fan(const alv_model *m, const alv_node *node)
{
    double fan = 0;
    const alv_tensor *w = &m->params[node->weight];
    const alv_node *before = node->input >= 0 ? &m->nodes[node->input] : NULL;
    if (alv_tensor_fans(&fan, NULL, w, NULL) != ALV_OK) return 0;
    if (w->layer != ALV_LAYER_CONV || w->layout != ALV_LAYOUT_TORCH || w->rank < 3) return fan;
    fan *= inside(before ? before->height : m->height, node->height, w->shape[2], node->stride);
    if (w->rank > 3)
        fan *= inside(before ? before->width : m->width, node->width, w->shape[3], node->stride);
    return fan;
}

static double commonness(const alv_signal *x)
{
    return x->square > 0 ? x->shared / x->square : 0;
}

static void same(alv_signal *out, const alv_signal *x)
{
    *out = *x;
    out->step = 1;
    out->step_noise = 0;
    out->assumed = ALV_ASSUME_NOTHING;
}

/* z = W x + b. */
static void weights(alv_signal *out, const follower *f, const alv_node *node)
{
    const alv_signal *x = from(f, node->input);
    const alv_measured w = measured(f, node->weight), b = measured(f, node->bias);
    const double n = node->weight >= 0 ? alv_signal_fan(f->model, node) : 0;
    same(out, x);
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
    const double share = out->square > 0 ? signal / out->square : 0;
    out->overlap = share * share * (x->overlap + (1 + x->noise) / n);
    out->carried = share * share * x->spread;
    out->spread = out->carried + 2 * share * share * (c * c + x->overlap) / out->units;
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
    same(out, x);
    out->assumed = largest > 1 ? ALV_ASSUME_POOL : ALV_ASSUME_NOTHING;
    out->mean = p.mean;
    out->square = p.square;
    out->shared = p.shared;
    out->noise = p.noise + p.slope * p.slope * 2 * x->overlap;
    out->shared_noise = p.shared_noise;
    const double linear = p.square > 0 ? p.gain * p.gain * variance / p.square : 0;
    out->overlap = alv_min(x->overlap * linear * linear, 1);
    out->carried = p.slope * p.slope * x->carried;
    out->spread = out->carried + out->noise / out->units;
    out->step = p.slope2 / largest;
    out->step_noise =
        p.slope2 > 0 ? alv_max(3 * p.slope4 / (p.slope2 * p.slope2) - 1, 0) / out->units : 0;
}

/* To mean square 1, then gain and shift. */
static void normalize(alv_signal *out, const follower *f, const alv_node *node)
{
    const alv_signal *x = from(f, node->input);
    const double epsilon = 1e-5, c = commonness(x);
    const bool batch = node->norm == ALV_NORM_BATCH;
    const double mean2 = node->norm == ALV_NORM_LAYER ? x->mean * x->mean : 0;
    const double variance = alv_max(x->square - (batch ? x->shared : mean2), 0);
    alv_measured gain = measured(f, node->weight), shift = measured(f, node->bias);
    const bool unread = !gain.known || !shift.known;
    if (node->weight < 0 || !gain.known) gain = (alv_measured){true, 1, 1};
    same(out, x);
    out->assumed = unread ? ALV_ASSUME_GAIN : batch ? ALV_ASSUME_BATCH : ALV_ASSUME_NOTHING;
    out->step = gain.square / (variance + epsilon);
    out->mean = shift.mean;
    out->square = variance * out->step + shift.square;
    out->shared = shift.square + (batch ? 0 : alv_max(x->shared - mean2, 0) * out->step);
    out->noise = batch ? 0 : x->noise + 2 * c * c;
    const double left = epsilon / (variance + epsilon);
    out->carried = out->spread = left * left * x->spread;
}

/* Of two signals of independent signs. */
static void add(alv_signal *out, const follower *f, const alv_node *node)
{
    const alv_signal *x = from(f, node->input), *y = from(f, node->other);
    const double product = 2 * x->mean * y->mean, q = x->square + y->square + product;
    const double a = q > 0 ? x->square / q : 0, b = q > 0 ? y->square / q : 0;
    const double carried = a * alv_sqrt(x->carried) + b * alv_sqrt(y->carried);
    const double spread = a * alv_sqrt(x->spread) + b * alv_sqrt(y->spread);
    same(out, x);
    out->mean = x->mean + y->mean;
    out->square = q;
    out->shared = x->shared + y->shared + product;
    out->noise = a * a * x->noise + b * b * y->noise + 4 * a * b / alv_max(x->units, 1);
    out->overlap = a * a * x->overlap + b * b * y->overlap;
    out->carried = carried * carried;
    out->spread = spread * spread;
}

/* The mean of `n` values of each unit, or of as many by weights that are not equal. */
static void average(alv_signal *out, const alv_signal *x, double n)
{
    same(out, x);
    out->square = x->shared + (x->square - x->shared) / n;
    const double part = out->square > 0 ? x->shared / out->square : 0;
    out->noise = part * part * x->shared_noise + (1 - part) * (1 - part) * x->noise;
    out->overlap = alv_min(x->overlap * x->square / alv_max(out->square, 1e-300), 1);
    out->spread = x->spread + out->noise / alv_max(x->units, 1);
    out->step = 1 / n;
}

static void pool(alv_signal *out, const follower *f, const alv_node *node)
{
    const alv_node *before = node->input >= 0 ? &f->model->nodes[node->input] : NULL;
    const int height = before ? before->height : f->model->height;
    const int width = before ? before->width : f->model->width;
    const double n = node->kernel > 0 ? (double)node->kernel * (width > 1 ? node->kernel : 1)
                                      : (double)height * alv_max(width, 1);
    if (!(n > 1)) {
        same(out, from(f, node->input));
    } else if (!node->largest) {
        average(out, from(f, node->input), n);
        out->step = 1 / (n * n);
    } else if (before && before->op == ALV_OP_ACT) {
        activate(out, from(f, before->input), before->act, n);
        out->step = 1 / n;
    } else {
        activate(out, from(f, node->input), (alv_act_spec){0}, n);
    }
}

/* Tokens drawn at random from the whole table. */
static void embed(alv_signal *out, const follower *f, const alv_node *node)
{
    const alv_measured w = measured(f, node->weight);
    same(out, from(f, node->input));
    out->assumed = ALV_ASSUME_UNREAD;
    if (!w.known) return;
    const double tokens = alv_max((double)node->in, 1);
    *out = (alv_signal){.mean = w.mean,
                        .square = w.square,
                        .shared = w.mean * w.mean + (w.square - w.mean * w.mean) / tokens,
                        .noise = 2 / tokens,
                        .shared_noise = 2,
                        .overlap = 1 / tokens,
                        .units = (double)node->out,
                        .step = 1};
}

/* softmax of logits of variance v gives n weights whose squares add up to about exp(v) / n. */
static void attend(alv_signal *out, const follower *f, const alv_signal *queries,
                   const alv_signal *values, int positions)
{
    const double n = positions > 0 ? positions : f->model->height > 0 ? f->model->height : 16;
    const double logits = alv_min(queries->square * queries->square, 700);
    average(out, values, alv_max(1, n / alv_exp(logits)));
    out->assumed = ALV_ASSUME_ATTENTION;
}

/* Means over normal gates. */
static alv_population gate(const char *name, double variance)
{
    alv_act_spec act = {0};
    alv_population p;
    alv_act_parse(&act, name, NULL);
    alv_population_of(&p, act, 0, variance, 0, 1);
    return p;
}

static void recur(alv_signal *out, const follower *f, const alv_node *node)
{
    const alv_signal *fed = from(f, node->input);
    const alv_measured w = measured(f, node->weight);
    const int steps = f->model->height > 0 && f->model->height < 1000 ? f->model->height : 16;
    double h = 0, c = 0, back = 0;
    same(out, fed);
    out->assumed = ALV_ASSUME_UNREAD;
    if (!w.known) return;
    for (int t = 0; t < steps; t++) {
        const double z = fed->square + (double)node->out * w.square * h;
        const alv_population s = gate("sigmoid", z), g = gate("tanh", z);
        const double old = c;
        c = s.square * c + s.square * g.square;
        const alv_population o = gate("tanh", c);
        h = s.square * o.square;
        back =
            (s.slope2 * o.square +
             s.square * o.slope2 * (s.slope2 * g.square + s.slope2 * old + s.square * g.slope2)) /
            4;
    }
    out->assumed = ALV_ASSUME_RECURRENT;
    out->mean = 0;
    out->square = h;
    out->shared = fed->square > 0 ? h * fed->shared / fed->square : 0;
    out->units = (double)node->out;
    out->spread = fed->spread + (2 + fed->noise) / alv_max(out->units, 1);
    out->step = back;
}

/* What a file's own operator does: products with a softmax are attention. */
static void other(alv_signal *out, const follower *f, const alv_node *node)
{
    const alv_model *m = f->model;
    const alv_node *a = node->input >= 0 ? &m->nodes[node->input] : NULL;
    const alv_node *b = node->other >= 0 ? &m->nodes[node->other] : NULL;
    const alv_node *soft = a && strcmp(a->what, "Softmax") == 0 ? a : b;
    same(out, from(f, node->input));
    out->assumed = ALV_ASSUME_SAME;
    if (strcmp(node->what, "Softmax") == 0) out->assumed = ALV_ASSUME_ATTENTION;
    if (strcmp(node->what, "MatMul") != 0 || !a || !b || a == b) return;
    if (strcmp(soft->what, "Softmax") == 0) {
        const alv_signal *logits = from(f, soft->input); /* as their queries are */
        attend(out, f, logits, from(f, soft == a ? node->other : node->input), 0);
        return;
    }
    out->square = alv_sqrt(from(f, node->input)->square * from(f, node->other)->square);
    out->assumed = ALV_ASSUME_ATTENTION;
}

static void act(alv_signal *out, const follower *f, const alv_node *node)
{
    activate(out, from(f, node->input), node->act, 1);
}

static void attention(alv_signal *out, const follower *f, const alv_node *node)
{
    attend(out, f, from(f, node->input), from(f, node->input), node->height);
}

static void pass(alv_signal *out, const follower *f, const alv_node *node)
{
    same(out, from(f, node->input));
}

typedef void map(alv_signal *out, const follower *f, const alv_node *node);

static map *const maps[] = {
    [ALV_OP_WEIGHTS] = weights,  [ALV_OP_NORM] = normalize, [ALV_OP_ADD] = add,
    [ALV_OP_POOL] = pool,        [ALV_OP_ACT] = act,        [ALV_OP_EMBED] = embed,
    [ALV_OP_ATTEND] = attention, [ALV_OP_LSTM] = recur,     [ALV_OP_LAST] = pass,
    [ALV_OP_OTHER] = other,
};

static double values_of(const alv_model *m, int node)
{
    const alv_node *n = &m->nodes[node];
    return alv_max((double)n->out, 1) * alv_max(n->height, 1) * alv_max(n->width, 1);
}

/* Adds to what comes back to a node. */
static void give(follower *f, int to, double gradient, double spread)
{
    if (to < 0 || !(gradient > 0)) return;
    alv_signal *x = &f->signals[to];
    const double all = x->gradient + gradient;
    x->gradient_spread = (x->gradient * x->gradient_spread + gradient * spread) / all;
    x->gradient = all;
}

/* The sum of the squared gradients of all inputs is fan-in times the weights' mean square times
 * that of all outputs. */
static void backward(follower *f, int at)
{
    const alv_node *node = &f->model->nodes[at];
    const alv_signal *s = &f->signals[at];
    double factor = s->step;
    double noise = s->step_noise;
    if (node->op == ALV_OP_WEIGHTS && s->assumed == ALV_ASSUME_NOTHING && node->input >= 0) {
        factor = alv_signal_fan(f->model, node) * measured(f, node->weight).square *
                 values_of(f->model, at) / values_of(f->model, node->input);
        noise = 2 / alv_max((double)node->out, 1);
    }
    give(f, node->input, s->gradient * factor, s->gradient_spread + noise);
    const bool two = node->op == ALV_OP_ADD || node->op == ALV_OP_OTHER;
    if (two && node->other >= 0 && node->other != node->input)
        give(f, node->other, s->gradient * factor, s->gradient_spread + noise);
}

alv_status alv_signal_follow(alv_signal *signals, const alv_model *model,
                             const alv_measured *measurements, alv_signal_input input,
                             alv_error *error)
{
    follower f = {model,
                  measurements,
                  signals,
                  {.mean = input.mean,
                   .square = input.square,
                   .shared = input.mean * input.mean,
                   .units = alv_max((double)model->inputs, 1)}};
    if (model->n_nodes < 1)
        return alv_fail(error, ALV_ERR_ARGUMENT, "model",
                        "it has no layer to follow a signal through");
    for (int i = 0; i < model->n_nodes; i++)
        maps[model->nodes[i].op](&signals[i], &f, &model->nodes[i]);
    for (int i = 0; i < model->n_nodes; i++) signals[i].gradient = signals[i].gradient_spread = 0;
    signals[model->n_nodes - 1].gradient = 1;
    for (int i = model->n_nodes - 1; i >= 0; i--) backward(&f, i);
    return ALV_OK;
}
