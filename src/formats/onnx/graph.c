/* Walks the nodes of an ONNX graph in their order, which the format promises to be that of
 * evaluation, and asks the table of operators (ops.c) what each does. */
#include "formats/onnx/moves.h"

#include "base/base.h"
#include "formats/kind.h"

/* Names of values and what they are, sorted by name; a name is given once. */
typedef struct names {
    alv_onnx_value *all;
    size_t n;
} names;

static int by_name(const void *a, const void *b)
{
    return strcmp(((const alv_onnx_value *)a)->name, ((const alv_onnx_value *)b)->name);
}

static alv_onnx_value *find(const names *v, const char *name)
{
    const alv_onnx_value key = {.name = name};
    return v->n > 0 ? bsearch(&key, v->all, v->n, sizeof *v->all, by_name) : NULL;
}

static alv_status fail(const alv_onnx *g, alv_status code, const char *what, const char *name)
{
    const char *op = g->node && g->node->op_type ? g->node->op_type : "graph";
    return alv_fail(g->error, code, g->model->files[0].path, "%s%s%s: %s '%s'", op,
                    g->node && g->node->name && *g->node->name ? " " : "",
                    g->node && g->node->name ? g->node->name : "", what, name);
}

/* Initializers, inputs and outputs of nodes, in this order before they are sorted. An input that is
 * an initializer, too, is that (IR version 3). */
static alv_status collect(names *v, alv_onnx *g, const AlvOnnx__GraphProto *graph)
{
    size_t room = graph->n_initializer + graph->n_input;
    for (size_t i = 0; i < graph->n_node; i++) room += graph->node[i]->n_output;
    v->all = alv_new_array(room + 1, sizeof *v->all);
    if (!v->all) return fail(g, ALV_ERR_MEMORY, "no memory for values of", "the graph");
    for (size_t i = 0; i < graph->n_initializer; i++)
        v->all[v->n++] =
            (alv_onnx_value){graph->initializer[i]->name,
                             graph->initializer[i]->n_dims == 0 ? ALV_ONNX_CONST : ALV_ONNX_PARAM,
                             (int)i, .numbers = -1 - (int)i};
    qsort(v->all, v->n, sizeof *v->all, by_name);
    const names initializers = *v;
    for (size_t i = 0; i < graph->n_input; i++) {
        const char *name = graph->input[i]->name;
        if (!name || !*name || find(&initializers, name)) continue;
        alv_onnx_value *value = &v->all[v->n++];
        if (!alv_onnx_beside(value, g, graph, i))
            *value = alv_onnx_node(-1, alv_onnx_data_axes(g->model, graph, i));
        value->name = name;
    }
    for (size_t i = 0; i < graph->n_node; i++)
        for (size_t k = 0; k < graph->node[i]->n_output; k++)
            if (*graph->node[i]->output[k])
                v->all[v->n++] = (alv_onnx_value){graph->node[i]->output[k], ALV_ONNX_NODE, -2};
    qsort(v->all, v->n, sizeof *v->all, by_name);
    for (size_t i = 1; i < v->n; i++)
        if (strcmp(v->all[i].name, v->all[i - 1].name) == 0)
            return fail(g, ALV_ERR_FORMAT, "two things give the value", v->all[i].name);
    return ALV_OK;
}

void alv_onnx_lacks_memory(alv_onnx *g)
{
    g->status = fail(g, ALV_ERR_MEMORY, "no memory for", "the graph");
}

static void *grow(void *array, int *room, int wanted, size_t size)
{
    if (wanted <= *room) return array;
    const int more = 2 * wanted + 16;
    void *grown = realloc(array, (size_t)more * size);
    if (grown) *room = more;
    return grown;
}

