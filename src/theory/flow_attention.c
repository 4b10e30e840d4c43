/* Attention, whose law is that of attention.h, and what a file has of its own. */
#include "base/base.h"
#include "math/math.h"
#include "model/nodes.h"
#include "theory/attention.h"
#include "theory/flow_parts.h"

/* The nodes of an attention; queries, keys and values may be one. */
typedef struct attention {
    int query, key, value;
    int positions, heads;
    bool causal;
    double scale; /* by whose square queries' mean square is multiplied before the usual factor */
} attention;

static alv_attended attended(const alv_flow_follower *f, int node, const attention *a)
{
    const alv_level *x = alv_flow_from(f, node);
    return (alv_attended){x->square, alv_min(alv_pairs_together(x, a->positions), x->square)};
}

/* Whether weights, if the node is of these, were fed by a norm over units. */
static bool comes_from_norm(const alv_model *m, int node)
{
    const int at = node >= 0 && m->nodes[node].op == ALV_OP_WEIGHTS ? m->nodes[node].input : node;
    return at >= 0 && m->nodes[at].op == ALV_OP_NORM && m->nodes[at].norm != ALV_NORM_BATCH;
}

static double attended_units(const alv_flow_follower *f, const attention *a)
{
    return alv_flow_from(f, a->key)->units / (a->key == a->query ? 3 : 1);
}

static void attention_law(alv_attention_law *law, const alv_flow_follower *f, const attention *a,
                          double near, double decay)
{
    const alv_level *keys = alv_flow_from(f, a->key);
    const alv_attended query = attended(f, a->query, a);
    const double scaled = a->scale * a->scale;
    const alv_attention_case in = {.query = {query.square * scaled, query.together * scaled},
                                   .key = attended(f, a->key, a),
                                   .value = attended(f, a->value, a),
                                   .units = attended_units(f, a) / alv_max(a->heads, 1),
                                   .overlap = alv_min(keys->overlap, 1),
                                   .sizes = comes_from_norm(f->model, a->key) ? 0 : 1,
                                   .positions = a->positions,
                                   .causal = a->causal,
                                   .near = near,
                                   .lone = 1 - alv_min(decay, 1)};
    alv_attention_law_of(law, &in);
}

/* What leans towards the query is W_v W_k' q of each head: a product of d x d numbers that no total
 * of weights fixes, and of three random matrices, whose directions are fewer than those of one. */
static double lean(alv_level *z, const alv_flow_follower *f, const attention *a, double share)
{
    const double heads = alv_max(a->heads, 1), units = alv_max(attended_units(f, a), 1);
    z->overlap = alv_min(z->overlap + share * share * 2 / units, 1);
    return share * share * 2 * (1 + 2 / heads) * heads / (units * units);
}

/* Logits of a deviation above 4, by which the softmax chooses one. */
static bool is_far_out(const alv_flow_follower *f, const attention *a)
{
    const alv_attended query = attended(f, a->query, a), key = attended(f, a->key, a);
    return !(a->scale * a->scale * query.square * (key.square - key.together) <= 16);
}

/* Two samples have their values' mean products in common, whatever the shares. */
static void attend(alv_flow *out, const alv_flow_follower *f, const attention *a,
                   const alv_node *node)
{
    const alv_level *values = alv_flow_from(f, a->value);
    alv_attention_law law;
    attention_law(&law, f, a, 0, 1);
    alv_flow_keep(out, values);
    out->assumed = ALV_ASSUME_ATTENTION;
    out->doubtful = is_far_out(f, a);
    alv_level *z = &out->z;
    const double far = alv_min(alv_pairs_far(values), law.out.together);
    const double together = alv_pairs_together(values, a->positions);
    const double part = law.out.square > 0 ? together / law.out.square : 0;
    alv_pairs_set(z, law.out.square, far, far);
    for (int64_t i = 0; z->lags && i < (int64_t)z->height * z->width; i++)
        z->lags[i] = i > 0 ? law.out.together : law.out.square;
    double root = 0; /* of 1 over the sizes: how norms see two rows */
    for (int k = 0; k < ALV_FAR; k++) {
        z->sizes[k] = law.parts[k];
        root += law.parts[k] > 0 ? 1 / alv_sqrt(law.parts[k]) / ALV_FAR : 0;
    }
    for (int k = 0; k < ALV_FAR && root > 0; k++) z->far[k].size = 1 / (root * root);
    z->last_stray = 0;
    z->last = law.out.square > 0 ? law.last / law.out.square : 1;
    z->same_last = 1;
    z->ragged = values->ragged;
    const double noise =
        part * part * values->shared_noise + (1 - part) * (1 - part) * unlike_units(values);
    const double spread = alv_flow_spread(values) + ALV_LAW_SPREAD + lean(z, f, a, law.leaning);
    if (a->key == a->query) z->units = attended_units(f, a);
    if (node->op == ALV_OP_ATTEND && node->out > 0) z->units = (double)node->out;
    alv_flow_share(z, f, node);
    z->carried = at_once(spread);
    z->spread = at_once(spread + noise / alv_max(values->units, 1));
}

