/* Makes a plan of what its YAML says: preset, then parameters, then rules; and says the line where
 * something is wrong.
 *
 * What decides a tensor's scheme, from the strongest: the parameter's own `scheme`, the first rule
 * that matches its name, the preset. A rule that matches nothing is an error: a pattern with a
 * misspelled name would otherwise leave the default in place, and nobody would notice. */
#include "base/base.h"
#include "formats/plan_yaml.h"

typedef struct reader {
    const char *bytes, *name;
    size_t size;
    const alv_yaml_plan *yaml;
    alv_weight_plan *plan;
    alv_dtype dtype;
    int64_t *source; /* of each tensor: index of its parameter, -1 for the preset's */
    alv_weight_rule *rules;
    alv_error *error;
} reader;

/* Something is wrong with a key: of item `index` of a list, or of the plan where list is NULL. */
static alv_status fail_key(const reader *r, alv_status code, const char *list, int64_t index,
                           const char *key, const char *format, ...)
{
    char message[224];
    va_list args;
    va_start(args, format);
    alv_text_vformat(message, sizeof message, format, args);
    va_end(args);
    const alv_yaml_step steps[] = {{.key = list}, {.index = index}, {.key = key}};
    const int skip = list ? 0 : 2;
    alv_yaml_map *map = alv_yaml_map_new(r->bytes, r->size);
    const alv_yaml_place place = alv_yaml_find(map, steps + skip, (key ? 3 : 2) - skip);
    alv_yaml_map_free(map);
    return alv_yaml_fail(r->error, code, r->name, place, "%s", message);
}

alv_status alv_dtype_parse(alv_dtype *out, const char *text, alv_error *error)
{
    const char *names[16] = {NULL};
    int n = 0;
    for (; n < 15 && alv_dtype_name((alv_dtype)n); n++) {
        names[n] = alv_dtype_name((alv_dtype)n);
        if (strcmp(names[n], text) == 0) return *out = (alv_dtype)n, ALV_OK;
    }
    const char *near = alv_suggest(text, names);
    return alv_fail(error, ALV_ERR_UNKNOWN_NAME, "dtype",
                    near ? "there is no element type '%s'; did you mean %s?"
                         : "there is no element type '%s': f32, f64, f16, bf16, f8_e4m3fn, f8_e5m2",
                    text, near);
}

/* Reads one of `words`, NULL-terminated, as its index. */
static alv_status read_word(int *out, const reader *r, int64_t index, const char *key,
                            const char *text, const char *const *words)
{
    char all[128] = "";
    size_t n = 0;
    for (int i = 0; words[i]; i++) {
        if (strcmp(words[i], text) == 0) return *out = i, ALV_OK;
        if (n < sizeof all)
            n += alv_text_format(all + n, sizeof all - n, i ? ", %s" : "%s", words[i]);
    }
    return fail_key(r, ALV_ERR_UNKNOWN_NAME, "parameters", index, key, "%s: '%s' is none of %s",
                    key, text, all);
}

static alv_status read_scheme(alv_scheme *out, const reader *r, const char *list, int64_t index,
                              const char *text)
{
    alv_error inner;
    alv_status status = alv_scheme_parse(out, text, &inner);
    if (status == ALV_OK) return ALV_OK;
    return fail_key(r, status, list, index, "scheme", "scheme: %s", inner.message);
}

static alv_status read_dtype(alv_dtype *out, const reader *r, const char *list, int64_t index,
                             const char *text)
{
    alv_error inner;
    alv_status status = alv_dtype_parse(out, text, &inner);
    if (status == ALV_OK) return ALV_OK;
    return fail_key(r, status, list, index, "dtype", "%s", inner.message);
}