int alv_onnx_add(alv_onnx *g, alv_node node, int input)
{
    alv_model *m = g->graph;
    int room = g->room_nodes;
    alv_node *nodes = grow(m->nodes, &room, m->n_nodes + 1, sizeof *nodes);
    if (nodes) m->nodes = nodes;
    alv_move *moves = grow(g->model->moves, &g->room_nodes, m->n_nodes + 1, sizeof *moves);
    if (moves) g->model->moves = moves;
    if (!nodes || !moves) {
        g->status = fail(g, ALV_ERR_MEMORY, "no memory for", "another node");
        return 0;
    }
    moves[m->n_nodes] = (alv_move){.begins = {-1, -1}};
    node.input = input;
    const alv_node from = input >= 0 ? nodes[input] : alv_onnx_data_node(m);
    if (node.out == 0) node.in = node.out = from.out;
    if (node.height == 0) {
        node.height = from.height;
        node.width = from.width;
    }
    nodes[m->n_nodes] = node;
    return m->n_nodes++;
}

alv_checkpoint_tensor *alv_onnx_tensor(const alv_onnx *g, int k)
{
    return alv_onnx_is_kind(g, k, ALV_ONNX_PARAM) ? &g->model->tensors[g->inputs[k]->index] : NULL;
}

bool alv_onnx_is_kind(const alv_onnx *g, int k, alv_onnx_is is)
{
    return k < g->n_inputs && g->inputs[k] && g->inputs[k]->is == is;
}

int alv_onnx_from(const alv_onnx *g, int k)
{
    return alv_onnx_is_kind(g, k, ALV_ONNX_NODE) ? g->inputs[k]->index : -1;
}

/* What an initializer is, told by its first use; a table that is a matrix later is a tied head. */
static void tell(alv_checkpoint_tensor *t, const char *kind, const alv_tensor *what)
{
    int64_t count;
    const bool is_table = t->kind && t->kind->layer == ALV_LAYER_EMBEDDING;
    if (alv_tensor_count(&count, what, NULL) != ALV_OK) return;
    if (is_table && what->role == ALV_ROLE_WEIGHT && what->layer == ALV_LAYER_DENSE) {
        t->kind = alv_kind_named("tied_head");
        t->what.layer = ALV_LAYER_TIED_HEAD;
    }
    if (t->kind) return;
    t->kind = alv_kind_named(t->dtype < 0 ? "buffer" : kind);
    t->what = *what;
}

static bool has_room(alv_onnx *g)
{
    alv_model *m = g->graph;
    int room = g->room_params;
    alv_tensor *params = grow(m->params, &room, m->n_params + 1, sizeof *params);
    if (params) m->params = params;
    int *of = grow(g->tensor_of, &g->room_params, m->n_params + 1, sizeof *of);
    if (of) g->tensor_of = of;
    return params && of;
}

int alv_onnx_param(alv_onnx *g, int k, const char *kind, alv_tensor what)
{
    alv_checkpoint_tensor *t = alv_onnx_tensor(g, k);
    alv_model *m = g->graph;
    if (!t) return -1;
    if (!has_room(g)) {
        g->status = fail(g, ALV_ERR_MEMORY, "no memory for", t->name);
        return -1;
    }
    what.dtype = t->dtype < 0 ? ALV_F32 : (alv_dtype)t->dtype;
    what.rank = t->rank;
    memcpy(what.shape, t->shape, sizeof what.shape);
    alv_text_format(what.name, sizeof what.name, "%s", t->name);
    tell(t, kind, &what);
    m->params[m->n_params] = what;
    g->tensor_of[m->n_params] = g->inputs[k]->index;
    return m->n_params++;
}

const AlvOnnx__AttributeProto *alv_onnx_attribute(const alv_onnx *g, const char *name)
{
    for (size_t i = 0; i < g->node->n_attribute; i++)
        if (g->node->attribute[i]->name && strcmp(g->node->attribute[i]->name, name) == 0)
            return g->node->attribute[i];
    return NULL;
}

int64_t alv_onnx_int(const alv_onnx *g, const char *name, int64_t otherwise)
{
    const AlvOnnx__AttributeProto *a = alv_onnx_attribute(g, name);
    return a && a->has_i ? a->i : otherwise;
}

