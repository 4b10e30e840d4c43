/* Forward through the nodes, one function for each kind of node.
 *
 * Weights of mean mu and variance s^2 (per element), n inputs x of mean m and mean products k of
 * two rows (their mean square q, of a row with itself):
 *
 *     E z = n mu m + E b      k' = n s^2 k + mu^2 (n k + n (n - 1) m^2) + E b^2 + 2 E b n mu m
 *
 * An activation takes a mean product to E f f' of two normal values that have it. A batch norm
 * takes the mean over all pairs off and divides by what is left of the mean square, a layer norm
 * does the same with the squared mean, a sum of two independent signals adds their products.
 *
 * What a unit varies by over a batch is its mean square less the mean product p of two rows. Of
 * networks with the same moments its mean over units, v, differs for three reasons: v of the layer
 * before did (carried); the covariance S of the inputs is met by each of the units through weights
 * of its own, 2 R / units, R = tr S^2 / (tr S)^2; and the units of an activation have each their
 * own mean. R is 1 / n for n independent inputs, what is off the diagonal of S (overlap) grows by
 * that in each layer, and a batch of N rows adds 1 / N where an activation bends it. */
#include "base/base.h"
#include "math/math.h"
#include "theory/flow_parts.h"

const alv_level *alv_flow_from(const alv_flow_follower *f, int node)
{
    return node >= 0 ? &f->flows[node].a : &f->data;
}

alv_drawn alv_flow_drawn(const alv_flow_follower *f, int param)
{
    return param >= 0 ? f->measured[param] : (alv_drawn){.known = true};
}

double alv_flow_places(const alv_model *m, int node)
{
    const int height = node >= 0 ? m->nodes[node].height : m->height;
    const int width = node >= 0 ? m->nodes[node].width : m->width;
    return alv_max(height, 1) * alv_max(width, 1);
}

double alv_flow_values(const alv_model *m, int node)
{
    if (node < 0) return alv_max((double)m->inputs, 1);
    return alv_max((double)m->nodes[node].out, 1) * alv_flow_places(m, node);
}

int alv_flow_length(const alv_model *m, int known)
{
    enum { UNKNOWN = 16 };
    if (known > 0) return known;
    if (m->height > 0) return m->height;
    return m->tokens > 0 && m->inputs > 0 && m->inputs < INT32_MAX ? (int)m->inputs : UNKNOWN;
}

double alv_flow_spread(const alv_level *x)
{
    const double a = x->square > 0 ? own(x) / x->square : 0, b = 1 - a;
    return a * a * x->spread.own + b * b * x->spread.shared + 2 * a * b * x->spread.both;
}

double alv_flow_spread_back(const alv_level *x)
{
    return x->back.spread + x->back.sway * x->back.sway;
}

void alv_flow_keep(alv_flow *out, const alv_level *x)
{
    double *lags = out->z.lags;
    out->z = *x;
    out->z.lags = x->lags ? lags : NULL;
    if (x->lags) memcpy(lags, x->lags, (size_t)x->height * (size_t)x->width * sizeof *lags);
    out->to_input = out->to_z = (alv_way_back){.step = 1, .overlap = 1};
}

void alv_flow_share(alv_level *x, const alv_flow_follower *f, const alv_node *node)
{
    const int at = (int)(node - f->model->nodes);
    x->shared = alv_pairs_in_batch(x, alv_flow_places(f->model, at), f->samples);
}

/* What is off the diagonal at one place of x, over all pairs of places of a kernel: places of x
 * that a kernel as wide has made are alike as far as their kernels lie across each other, by chance
 * in each pair of units. */
static double across(const alv_node *node)
{
    const int64_t k = node->kernel;
    double axis = 0;
    if (node->kind == ALV_LAYER_DENSE || k < 2) return 1;
    for (int64_t d = 0; d < k; d++) {
        const double share = (double)(k - d) / (double)k;
        axis += (d > 0 ? 2 : 1) * share * share / (double)k;
    }
    return node->one_axis ? axis : axis * axis;
}

