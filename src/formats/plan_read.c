/* Makes a plan of what its YAML says, preset and parameters, with its rules; and says the line
 * where something is wrong. Parameters come a few at a time, and nothing of them is kept but the
 * tensors.
 *
 * What decides a tensor's scheme, from the strongest: the parameter's own `scheme`, the first rule
 * that matches its name, the preset. A rule that matches nothing is an error: a pattern with a
 * misspelled name would otherwise leave the default in place, and nobody would notice. */
#include "base/base.h"
#include "formats/plan_part.h"

/* The sizes that the plan gives, by the preset's arguments. */
static alv_status read_sizes(int64_t *sizes, const alv_plan_reader *r, const alv_preset *preset)
{
    const char *name;
    for (int i = 0; (name = alv_yaml_size_name(i)); i++) {
        if (!r->yaml->sizes[i]) continue;
        int a = 0;
        while (preset && a < ALV_MAX_PRESET_ARGS && preset->args[a].name &&
               strcmp(preset->args[a].name, name) != 0)
            a++;
        if (!preset || a == ALV_MAX_PRESET_ARGS || !preset->args[a].name)
            return alv_plan_fail_key(r, ALV_ERR_ARGUMENT, NULL, 0, name,
                                     preset ? "preset %s takes no '%s'"
                                            : "%s'%s' belongs to a preset",
                                     preset ? preset->name : "", name);
        sizes[a] = *r->yaml->sizes[i];
        if (sizes[a] < preset->args[a].lo || sizes[a] > preset->args[a].hi)
            return alv_plan_fail_key(r, ALV_ERR_RANGE, NULL, 0, name,
                                     "%s: %lld is outside [%lld, %lld]", name, sizes[a],
                                     preset->args[a].lo, preset->args[a].hi);
    }
    return ALV_OK;
}

static alv_status add_preset(alv_plan_reader *r)
{
    const char *name = r->yaml->preset, *names[32] = {NULL};
    const alv_preset *preset = alv_preset_find(name);
    int64_t sizes[ALV_MAX_PRESET_ARGS] = {0};
    alv_error inner;
    for (int i = 0; i < 31 && alv_preset_at(i); i++) names[i] = alv_preset_at(i)->name;
    const char *near = name && !preset ? alv_suggest(name, names) : NULL;
    if (name && !preset)
        return alv_plan_fail_key(r, ALV_ERR_UNKNOWN_NAME, NULL, 0, "preset",
                                 near ? "there is no preset '%s'; did you mean %s?"
                                      : "there is no preset '%s': gpt2, llama, resnet, vit, mlp",
                                 name, near);
    ALV_TRY(read_sizes(sizes, r, preset));
    if (!preset && r->yaml->model)
        return alv_plan_fail_key(r, ALV_ERR_ARGUMENT, NULL, 0, "model",
                                 "'model' belongs to preset: mlp");
    if (!preset) return ALV_OK;
    alv_status status = alv_weight_plan_preset(r->plan, preset, sizes, r->yaml->model, &inner);
    if (status != ALV_OK)
        return alv_plan_fail_key(r, status, NULL, 0, inner.where, "%s", inner.message);
    for (int64_t i = 0; i < r->plan->n; i++) r->plan->tensors[i].dtype = r->dtype;
    return ALV_OK;
}

static alv_status read_rules(alv_plan_reader *r)
{
    const uint32_t n = r->yaml->n_rules;
    r->rules = alv_new_array(n, sizeof *r->rules);
    r->automatic = alv_new_array(n, sizeof *r->automatic);
    if (!r->rules || !r->automatic)
        return alv_fail(r->error, ALV_ERR_MEMORY, r->name, "no memory for the rules");
    for (uint32_t i = 0; i < n; i++) {
        const alv_yaml_rule *y = &r->yaml->rules[i];
        alv_weight_rule *rule = &r->rules[i];
        rule->match = y->match;
        rule->typed = y->dtype != NULL;
        if (!y->scheme && !y->dtype)
            return alv_plan_fail_key(r, ALV_ERR_ARGUMENT, "rules", i, NULL,
                                     "the rule '%s' gives neither scheme nor dtype", y->match);
        alv_plan_scheme said = {.automatic = false};
        if (y->scheme) ALV_TRY(alv_plan_read_scheme(&said, r, "rules", i, y->scheme));
        rule->scheme = said.scheme;
        r->automatic[i] = said.automatic;
        r->any_automatic = r->any_automatic || said.automatic;
        if (y->dtype) ALV_TRY(alv_plan_read_dtype(&rule->dtype, r, "rules", i, y->dtype));
    }
    return ALV_OK;
}