double alv_onnx_float(const alv_onnx *g, const char *name, double otherwise)
{
    const AlvOnnx__AttributeProto *a = alv_onnx_attribute(g, name);
    return a && a->has_f ? (double)a->f : otherwise;
}

bool alv_onnx_says(const alv_onnx *g, const char *name, const char *text)
{
    const AlvOnnx__AttributeProto *a = alv_onnx_attribute(g, name);
    const size_t n = strlen(text);
    return a && a->has_s && a->s.len == n && memcmp(a->s.data, text, n) == 0;
}

int alv_onnx_ints(int64_t *out, int n, const alv_onnx *g, const char *name)
{
    const AlvOnnx__AttributeProto *a = alv_onnx_attribute(g, name);
    const int has = !a ? 0 : a->n_ints < 64 ? (int)a->n_ints : 64;
    for (int i = 0; i < n && i < has; i++) out[i] = a->ints[i];
    return has;
}

alv_onnx_value alv_onnx_node(int index, alv_form axes)
{
    return (alv_onnx_value){.is = ALV_ONNX_NODE, .index = index, .axes = axes};
}

alv_form alv_onnx_form(const alv_onnx *g, int k)
{
    return alv_onnx_is_kind(g, k, ALV_ONNX_NODE) ? g->inputs[k]->axes : (alv_form){0};
}

bool alv_onnx_has(const alv_onnx *g, int k, const char *axes)
{
    return alv_form_are(alv_onnx_form(g, k), axes);
}

double alv_onnx_factor(const alv_onnx *g, int k)
{
    const double factor = k < g->n_inputs && g->inputs[k] ? g->inputs[k]->factor : 0;
    return factor == 0 ? 1 : factor;
}

void alv_onnx_need(alv_onnx *g, bool holds, alv_stop_why why)
{
    alv_stop *stop = &g->model->stop;
    if (holds || stop->why != ALV_STOP_NOTHING) return;
    stop->why = why;
    alv_text_format(stop->op, sizeof stop->op, "%s", g->node->op_type ? g->node->op_type : "");
    const char *name = g->node->name && *g->node->name ? g->node->name
                       : g->node->n_output > 0         ? g->node->output[0]
                                                       : "";
    alv_text_format(stop->name, sizeof stop->name, "%s", name);
}

/* Whether a graph stands in an attribute, as in If, Loop and Scan: what it reads, nobody sees here.
 */
static bool has_body(const alv_onnx *g)
{
    enum { GRAPH = 5, GRAPHS = 10 };
    for (size_t i = 0; i < g->node->n_attribute; i++) {
        const AlvOnnx__AttributeProto *a = g->node->attribute[i];
        if (a->has_type && ((int)a->type == GRAPH || (int)a->type == GRAPHS)) return true;
    }
    return false;
}

/* Binary nodes in a chain, so that each is fed by two at most. */
alv_onnx_value alv_onnx_keep(alv_onnx *g)
{
    alv_node node = {.op = ALV_OP_OTHER, .weight = -1, .bias = -1, .other = -1};
    int feeds[ALV_ONNX_INPUTS], n = 0, at = 0;
    alv_text_format(node.what, sizeof node.what, "%s", g->node->op_type ? g->node->op_type : "");
    for (int k = 0; k < g->n_inputs; k++) {
        const alv_onnx_value *in = g->inputs[k];
        if (in && in->is != ALV_ONNX_PARAM && in->is != ALV_ONNX_CONST) feeds[n++] = in->index;
    }
    for (int k = 0; k < g->n_inputs; k++) {
        const alv_checkpoint_tensor *t = alv_onnx_tensor(g, k);
        if (t && t->rank >= 2 && t->dtype >= 0 && node.weight < 0)
            node.weight = alv_onnx_param(g, k, "unknown", (alv_tensor){.role = ALV_ROLE_GAIN});
    }
    if (n == 0 && has_body(g) && g->graph->n_nodes > 0) feeds[n++] = g->graph->n_nodes - 1;
    node.other = n > 1 ? feeds[1] : n > 0 ? feeds[0] : -1;
    at = alv_onnx_add(g, node, n > 0 ? feeds[0] : -1);
    for (int k = 2; k < n; k++) {
        node.other = feeds[k];
        node.weight = -1;
        at = alv_onnx_add(g, node, at);
    }
    return alv_onnx_node(at, (alv_form){0});
}

