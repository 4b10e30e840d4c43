/* The two ends of a network's YAML: what the data are, and what the whole comes to. */
#include <stdio.h>

#include "base/base.h"
#include "data/sha256.h"
#include "formats/network_part.h"
#include "formats/plan.h"
#include "model/nodes.h"

enum { MAX_INPUTS = 1 << 24, NAME = 40 };

alv_yaml_place alv_network_place(const alv_network_maker *m, const char *key, const char *of)
{
    alv_yaml_step steps[6] = {{.key = "layers"}, {.index = m->item}};
    int n = m->item < 0 ? 0 : 2;
    if (n > 0 && m->inner >= 0) {
        steps[n++] = (alv_yaml_step){.key = "layers"};
        steps[n++] = (alv_yaml_step){.index = m->inner};
    }
    if (key) steps[n++] = (alv_yaml_step){.key = key};
    if (key && of) steps[n++] = (alv_yaml_step){.key = of};
    return alv_yaml_find(m->map, steps, n);
}

alv_status alv_network_fail(const alv_network_maker *m, alv_status code, const char *key,
                            const char *format, ...)
{
    char message[224];
    va_list args;
    va_start(args, format);
    alv_text_vformat(message, sizeof message, format, args);
    va_end(args);
    return alv_yaml_fail(m->error, code, m->name, alv_network_place(m, key, NULL), "%s", message);
}

void alv_network_mark(alv_network_maker *m)
{
    const alv_yaml_place place = alv_network_place(m, NULL, NULL);
    m->b.line = place.line;
    m->b.column = place.column;
}

alv_status alv_network_size(int64_t *out, const alv_network_maker *m, const char *key,
                            const int64_t *given, int64_t most)
{
    if (!given) return ALV_OK;
    if (*given < 1 || *given > most)
        return alv_network_fail(m, ALV_ERR_RANGE, key, "%s: %lld is outside [1, %lld]", key, *given,
                                most);
    *out = *given;
    return ALV_OK;
}

alv_status alv_network_find(int *node, const alv_network_maker *m, const char *key,
                            const char *name)
{
    if (strcmp(name, "start") == 0) return *node = m->start, ALV_OK;
    for (int i = m->n_labels; i-- > 0;)
        if (strcmp(m->labels[i].name, name) == 0) return *node = m->labels[i].node, ALV_OK;
    return alv_network_fail(m, ALV_ERR_UNKNOWN_NAME, key,
                            "%s: no layer before this one is named '%s'", key, name);
}

/* "input", "classes": what the YAML says against what the data are. */
static alv_status settle(int64_t *out, const alv_network_maker *m, const char *key,
                         const int64_t *given, int64_t most, const char *what)
{
    const int64_t data = *out;
    ALV_TRY(alv_network_size(out, m, key, given, most));
    if (m->hints.inputs > 0 && given && *given != data)
        return alv_network_fail(m, ALV_ERR_SHAPE, key, "%s: %lld, and the data have %lld %s", key,
                                *given, data, what);
    return ALV_OK;
}

/* [784]; [3, 100]: channels and length; [3, 32, 32]: channels, height and width. */
static alv_status read_input(alv_network_maker *m)
{
    const alv_yaml_network *net = m->yaml;
    int64_t total = 1, sizes[3] = {0};
    for (uint32_t i = 0; i < net->n_input; i++) {
        ALV_TRY(alv_network_size(&sizes[i], m, "input", &net->input[i], ALV_MAX_WIDTH));
        if (sizes[i] > ALV_MAX_WIDTH / total)
            return alv_network_fail(m, ALV_ERR_RANGE, "input", "more than %lld values",
                                    ALV_MAX_WIDTH);
        total *= sizes[i];
    }
    if (m->hints.inputs > 0 && total != m->hints.inputs)
        return alv_network_fail(m, ALV_ERR_SHAPE, "input",
                                "input: %lld values, and the data have %lld", total,
                                m->hints.inputs);
    m->hints.inputs = total;
    m->hints.height = net->n_input > 1 ? (int)sizes[1] : 0;
    m->hints.width = net->n_input > 2 ? (int)sizes[2] : net->n_input > 1 ? 1 : 0;
    return ALV_OK;
}

static alv_status read_act(alv_network_maker *m)
{
    alv_error inner;
    const char *name = m->yaml->activation ? m->yaml->activation
                       : m->hints.act      ? m->hints.act
                                           : "relu";
    if (m->yaml->activation && strcmp(name, "none") == 0) return ALV_OK;
    const alv_status status = alv_act_parse(&m->act, name, &inner);
    if (status == ALV_OK) return ALV_OK;
    return alv_network_fail(m, status, "activation", "activation: %s", inner.message);
}

