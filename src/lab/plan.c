/* The trials of a comparison: what was asked for, and what the report adds to it.
 *
 * Scale answers "how large should sigma be?": normal weights of eight deviations, log-spaced around
 * the middle of what LeCun (1/sqrt(fan_in)), Xavier (sqrt(2/(fan_in+fan_out))) and He
 * (sqrt(2/fan_in)) say for a middle layer of this network.
 *
 * Mistakes are formulas often seen in teaching material, each after the right one: He uniform with
 * bound sqrt(2/fan_in), where it is sqrt(6/fan_in), is he_uniform at gain sqrt(2/3); Xavier uniform
 * with bound 1/sqrt(fan_in), where it is sqrt(6/(fan_in+fan_out)), is PyTorch's default. */
#include "lab/plan.h"

#include <math.h>

#include "base/base.h"

enum { SCALES = 8, EXTRA_SEEDS = 2 };
static const double SCALE_SPAN = 8; /* from middle / 8 to middle * 8 */

/* The schemes of one purpose; each is trained in the settings 0, step, 2 step, ... below the
 * setup's n_settings, with `seeds` seeds. */
typedef struct group {
    const char *purpose;
    int n_schemes, step, seeds;
    int n_settings; /* at most so many; 0: all */
    const alv_arm_scheme *schemes;
    bool light, histograms;
} group;

static const alv_recipe *recipe_of(const alv_setup *setup, const alv_job *job)
{
    return setup->settings[job->setting].recipe;
}

static alv_status make_key(alv_job *job, const alv_setup *setup, alv_error *error)
{
    char model[512], engine[96], optimizer[ALV_TERM_TEXT], rate[32], text[4096];
    const alv_setting *setting = &setup->settings[job->setting];
    const alv_recipe *recipe = setting->recipe;
    ALV_TRY(alv_model_print(model, sizeof model, setup->acts[setting->act].model, error));
    alv_engine_text(engine, sizeof engine);
    alv_optimizer_print(optimizer, &recipe->optimizer);
    /* A rate yet to be chosen follows from all that the key holds. */
    alv_text_format(rate, sizeof rate, job->lr > 0 ? "%g" : "auto", job->lr);
    size_t length = alv_text_format(
        text, sizeof text,
        "%s|%s|%s|%s|%llu|%lld|%s|%s|%s|%llu|%s %s|%s|%s|%s|%lld|%lld|%lld|%d|%llu|%d%d%s%s",
        job->purpose, engine, setup->rounding, alv_backend_name(setup->backend),
        setup->data->digest, setup->validation.n, model, job->scheme.text,
        setup->has_bias ? setup->bias.text : "", job->seed, optimizer, rate, recipe->schedule_text,
        recipe->regularizer_text, alv_loss_name(setup->loss), setup->batch, setup->steps,
        setup->final_window, setup->n_curve, setup->seed, job->light, job->histograms,
        setup->stream ? "|" : "", setup->stream ? setup->stream->name : "");
    if (length >= sizeof text)
        return alv_fail(error, ALV_ERR_RANGE, "model", "the text of the trial is too long");
    alv_text_digest(job->key, text);
    return ALV_OK;
}

/* The comparison's trial of the same scheme, setting and seed: a group trains its own trials with
 * the same batches, steps and recipe. The comparison comes first in the plan, in the order of
 * add_group. */
static int find_twin(const alv_setup *setup, const alv_job *job)
{
    int64_t seed = (int64_t)(job->seed - setup->seed);
    if (seed >= setup->seeds || job->tunes) return -1;
    for (int s = 0; s < setup->n_schemes; s++)
        if (strcmp(setup->schemes[s].text, job->scheme.text) == 0)
            return (int)((seed * setup->n_settings + job->setting) * setup->n_schemes + s);
    return -1;
}

