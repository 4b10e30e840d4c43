/* Plans: a growing list of tensors and schemes, rules on names, and one canonical line for each. */
#include "alvor/plan.h"

#include "base/base.h"

alv_status alv_weight_plan_new(alv_weight_plan **out, alv_error *error)
{
    if (!out) return alv_fail(error, ALV_ERR_ARGUMENT, "plan", "NULL argument");
    alv_weight_plan *plan = alv_new_array(1, sizeof *plan);
    if (!plan) return alv_fail(error, ALV_ERR_MEMORY, "plan", "no memory");
    *out = plan;
    return ALV_OK;
}

void alv_weight_plan_free(alv_weight_plan *plan)
{
    if (!plan) return;
    free(plan->tensors);
    free(plan->schemes);
    free(plan);
}

/* An array made longer, in place where the system can: large ones are not copied. Below
 * ALV_MAX_PLAN the size cannot overflow. */
static bool lengthen(void **array, size_t n, size_t size)
{
    void *longer = realloc(*array, n * size);
    if (longer) *array = longer;
    return longer != NULL;
}

/* Room for one more, by doubling. */
static alv_status grow(alv_weight_plan *plan, alv_error *error)
{
    if (plan->n >= ALV_MAX_PLAN)
        return alv_fail(error, ALV_ERR_RANGE, "plan", "a plan has at most %d tensors",
                        ALV_MAX_PLAN);
    if (plan->n < plan->capacity) return ALV_OK;
    const size_t capacity = plan->capacity ? 2 * (size_t)plan->capacity : 64;
    if (!lengthen((void **)&plan->tensors, capacity, sizeof *plan->tensors) ||
        !lengthen((void **)&plan->schemes, capacity, sizeof *plan->schemes))
        return alv_fail(error, ALV_ERR_MEMORY, "plan", "no memory for %lld tensors",
                        (int64_t)capacity);
    plan->capacity = (int64_t)capacity;
    return ALV_OK;
}

alv_status alv_weight_plan_add(alv_weight_plan *plan, const alv_tensor *tensor,
                               const alv_scheme *scheme, alv_error *error)
{
    int64_t count;
    if (!plan || !tensor) return alv_fail(error, ALV_ERR_ARGUMENT, "plan", "NULL argument");
    ALV_TRY(alv_tensor_count(&count, tensor, error));
    if (!tensor->name[0])
        return alv_fail(error, ALV_ERR_ARGUMENT, "name", "a tensor of a plan needs a name");
    ALV_TRY(grow(plan, error));
    plan->tensors[plan->n] = *tensor;
    plan->schemes[plan->n] = scheme ? *scheme : (alv_scheme){0};
    plan->n++;
    return ALV_OK;
}

/* Two cursors; after a mismatch the last star takes one byte more. An earlier star need not be
 * tried again: the last one can take whatever it could, so the time is at most a product. */
bool alv_name_match(const char *pattern, const char *name)
{
    const char *star = NULL, *taken = NULL;
    while (*name) {
        if (*pattern == '*') {
            star = ++pattern;
            taken = name;
        } else if (*pattern == '?' || *pattern == *name) {
            pattern++;
            name++;
        } else if (star) {
            pattern = star;
            name = ++taken;
        } else {
            return false;
        }
    }
    while (*pattern == '*') pattern++;
    return !*pattern;
}

void alv_weight_plan_apply(alv_weight_plan *plan, int64_t first, alv_weight_rule *rules, int64_t n)
{
    for (int64_t i = first; i < plan->n; i++) {
        int64_t r = 0;
        while (r < n && !alv_name_match(rules[r].match, plan->tensors[i].name)) r++;
        if (r == n) continue;
        rules[r].matched++;
        if (rules[r].scheme.init) plan->schemes[i] = rules[r].scheme;
        if (rules[r].typed) plan->tensors[i].dtype = rules[r].dtype;
    }
}

alv_status alv_weight_plan_check(const alv_weight_plan *plan, alv_error *error)
{
    for (int64_t i = 0; i < plan->n; i++) {
        const alv_tensor *t = &plan->tensors[i];
        alv_error inner = {.where = ""};
        double mean, variance;
        int64_t count = 0;
        if (!plan->schemes[i].init)
            return alv_fail(error, ALV_ERR_ARGUMENT, t->name,
                            "no rule gives '%s' a scheme: add one that matches it, or a last rule "
                            "that matches everything",
                            t->name);
        ALV_TRY(alv_tensor_count(&count, t, error));
        alv_status status =
            count > 0 ? alv_init_moments(&mean, &variance, &plan->schemes[i], t, &inner) : ALV_OK;
        if (status != ALV_OK)
            return alv_fail(error, status, t->name, "'%s': %s: %s", t->name, inner.where,
                            inner.message);
    }
    return ALV_OK;
}

typedef struct sink {
    char *out;
    size_t size, length;
} sink;

static void put(sink *s, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *at = s->length < s->size ? s->out + s->length : NULL;
    s->length += alv_text_vformat(at, at ? s->size - s->length : 0, format, args);
    va_end(args);
}

/* The name with what could be mistaken for the text around it as \xNN. */
static void put_name(sink *s, const char *name)
{
    for (const char *p = name; *p; p++)
        put(s, *p == '\\' || *p == ' ' ? "\\x%x" : "%C",
            *p == '\\' || *p == ' ' ? (int)(unsigned char)*p : (int)*p);
}

/* " key=1,2", up to the last of n numbers that is not 0; nothing if all are. */
static void put_list(sink *s, const char *key, const int64_t *numbers, int n)
{
    while (n > 0 && numbers[n - 1] == 0) n--;
    for (int i = 0; i < n; i++) {
        put(s, i ? "," : " %s=", key);
        put(s, "%lld", numbers[i]);
    }
}

size_t alv_weight_plan_line(char *out, size_t size, const alv_weight_plan *plan, int64_t index)
{
    const alv_tensor *t = &plan->tensors[index];
    const alv_scheme *scheme = &plan->schemes[index];
    char text[512] = "none", act[ALV_MAX_NAME] = "";
    if (scheme->init) alv_scheme_print(text, sizeof text, scheme, NULL);
    if (t->act.act) alv_act_print(act, sizeof act, t->act, NULL);
    sink s = {out, size, 0};
    put_name(&s, t->name);
    put(&s, " %s [", alv_dtype_name(t->dtype));
    for (int i = 0; i < t->rank; i++) put(&s, i ? ",%lld" : "%lld", t->shape[i]);
    put(&s, "] %s role=%d layer=%s layout=%s", text, (int)t->role, alv_layer_name(t->layer),
        alv_layout_name(t->layout));
    if (t->fan_in != 0) put(&s, " fan_in=%g", t->fan_in);
    if (t->fan_out != 0) put(&s, " fan_out=%g", t->fan_out);
    const int64_t axes[] = {t->in_axes, t->out_axes, t->copy_axes}, depth = t->depth;
    put_list(&s, "groups", &t->groups, 1);
    put_list(&s, "stride", t->stride, ALV_MAX_RANK);
    put_list(&s, "axes", axes, 3);
    put_list(&s, "parts", t->parts, ALV_MAX_PARTS);
    put_list(&s, "head", &t->head, 1);
    put_list(&s, "depth", &depth, 1);
    if (*act) put(&s, " act=%s", act);
    if (size > 0 && s.length >= size) out[size - 1] = '\0';
    return s.length;
}
