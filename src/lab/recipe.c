/* Reads the lists of optimizers, rates, schedules and regularizers, and combines them. */
#include "lab/recipe.h"

#include "base/base.h"
#include "lab/list.h"

/* A rate of the list: a number, 0 for the optimizer's usual one, or AUTO. */
static const double AUTO = -1;

static alv_status no_memory(alv_error *error)
{
    return alv_fail(error, ALV_ERR_MEMORY, "lab", "out of memory");
}

/* What the lists hold, each an array of its own. */
typedef struct lists {
    int n_optimizers, n_rates, n_schedules, n_regularizers;
    alv_optimizer *optimizers;
    double *rates;
    alv_schedule *schedules;
    alv_regularizer *regularizers;
} lists;

static alv_status read_optimizer(void *lists_, const char *item, alv_error *error)
{
    lists *l = lists_;
    return alv_optimizer_parse(&l->optimizers[l->n_optimizers++], item, error);
}

static alv_status read_rate(void *lists_, const char *item, alv_error *error)
{
    lists *l = lists_;
    double *rate = &l->rates[l->n_rates];
    if (strcmp(item, "auto") == 0)
        *rate = AUTO;
    else if (alv_number_parse(rate, item, strlen(item)) != strlen(item))
        return alv_fail(error, ALV_ERR_SYNTAX, "lr", "'%s' is neither a number nor auto", item);
    else if (!(*rate >= 1e-12 && *rate <= 1e6))
        return alv_fail(error, ALV_ERR_RANGE, "lr", "%s is not a number between 1e-12 and 1e6",
                        item);
    for (int i = 0; i < l->n_rates; i++)
        if (l->rates[i] == *rate)
            return alv_fail(error, ALV_ERR_ARGUMENT, "lr", "%s is given twice", item);
    l->n_rates++;
    return ALV_OK;
}

static alv_status read_schedule(void *lists_, const char *item, alv_error *error)
{
    lists *l = lists_;
    return alv_schedule_parse(&l->schedules[l->n_schedules++], item, error);
}

static alv_status read_regularizer(void *lists_, const char *item, alv_error *error)
{
    lists *l = lists_;
    return alv_regularizer_parse(&l->regularizers[l->n_regularizers++], item, error);
}

static alv_status each(lists *l, const char *text, const char *option,
                       alv_status (*read)(void *lists_, const char *item, alv_error *error),
                       alv_error *error)
{
    for (alv_list list = alv_list_make(option, text); list.at;) {
        char item[ALV_TERM_TEXT];
        ALV_TRY(alv_list_next(item, sizeof item, &list, error));
        ALV_TRY(alv_list_blame(read(l, item, error), &list, error));
    }
    return ALV_OK;
}

/* Rates of their own are shown beside a fixed one: the usual one where none is given. */
static void add_usual_rate(lists *l)
{
    bool fixed = false;
    for (int i = 0; i < l->n_rates; i++) fixed = fixed || l->rates[i] != AUTO;
    if (fixed) return;
    for (int i = l->n_rates++; i > 0; i--) l->rates[i] = l->rates[i - 1];
    l->rates[0] = 0;
}

static alv_status read_lists(lists *l, const alv_compare *what, alv_error *error)
{
    const char *rates = what->rates ? what->rates : "";
    l->optimizers = alv_new_array(alv_list_room(what->optimizers), sizeof *l->optimizers);
    l->rates = alv_new_array(alv_list_room(rates) + 1, sizeof *l->rates);
    l->schedules = alv_new_array(alv_list_room(what->schedules), sizeof *l->schedules);
    l->regularizers = alv_new_array(alv_list_room(what->regularizers), sizeof *l->regularizers);
    if (!l->optimizers || !l->rates || !l->schedules || !l->regularizers) return no_memory(error);
    ALV_TRY(each(l, what->optimizers, "optimizer", read_optimizer, error));
    if (what->rates) ALV_TRY(each(l, rates, "lr", read_rate, error));
    add_usual_rate(l);
    ALV_TRY(each(l, what->schedules, "schedule", read_schedule, error));
    return each(l, what->regularizers, "regularizer", read_regularizer, error);
}

/* The option at fault where an optimizer's number is: one that gives it to all of them, or the list
 * of optimizers. */
static const char *option_of(const alv_error *error, const alv_compare *what)
{
    if (error && what->momentum > 0 && strcmp(error->where, "momentum") == 0) return "momentum";
    if (error && what->weight_decay > 0 && strcmp(error->where, "weight_decay") == 0)
        return "weight-decay";
    return "optimizer";
}

