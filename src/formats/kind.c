/* Kinds by names: the tables, and what follows from a rule for one tensor. */
#include "formats/kind.h"

#include "base/base.h"

static const alv_kind kinds[] = {
    {"dense", ALV_ROLE_WEIGHT, ALV_LAYER_DENSE, true, true},
    {"conv", ALV_ROLE_WEIGHT, ALV_LAYER_CONV, true, true},
    {"conv_transposed", ALV_ROLE_WEIGHT, ALV_LAYER_CONV_TRANSPOSED, true, true},
    {"depthwise", ALV_ROLE_WEIGHT, ALV_LAYER_DEPTHWISE, true, true},
    {"attention", ALV_ROLE_WEIGHT, ALV_LAYER_DENSE, true, true},
    {"recurrent", ALV_ROLE_WEIGHT, ALV_LAYER_DENSE, true, true},
    {"head", ALV_ROLE_WEIGHT, ALV_LAYER_DENSE, true, true},
    {"embedding", ALV_ROLE_WEIGHT, ALV_LAYER_EMBEDDING, true, true},
    {"tied_head", ALV_ROLE_WEIGHT, ALV_LAYER_TIED_HEAD, true, true},
    {"norm", ALV_ROLE_GAIN, ALV_LAYER_DENSE, true, false},
    {"bias", ALV_ROLE_BIAS, ALV_LAYER_DENSE, true, false},
    {"buffer", ALV_ROLE_GAIN, ALV_LAYER_DENSE, false, false},
    {"mask", ALV_ROLE_GAIN, ALV_LAYER_DENSE, false, false},
    {"unknown", ALV_ROLE_GAIN, ALV_LAYER_DENSE, false, false},
};

const alv_kind *alv_kind_at(int index)
{
    return index >= 0 && index < ALV_COUNT(kinds) ? &kinds[index] : NULL;
}

const alv_kind *alv_kind_named(const char *name)
{
    for (int i = 0; i < ALV_COUNT(kinds); i++)
        if (strcmp(kinds[i].name, name) == 0) return &kinds[i];
    return NULL;
}

enum { ANY = ALV_MAX_RANK };