/* Room for n more jobs. */
static alv_status grow(alv_plan *plan, int64_t n, alv_error *error)
{
    if (n > INT32_MAX - plan->n)
        return alv_fail(error, ALV_ERR_RANGE, "seeds", "%lld trials are too many", n);
    alv_job *grown = realloc(plan->jobs, (size_t)(plan->n + n) * sizeof *grown);
    if (!grown) return alv_fail(error, ALV_ERR_MEMORY, "plan", "out of memory");
    plan->jobs = grown;
    return ALV_OK;
}

static int settings_of(const group *g, const alv_setup *setup)
{
    const int n = (setup->n_settings + g->step - 1) / g->step;
    return g->n_settings > 0 && g->n_settings < n ? g->n_settings : n;
}

/* Appends a group's trials; ids go setting by setting, training seed by seed. */
static alv_status add_group(alv_plan *plan, const group *g, const alv_setup *setup,
                            alv_error *error)
{
    const int n_settings = settings_of(g, setup);
    ALV_TRY(grow(plan, (int64_t)g->n_schemes * n_settings * g->seeds, error));
    int64_t first = plan->n + 1;
    for (int seed = 0; seed < g->seeds; seed++)
        for (int k = 0; k < n_settings; k++)
            for (int s = 0; s < g->n_schemes; s++) {
                alv_job *job = &plan->jobs[plan->n++];
                *job = (alv_job){
                    .id = first + ((int64_t)k * g->n_schemes + s) * g->seeds + seed,
                    .purpose = g->purpose,
                    .scheme = g->schemes[s],
                    .setting = k * g->step,
                    .seed = setup->seed + (uint64_t)seed,
                    .light = g->light || setup->light,
                    .histograms = g->histograms && seed == 0 && !setup->light,
                };
                const alv_recipe *recipe = recipe_of(setup, job);
                if (!recipe->own_rate) job->lr = recipe->optimizer.lr;
                job->twin = first > 1 ? find_twin(setup, job) : -1;
                ALV_TRY(make_key(job, setup, error));
            }
    return ALV_OK;
}

/* The trials that choose rates, with seeds beyond the comparison's. */
static alv_status add_tuning(alv_plan *plan, const alv_setup *setup, alv_error *error)
{
    int n_own = 0;
    for (int k = 0; k < setup->n_settings; k++) n_own += setup->settings[k].recipe->own_rate;
    const int64_t n = (int64_t)n_own * setup->n_schemes * ALV_RATES * ALV_RATE_SEEDS;
    ALV_TRY(grow(plan, n, error));
    plan->n_tuning = (int)n;
    for (int seed = 0; seed < ALV_RATE_SEEDS; seed++)
        for (int k = 0; k < setup->n_settings; k++) {
            const alv_recipe *recipe = setup->settings[k].recipe;
            double rates[ALV_RATES];
            if (!recipe->own_rate) continue;
            alv_rates_grid(rates, recipe->optimizer.kind);
            for (int s = 0; s < setup->n_schemes; s++)
                for (int r = 0; r < ALV_RATES; r++) {
                    alv_job *job = &plan->jobs[plan->n];
                    *job = (alv_job){.id = ++plan->n,
                                     .purpose = "tune",
                                     .scheme = setup->schemes[s],
                                     .setting = k,
                                     .lr = rates[r],
                                     .seed = setup->seed + (uint64_t)(setup->seeds + seed),
                                     .tunes = true,
                                     .light = true,
                                     .twin = -1};
                    ALV_TRY(make_key(job, setup, error));
                }
        }
    return ALV_OK;
}

void alv_plan_set_rates(alv_plan *plan, const alv_setup *setup, const alv_tuning *tunings, int n)
{
    for (int i = 0; i < plan->n; i++) {
        alv_job *job = &plan->jobs[i];
        if (job->lr > 0) continue;
        const alv_setting *setting = &setup->settings[job->setting];
        const alv_tuning *t = alv_tuning_find(tunings, n, setting->text, job->scheme.text);
        job->lr = t && t->best >= 0 ? t->rates[t->best] : setting->recipe->optimizer.lr;
    }
}