/* Notes for the tensors that are new where they came from. */
static alv_status note_sources(alv_plan_reader *r, alv_plan_source source)
{
    if (r->plan->n > r->room) {
        const int64_t room = r->plan->capacity;
        alv_plan_source *longer = realloc(r->sources, (size_t)room * sizeof *longer);
        if (!longer) return alv_fail(r->error, ALV_ERR_MEMORY, r->name, "no memory for the plan");
        r->sources = longer;
        r->room = room;
    }
    while (r->n_sources < r->plan->n) r->sources[r->n_sources++] = source;
    return ALV_OK;
}

/* The first rule that matches tensor i; the number of rules where none does. */
static int64_t rule_of(const alv_plan_reader *r, int64_t i)
{
    int64_t k = 0;
    while (k < r->yaml->n_rules && !alv_name_match(r->rules[k].match, r->plan->tensors[i].name))
        k++;
    return k;
}

/* Gives tensor i what item `index` of the list says. */
static alv_status give(alv_plan_reader *r, int64_t i, const alv_plan_scheme *said, const char *list,
                       int64_t index)
{
    const alv_tensor *t = &r->plan->tensors[i];
    alv_scheme scheme = said->scheme;
    alv_error inner;
    alv_status status = said->automatic ? alv_scheme_auto(&scheme, t, false, &inner) : ALV_OK;
    if (status != ALV_OK)
        return alv_plan_fail_key(r, status, list, index, "scheme", "'%s': %s", t->name,
                                 inner.message);
    return alv_weight_plan_give(r->plan, i, &scheme, r->error);
}

/* The rules for the tensors from `first` on, which `source` gave. */
static alv_status add_source(alv_plan_reader *r, int64_t first, alv_plan_source source)
{
    static const alv_plan_scheme automatic = {.automatic = true};
    ALV_TRY(note_sources(r, source));
    ALV_TRY(alv_weight_plan_apply(r->plan, first, r->rules, r->yaml->n_rules, r->error));
    if (!r->any_automatic || source.own) return ALV_OK;
    for (int64_t i = first; i < r->plan->n; i++) {
        const int64_t k = rule_of(r, i);
        if (k < r->yaml->n_rules && r->automatic[k]) ALV_TRY(give(r, i, &automatic, "rules", k));
    }
    return ALV_OK;
}

/* What a parameter says of itself wins over every rule. */
static alv_status apply_own(alv_plan_reader *r, int64_t first, const alv_yaml_parameter *p,
                            alv_dtype dtype, int64_t index)
{
    alv_plan_scheme said;
    if (p->scheme) ALV_TRY(alv_plan_read_scheme(&said, r, "parameters", index, p->scheme));
    for (int64_t i = first; i < r->plan->n; i++) {
        if (p->dtype) r->plan->tensors[i].dtype = dtype;
        if (p->scheme) ALV_TRY(give(r, i, &said, "parameters", index));
    }
    return ALV_OK;
}

static alv_status add_parameter(void *user, const alv_yaml_parameter *p, int64_t index)
{
    alv_plan_reader *r = user;
    const int64_t first = r->plan->n;
    alv_tensor tensor;
    alv_error inner;
    ALV_TRY(alv_plan_read_parameter(&tensor, r, p, index));
    if (p->repeat && (*p->repeat < 1 || *p->repeat > ALV_MAX_PLAN))
        return alv_plan_fail_key(r, ALV_ERR_RANGE, "parameters", index, "repeat",
                                 "repeat: %lld is outside [1, %d]", *p->repeat, ALV_MAX_PLAN);
    for (int64_t i = 0; i < (p->repeat ? *p->repeat : 1); i++) {
        ALV_TRY(alv_plan_expand_name(&tensor, r, p, index, i));
        alv_status status = alv_weight_plan_add(r->plan, &tensor, NULL, &inner);
        if (status != ALV_OK)
            return alv_plan_fail_key(r, status, "parameters", index, "shape", "'%s': %s",
                                     tensor.name, inner.message);
    }
    const alv_plan_source source = {.parameter = (int32_t)index, .own = p->scheme != NULL};
    ALV_TRY(add_source(r, first, source));
    return apply_own(r, first, p, tensor.dtype, index);
}