/* The first that fits wins, so what is special comes first. */
static const alv_kind_rule table[] = {
    /* Kept beside the parameters, and never drawn. */
    {"*running_mean", "PyTorch", "buffer", 0, ANY},
    {"*running_var", "PyTorch", "buffer", 0, ANY},
    {"*num_batches_tracked", "PyTorch", "buffer", 0, ANY},
    {"*inv_freq", "PyTorch", "buffer", 0, ANY},
    {"*position_ids", "PyTorch", "buffer", 0, ANY},
    {"*relative_position_index", "PyTorch", "buffer", 0, ANY},
    {"*masked_bias", "PyTorch", "buffer", 0, ANY},
    {"*attn.bias", "GPT-2", "buffer", 4, 4},
    {"*moving_mean*", "Keras", "buffer", 0, ANY},
    {"*moving_variance*", "Keras", "buffer", 0, ANY},
    {"*batch_stats*", "Flax", "buffer", 0, ANY},
    /* Biases and norms. */
    {"*bias_ih_l*", "PyTorch", "bias", 1, 1, .parts = -1},
    {"*bias_hh_l*", "PyTorch", "bias", 1, 1, .parts = -1},
    {"*bias*", "any", "bias", 0, 3},
    {"*beta:0", "Keras", "bias", 1, 1},
    {"*beta", "Keras", "bias", 1, 1},
    {"*gamma*", "Keras", "norm", 1, 1},
    {"*scale", "Flax", "norm", 0, 1},
    {"*.weight", "PyTorch", "norm", 1, 1},
    {"*weight_g", "PyTorch", "norm", 0, ANY},
    /* Recurrent layers, their gates fused. */
    {"*weight_ih_l*", "PyTorch", "recurrent", 2, 2, .parts = -1},
    {"*weight_hh_l*", "PyTorch", "recurrent", 2, 2, .parts = -1},
    {"*recurrent_kernel*", "Keras", "recurrent", 2, 2, ALV_ORIENT_KERAS, .parts = -1},
    /* Attention. */
    {"*in_proj_weight", "PyTorch", "attention", 2, 2, .parts = 3},
    {"*qkv.weight", "timm", "attention", 2, 2, .parts = 3},
    {"*attn.c_attn.weight", "GPT-2", "attention", 2, 2, ALV_ORIENT_WIDE, .parts = 3},
    {"*attn.c_proj.weight", "GPT-2", "attention", 2, 2, ALV_ORIENT_KERAS, .ends_branch = true},
    {"*mlp.c_proj.weight", "GPT-2", "dense", 2, 2, ALV_ORIENT_NARROW, .ends_branch = true},
    {"*mlp.c_fc.weight", "GPT-2", "dense", 2, 2, ALV_ORIENT_WIDE},
    {"*attn_qkv.weight", "GGUF", "attention", 2, 2, .parts = 3},
    {"*attn_output.weight", "GGUF", "attention", 2, 2, .ends_branch = true},
    {"*attn_?.weight", "GGUF", "attention", 2, 2},
    {"*ffn_down.weight", "GGUF", "dense", 2, 2, .ends_branch = true},
    {"token_embd.weight", "GGUF", "embedding", 2, 2},
    {"output.weight", "GGUF", "head", 2, 2},
    {"*q_proj.weight", "Transformers", "attention", 2, 2},
    {"*k_proj.weight", "Transformers", "attention", 2, 2},
    {"*v_proj.weight", "Transformers", "attention", 2, 2},
    {"*o_proj.weight", "Transformers", "attention", 2, 2, .ends_branch = true},
    {"*out_proj.weight", "PyTorch", "attention", 2, 2, .ends_branch = true},
    {"*attn.proj.weight", "timm", "attention", 2, 2, .ends_branch = true},
    {"*attention.output.dense.weight", "BERT", "attention", 2, 2, .ends_branch = true},
    {"*attention*.weight", "BERT", "attention", 2, 2},
    {"*down_proj.weight", "Llama", "dense", 2, 2, .ends_branch = true},
    {"*mlp.fc2.weight", "timm", "dense", 2, 2, .ends_branch = true},
    /* Tables of tokens and positions, and heads. */
    {"*embed*.proj*.weight", "timm", "conv", 3, 5},
    {"*patch_embed*", "Transformers", "conv", 3, 5},
    {"*embed*", "any", "embedding", 2, 2},
    {"*wte.weight", "GPT-2", "embedding", 2, 2},
    {"*wpe.weight", "GPT-2", "embedding", 2, 2},
    {"*lm_head.weight", "Transformers", "head", 2, 2},
    {"*classifier.weight", "PyTorch", "head", 2, 2},
    {"head.weight", "timm", "head", 2, 2},
    {"*.head.weight", "timm", "head", 2, 2},
    /* Layers by the number of their axes. */
    {"*depthwise_kernel*", "Keras", "depthwise", 3, 5, ALV_ORIENT_KERAS},
    {"*transpose*kernel*", "Keras", "conv_transposed", 3, 5, ALV_ORIENT_KERAS},
    {"*kernel*", "Keras, Flax", "dense", 2, 2, ALV_ORIENT_KERAS},
    {"*kernel*", "Keras, Flax", "conv", 3, 5, ALV_ORIENT_KERAS},
    {"*deconv*weight", "PyTorch", "conv_transposed", 3, 5},
    {"*transpose*weight", "PyTorch", "conv_transposed", 3, 5},
    {"*weight*", "PyTorch", "dense", 2, 2},
    {"*weight*", "PyTorch", "conv", 3, 5},
    {"*", "any", "dense", 2, 2},
    {"*", "any", "conv", 3, 5},
    {"*", "any", "unknown", 0, ANY},
};

const alv_kind_rule *alv_kind_rule_at(int index)
{
    return index >= 0 && index < ALV_COUNT(table) ? &table[index] : NULL;
}

static void lower(char *out, size_t size, const char *name)
{
    size_t n = 0;
    for (; *name && n + 1 < size; name++, n++)
        out[n] = *name >= 'A' && *name <= 'Z' ? (char)(*name - 'A' + 'a') : *name;
    out[n] = '\0';
}