static alv_status parse(alv_arm_scheme *out, const char *text, alv_error *error)
{
    ALV_TRY(alv_scheme_parse(&out->scheme, text, error));
    return alv_scheme_print(out->text, sizeof out->text, &out->scheme, error);
}

/* Geometric middle of the smallest and largest of the three rules for the middle layer. */
static alv_status middle_scale(double *out, const alv_model *model, alv_error *error)
{
    double in, out_;
    int middle = model->n_nodes / 2;
    while (model->nodes[middle].op != ALV_OP_WEIGHTS) middle--; /* the first node has weights */
    const alv_node *node = &model->nodes[middle];
    ALV_TRY(alv_tensor_fans(&in, &out_, &model->params[node->weight], error));
    double lecun = sqrt(1 / in), xavier = sqrt(2 / (in + out_)), he = sqrt(2 / in);
    *out = sqrt(fmin(lecun, xavier) * fmax(he, xavier));
    return ALV_OK;
}

static alv_status add_scales(alv_plan *plan, const alv_setup *setup, alv_error *error)
{
    alv_arm_scheme schemes[SCALES];
    double middle;
    ALV_TRY(middle_scale(&middle, setup->acts[0].model, error));
    for (int i = 0; i < SCALES; i++) {
        char text[ALV_MAX_TEXT];
        double power = 2.0 * i / (SCALES - 1) - 1;
        alv_text_format(text, sizeof text, "normal(std=%.3g)", middle * pow(SCALE_SPAN, power));
        ALV_TRY(parse(&schemes[i], text, error));
    }
    group g = {.purpose = "scale",
               .n_schemes = SCALES,
               .step = setup->recipes.n,
               .seeds = EXTRA_SEEDS,
               .schemes = schemes,
               .light = true};
    return add_group(plan, &g, setup, error);
}

/* With the first activation only: what they get wrong is the scale, which the sweep shows for all.
 */
static alv_status add_mistakes(alv_plan *plan, const alv_setup *setup, alv_error *error)
{
    static const char *const texts[] = {"he_uniform", "he_uniform(gain=0.816496580927726)",
                                        "xavier_uniform", "torch_default"};
    alv_arm_scheme schemes[ALV_COUNT(texts)];
    for (int i = 0; i < ALV_COUNT(texts); i++) ALV_TRY(parse(&schemes[i], texts[i], error));
    group g = {.purpose = "mistake",
               .n_schemes = ALV_COUNT(texts),
               .step = 1,
               .n_settings = 1,
               .seeds = EXTRA_SEEDS,
               .schemes = schemes,
               .light = true};
    return add_group(plan, &g, setup, error);
}

alv_status alv_plan_make(alv_plan *out, const alv_setup *setup, alv_error *error)
{
    *out = (alv_plan){0};
    group g = {.purpose = "compare",
               .n_schemes = setup->n_schemes,
               .step = 1,
               .seeds = setup->seeds,
               .schemes = setup->schemes,
               .histograms = true};
    alv_status status = add_group(out, &g, setup, error);
    if (status == ALV_OK && setup->extra) status = add_scales(out, setup, error);
    if (status == ALV_OK && setup->extra) status = add_mistakes(out, setup, error);
    if (status == ALV_OK && setup->tuned) status = add_tuning(out, setup, error);
    if (status != ALV_OK) alv_plan_free(out);
    return status;
}

int alv_plan_share(alv_plan *plan)
{
    int n = 0;
    for (int i = 0; i < plan->n; i++) {
        alv_job *job = &plan->jobs[i];
        job->copied = !job->done && job->twin >= 0 && !plan->jobs[job->twin].done;
        n += !job->done && !job->copied;
    }
    return n;
}

void alv_plan_free(alv_plan *plan)
{
    free(plan->jobs);
    *plan = (alv_plan){0};
}