static alv_status read_fan(double *out, const reader *r, int64_t index, const char *key,
                           const char *text)
{
    if (!text) return ALV_OK;
    size_t n = strlen(text);
    double value;
    if (alv_number_parse(&value, text, n) != n || !(value > 0 && value < 9e15))
        return fail_key(r, ALV_ERR_RANGE, "parameters", index, key,
                        "%s: '%s' is not a number above 0", key, text);
    *out = value;
    return ALV_OK;
}

static alv_status read_layer(alv_tensor *t, const reader *r, int64_t index, const char *text)
{
    const char *names[64] = {NULL};
    for (int i = 0; i < 63 && alv_layer_name((alv_layer)i); i++)
        names[i] = alv_layer_name((alv_layer)i);
    int kind = 0;
    ALV_TRY(read_word(&kind, r, index, "layer", text, names));
    t->layer = (alv_layer)kind;
    return ALV_OK;
}

/* [0, 2] as the set of axes 0 and 2. */
static alv_status read_axes(unsigned *out, const reader *r, int64_t index, const char *key,
                            const int64_t *axes, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        if (axes[i] < 0 || axes[i] >= ALV_MAX_RANK)
            return fail_key(r, ALV_ERR_RANGE, "parameters", index, key, "%s: there is no axis %lld",
                            key, axes[i]);
        *out |= 1u << axes[i];
    }
    return ALV_OK;
}

/* What a layer's kind may need to know: groups, strides, fused parts, heads, depth. */
static alv_status read_structure(alv_tensor *t, const reader *r, int64_t index)
{
    const alv_yaml_parameter *p = &r->yaml->parameters[index];
    for (uint32_t i = 0; i < p->n_stride; i++) t->stride[i] = p->stride[i];
    for (uint32_t i = 0; i < p->n_parts; i++) t->parts[i] = p->parts[i];
    if (p->groups) t->groups = *p->groups;
    if (p->head) t->head = *p->head;
    if (p->depth && (*p->depth < 0 || *p->depth > ALV_MAX_PLAN))
        return fail_key(r, ALV_ERR_RANGE, "parameters", index, "depth",
                        "depth: %lld is outside [0, %d]", *p->depth, ALV_MAX_PLAN);
    if (p->depth) t->depth = (int)*p->depth;
    ALV_TRY(read_axes(&t->in_axes, r, index, "in_axes", p->in_axes, p->n_in_axes));
    ALV_TRY(read_axes(&t->out_axes, r, index, "out_axes", p->out_axes, p->n_out_axes));
    return read_axes(&t->copy_axes, r, index, "copy_axes", p->copy_axes, p->n_copy_axes);
}

/* Everything about a parameter but its name, which may stand for many. */
static alv_status read_parameter(alv_tensor *t, const reader *r, int64_t index)
{
    static const char *const roles[] = {
        [ALV_ROLE_WEIGHT] = "weight", [ALV_ROLE_BIAS] = "bias", NULL};
    const char *layouts[16] = {NULL};
    for (int i = 0; i < 15 && alv_layout_name((alv_layout)i); i++)
        layouts[i] = alv_layout_name((alv_layout)i);
    const alv_yaml_parameter *p = &r->yaml->parameters[index];
    int word = 0;
    *t = (alv_tensor){.dtype = r->dtype, .rank = (int)p->n_shape};
    if (p->n_shape > 0) memcpy(t->shape, p->shape, p->n_shape * sizeof *p->shape);
    if (p->dtype) ALV_TRY(read_dtype(&t->dtype, r, "parameters", index, p->dtype));
    if (p->role) ALV_TRY(read_word(&word, r, index, "role", p->role, roles));
    t->role = (alv_role)(p->role ? word : 0);
    if (p->layout) ALV_TRY(read_word(&word, r, index, "layout", p->layout, layouts));
    t->layout = (alv_layout)(p->layout ? word : 0);
    if (p->layer) ALV_TRY(read_layer(t, r, index, p->layer));
    ALV_TRY(read_structure(t, r, index));
    ALV_TRY(read_fan(&t->fan_in, r, index, "fan_in", p->fan_in));
    ALV_TRY(read_fan(&t->fan_out, r, index, "fan_out", p->fan_out));
    alv_error inner;
    alv_status status = p->activation ? alv_act_parse(&t->act, p->activation, &inner) : ALV_OK;
    if (status != ALV_OK)
        return fail_key(r, status, "parameters", index, "activation", "activation: %s",
                        inner.message);
    return ALV_OK;
}