static const alv_kind_rule *rule_for(const alv_checkpoint_tensor *t, const alv_kind_rule *own,
                                     int n)
{
    char name[512];
    lower(name, sizeof name, t->name);
    for (int i = 0; i < n; i++)
        if (alv_name_match(own[i].pattern, name)) return &own[i];
    int i = 0;
    while (t->rank < table[i].rank_lo || t->rank > table[i].rank_hi ||
           !alv_name_match(table[i].pattern, name))
        i++;
    return &table[i];
}

static alv_layout layout_of(const alv_kind_rule *rule, const alv_checkpoint_tensor *t)
{
    const bool falls = t->rank == 2 && t->shape[0] > t->shape[1];
    switch (rule->orient) {
    case ALV_ORIENT_KERAS:
        return ALV_LAYOUT_KERAS;
    case ALV_ORIENT_WIDE:
        return falls ? ALV_LAYOUT_TORCH : ALV_LAYOUT_KERAS;
    case ALV_ORIENT_NARROW:
        return falls ? ALV_LAYOUT_KERAS : ALV_LAYOUT_TORCH;
    case ALV_ORIENT_TORCH:
        break;
    }
    return ALV_LAYOUT_TORCH;
}

/* `name` with the first `from` in it replaced; NULL if it is not there or too long. */
static const char *renamed(char out[512], const char *name, const char *from, const char *to)
{
    const char *at = strstr(name, from);
    if (!at || strlen(name) + strlen(to) >= 512) return NULL;
    alv_text_format(out, 512, "%s", name);
    alv_text_format(out + (at - name), 512 - (size_t)(at - name), "%s%s", to, at + strlen(from));
    return out;
}

/* How many gates a recurrent layer has: its hidden matrix is gates x hidden by hidden. */
static int gates_of(const alv_checkpoint *model, const alv_checkpoint_tensor *t)
{
    static const char *const swaps[][2] = {
        {"_ih_", "_hh_"}, {"bias_ih_", "weight_hh_"}, {"bias_", "weight_"}};
    char name[512];
    const alv_checkpoint_tensor *hidden = t;
    for (int i = 0; i < ALV_COUNT(swaps); i++) {
        const char *other = renamed(name, t->name, swaps[i][0], swaps[i][1]);
        const alv_checkpoint_tensor *found = other ? alv_checkpoint_find(model, other) : NULL;
        if (found && found->rank == 2) hidden = found;
    }
    if (hidden->rank != 2) return 0;
    const int64_t a = hidden->shape[0], b = hidden->shape[1];
    const int64_t small = a < b ? a : b, large = a < b ? b : a;
    return small > 0 && large % small == 0 && large / small <= ALV_MAX_PARTS ? (int)(large / small)
                                                                             : 0;
}

static void set_parts(alv_tensor *what, int n)
{
    if (n < 2 || what->rank < 1) return;
    const bool last = what->layout != ALV_LAYOUT_TORCH;
    const int64_t units = what->shape[last ? what->rank - 1 : 0];
    for (int i = 0; i < n && units % n == 0; i++) what->parts[i] = units / n;
}

static void apply(alv_checkpoint *model, alv_checkpoint_tensor *t, const alv_kind_rule *rule)
{
    alv_tensor *w = &t->what;
    t->kind = alv_kind_named(rule->kind);
    t->ends_branch = rule->ends_branch;
    *w = (alv_tensor){.role = t->kind->role,
                      .layer = t->kind->layer,
                      .layout = t->kind->is_matrix ? layout_of(rule, t) : ALV_LAYOUT_TORCH,
                      .dtype = t->dtype < 0 ? ALV_F32 : (alv_dtype)t->dtype,
                      .rank = t->rank};
    memcpy(w->shape, t->shape, sizeof w->shape);
    alv_text_format(w->name, sizeof w->name, "%s", t->name);
    set_parts(w, rule->parts < 0 ? gates_of(model, t) : rule->parts);
    if (t->dtype < 0 && t->item > 0) t->kind = alv_kind_named("buffer"); /* whole numbers */
}

