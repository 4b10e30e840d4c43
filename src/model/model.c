/* Builds a network from its short text and prints it back.
 *
 * Node l computes z = W a + b and a = f(z), from node l - 1 or, at the start, from the data. Its
 * parameters are "fc<l+1>.weight", (out, in), and "fc<l+1>.bias", (out), whose fans are those of
 * the weight. Hidden layers share one activation; the last layer has none, because the loss takes
 * its pre-activations. */
#include "model/family.h"

#include "base/base.h"

static const char default_act[] = "relu";

/* The activation of hidden layers: the text's, else the hint's, else relu. */
static alv_status read_act(alv_act_spec *out, const alv_widths *widths,
                           const alv_model_hints *hints, alv_error *error)
{
    if (!*widths->act) {
        const char *name = hints && hints->act ? hints->act : default_act;
        return alv_act_parse(out, name, error);
    }
    char name[ALV_MAX_NAME];
    size_t length = strlen(widths->act);
    while (length > 0 && widths->act[length - 1] == ' ') length--;
    int64_t position = widths->act - widths->text;
    if (length >= sizeof name)
        return alv_fail_at(error, ALV_ERR_SYNTAX, "model", position,
                           "the activation's text is too long");
    memcpy(name, widths->act, length);
    name[length] = '\0';
    alv_error inner = {.position = -1};
    alv_status status = alv_act_parse(out, name, &inner);
    if (status == ALV_OK) return ALV_OK;
    return alv_fail_at(error, status, "model", position + (inner.position > 0 ? inner.position : 0),
                       "%s", inner.message);
}

/* Compares what the text says with what the hints (the data) demand. */
static alv_status check_end(const alv_width_run *run, int64_t wanted, const char *what,
                            alv_error *error)
{
    if (wanted == 0 || run->width == wanted) return ALV_OK;
    return alv_fail_at(error, ALV_ERR_SHAPE, "model", run->position,
                       "the model has %lld %s and the data %lld", run->width, what, wanted);
}

static alv_status check_hints(const alv_widths *widths, const alv_model_hints *hints,
                              alv_error *error)
{
    static const alv_model_hints none;
    if (!hints) hints = &none;
    if (hints->inputs < 0 || hints->inputs > ALV_MAX_WIDTH || hints->outputs < 0 ||
        hints->outputs > ALV_MAX_WIDTH)
        return alv_fail(error, ALV_ERR_RANGE, "hints", "inputs and outputs are 0 to %lld",
                        ALV_MAX_WIDTH);
    if (hints->hidden_only) {
        if (hints->inputs == 0 || hints->outputs == 0)
            return alv_fail(error, ALV_ERR_ARGUMENT, "hints",
                            "hidden layers alone need the number of inputs and outputs");
        if (widths->n > ALV_MAX_LAYERS - 1)
            return alv_fail_at(error, ALV_ERR_RANGE, "model", widths->last.position,
                               "more than %d layers", ALV_MAX_LAYERS);
        return ALV_OK;
    }
    if (widths->n < 2)
        return alv_fail_at(error, ALV_ERR_SYNTAX, "model", widths->first.position,
                           "a model has inputs and outputs at least, as in 784-10");
    ALV_TRY(check_end(&widths->first, hints->inputs, "inputs", error));
    return check_end(&widths->last, hints->outputs, "outputs", error);
}

static alv_tensor dense_weight(int index, int64_t in, int64_t out, alv_act_spec act)
{
    alv_tensor w = {
        .rank = 2, .shape = {out, in}, .fan_in = (double)in, .fan_out = (double)out, .act = act};
    alv_text_format(w.name, sizeof w.name, "fc%d.weight", index + 1);
    return w;
}

static alv_tensor dense_bias(int index, const alv_tensor *weight)
{
    alv_tensor b = {.role = ALV_ROLE_BIAS,
                    .rank = 1,
                    .shape = {weight->shape[0]},
                    .fan_in = weight->fan_in,
                    .fan_out = weight->fan_out,
                    .act = weight->act};
    alv_text_format(b.name, sizeof b.name, "fc%d.bias", index + 1);
    return b;
}

/* Adds the dense layer `in` -> `out` after the last one; the arrays have room. */
static void add_dense(alv_model *model, int64_t in, int64_t out, int64_t position, alv_act_spec act)
{
    int index = model->n_nodes++, weight = model->n_params, bias = weight + 1;
    model->n_params += 2;
    model->params[weight] = dense_weight(index, in, out, act);
    model->params[bias] = dense_bias(index, &model->params[weight]);
    model->nodes[index] = (alv_node){.kind = ALV_LAYER_DENSE,
                                     .input = index - 1,
                                     .in = in,
                                     .out = out,
                                     .act = act,
                                     .weight = weight,
                                     .bias = bias,
                                     .line = 1,
                                     .column = (int)position + 1};
}