/* The optimizer with the numbers that the comparison gives all of them, checked. */
static alv_status finish_optimizer(alv_recipe *recipe, const alv_compare *what, double rate,
                                   alv_error *error)
{
    alv_optimizer *o = &recipe->optimizer;
    if (what->momentum > 0) o->momentum = what->momentum;
    if (what->weight_decay > 0) o->weight_decay = what->weight_decay;
    alv_optimizer_print(recipe->optimizer_text, o);
    recipe->own_rate = rate == AUTO;
    if (o->lr == 0) o->lr = rate > 0 ? rate : alv_optimizer_rate(o->kind);
    const alv_status status = alv_optimizer_resolve(o, o, error);
    return alv_blame(status, option_of(error, what), error);
}

static bool is_same(const alv_recipe *a, const alv_recipe *b)
{
    return a->own_rate == b->own_rate && (a->own_rate || a->optimizer.lr == b->optimizer.lr) &&
           strcmp(a->optimizer_text, b->optimizer_text) == 0 &&
           strcmp(a->schedule_text, b->schedule_text) == 0 &&
           strcmp(a->regularizer_text, b->regularizer_text) == 0;
}

static alv_status add(alv_recipes *out, const alv_recipe *recipe, bool stated_rate,
                      alv_error *error)
{
    for (int i = 0; i < out->n; i++) {
        if (!is_same(&out->list[i], recipe)) continue;
        if (stated_rate) return ALV_OK; /* an optimizer that states its rate has that one only */
        return alv_fail(error, ALV_ERR_ARGUMENT, "optimizer",
                        "%s with schedule %s and regularizer %s is given twice",
                        recipe->optimizer_text, recipe->schedule_text, recipe->regularizer_text);
    }
    out->list[out->n++] = *recipe;
    return ALV_OK;
}

static alv_status combine(alv_recipes *out, const lists *l, const alv_compare *what,
                          alv_error *error)
{
    for (int o = 0; o < l->n_optimizers; o++)
        for (int r = 0; r < l->n_rates; r++)
            for (int s = 0; s < l->n_schedules; s++)
                for (int g = 0; g < l->n_regularizers; g++) {
                    alv_recipe recipe = {.optimizer = l->optimizers[o],
                                         .schedule = l->schedules[s],
                                         .regularizer = l->regularizers[g]};
                    alv_schedule_print(recipe.schedule_text, &recipe.schedule);
                    alv_regularizer_print(recipe.regularizer_text, &recipe.regularizer);
                    ALV_TRY(finish_optimizer(&recipe, what, l->rates[r], error));
                    ALV_TRY(add(out, &recipe, l->optimizers[o].lr > 0, error));
                }
    return ALV_OK;
}

alv_status alv_recipes_make(alv_recipes *out, const alv_compare *what, alv_error *error)
{
    enum { MOST = 1000 };
    lists l = {0};
    *out = (alv_recipes){0};
    alv_status status = read_lists(&l, what, error);
    const double n = (double)l.n_optimizers * l.n_rates * l.n_schedules * l.n_regularizers;
    if (status == ALV_OK && n > MOST)
        status = alv_fail(error, ALV_ERR_RANGE, "optimizer",
                          "%g combinations of optimizers, rates, schedules and regularizers: at "
                          "most %d",
                          n, MOST);
    if (status == ALV_OK) {
        out->list = alv_new_array((size_t)n, sizeof *out->list);
        status = out->list ? combine(out, &l, what, error) : no_memory(error);
    }
    out->optimizers = l.n_optimizers > 1;
    out->rates = l.n_rates > 1;
    out->schedules = l.n_schedules > 1;
    out->regularizers = l.n_regularizers > 1;
    free(l.optimizers);
    free(l.rates);
    free(l.schedules);
    free(l.regularizers);
    return status;
}

void alv_recipes_free(alv_recipes *recipes)
{
    free(recipes->list);
    *recipes = (alv_recipes){0};
}

alv_status alv_setting_print(char out[ALV_MAX_SETTING], const alv_recipes *recipes, int recipe,
                             const char *activation, alv_error *error)
{
    const alv_recipe *r = &recipes->list[recipe];
    char rate[48];
    if (r->own_rate)
        alv_text_format(rate, sizeof rate, "lr auto");
    else
        alv_text_format(rate, sizeof rate, "lr %g", r->optimizer.lr);
    const bool none =
        r->regularizer.l1 == 0 && r->regularizer.l2 == 0 && r->regularizer.dropout == 0;
    const struct {
        bool told;
        const char *text;
    } parts[] = {{true, activation},
                 {recipes->optimizers, r->optimizer_text},
                 {recipes->rates, rate},
                 {recipes->schedules, r->schedule_text},
                 {recipes->regularizers && !none, r->regularizer_text}};
    size_t n = 0;
    for (int i = 0; i < ALV_COUNT(parts); i++)
        if (parts[i].told && n < ALV_MAX_SETTING)
            n +=
                alv_text_format(out + n, ALV_MAX_SETTING - n, "%s%s", n ? ", " : "", parts[i].text);
    if (n < ALV_MAX_SETTING) return ALV_OK;
    return alv_fail(error, ALV_ERR_RANGE, "optimizer", "the text of a setting is too long");
}