static void return_from(alv_flow_follower *f, const attention *a, alv_returned r)
{
    alv_attention_law law;
    attention_law(&law, f, a, r.near, r.decay);
    const alv_level *k = alv_flow_from(f, a->key), *v = alv_flow_from(f, a->value);
    const alv_level *q = alv_flow_from(f, a->query);
    const double directions = 2 * k->overlap / alv_max(attended_units(f, a), 1) + ALV_LAW_SPREAD;
    alv_returned query = r, key = r, value = r;
    query.square *= law.query * a->scale * a->scale;
    query.spread += alv_flow_spread(k) + alv_flow_spread(v) + directions;
    /* The law is that of as many queries as there are keys. */
    const double asked = alv_flow_places(f->model, a->query) / alv_flow_places(f->model, a->key);
    key.square *= law.key * asked;
    key.spread += alv_flow_spread(q) + alv_flow_spread(v) + directions;
    key.decay = value.decay = 1;
    key.near = 0;
    value.square *= law.value * asked;
    value.spread += directions;
    value.near = law.near;
    const alv_returned all[3] = {query, key, value};
    const int to[3] = {a->query, a->key, a->value};
    const double parts = a->key == a->query ? 3 : 1;
    for (int i = 0; i < 3; i++) {
        alv_returned part = all[i];
        part.square /= parts;
        alv_flow_give(f, to[i], part);
    }
}

/* Of a node of three parts side by side. */
static attention fused(const alv_flow_follower *f, const alv_node *node)
{
    const int x = node->input;
    const int length = alv_flow_length(
        f->model, node->height > 0 && node->width > 1 ? node->height * node->width : node->height);
    return (attention){x, x, x, length, node->heads, !node->both_ways, 1};
}

void alv_flow_attend(alv_flow *out, alv_flow_follower *f, const alv_node *node)
{
    const attention a = fused(f, node);
    attend(out, f, &a, node);
}

void alv_return_attention(alv_flow_follower *f, int at, alv_returned r)
{
    const attention a = fused(f, &f->model->nodes[at]);
    return_from(f, &a, r);
}

static bool is(const alv_model *m, int node, const char *what)
{
    return node >= 0 && alv_node_is(&m->nodes[node], what);
}

static bool is_product(const alv_model *m, int node)
{
    return is(m, node, "MatMul") && m->nodes[node].input >= 0 && m->nodes[node].other >= 0 &&
           m->nodes[node].input != m->nodes[node].other;
}

/* Of queries and keys, which may be parts of what one node gives. */
static bool is_scores(const alv_model *m, int node)
{
    return is(m, node, "MatMul") && m->nodes[node].input >= 0 && m->nodes[node].other >= 0;
}

/* Whether the node is shares times values; what lies between the product of queries and keys and
 * the softmax, masks among it, is passed by. */
static bool find(attention *out, const alv_flow_follower *f, const alv_node *node, int at)
{
    const alv_model *m = f->model;
    const int soft = is_product(m, at) ? alv_node_shares(m, node) : -1;
    int scores = soft >= 0 ? m->nodes[soft].input : -1;
    while (scores >= 0 && m->nodes[scores].op == ALV_OP_OTHER && !is_scores(m, scores))
        scores = m->nodes[scores].input;
    if (!is_scores(m, scores)) return false;
    *out = (attention){.query = m->nodes[scores].input,
                       .key = m->nodes[scores].other,
                       .value = soft == node->input ? node->other : node->input,
                       .heads = node->heads,
                       .causal = !m->nodes[soft].both_ways,
                       .scale = 1};
    const alv_moved scaled = alv_flow_moved(f, &m->nodes[scores]);
    if (scaled.kind == ALV_MOVED_SCORES) out->scale = scaled.mean;
    const double places = alv_flow_places(m, out->value);
    out->positions = alv_flow_length(m, places > 1 && places < INT32_MAX ? (int)places : 0);
    return true;
}

/* A product of two signals: queries and keys, or shares and values. */
void alv_flow_product(alv_flow *out, alv_flow_follower *f, const alv_node *node)
{
    const alv_level *x = alv_flow_from(f, node->input);
    attention a;
    if (find(&a, f, node, (int)(node - f->model->nodes))) {
        attend(out, f, &a, node);
        return;
    }
    const double square = alv_sqrt(x->square * alv_flow_from(f, node->other)->square);
    alv_flow_keep(out, x);
    out->assumed = ALV_ASSUME_ATTENTION;
    alv_pairs_line(&out->z, x->square > 0 ? square / x->square : 1, 0);
    alv_flow_share(&out->z, f, node);
}

void alv_return_product(alv_flow_follower *f, int at, alv_returned r)
{
    const alv_node *node = &f->model->nodes[at];
    attention a;
    if (find(&a, f, node, at)) {
        return_from(f, &a, r);
        return;
    }
    alv_flow_give(f, node->input, r);
    if (node->other != node->input) alv_flow_give(f, node->other, r);
}