/* Adds a layer for every width of the text after the first, and for the hints' outputs. */
static void add_layers(alv_model *model, const alv_widths *widths, const alv_model_hints *hints,
                       alv_act_spec act)
{
    bool hidden_only = hints && hints->hidden_only;
    int64_t in = hidden_only ? hints->inputs : 0, left = widths->n;
    model->inputs = in;
    const char *at = widths->sizes;
    alv_width_run run;
    while (alv_widths_next(&run, widths, &at))
        for (int64_t i = 0; i < run.times; i++, in = run.width) {
            bool last = --left == 0 && !hidden_only;
            if (in == 0)
                model->inputs = run.width;
            else
                add_dense(model, in, run.width, run.position, last ? (alv_act_spec){0} : act);
        }
    if (hidden_only) add_dense(model, in, hints->outputs, 0, (alv_act_spec){0});
    model->outputs = model->nodes[model->n_nodes - 1].out;
}

alv_status alv_model_new(alv_model **out, const char *text, const alv_model_hints *hints,
                         alv_error *error)
{
    if (!out || !text) return alv_fail(error, ALV_ERR_ARGUMENT, "model", "NULL argument");
    alv_widths widths;
    alv_act_spec act;
    if (alv_family_is(text) || (hints && hints->tokens > 0)) {
        alv_family family;
        ALV_TRY(alv_family_parse(&family, text, hints, error));
        return alv_family_build(out, &family, error);
    }
    ALV_TRY(alv_widths_scan(&widths, text, error));
    ALV_TRY(check_hints(&widths, hints, error));
    ALV_TRY(read_act(&act, &widths, hints, error));
    size_t layers = (size_t)(hints && hints->hidden_only ? widths.n + 1 : widths.n - 1);
    alv_model *model = alv_new_array(1, sizeof *model);
    if (model) {
        model->nodes = alv_new_array(layers, sizeof *model->nodes);
        model->params = alv_new_array(2 * layers, sizeof *model->params);
    }
    if (!model || !model->nodes || !model->params) {
        alv_model_free(model);
        return alv_fail(error, ALV_ERR_MEMORY, "model", "no memory for %lld layers",
                        (int64_t)layers);
    }
    add_layers(model, &widths, hints, act);
    *out = model;
    return ALV_OK;
}

void alv_model_free(alv_model *model)
{
    if (!model) return;
    for (int i = 0; model->fixed && i < model->n_params; i++) free(model->fixed[i].scheme);
    free(model->fixed);
    free(model->nodes);
    free(model->params);
    free(model);
}

/* Appends to out, counting also what does not fit. */
static void append(char *out, size_t size, size_t *length, const char *text)
{
    if (*length < size) alv_text_format(out + *length, size - *length, "%s", text);
    *length += strlen(text);
}

/* Writes as much of the text as fits and returns the length of all of it. */
static size_t print(char *out, size_t size, const alv_model *model, const char *act)
{
    char part[ALV_MAX_NAME];
    size_t length = 0;
    alv_text_format(part, sizeof part, "mlp %lld", model->inputs);
    append(out, size, &length, part);
    int last = model->n_nodes - 1;
    for (int i = 0, next; i <= last; i = next) {
        for (next = i + 1; next < last && model->nodes[next].out == model->nodes[i].out;) next++;
        alv_text_format(part, sizeof part, next - i > 1 ? "-%lldx%d" : "-%lld", model->nodes[i].out,
                        next - i);
        append(out, size, &length, part);
    }
    append(out, size, &length, *act ? " " : "");
    append(out, size, &length, act);
    return length;
}

alv_status alv_model_print(char *out, size_t size, const alv_model *model, alv_error *error)
{
    char act[ALV_MAX_NAME] = "";
    if (!out || !model || model->n_nodes < 1)
        return alv_fail(error, ALV_ERR_ARGUMENT, "model", "NULL argument or empty model");
    if (model->family[0]) {
        if (alv_text_format(out, size, "%s", model->family) < size) return ALV_OK;
        return alv_fail(error, ALV_ERR_RANGE, "size", "the text needs %llu bytes",
                        (uint64_t)strlen(model->family) + 1);
    }
    if (model->n_nodes > 1) ALV_TRY(alv_act_print(act, sizeof act, model->nodes[0].act, error));
    size_t length = print(NULL, 0, model, act);
    if (length >= size)
        return alv_fail(error, ALV_ERR_RANGE, "size", "the text needs %lld bytes",
                        (int64_t)length + 1);
    print(out, size, model, act);
    return ALV_OK;
}