static alv_status read_name(const alv_network_maker *m)
{
    const char *name = m->yaml->name ? m->yaml->name : "";
    size_t n = 0;
    while (alv_is_word(name[n]) || name[n] == '-' || name[n] == '.') n++;
    if (name[n] || n > NAME)
        return alv_network_fail(m, ALV_ERR_ARGUMENT, "name",
                                "a network's name has letters, digits, _ - and . only, %d at most",
                                NAME);
    return ALV_OK;
}

alv_status alv_network_begin(alv_network_maker *m)
{
    const alv_yaml_network *net = m->yaml;
    m->item = m->inner = m->start = -1;
    ALV_TRY(read_name(m));
    ALV_TRY(settle(&m->hints.tokens, m, "tokens", net->tokens, MAX_INPUTS, "tokens"));
    ALV_TRY(settle(&m->hints.outputs, m, "classes", net->classes, ALV_MAX_WIDTH, "classes"));
    if (net->input) ALV_TRY(read_input(m));
    if (m->hints.inputs < 1 || m->hints.outputs < 1)
        return alv_network_fail(m, ALV_ERR_ARGUMENT, NULL,
                                "it needs 'input' and 'classes' where no data say them");
    if (m->hints.tokens > 0 && (m->hints.height > 0 || m->hints.inputs > MAX_INPUTS))
        return alv_network_fail(m, ALV_ERR_SHAPE, "input", "of tokens, input is [length], to %d",
                                MAX_INPUTS);
    ALV_TRY(read_act(m));
    const int64_t positions = m->hints.height > 0 ? (int64_t)m->hints.height * m->hints.width : 1;
    alv_build_begin(&m->b, m->hints.inputs / positions, m->hints.height, m->hints.width, m->error);
    return m->b.status;
}

static int by_name(const void *a, const void *b)
{
    const alv_tensor *const *x = a, *const *y = b;
    return strcmp((*x)->name, (*y)->name);
}

static alv_status check_names(const alv_network_maker *m)
{
    const alv_model *model = m->b.model;
    const alv_tensor **sorted = alv_new_array((size_t)model->n_params, sizeof *sorted);
    if (!sorted) return alv_fail(m->error, ALV_ERR_MEMORY, m->name, "no memory for a network");
    for (int i = 0; i < model->n_params; i++) sorted[i] = &model->params[i];
    qsort(sorted, (size_t)model->n_params, sizeof *sorted, by_name);
    const char *twice = NULL;
    for (int i = 1; i < model->n_params; i++)
        if (strcmp(sorted[i - 1]->name, sorted[i]->name) == 0) twice = sorted[i]->name;
    alv_status status = ALV_OK;
    if (twice)
        status = alv_yaml_fail(m->error, ALV_ERR_ARGUMENT, m->name, (alv_yaml_place){0},
                               "two parameters are named '%s'", twice);
    free(sorted);
    return status;
}

/* Every node but the last is read by some other. */
static alv_status check_feeds(const alv_network_maker *m)
{
    const alv_model *model = m->b.model;
    bool *read = alv_new_array((size_t)model->n_nodes, sizeof *read);
    int i = 0;
    if (!read) return alv_fail(m->error, ALV_ERR_MEMORY, m->name, "no memory for a network");
    for (int j = 0; j < model->n_nodes; j++) {
        const alv_node *node = &model->nodes[j];
        if (node->input >= 0) read[node->input] = true;
        if (alv_node_reads_two(node) && node->other >= 0) read[node->other] = true;
    }
    while (i < model->n_nodes - 1 && read[i]) i++;
    free(read);
    if (i == model->n_nodes - 1) return ALV_OK;
    const alv_yaml_place place = {model->nodes[i].line, model->nodes[i].column};
    return alv_yaml_fail(m->error, ALV_ERR_SHAPE, m->name, place,
                         "what this layer gives is used nowhere");
}

/* Weights without an activation of their own know of the one that their signal meets next, through
 * norms and sums. */
static alv_act_spec next_act(const alv_model *model, int i)
{
    for (int j = i + 1; j < model->n_nodes; j++) {
        const alv_node *node = &model->nodes[j];
        if (!alv_node_reads(node, i)) continue;
        if (node->op != ALV_OP_NORM && node->op != ALV_OP_ADD && node->op != ALV_OP_ACT) break;
        if (node->act.act) return node->act;
        i = j;
    }
    return (alv_act_spec){0};
}