alv_onnx_value alv_onnx_other(alv_onnx *g)
{
    alv_onnx_need(g, false, ALV_STOP_OPERATOR);
    return alv_onnx_keep(g);
}

/* Sets g->inputs; ALV_ERR_FORMAT where one is not there yet. */
static alv_status set_inputs(alv_onnx *g, const names *v)
{
    const size_t n = g->node->n_input;
    g->n_inputs = n < ALV_COUNT(g->inputs) ? (int)n : ALV_COUNT(g->inputs);
    for (size_t k = 0; k < n; k++) {
        const char *name = g->node->input[k];
        const alv_onnx_value *value = *name ? find(v, name) : NULL;
        if (*name && (!value || (value->is == ALV_ONNX_NODE && value->index == -2)))
            return fail(g, ALV_ERR_FORMAT,
                        value ? "in a cycle, or before what it reads: it reads"
                              : "a tensor is missing: it reads",
                        name);
        if (k < ALV_COUNT(g->inputs)) g->inputs[k] = value;
    }
    return ALV_OK;
}

static bool all_constant(const alv_onnx *g)
{
    for (int k = 0; k < g->n_inputs; k++)
        if (g->inputs[k] && g->inputs[k]->is != ALV_ONNX_CONST) {
            const alv_checkpoint_tensor *t = alv_onnx_tensor(g, k);
            const bool few = t && t->rank == 1 && t->count <= ALV_ONNX_NUMBERS &&
                             strcmp(g->node->op_type ? g->node->op_type : "", "Concat") == 0;
            /* whole numbers are shapes and indices; floats side by side scales */
            if (!t || (t->dtype >= 0 && !few)) return false;
        }
    return true;
}

/* Whether an input is a signal times a number that the rule does not mind. */
static bool has_factor(const alv_onnx *g)
{
    for (int k = 0; k < g->n_inputs; k++)
        if (alv_onnx_factor(g, k) != 1) return true;
    return false;
}

/* A part of a fused matrix's units, or what has no sense outside a norm. */
static bool has_piece(const alv_onnx *g)
{
    for (int k = 0; k < g->n_inputs; k++)
        if (g->inputs[k] && (g->inputs[k]->parts > 0 || g->inputs[k]->is == ALV_ONNX_STEP))
            return true;
    return false;
}

/* Initializers that say only what is seen are no parameters. */
static void tell_masks(alv_onnx *g)
{
    for (int k = 0; k < g->n_inputs; k++) {
        const alv_checkpoint_tensor *t = alv_onnx_tensor(g, k);
        if (t && t->dtype >= 0 && alv_onnx_mask(g, k) != ALV_MASK_NONE)
            alv_onnx_param(g, k, "mask", (alv_tensor){.role = ALV_ROLE_GAIN, .fan_in = 1});
    }
}

/* A Constant node of weights, of a mask, or of zeros. */
static alv_onnx_value read_weight(alv_onnx *g, alv_mask mask)
{
    alv_checkpoint_tensor *t = &g->model->tensors[g->constant];
    alv_onnx_value value = alv_onnx_fold(g);
    value.mask = mask;
    const bool one = value.numbers > 0 && g->numbers[value.numbers - 1].n != t->count;
    if (mask == ALV_MASK_NONE && !one)
        return (alv_onnx_value){.is = ALV_ONNX_PARAM, .index = g->constant};
    t->kind = alv_kind_named(mask != ALV_MASK_NONE ? "mask" : "buffer");
    t->what.rank = t->rank;
    memcpy(t->what.shape, t->shape, sizeof t->what.shape);
    return value;
}

