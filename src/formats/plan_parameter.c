/* One parameter of a plan's YAML as a tensor, and what is wrong with it, by its line. */
#include "base/base.h"
#include "formats/plan_part.h"

alv_status alv_plan_fail_key(const alv_plan_reader *r, alv_status code, const char *list,
                             int64_t index, const char *key, const char *format, ...)
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

alv_status alv_plan_read_scheme(alv_plan_scheme *out, const alv_plan_reader *r, const char *list,
                                int64_t index, const char *text)
{
    alv_error inner;
    *out = (alv_plan_scheme){.automatic = strcmp(text, "auto") == 0};
    alv_status status = out->automatic ? ALV_OK : alv_scheme_parse(&out->scheme, text, &inner);
    if (status == ALV_OK) return ALV_OK;
    return alv_plan_fail_key(r, status, list, index, "scheme", "scheme: %s", inner.message);
}

alv_status alv_plan_read_dtype(alv_dtype *out, const alv_plan_reader *r, const char *list,
                               int64_t index, const char *text)
{
    alv_error inner;
    alv_status status = alv_dtype_parse(out, text, &inner);
    if (status == ALV_OK) return ALV_OK;
    return alv_plan_fail_key(r, status, list, index, "dtype", "%s", inner.message);
}

/* Reads one of `words`, NULL-terminated, as its index. */
static alv_status read_word(int *out, const alv_plan_reader *r, int64_t index, const char *key,
                            const char *text, const char *const *words)
{
    char all[128] = "";
    size_t n = 0;
    for (int i = 0; words[i]; i++) {
        if (strcmp(words[i], text) == 0) return *out = i, ALV_OK;
        if (n < sizeof all)
            n += alv_text_format(all + n, sizeof all - n, i ? ", %s" : "%s", words[i]);
    }
    return alv_plan_fail_key(r, ALV_ERR_UNKNOWN_NAME, "parameters", index, key,
                             "%s: '%s' is none of %s", key, text, all);
}

static alv_status read_fan(double *out, const alv_plan_reader *r, int64_t index, const char *key,
                           const char *text)
{
    if (!text) return ALV_OK;
    size_t n = strlen(text);
    double value;
    if (alv_number_parse(&value, text, n) != n || !(value > 0 && value < 9e15))
        return alv_plan_fail_key(r, ALV_ERR_RANGE, "parameters", index, key,
                                 "%s: '%s' is not a number above 0", key, text);
    *out = value;
    return ALV_OK;
}

static alv_status read_layer(alv_tensor *t, const alv_plan_reader *r, int64_t index,
                             const char *text)
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
static alv_status read_axes(unsigned *out, const alv_plan_reader *r, int64_t index, const char *key,
                            const int64_t *axes, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        if (axes[i] < 0 || axes[i] >= ALV_MAX_RANK)
            return alv_plan_fail_key(r, ALV_ERR_RANGE, "parameters", index, key,
                                     "%s: there is no axis %lld", key, axes[i]);
        *out |= 1u << axes[i];
    }
    return ALV_OK;
}

/* What a layer's kind may need to know: groups, strides, fused parts, heads, depth. */
static alv_status read_structure(alv_tensor *t, const alv_plan_reader *r,
                                 const alv_yaml_parameter *p, int64_t index)
{
    for (uint32_t i = 0; i < p->n_stride; i++) t->stride[i] = p->stride[i];
    for (uint32_t i = 0; i < p->n_parts; i++) t->parts[i] = p->parts[i];
    if (p->groups) t->groups = *p->groups;
    if (p->head) t->head = *p->head;
    if (p->depth && (*p->depth < 0 || *p->depth > ALV_MAX_PLAN))
        return alv_plan_fail_key(r, ALV_ERR_RANGE, "parameters", index, "depth",
                                 "depth: %lld is outside [0, %d]", *p->depth, ALV_MAX_PLAN);
    if (p->depth) t->depth = (int)*p->depth;
    ALV_TRY(read_axes(&t->in_axes, r, index, "in_axes", p->in_axes, p->n_in_axes));
    ALV_TRY(read_axes(&t->out_axes, r, index, "out_axes", p->out_axes, p->n_out_axes));
    return read_axes(&t->copy_axes, r, index, "copy_axes", p->copy_axes, p->n_copy_axes);
}

/* Everything about a parameter but its name, which may stand for many. */
alv_status alv_plan_read_parameter(alv_tensor *t, const alv_plan_reader *r,
                                   const alv_yaml_parameter *p, int64_t index)
{
    static const char *const roles[] = {
        [ALV_ROLE_WEIGHT] = "weight", [ALV_ROLE_BIAS] = "bias", NULL};
    const char *layouts[16] = {NULL};
    for (int i = 0; i < 15 && alv_layout_name((alv_layout)i); i++)
        layouts[i] = alv_layout_name((alv_layout)i);
    int word = 0;
    *t = (alv_tensor){.dtype = r->dtype, .rank = (int)p->n_shape};
    if (p->n_shape > 0) memcpy(t->shape, p->shape, p->n_shape * sizeof *p->shape);
    if (p->dtype) ALV_TRY(alv_plan_read_dtype(&t->dtype, r, "parameters", index, p->dtype));
    if (p->role) ALV_TRY(read_word(&word, r, index, "role", p->role, roles));
    t->role = (alv_role)(p->role ? word : 0);
    if (p->layout) ALV_TRY(read_word(&word, r, index, "layout", p->layout, layouts));
    t->layout = (alv_layout)(p->layout ? word : 0);
    if (p->layer) ALV_TRY(read_layer(t, r, index, p->layer));
    ALV_TRY(read_structure(t, r, p, index));
    ALV_TRY(read_fan(&t->fan_in, r, index, "fan_in", p->fan_in));
    ALV_TRY(read_fan(&t->fan_out, r, index, "fan_out", p->fan_out));
    alv_error inner;
    alv_status status = p->activation ? alv_act_parse(&t->act, p->activation, &inner) : ALV_OK;
    if (status != ALV_OK)
        return alv_plan_fail_key(r, status, "parameters", index, "activation", "activation: %s",
                                 inner.message);
    return ALV_OK;
}

/* "h.{i}.weight" -> "h.3.weight". */
alv_status alv_plan_expand_name(alv_tensor *t, const alv_plan_reader *r,
                                const alv_yaml_parameter *p, int64_t index, int64_t i)
{
    const char *hole = strstr(p->name, "{i}");
    size_t before = hole ? (size_t)(hole - p->name) : strlen(p->name), n;
    if (!hole != !p->repeat)
        return alv_plan_fail_key(r, ALV_ERR_ARGUMENT, "parameters", index, "name",
                                 hole ? "the {i} in '%s' needs a repeat"
                                      : "'%s' repeats, but has no {i} for the number",
                                 p->name);
    if (hole && strstr(hole + 3, "{i}"))
        return alv_plan_fail_key(r, ALV_ERR_ARGUMENT, "parameters", index, "name",
                                 "'%s' has two {i}", p->name);
    char number[24] = "";
    if (hole) alv_text_format(number, sizeof number, "%lld", i);
    n = before + strlen(number) + (hole ? strlen(hole + 3) : 0);
    if (n >= sizeof t->name)
        return alv_plan_fail_key(r, ALV_ERR_RANGE, "parameters", index, "name",
                                 "a name has at most %d bytes: '%s'", ALV_MAX_NAME - 1, p->name);
    memset(t->name, 0, sizeof t->name);
    memcpy(t->name, p->name, before);
    alv_text_format(t->name + before, sizeof t->name - before, "%s%s", number,
                    hole ? hole + 3 : "");
    return ALV_OK;
}