static alv_status add_all(alv_plan_reader *r)
{
    ALV_TRY(add_preset(r));
    ALV_TRY(read_rules(r));
    ALV_TRY(add_source(r, 0, (alv_plan_source){.parameter = -1}));
    ALV_TRY(alv_plan_yaml_each(r->bytes, r->size, r->name, add_parameter, r, r->error));
    if (r->plan->n == 0)
        return alv_fail(r->error, ALV_ERR_SYNTAX, r->name,
                        "the plan has no tensors: give a preset or parameters");
    for (uint32_t i = 0; i < r->yaml->n_rules; i++)
        if (r->rules[i].matched == 0)
            return alv_plan_fail_key(r, ALV_ERR_ARGUMENT, "rules", i, "match",
                                     "'%s' matches no parameter that an earlier rule has not taken",
                                     r->rules[i].match);
    return ALV_OK;
}

/* Whether tensor i can be filled; if not, the line of what gave it its scheme. */
static alv_status check_tensor(const alv_plan_reader *r, int64_t i)
{
    alv_error inner;
    alv_status status = alv_weight_plan_check_one(r->plan, i, &inner);
    if (status == ALV_OK) return ALV_OK;
    const int64_t k = r->sources[i].parameter;
    const int64_t rule = rule_of(r, i);
    if (k >= 0 && (r->sources[i].own || rule == r->yaml->n_rules))
        return alv_plan_fail_key(r, status, "parameters", k, "scheme", "%s", inner.message);
    if (rule < r->yaml->n_rules)
        return alv_plan_fail_key(r, status, "rules", rule,
                                 r->yaml->rules[rule].scheme ? "scheme" : "dtype", "%s",
                                 inner.message);
    return alv_plan_fail_key(r, status, NULL, 0, "preset", "%s", inner.message);
}

static alv_status check_all(const alv_plan_reader *r)
{
    for (int64_t i = 0; i < r->plan->n; i++) ALV_TRY(check_tensor(r, i));
    size_t length;
    alv_error inner;
    alv_status status =
        alv_safetensors_header(NULL, 0, &length, r->plan->tensors, r->plan->n, NULL, 0, &inner);
    if (status == ALV_OK) return ALV_OK;
    for (int64_t i = r->plan->n; i-- > 0;)
        if (r->sources[i].parameter >= 0 && strncmp(r->plan->tensors[i].name, inner.where, 63) == 0)
            return alv_plan_fail_key(r, status, "parameters", r->sources[i].parameter, "name",
                                     "'%s': %s", inner.where, inner.message);
    return alv_fail(r->error, status, r->name, "'%s': %s", inner.where, inner.message);
}

static alv_status make(alv_plan_reader *r, const alv_dtype *dtype)
{
    if (r->yaml->dtype) ALV_TRY(alv_plan_read_dtype(&r->dtype, r, NULL, 0, r->yaml->dtype));
    if (dtype) r->dtype = *dtype;
    ALV_TRY(add_all(r));
    return check_all(r);
}

alv_status alv_plan_read(alv_weight_plan **out, const char *bytes, size_t size, const char *name,
                         const alv_dtype *dtype, alv_error *error)
{
    alv_yaml_plan *yaml;
    alv_plan_reader r = {.bytes = bytes, .size = size, .name = name, .error = error};
    ALV_TRY(alv_plan_yaml_load(&yaml, bytes, size, name, error));
    r.yaml = yaml;
    alv_status status = alv_weight_plan_new(&r.plan, error);
    if (status == ALV_OK) status = make(&r, dtype);
    if (status == ALV_OK)
        *out = r.plan;
    else
        alv_weight_plan_free(r.plan);
    free(r.sources);
    free(r.rules);
    free(r.automatic);
    alv_plan_yaml_free(yaml);
    return status;
}