static alv_onnx_value read_op(alv_onnx *g)
{
    bool keeps = false;
    alv_onnx_value value;
    alv_onnx_rule *rule = alv_onnx_rule_of(&keeps, g->node->op_type ? g->node->op_type : "");
    if (has_body(g)) return alv_onnx_other(g);
    const alv_mask mask = alv_onnx_fold_mask(g);
    if (g->constant >= 0) return read_weight(g, mask);
    if (mask != ALV_MASK_NONE || all_constant(g)) {
        value = alv_onnx_fold(g);
        value.mask = mask;
        if (mask != ALV_MASK_NONE) tell_masks(g);
        return value;
    }
    if (alv_onnx_norm_step(&value, g)) return value;
    alv_onnx_need(g, rule != NULL, ALV_STOP_OPERATOR);
    for (int k = 0; rule && !keeps && k < g->n_inputs; k++)
        if (alv_onnx_is_kind(g, k, ALV_ONNX_NODE) &&
            (alv_onnx_factor(g, k) != 1 || g->inputs[k]->part > 0))
            alv_onnx_solid(g, k);
    alv_onnx_need(g, keeps || !has_factor(g), ALV_STOP_NUMBER);
    alv_onnx_need(g, keeps || !has_piece(g), ALV_STOP_PLACES);
    return rule ? rule(g) : alv_onnx_other(g);
}

static alv_status read_node(alv_onnx *g, const names *v)
{
    ALV_TRY(set_inputs(g, v));
    g->splits = false;
    g->n_more = 0;
    const alv_onnx_value value = read_op(g);
    ALV_TRY(g->status);
    for (size_t k = 0; k < g->node->n_output; k++) {
        alv_onnx_value *out = *g->node->output[k] ? find(v, g->node->output[k]) : NULL;
        if (!out) continue;
        const char *name = out->name;
        const bool said = k > 0 && k <= (size_t)g->n_more;
        *out = said ? g->more[k - 1] : value;
        out->name = name;
        if (g->splits)
            out->part = (int)k + 1;
        else if (k > 0 && !said)
            out->axes = (alv_form){0};
    }
    return ALV_OK;
}

static alv_status read_nodes(alv_onnx *g, const AlvOnnx__GraphProto *graph)
{
    names v = {0};
    alv_status status = collect(&v, g, graph);
    for (size_t i = 0; i < graph->n_node && status == ALV_OK; i++) {
        g->node = graph->node[i];
        g->constant = g->constants[i];
        status = read_node(g, &v);
    }
    g->node = NULL;
    const char *result = graph->n_output > 0 ? graph->output[0]->name : NULL;
    const alv_onnx_value *end = result ? find(&v, result) : NULL;
    const int last = end && end->is == ALV_ONNX_NODE ? end->index : g->graph->n_nodes - 1;
    if (status == ALV_OK && !alv_onnx_sweep(g, last))
        status = fail(g, ALV_ERR_MEMORY, "no memory for", "the graph");
    free(v.all);
    return status;
}

alv_status alv_onnx_graph(alv_checkpoint *model, const AlvOnnx__GraphProto *graph,
                          const int *constants, alv_error *error)
{
    alv_onnx g = {.model = model, .constants = constants, .error = error};
    g.graph = model->graph = alv_new_array(1, sizeof *model->graph);
    if (!g.graph) return fail(&g, ALV_ERR_MEMORY, "no memory for", "the graph");
    if (graph->n_input > 0 && !alv_onnx_read_sizes(&g.samples, model, graph))
        return fail(&g, ALV_ERR_MEMORY, "no memory for", "the names of its inputs");
    alv_status status = read_nodes(&g, graph);
    if (status == ALV_OK) status = g.status;
    if (status == ALV_OK) status = alv_onnx_describe(&g);
    if (g.graph->n_nodes > 0) g.graph->outputs = g.graph->nodes[g.graph->n_nodes - 1].out;
    free(g.tensor_of);
    free(g.numbers);
    free(g.views);
    return status;
}
