/* Plans: a growing list of tensors, rules on names, and one canonical line for each. A model of
 * 100,000 tensors has a few schemes, so each is written down once. */
#include "alvor/plan.h"

#include "base/base.h"

/* How far back a scheme is looked for before it is written down again. */
enum { RECENT = 64 };

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
    free(plan->scheme_of);
    free(plan->schemes);
    free(plan);
}

/* An array made longer, in place where the system can: large ones are not copied. Below twice
 * ALV_MAX_PLAN the size cannot overflow. */
static bool lengthen(void **array, size_t n, size_t size)
{
    void *longer = realloc(*array, n * size);
    if (longer) *array = longer;
    return longer != NULL;
}

/* Room for one more tensor, by doubling. */
static alv_status grow(alv_weight_plan *plan, alv_error *error)
{
    if (plan->n >= ALV_MAX_PLAN)
        return alv_fail(error, ALV_ERR_RANGE, "plan", "a plan has at most %d tensors",
                        ALV_MAX_PLAN);
    if (plan->n < plan->capacity) return ALV_OK;
    const size_t capacity = plan->capacity ? 2 * (size_t)plan->capacity : 64;
    if (!lengthen((void **)&plan->tensors, capacity, sizeof *plan->tensors) ||
        !lengthen((void **)&plan->scheme_of, capacity, sizeof *plan->scheme_of))
        return alv_fail(error, ALV_ERR_MEMORY, "plan", "no memory for %lld tensors",
                        (int64_t)capacity);
    plan->capacity = (int64_t)capacity;
    return ALV_OK;
}

static bool equal(const alv_scheme *a, const alv_scheme *b)
{
    return a->init == b->init && memcmp(a->args, b->args, sizeof a->args) == 0;
}

/* The index of the scheme, which is written down unless it stands among the last. */
static alv_status index_of(int32_t *out, alv_weight_plan *plan, const alv_scheme *scheme,
                           alv_error *error)
{
    const int64_t n = plan->n_schemes;
    for (int64_t i = n; i-- > 0 && i >= n - RECENT;)
        if (equal(&plan->schemes[i], scheme)) return *out = (int32_t)i, ALV_OK;
    if (n >= INT32_MAX)
        return alv_fail(error, ALV_ERR_RANGE, "plan", "the plan has changed too often");
    if (n == plan->schemes_capacity) {
        const size_t capacity = n ? 2 * (size_t)n : 16;
        if (!lengthen((void **)&plan->schemes, capacity, sizeof *plan->schemes))
            return alv_fail(error, ALV_ERR_MEMORY, "plan", "no memory for %lld schemes",
                            (int64_t)capacity);
        plan->schemes_capacity = (int64_t)capacity;
    }
    plan->schemes[n] = *scheme;
    plan->n_schemes = n + 1;
    *out = (int32_t)n;
    return ALV_OK;
}

alv_status alv_weight_plan_add(alv_weight_plan *plan, const alv_tensor *tensor,
                               const alv_scheme *scheme, alv_error *error)
{
    static const alv_scheme none;
    int64_t count;
    int32_t index;
    if (!plan || !tensor) return alv_fail(error, ALV_ERR_ARGUMENT, "plan", "NULL argument");
    ALV_TRY(alv_tensor_count(&count, tensor, error));
    if (!tensor->name[0])
        return alv_fail(error, ALV_ERR_ARGUMENT, "name", "a tensor of a plan needs a name");
    ALV_TRY(grow(plan, error));
    ALV_TRY(index_of(&index, plan, scheme ? scheme : &none, error));
    plan->tensors[plan->n] = *tensor;
    plan->scheme_of[plan->n] = index;
    plan->n++;
    return ALV_OK;
}

static alv_status check_index(const alv_weight_plan *plan, int64_t index, alv_error *error)
{
    if (!plan) return alv_fail(error, ALV_ERR_ARGUMENT, "plan", "NULL argument");
    if (index >= 0 && index < plan->n) return ALV_OK;
    return alv_fail(error, ALV_ERR_RANGE, "index", "there is no tensor %lld in a plan of %lld",
                    index, plan->n);
}