/* "h.{i}.weight" -> "h.3.weight". */
static alv_status expand_name(alv_tensor *t, const reader *r, int64_t index, int64_t i)
{
    const alv_yaml_parameter *p = &r->yaml->parameters[index];
    const char *hole = strstr(p->name, "{i}");
    size_t before = hole ? (size_t)(hole - p->name) : strlen(p->name), n;
    if (!hole != !p->repeat)
        return fail_key(r, ALV_ERR_ARGUMENT, "parameters", index, "name",
                        hole ? "the {i} in '%s' needs a repeat"
                             : "'%s' repeats, but has no {i} for the number",
                        p->name);
    if (hole && strstr(hole + 3, "{i}"))
        return fail_key(r, ALV_ERR_ARGUMENT, "parameters", index, "name", "'%s' has two {i}",
                        p->name);
    char number[24] = "";
    if (hole) alv_text_format(number, sizeof number, "%lld", i);
    n = before + strlen(number) + (hole ? strlen(hole + 3) : 0);
    if (n >= sizeof t->name)
        return fail_key(r, ALV_ERR_RANGE, "parameters", index, "name",
                        "a name has at most %d bytes: '%s'", ALV_MAX_NAME - 1, p->name);
    memset(t->name, 0, sizeof t->name);
    memcpy(t->name, p->name, before);
    alv_text_format(t->name + before, sizeof t->name - before, "%s%s", number,
                    hole ? hole + 3 : "");
    return ALV_OK;
}

static alv_status add_parameter(reader *r, int64_t index)
{
    const alv_yaml_parameter *p = &r->yaml->parameters[index];
    alv_tensor tensor;
    alv_error inner;
    ALV_TRY(read_parameter(&tensor, r, index));
    if (p->repeat && (*p->repeat < 1 || *p->repeat > ALV_MAX_PLAN))
        return fail_key(r, ALV_ERR_RANGE, "parameters", index, "repeat",
                        "repeat: %lld is outside [1, %d]", *p->repeat, ALV_MAX_PLAN);
    for (int64_t i = 0; i < (p->repeat ? *p->repeat : 1); i++) {
        ALV_TRY(expand_name(&tensor, r, index, i));
        alv_status status = alv_weight_plan_add(r->plan, &tensor, NULL, &inner);
        if (status != ALV_OK)
            return fail_key(r, status, "parameters", index, "shape", "'%s': %s", tensor.name,
                            inner.message);
    }
    return ALV_OK;
}

/* The sizes that the plan gives, by the preset's arguments. */
static alv_status read_sizes(int64_t *sizes, const reader *r, const alv_preset *preset)
{
    const char *name;
    for (int i = 0; (name = alv_yaml_size_name(i)); i++) {
        if (!r->yaml->sizes[i]) continue;
        int a = 0;
        while (preset && a < ALV_MAX_PRESET_ARGS && preset->args[a].name &&
               strcmp(preset->args[a].name, name) != 0)
            a++;
        if (!preset || a == ALV_MAX_PRESET_ARGS || !preset->args[a].name)
            return fail_key(r, ALV_ERR_ARGUMENT, NULL, 0, name,
                            preset ? "preset %s takes no '%s'" : "%s'%s' belongs to a preset",
                            preset ? preset->name : "", name);
        sizes[a] = *r->yaml->sizes[i];
        if (sizes[a] < preset->args[a].lo || sizes[a] > preset->args[a].hi)
            return fail_key(r, ALV_ERR_RANGE, NULL, 0, name, "%s: %lld is outside [%lld, %lld]",
                            name, sizes[a], preset->args[a].lo, preset->args[a].hi);
    }
    return ALV_OK;
}

