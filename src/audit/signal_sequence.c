/* Attention, whose law is theory's (attention.h), and what a file has of its own. */
#include "audit/signal_parts.h"

#include "base/base.h"
#include "math/math.h"
#include "theory/attention.h"

enum { UNKNOWN_LENGTH = 16 };

int alv_follow_length(const alv_follower *f, int known)
{
    return known > 0 ? known : f->model->height > 0 ? f->model->height : UNKNOWN_LENGTH;
}

/* The nodes of an attention; queries, keys and values may be one. */
typedef struct attention {
    int query, key, value;
    int positions, heads;
    bool causal;
} attention;

static alv_attended attended(const alv_follower *f, int node)
{
    const alv_signal *x = alv_follow_from(f, node);
    return (alv_attended){x->square, alv_min(x->together, x->square)};
}

/* Whether weights, if the node is of these, were fed by a norm over units. */
static bool comes_from_norm(const alv_model *m, int node)
{
    const int at = node >= 0 && m->nodes[node].op == ALV_OP_WEIGHTS ? m->nodes[node].input : node;
    return at >= 0 && m->nodes[at].op == ALV_OP_NORM && m->nodes[at].norm != ALV_NORM_BATCH;
}

static double attended_units(const alv_follower *f, const attention *a)
{
    return alv_follow_from(f, a->key)->units / (a->key == a->query ? 3 : 1);
}

static void attention_law(alv_attention_law *law, const alv_follower *f, const attention *a,
                          double near)
{
    const alv_signal *keys = alv_follow_from(f, a->key);
    const alv_attention_case in = {.query = attended(f, a->query),
                                   .key = attended(f, a->key),
                                   .value = attended(f, a->value),
                                   .units = attended_units(f, a) / alv_max(a->heads, 1),
                                   .overlap = alv_min(keys->overlap, 1),
                                   .sizes = comes_from_norm(f->model, a->key) ? 0 : 1,
                                   .positions = a->positions,
                                   .causal = a->causal,
                                   .near = near};
    alv_attention_law_of(law, &in);
}

/* What leans towards the query is W_v W_k' q of each head: a product of d x d numbers that no total
 * of weights fixes, and of three random matrices, whose directions are fewer than those of one. */
static void lean(alv_signal *out, const alv_follower *f, const attention *a, double share)
{
    const double heads = alv_max(a->heads, 1), units = alv_max(attended_units(f, a), 1);
    out->overlap = alv_min(out->overlap + share * share * 2 / units, 1);
    out->spread += share * share * 2 * (1 + 2 / heads) * heads / (units * units);
}

static void attend(alv_signal *out, const alv_follower *f, const attention *a)
{
    const alv_signal *values = alv_follow_from(f, a->value);
    alv_attention_law law;
    attention_law(&law, f, a, 0);
    const double part = law.out.square > 0 ? values->together / law.out.square : 0;
    alv_follow_same(out, values);
    out->assumed = ALV_ASSUME_ATTENTION;
    out->square = law.out.square;
    out->together = law.out.together;
    out->nearby = 0;
    out->last = 1;
    out->noise = part * part * values->shared_noise + (1 - part) * (1 - part) * values->noise;
    out->spread = values->spread + out->noise / alv_max(out->units, 1);
    out->spread += ALV_LAW_SPREAD;
    lean(out, f, a, law.leaning);
}

static void return_from(alv_follower *f, const attention *a, alv_returned r)
{
    alv_attention_law law;
    attention_law(&law, f, a, r.near);
    const alv_signal *k = alv_follow_from(f, a->key), *v = alv_follow_from(f, a->value);
    const alv_signal *q = alv_follow_from(f, a->query);
    const double directions = 2 * k->overlap / alv_max(attended_units(f, a), 1) + ALV_LAW_SPREAD;
    alv_returned query = r, key = r, value = r;
    query.gradient *= law.query;
    query.spread += k->spread + v->spread + directions;
    key.gradient *= law.key;
    key.spread += q->spread + v->spread + directions;
    key.decay = value.decay = 1;
    key.near = 0;
    value.gradient *= law.value;
    value.spread += directions;
    value.near = law.near;
    const alv_returned all[3] = {query, key, value};
    const int to[3] = {a->query, a->key, a->value};
    const double parts = a->key == a->query ? 3 : 1;
    for (int i = 0; i < 3; i++) {
        alv_returned part = all[i];
        part.gradient /= parts;
        alv_follow_give(f, to[i], part);
    }
}