const alv_scheme *alv_weight_plan_scheme(const alv_weight_plan *plan, int64_t index)
{
    if (check_index(plan, index, NULL) != ALV_OK) return NULL;
    return &plan->schemes[plan->scheme_of[index]];
}

alv_status alv_weight_plan_give(alv_weight_plan *plan, int64_t index, const alv_scheme *scheme,
                                alv_error *error)
{
    ALV_TRY(check_index(plan, index, error));
    if (!scheme) return alv_fail(error, ALV_ERR_ARGUMENT, "scheme", "NULL argument");
    return index_of(&plan->scheme_of[index], plan, scheme, error);
}

/* Two cursors; after a mismatch the last star takes one byte more. An earlier star need not be
 * tried again: the last one can take whatever it could, so the time is at most a product. */
bool alv_name_match(const char *pattern, const char *name)
{
    const char *star = NULL, *taken = NULL;
    if (!pattern || !name) return false;
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

static alv_status check_rules(const alv_weight_rule *rules, int64_t n, alv_error *error)
{
    if (n < 0 || (!rules && n > 0))
        return alv_fail(error, ALV_ERR_ARGUMENT, "rules", "no place for %lld rules", n);
    for (int64_t r = 0; r < n; r++) {
        if (!rules[r].match)
            return alv_fail(error, ALV_ERR_ARGUMENT, "match", "rule %lld has no pattern", r);
        if (rules[r].typed && alv_dtype_size(rules[r].dtype) == 0)
            return alv_fail(error, ALV_ERR_DTYPE, "dtype", "rule %lld: there is no element type %d",
                            r, (int)rules[r].dtype);
    }
    return ALV_OK;
}

alv_status alv_weight_plan_apply(alv_weight_plan *plan, int64_t first, alv_weight_rule *rules,
                                 int64_t n, alv_error *error)
{
    if (!plan) return alv_fail(error, ALV_ERR_ARGUMENT, "plan", "NULL argument");
    if (first < 0) return alv_fail(error, ALV_ERR_RANGE, "first", "there is no tensor %lld", first);
    ALV_TRY(check_rules(rules, n, error));
    for (int64_t i = first; i < plan->n; i++) {
        int64_t r = 0;
        while (r < n && !alv_name_match(rules[r].match, plan->tensors[i].name)) r++;
        if (r == n) continue;
        rules[r].matched++;
        if (rules[r].scheme.init) ALV_TRY(alv_weight_plan_give(plan, i, &rules[r].scheme, error));
        if (rules[r].typed) plan->tensors[i].dtype = rules[r].dtype;
    }
    return ALV_OK;
}

alv_status alv_weight_plan_check_one(const alv_weight_plan *plan, int64_t index, alv_error *error)
{
    ALV_TRY(check_index(plan, index, error));
    const alv_tensor *t = &plan->tensors[index];
    const alv_scheme *scheme = alv_weight_plan_scheme(plan, index);
    alv_error inner = {.where = ""};
    double mean, variance;
    int64_t count = 0;
    if (!scheme->init)
        return alv_fail(error, ALV_ERR_ARGUMENT, t->name,
                        "no rule gives '%s' a scheme: add one that matches it, or a last rule "
                        "that matches everything",
                        t->name);
    ALV_TRY(alv_tensor_count(&count, t, error));
    if (count == 0) return ALV_OK;
    const alv_status status = alv_init_moments(&mean, &variance, scheme, t, &inner);
    if (status == ALV_OK) return ALV_OK;
    return alv_fail(error, status, t->name, "'%s': %s: %s", t->name, inner.where, inner.message);
}

alv_status alv_weight_plan_check(const alv_weight_plan *plan, alv_error *error)
{
    if (!plan) return alv_fail(error, ALV_ERR_ARGUMENT, "plan", "NULL argument");
    for (int64_t i = 0; i < plan->n; i++) ALV_TRY(alv_weight_plan_check_one(plan, i, error));
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
    if (check_index(plan, index, NULL) != ALV_OK) {
        if (out && size > 0) out[0] = '\0';
        return 0;
    }
    const alv_tensor *t = &plan->tensors[index];
    const alv_scheme *scheme = alv_weight_plan_scheme(plan, index);
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