/* tr S^2 / (tr S)^2 of the n values that one output adds up: the units of one place, of each place
 * of a kernel, or (`whole`) of an image. */
static double crowding(const alv_flow_follower *f, const alv_node *node, const alv_level *x,
                       double n, bool whole)
{
    if (node->input < 0 && f->input->overlap > 0) return f->input->overlap;
    const bool conv = node->kind == ALV_LAYER_CONV && node->kernel > 1;
    double alike = 1;
    if (x->lags && (conv || whole)) {
        const double shared = whole ? x->same.product : x->shared, v = x->square - shared;
        const int64_t rows = whole ? x->height : node->kernel;
        const int64_t columns = whole ? x->width : node->one_axis ? 1 : node->kernel;
        alike = (double)(rows * columns) * alv_pairs_squared(x, rows, columns, shared) / (v * v);
        if (!(v > 0)) alike = (double)(rows * columns);
    }
    const double places =
        conv && x->lags ? alv_max(across(node), alike / (double)node->kernel /
                                                    (node->one_axis ? 1 : (double)node->kernel))
        : whole         ? 1
                        : across(node);
    return alv_min(1, x->overlap * alv_min(places, 1) + alike * (1 + x->noise) / n);
}

/* Of n normal weights that at one of k elements of the kernel has a variance of 2 k / n, and the
 * whole is their mean by the shares in which they lie on the input. */
double alv_flow_border(const alv_model *m, const alv_node *node)
{
    int64_t n = 0;
    const alv_border b = alv_border_of(m, node);
    if (alv_tensor_count(&n, &m->params[node->weight], NULL) != ALV_OK || n < 1) return 0;
    return b.once > 0 ? 2 * alv_max(b.twice / (b.once * b.once) - 1, 0) / (double)n : 0;
}

/* What each unit has of its own by its weights, given their mean square over all, and of what rows
 * share the part that is no bias. */
static void stray(alv_level *z, const alv_level *x, const alv_drawn *w, const alv_drawn *b,
                  double crowd, double n, double part, double border)
{
    const double given = w->noise + border, rest = 1 - part;
    const double alone = z->square > 0 ? own(z) / z->square : 0;
    const double means = 2 * (1 - 1 / alv_max(n, 1)) * part * part + 4 * part * rest;
    z->carried = plus(through(x->spread, 1, 0, 0, part), given,
                      part * part * given + rest * rest * b->noise, part * given);
    z->spread = plus(z->carried, 2 * alv_max(crowd - 1 / n, 0) / z->units, means / z->units, 0);
    z->overlap = crowd;
    z->noise = 2 * crowd;
    z->apart = 0;
    z->ragged = x->ragged + 2 * alone * alone / z->units;
    z->shared_noise = means + rest * rest * b->noise * z->units;
}

/* What a kernel at the last place sees, over what one does on the whole: of the places inside one
 * is the last. */
static double seen_last(const alv_border *b, const alv_node *node, double last)
{
    const double inside = b->last * alv_max(node->kernel, 1);
    if (!(b->once > 0) || !(inside > 1)) return last;
    return b->last / b->once * (last + inside - 1) / inside;
}

static double part_at(double here, double all, double each, double shift)
{
    return all > 0 ? (each * here + shift) / (each * all + shift) : 1;
}

static void places(alv_level *z, const alv_node *node)
{
    if (!z->lags || node->kind == ALV_LAYER_DENSE) return;
    if (node->height > 0)
        alv_pairs_stride(z, node->height, node->width, node->stride > 0 ? node->stride : 1);
    else
        z->lags = NULL;
}

static double groups_of(const alv_tensor *w, const alv_node *node)
{
    if (w->groups > 0) return (double)w->groups;
    return w->layer == ALV_LAYER_DEPTHWISE ? alv_max((double)node->in, 1) : 1;
}

/* Whether it has the last weights. */
static bool is_last(const alv_model *m, const alv_node *node)
{
    for (const alv_node *n = node + 1; n < m->nodes + m->n_nodes; n++)
        if (n->op == ALV_OP_WEIGHTS) return false;
    return true;
}