static alv_status add_preset(reader *r)
{
    const char *name = r->yaml->preset, *names[32] = {NULL};
    const alv_preset *preset = alv_preset_find(name);
    int64_t sizes[ALV_MAX_PRESET_ARGS] = {0};
    alv_error inner;
    for (int i = 0; i < 31 && alv_preset_at(i); i++) names[i] = alv_preset_at(i)->name;
    const char *near = name && !preset ? alv_suggest(name, names) : NULL;
    if (name && !preset)
        return fail_key(r, ALV_ERR_UNKNOWN_NAME, NULL, 0, "preset",
                        near ? "there is no preset '%s'; did you mean %s?"
                             : "there is no preset '%s': gpt2, llama, resnet, vit, mlp",
                        name, near);
    ALV_TRY(read_sizes(sizes, r, preset));
    if (!preset && r->yaml->model)
        return fail_key(r, ALV_ERR_ARGUMENT, NULL, 0, "model", "'model' belongs to preset: mlp");
    if (!preset) return ALV_OK;
    alv_status status = alv_weight_plan_preset(r->plan, preset, sizes, r->yaml->model, &inner);
    if (status != ALV_OK) return fail_key(r, status, NULL, 0, inner.where, "%s", inner.message);
    for (int64_t i = 0; i < r->plan->n; i++) r->plan->tensors[i].dtype = r->dtype;
    return ALV_OK;
}

/* Appends everything, and notes where each tensor came from. */
static alv_status add_all(reader *r)
{
    ALV_TRY(add_preset(r));
    int64_t first = r->plan->n;
    for (uint32_t k = 0; k < r->yaml->n_parameters; k++) ALV_TRY(add_parameter(r, k));
    if (r->plan->n == 0)
        return alv_fail(r->error, ALV_ERR_SYNTAX, r->name,
                        "the plan has no tensors: give a preset or parameters");
    r->source = alv_new_array((size_t)r->plan->n, sizeof *r->source);
    if (!r->source) return alv_fail(r->error, ALV_ERR_MEMORY, r->name, "no memory for the plan");
    for (int64_t i = 0; i < first; i++) r->source[i] = -1;
    int64_t at = first;
    for (uint32_t k = 0; k < r->yaml->n_parameters; k++) {
        const alv_yaml_parameter *p = &r->yaml->parameters[k];
        for (int64_t i = 0; i < (p->repeat ? *p->repeat : 1); i++) r->source[at++] = k;
    }
    return ALV_OK;
}

static alv_status apply_rules(reader *r)
{
    const uint32_t n = r->yaml->n_rules;
    r->rules = alv_new_array(n, sizeof *r->rules);
    if (!r->rules) return alv_fail(r->error, ALV_ERR_MEMORY, r->name, "no memory for the rules");
    for (uint32_t i = 0; i < n; i++) {
        const alv_yaml_rule *y = &r->yaml->rules[i];
        alv_weight_rule *rule = &r->rules[i];
        rule->match = y->match;
        rule->typed = y->dtype != NULL;
        if (!y->scheme && !y->dtype)
            return fail_key(r, ALV_ERR_ARGUMENT, "rules", i, NULL,
                            "the rule '%s' gives neither scheme nor dtype", y->match);
        if (y->scheme) ALV_TRY(read_scheme(&rule->scheme, r, "rules", i, y->scheme));
        if (y->dtype) ALV_TRY(read_dtype(&rule->dtype, r, "rules", i, y->dtype));
    }
    ALV_TRY(alv_weight_plan_apply(r->plan, 0, r->rules, n, r->error));
    for (uint32_t i = 0; i < n; i++)
        if (r->rules[i].matched == 0)
            return fail_key(r, ALV_ERR_ARGUMENT, "rules", i, "match",
                            "'%s' matches no parameter that an earlier rule has not taken",
                            r->rules[i].match);
    return ALV_OK;
}