static void tell_weights(alv_model *model)
{
    for (int i = 0; i < model->n_nodes; i++) {
        const alv_node *node = &model->nodes[i];
        if (node->op != ALV_OP_WEIGHTS || node->act.act) continue;
        const alv_act_spec act = next_act(model, i);
        model->params[node->weight].act = act;
        if (node->bias >= 0) model->params[node->bias].act = act;
    }
}

alv_status alv_network_check(const alv_network_maker *m)
{
    alv_model *model = m->b.model;
    const alv_node *last = &model->nodes[model->n_nodes - 1];
    const alv_yaml_place place = {last->line, last->column};
    int branches = 0;
    if (last->height > 0)
        return alv_yaml_fail(m->error, ALV_ERR_SHAPE, m->name, place,
                             "the last layer gives %d x %d positions: pool them, or take the last",
                             last->height, last->width);
    if (last->out != m->hints.outputs)
        return alv_yaml_fail(m->error, ALV_ERR_SHAPE, m->name, place,
                             "the last layer has %lld units, and there are %lld classes", last->out,
                             m->hints.outputs);
    for (int i = 0; i < model->n_nodes; i++) branches += model->nodes[i].op == ALV_OP_ADD;
    for (int i = 0; i < model->n_params; i++) model->params[i].depth = branches;
    tell_weights(model);
    ALV_TRY(check_feeds(m));
    return check_names(m);
}

/* A number where the YAML left it out. */
static bool complete(int64_t **at, int64_t value)
{
    if (*at || value == 0) return true;
    *at = malloc(sizeof **at);
    if (*at) **at = value;
    return *at != NULL;
}

static bool complete_input(alv_network_maker *m)
{
    alv_yaml_network *net = m->yaml;
    const int64_t positions = m->hints.height > 0 ? (int64_t)m->hints.height * m->hints.width : 1;
    const int64_t sizes[3] = {m->hints.inputs / positions, m->hints.height, m->hints.width};
    if (net->input) return true;
    net->input = malloc(sizeof sizes);
    if (!net->input) return false;
    memcpy(net->input, sizes, sizeof sizes);
    net->n_input = m->hints.height > 0 ? 3 : 1;
    return true;
}

/* "net NAME DIGEST tanh". */
static alv_status name_model(alv_network_maker *m, const char *canonical)
{
    char digest[ALV_DIGEST], act[ALV_MAX_NAME] = "";
    alv_sha256 sha;
    alv_sha256_start(&sha);
    alv_sha256_add(&sha, canonical, strlen(canonical));
    alv_sha256_end(&sha, digest);
    digest[12] = '\0';
    if (m->takes_act) ALV_TRY(alv_act_print(act, sizeof act, m->act, m->error));
    alv_text_format(m->b.model->family, sizeof m->b.model->family, "net %s %s%s%s",
                    m->yaml->name ? m->yaml->name : "unnamed", digest, *act ? " " : "", act);
    return ALV_OK;
}

alv_status alv_network_describe(char **canonical, alv_network_maker *m)
{
    if (!complete_input(m) || !complete(&m->yaml->tokens, m->hints.tokens) ||
        !complete(&m->yaml->classes, m->hints.outputs))
        return alv_fail(m->error, ALV_ERR_MEMORY, m->name, "no memory for a network");
    ALV_TRY(alv_yaml_write(canonical, &alv_network_kind, m->yaml, m->name, m->error));
    return name_model(m, *canonical);
}

bool alv_network_is_path(const char *model)
{
    const size_t n = strlen(model);
    return (n > 5 && strcmp(model + n - 5, ".yaml") == 0) ||
           (n > 4 && strcmp(model + n - 4, ".yml") == 0);
}

alv_status alv_network_load(alv_model **out, char **canonical, const char *path,
                            const alv_model_hints *hints, alv_error *error)
{
    FILE *file = fopen(path, "rb");
    if (!file) return alv_fail(error, ALV_ERR_IO, path, "cannot open it: is it a file?");
    char *bytes = malloc(ALV_NETWORK_FILE_MAX + 1);
    const size_t n = bytes ? fread(bytes, 1, ALV_NETWORK_FILE_MAX + 1, file) : 0;
    alv_status status = ALV_OK;
    if (!bytes)
        status = alv_fail(error, ALV_ERR_MEMORY, path, "no memory for it");
    else if (ferror(file))
        status = alv_fail(error, ALV_ERR_IO, path, "cannot read it: is it a file?");
    else
        status = alv_network_read(out, canonical, bytes, n, path, hints, error);
    fclose(file);
    free(bytes);
    return status;
}