/* z = W x + b. */
static void weights(alv_flow *out, alv_flow_follower *f, const alv_node *node)
{
    const alv_level *x = alv_flow_from(f, node->input);
    const alv_drawn w = alv_flow_drawn(f, node->weight), b = alv_flow_drawn(f, node->bias);
    const double seen = node->weight >= 0 ? (alv_rim_of(f->model, node).forward - 1) * x->rim : 0;
    const double n = node->weight >= 0 ? alv_border_fan(f->model, node) * (1 + seen) : 0;
    alv_flow_keep(out, x);
    out->assumed = ALV_ASSUME_UNREAD;
    if (node->weight < 0 || !w.known || !b.known || !(n > 0)) return;
    out->assumed = w.square == 0 && is_last(f->model, node) ? ALV_ASSUME_ZEROS : ALV_ASSUME_NOTHING;
    alv_level *z = &out->z;
    const bool whole = node->height == 0 && x->units > 0 && (double)node->in > x->units * 1.5;
    const double crowd = crowding(f, node, x, n, whole);
    const double mu = w.mean, variance = alv_max(w.square - mu * mu, 0);
    const double sum = n * mu * x->mean, pairs = mu * mu * n * (n - 1) * x->mean * x->mean;
    const double each = n * (variance + mu * mu), shift = b.square + 2 * b.mean * sum;
    if (whole) {
        for (int k = 0; k < ALV_FAR; k++) z->far[k] = x->same;
        z->lags = NULL;
    }
    const alv_border border = alv_border_of(f->model, node);
    alv_pairs_line(z, each, pairs + shift);
    for (int k = 0; k < ALV_FAR && border.once > 0;
         k++) /* borders lie elsewhere in the other sample */
        z->far[k].product +=
            each * (border.twice / border.once - 1) * (whole ? x->same : x->far[k]).product;
    places(z, node);
    z->last =
        part_at(seen_last(&border, node, x->last) * x->square, x->square, each, pairs + shift);
    z->same_last = part_at(seen_last(&border, node, x->same_last) * x->same.product,
                           x->same.product, each, pairs + shift);
    z->units = (double)node->out;
    z->mean = sum + b.mean;
    alv_flow_share(z, f, node);
    const double part = z->shared > 0 ? alv_max(z->shared - shift, 0) / z->shared : 0;
    stray(z, x, &w, &b, crowd, n, part, alv_flow_border(f->model, node) + seen * seen / 4);
    if (border.once < 1) z->rim = 1 / alv_max(node->stride, 1); /* one end of two lies inside */
    if (whole) z->rim = 0;
    /* Units of unlike groups add up other inputs: they have in common what those have. */
    const double groups = groups_of(&f->model->params[node->weight], node);
    const double before = alv_min(x->overlap * across(node), crowd);
    z->overlap = before + (crowd - before) / groups;
}

static void pass(alv_flow *out, alv_flow_follower *f, const alv_node *node)
{
    alv_flow_keep(out, alv_flow_from(f, node->input));
}

static alv_flow_map *const maps[] = {
    [ALV_OP_WEIGHTS] = weights,
    [ALV_OP_NORM] = alv_flow_normalize,
    [ALV_OP_ADD] = alv_flow_add,
    [ALV_OP_POOL] = alv_flow_pool,
    [ALV_OP_ACT] = pass,
    [ALV_OP_EMBED] = alv_flow_embed,
    [ALV_OP_ATTEND] = alv_flow_attend,
    [ALV_OP_LSTM] = alv_flow_recur,
    [ALV_OP_LAST] = alv_flow_last,
    [ALV_OP_TIMES] = alv_flow_multiply,
    [ALV_OP_OTHER] = alv_flow_other,
};