/* What a parameter says of itself wins over every rule. */
static alv_status apply_own(reader *r)
{
    int64_t last = -1;
    alv_scheme scheme = {0};
    for (int64_t i = 0; i < r->plan->n; i++) {
        int64_t k = r->source[i];
        const alv_yaml_parameter *p = k < 0 ? NULL : &r->yaml->parameters[k];
        if (!p) continue;
        if (p->dtype) ALV_TRY(read_dtype(&r->plan->tensors[i].dtype, r, "parameters", k, p->dtype));
        if (!p->scheme) continue;
        if (k != last) ALV_TRY(read_scheme(&scheme, r, "parameters", k, p->scheme));
        last = k;
        ALV_TRY(alv_weight_plan_give(r->plan, i, &scheme, r->error));
    }
    return ALV_OK;
}

/* Whether tensor i can be filled; if not, the line of what gave it its scheme. */
static alv_status check_tensor(const reader *r, int64_t i)
{
    alv_error inner;
    alv_status status = alv_weight_plan_check_one(r->plan, i, &inner);
    if (status == ALV_OK) return ALV_OK;
    int64_t k = r->source[i], rule = 0;
    while (rule < r->yaml->n_rules &&
           !alv_name_match(r->rules[rule].match, r->plan->tensors[i].name))
        rule++;
    if (k >= 0 && (r->yaml->parameters[k].scheme || rule == r->yaml->n_rules))
        return fail_key(r, status, "parameters", k, "scheme", "%s", inner.message);
    if (rule < r->yaml->n_rules)
        return fail_key(r, status, "rules", rule, r->yaml->rules[rule].scheme ? "scheme" : "dtype",
                        "%s", inner.message);
    return fail_key(r, status, NULL, 0, "preset", "%s", inner.message);
}

static alv_status check_all(const reader *r)
{
    for (int64_t i = 0; i < r->plan->n; i++) ALV_TRY(check_tensor(r, i));
    size_t length;
    alv_error inner;
    alv_status status =
        alv_safetensors_header(NULL, 0, &length, r->plan->tensors, r->plan->n, NULL, 0, &inner);
    if (status == ALV_OK) return ALV_OK;
    for (int64_t i = r->plan->n; i-- > 0;)
        if (r->source[i] >= 0 && strncmp(r->plan->tensors[i].name, inner.where, 63) == 0)
            return fail_key(r, status, "parameters", r->source[i], "name", "'%s': %s", inner.where,
                            inner.message);
    return alv_fail(r->error, status, r->name, "'%s': %s", inner.where, inner.message);
}

static alv_status make(reader *r, const alv_dtype *dtype)
{
    if (r->yaml->dtype) ALV_TRY(read_dtype(&r->dtype, r, NULL, 0, r->yaml->dtype));
    if (dtype) r->dtype = *dtype;
    ALV_TRY(add_all(r));
    ALV_TRY(apply_rules(r));
    ALV_TRY(apply_own(r));
    return check_all(r);
}

alv_status alv_plan_read(alv_weight_plan **out, const char *bytes, size_t size, const char *name,
                         const alv_dtype *dtype, alv_error *error)
{
    alv_yaml_plan *yaml;
    reader r = {.bytes = bytes, .size = size, .name = name, .error = error};
    ALV_TRY(alv_plan_yaml_load(&yaml, bytes, size, name, error));
    r.yaml = yaml;
    alv_status status = alv_weight_plan_new(&r.plan, error);
    if (status == ALV_OK) status = make(&r, dtype);
    if (status == ALV_OK)
        *out = r.plan;
    else
        alv_weight_plan_free(r.plan);
    free(r.source);
    free(r.rules);
    alv_plan_yaml_free(yaml);
    return status;
}