/* A bias has the fans of the weight beside it. */
static void borrow_fans(const alv_checkpoint *model, alv_checkpoint_tensor *t)
{
    static const char *const swaps[] = {"weight", "kernel"};
    char name[512];
    for (int i = 0; i < ALV_COUNT(swaps) && t->what.role == ALV_ROLE_BIAS; i++) {
        const char *other = renamed(name, t->name, "bias", swaps[i]);
        const alv_checkpoint_tensor *w = other ? alv_checkpoint_find(model, other) : NULL;
        double in, out;
        if (!w || !w->kind->is_matrix) continue;
        if (alv_tensor_fans(&in, NULL, &w->what, NULL) == ALV_OK) t->what.fan_in = in;
        if (alv_tensor_fans(NULL, &out, &w->what, NULL) == ALV_OK) t->what.fan_out = out;
    }
}

/* The number of residual branches: the sums of a graph, else the weights whose names end one. */
static void count_depth(alv_checkpoint *model)
{
    int branches = 0;
    for (int i = 0; model->graph && i < model->graph->n_nodes; i++)
        branches += model->graph->nodes[i].op == ALV_OP_ADD;
    for (int64_t i = 0; !model->graph && i < model->n; i++)
        branches += model->tensors[i].ends_branch;
    if (branches > ALV_MAX_PLAN) branches = ALV_MAX_PLAN;
    for (int64_t i = 0; i < model->n; i++) model->tensors[i].what.depth = branches;
}

enum { MOST_OWN = 32, MOST_TEXT = 256 };

/* Reads "PATTERN=KIND" into a rule whose texts lie in `text`. */
static alv_status read_own(alv_kind_rule *out, char *text, alv_error *error)
{
    char *equals = strrchr(text, '='), *colon = equals ? strchr(equals, ':') : NULL;
    if (!equals || equals == text)
        return alv_fail(error, ALV_ERR_SYNTAX, "as", "'%s' is not PATTERN=KIND", text);
    *equals = '\0';
    if (colon) *colon = '\0';
    *out = (alv_kind_rule){.pattern = text, .kind = equals + 1, .rank_hi = ANY};
    if (colon && strcmp(colon + 1, "keras") == 0)
        out->orient = ALV_ORIENT_KERAS;
    else if (colon && strcmp(colon + 1, "torch") != 0)
        return alv_fail(error, ALV_ERR_UNKNOWN_NAME, "as", "a layout is torch or keras, not '%s'",
                        colon + 1);
    if (alv_kind_named(equals + 1)) return ALV_OK;
    const char *names[ALV_COUNT(kinds) + 1] = {NULL};
    for (int i = 0; i < ALV_COUNT(kinds); i++) names[i] = kinds[i].name;
    const char *near = alv_suggest(equals + 1, names);
    return alv_fail(error, ALV_ERR_UNKNOWN_NAME, "as",
                    near ? "there is no kind '%s'; did you mean %s?" : "there is no kind '%s'",
                    equals + 1, near);
}

static alv_status read_rules(alv_kind_rule *own, int *n, char texts[][MOST_TEXT], const char *rules,
                             alv_error *error)
{
    for (*n = 0; rules && *rules; (*n)++) {
        const size_t length = strcspn(rules, ",");
        if (*n == MOST_OWN || length >= MOST_TEXT)
            return alv_fail(error, ALV_ERR_RANGE, "as", "at most %d rules of %d bytes", MOST_OWN,
                            MOST_TEXT - 1);
        memcpy(texts[*n], rules, length);
        texts[*n][length] = '\0';
        lower(texts[*n], MOST_TEXT, texts[*n]);
        ALV_TRY(read_own(&own[*n], texts[*n], error));
        rules += length + (rules[length] == ',');
    }
    return ALV_OK;
}

alv_status alv_kinds_apply(alv_checkpoint *model, const char *rules, alv_error *error)
{
    alv_kind_rule own[MOST_OWN];
    char texts[MOST_OWN][MOST_TEXT];
    int n;
    ALV_TRY(read_rules(own, &n, texts, rules, error));
    for (int64_t i = 0; i < model->n; i++) {
        alv_checkpoint_tensor *t = &model->tensors[i];
        if (!t->kind) apply(model, t, rule_for(t, own, n));
    }
    for (int64_t i = 0; i < model->n; i++) borrow_fans(model, &model->tensors[i]);
    count_depth(model);
    return ALV_OK;
}