static void follow(alv_flow_follower *f, int i)
{
    const alv_node *node = &f->model->nodes[i];
    alv_flow *out = &f->flows[i];
    double *lags = out->a.lags;
    maps[node->op](out, f, node);
    out->to_z = (alv_way_back){.step = 1, .overlap = 1};
    if (node->act.act && alv_flow_cell(node) == ALV_CELLS) {
        out->to_z = alv_flow_bend(&out->a, f, &out->z, node->act, 1);
        alv_flow_share(&out->a, f, node);
        return;
    }
    out->a = out->z;
    out->a.lags = out->z.lags ? lags : NULL;
    if (out->z.lags)
        memcpy(lags, out->z.lags, (size_t)out->z.height * (size_t)out->z.width * sizeof *lags);
}

static bool has_places(const alv_model *m)
{
    bool found = false;
    for (int i = 0; i < m->n_nodes; i++)
        found |= m->nodes[i].op == ALV_OP_EMBED || m->nodes[i].op == ALV_OP_ATTEND ||
                 m->nodes[i].op == ALV_OP_LSTM || m->nodes[i].op == ALV_OP_OTHER;
    return found;
}

/* Places of the data: of an image, or along a sequence. */
static size_t places_of(const alv_model *m)
{
    const size_t places = (size_t)alv_flow_places(m, -1), length = (size_t)alv_flow_length(m, 0);
    return places > length ? places : length;
}

/* Samples and places that share their mean alone. */
static void begin_alike(alv_level *x, const alv_flow_input *input, double *lags)
{
    const double square = input->mean * input->mean;
    alv_pairs_set(x, input->square, square, square);
    x->lags = lags;
    for (int64_t i = 1; lags && i < (int64_t)x->height * x->width; i++) lags[i] = square;
    if (lags) lags[0] = input->square;
}

static void begin(alv_flow_follower *f, double *lags)
{
    const alv_model *m = f->model;
    const alv_flow_input *input = f->input;
    const double places = alv_flow_places(m, -1);
    f->samples = input->samples > 0 ? (double)input->samples : ALV_INFINITY;
    f->data = (alv_level){.mean = input->mean,
                          .square = input->square,
                          .same = input->same,
                          .lags = (double *)(uintptr_t)input->lags,
                          .height = m->width > 0 ? m->height : alv_flow_length(m, 0),
                          .width = m->width > 0 ? m->width : 1,
                          .last = 1,
                          .same_last = 1,
                          .units = alv_max((double)m->inputs / places, 1)};
    memcpy(f->data.far, input->far, sizeof input->far);
    memcpy(f->data.sizes, input->sizes, sizeof input->sizes);
    if (input->samples == 0) begin_alike(&f->data, input, lags);
    if (input->samples == 0) f->data.ragged = 2 / f->data.units;
    f->data.shared = alv_pairs_in_batch(&f->data, places, f->samples);
}

/* Room for the lags of the data and of every node, twice; they only ever grow fewer. */
static double *furnish(alv_flow_follower *f)
{
    const size_t each = places_of(f->model);
    double *room = alv_new_array((2 * (size_t)f->model->n_nodes + 1) * each, sizeof *room);
    for (int i = 0; room && i < f->model->n_nodes; i++) {
        f->flows[i].z.lags = room + (2 * (size_t)i + 1) * each;
        f->flows[i].a.lags = f->flows[i].z.lags + each;
    }
    return room;
}

alv_status alv_flow_follow(alv_flow *flows, const alv_model *model, const alv_drawn *measured,
                           const alv_flow_input *input, alv_error *error)
{
    alv_flow_follower f = {
        .model = model, .measured = measured, .input = input, .flows = flows, .error = error};
    if (model->n_nodes < 1)
        return alv_fail(error, ALV_ERR_ARGUMENT, "model",
                        "it has no layer to follow a signal through");
    memset(flows, 0, (size_t)model->n_nodes * sizeof *flows);
    const bool lags = input->lags || has_places(model);
    double *room = lags ? furnish(&f) : NULL;
    if (lags && !room)
        return alv_fail(error, ALV_ERR_MEMORY, "theory", "no memory for pairs of places");
    begin(&f, room);
    for (int i = 0; i < model->n_nodes; i++) follow(&f, i);
    alv_flow_return(&f);
    for (int i = 0; i < model->n_nodes; i++) flows[i].z.lags = flows[i].a.lags = NULL;
    free(room);
    return f.status;
}