/* Of a node of three parts side by side. */
static attention fused(const alv_follower *f, const alv_node *node)
{
    const int x = node->input;
    return (attention){x, x, x, alv_follow_length(f, node->height), node->heads, !node->both_ways};
}

void alv_follow_attention(alv_signal *out, alv_follower *f, const alv_node *node)
{
    const attention a = fused(f, node);
    attend(out, f, &a);
    if (node->out > 0) out->units = (double)node->out;
}

void alv_return_attention(alv_follower *f, int at, alv_returned r)
{
    const attention a = fused(f, &f->model->nodes[at]);
    return_from(f, &a, r);
}

static bool is(const alv_model *m, int node, const char *what)
{
    return node >= 0 && m->nodes[node].op == ALV_OP_OTHER && strcmp(m->nodes[node].what, what) == 0;
}

static bool is_product(const alv_model *m, int node)
{
    return is(m, node, "MatMul") && m->nodes[node].input >= 0 && m->nodes[node].other >= 0 &&
           m->nodes[node].input != m->nodes[node].other;
}

/* Whether the node is shares times values; what lies between the product of queries and keys and
 * the softmax, masks among it, is passed by. */
static bool find(attention *out, const alv_follower *f, const alv_node *node, int at)
{
    const alv_model *m = f->model;
    if (!is_product(m, at)) return false;
    const int soft = is(m, node->input, "Softmax") ? node->input : node->other;
    int scores = is(m, soft, "Softmax") ? m->nodes[soft].input : -1;
    while (scores >= 0 && m->nodes[scores].op == ALV_OP_OTHER && !is_product(m, scores))
        scores = m->nodes[scores].input;
    if (!is_product(m, scores)) return false;
    *out = (attention){.query = m->nodes[scores].input,
                       .key = m->nodes[scores].other,
                       .value = soft == node->input ? node->other : node->input,
                       .positions = alv_follow_length(f, 0),
                       .heads = node->heads};
    return true;
}

/* Products with a softmax are attention; GRUs and plain recurrent layers have no kind of their own
 * for nothing here can run them. */
void alv_follow_other(alv_signal *out, alv_follower *f, const alv_node *node)
{
    const alv_model *m = f->model;
    const int at = (int)(node - m->nodes);
    attention a;
    if (alv_signal_cell(node) != ALV_CELLS) {
        alv_follow_recurrent(out, f, node);
        return;
    }
    if (find(&a, f, node, at)) {
        attend(out, f, &a);
        return;
    }
    alv_follow_same(out, alv_follow_from(f, node->input));
    out->assumed = ALV_ASSUME_SAME;
    if (is(m, at, "Softmax")) out->assumed = ALV_ASSUME_ATTENTION;
    if (!is_product(m, at)) return;
    out->square =
        alv_sqrt(alv_follow_from(f, node->input)->square * alv_follow_from(f, node->other)->square);
    out->assumed = ALV_ASSUME_ATTENTION;
}

void alv_return_other(alv_follower *f, int at, alv_returned r)
{
    const alv_node *node = &f->model->nodes[at];
    attention a;
    if (alv_signal_cell(node) != ALV_CELLS) {
        alv_return_recurrent(f, at, r);
        return;
    }
    if (find(&a, f, node, at)) {
        return_from(f, &a, r);
        return;
    }
    alv_follow_give(f, node->input, r);
    if (node->other != node->input) alv_follow_give(f, node->other, r);
}
