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

static double positions(int height, int width)
{
    return alv_max(height, 1) * alv_max(width, 1);
}

double alv_flow_spread(const alv_level *x)
{
    const double a = x->square > 0 ? own(x) / x->square : 0, b = 1 - a;
    return a * a * x->spread.own + b * b * x->spread.shared + 2 * a * b * x->spread.both;
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
    x->shared = alv_pairs_in_batch(x, positions(node->height, node->width), f->samples);
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
    return alv_min(1, x->overlap + alike * (1 + x->noise) / n);
}

/* z = W x + b. */
static void weights(alv_flow *out, alv_flow_follower *f, const alv_node *node)
{
    const alv_level *x = alv_flow_from(f, node->input);
    const alv_drawn w = alv_flow_drawn(f, node->weight), b = alv_flow_drawn(f, node->bias);
    const double n = node->weight >= 0 ? alv_border_fan(f->model, node) : 0;
    alv_flow_keep(out, x);
    if (node->weight < 0 || !w.known || !b.known || !(n > 0)) return;
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
    alv_pairs_stride(z, node->height, node->width, node->stride > 0 ? node->stride : 1);
    z->units = (double)node->out;
    z->mean = sum + b.mean;
    alv_flow_share(z, f, node);
    const double part = z->shared > 0 ? alv_max(z->shared - shift, 0) / z->shared : 0;
    z->carried =
        plus(through(x->spread, 1, 0, 0, part), w.noise, part * part * w.noise, part * w.noise);
    z->spread = plus(z->carried, 2 * crowd / z->units, 2 / z->units, 0);
    z->overlap = crowd;
    z->noise = 2 * crowd;
    z->shared_noise = 2;
}

static void pass(alv_flow *out, alv_flow_follower *f, const alv_node *node)
{
    alv_flow_keep(out, alv_flow_from(f, node->input));
}

static alv_flow_map *const maps[] = {
    [ALV_OP_WEIGHTS] = weights,  [ALV_OP_NORM] = alv_flow_normalize,
    [ALV_OP_ADD] = alv_flow_add, [ALV_OP_POOL] = alv_flow_pool,
    [ALV_OP_ACT] = pass,
};

static void follow(alv_flow_follower *f, int i)
{
    const alv_node *node = &f->model->nodes[i];
    alv_flow *out = &f->flows[i];
    double *lags = out->a.lags;
    (node->op < ALV_COUNT(maps) ? maps[node->op] : pass)(out, f, node);
    out->to_z = (alv_way_back){.step = 1, .overlap = 1};
    if (node->act.act) {
        out->to_z = alv_flow_bend(&out->a, f, &out->z, node->act, 1);
        alv_flow_share(&out->a, f, node);
        return;
    }
    out->a = out->z;
    out->a.lags = out->z.lags ? lags : NULL;
    if (out->z.lags)
        memcpy(lags, out->z.lags, (size_t)out->z.height * (size_t)out->z.width * sizeof *lags);
}

static void begin(alv_flow_follower *f)
{
    const alv_model *m = f->model;
    const alv_flow_input *input = f->input;
    const double places = positions(m->height, m->width);
    f->samples = input->samples > 0 ? (double)input->samples : ALV_INFINITY;
    f->data = (alv_level){.mean = input->mean,
                          .square = input->square,
                          .same = input->same,
                          .lags = (double *)(uintptr_t)input->lags,
                          .height = m->height,
                          .width = m->width,
                          .units = alv_max((double)m->inputs / places, 1)};
    const double square = input->mean * input->mean;
    for (int k = 0; k < ALV_FAR; k++) {
        f->data.far[k] = input->samples ? input->far[k] : (alv_pair){square, input->square};
        f->data.sizes[k] = input->samples ? input->sizes[k] : input->square;
    }
    if (input->samples == 0) f->data.same = f->data.far[0];
    f->data.shared = alv_pairs_in_batch(&f->data, places, f->samples);
}

/* Room for the lags of every node, twice; they only ever grow fewer. */
static double *furnish(alv_flow_follower *f)
{
    const size_t each = (size_t)positions(f->model->height, f->model->width);
    double *room = alv_new_array(2 * each * (size_t)f->model->n_nodes, sizeof *room);
    for (int i = 0; room && i < f->model->n_nodes; i++) {
        f->flows[i].z.lags = room + 2 * each * (size_t)i;
        f->flows[i].a.lags = f->flows[i].z.lags + each;
    }
    return room;
}

alv_status alv_flow_follow(alv_flow *flows, const alv_model *model, const alv_drawn *measured,
                           const alv_flow_input *input, alv_error *error)
{
    alv_flow_follower f = {.model = model, .measured = measured, .input = input, .flows = flows};
    if (model->n_nodes < 1)
        return alv_fail(error, ALV_ERR_ARGUMENT, "model",
                        "it has no layer to follow a signal through");
    begin(&f);
    memset(flows, 0, (size_t)model->n_nodes * sizeof *flows);
    double *room = input->lags ? furnish(&f) : NULL;
    if (input->lags && !room)
        return alv_fail(error, ALV_ERR_MEMORY, "theory", "no memory for pairs of places");
    for (int i = 0; i < model->n_nodes; i++) follow(&f, i);
    for (int i = 0; i < model->n_nodes; i++) flows[i].z.lags = flows[i].a.lags = NULL;
    free(room);
    alv_flow_return(flows, model, measured, input);
    return ALV_OK;
}
