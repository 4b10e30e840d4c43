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

/* The schemes of one purpose; each is trained with every activation up to n_acts. */
typedef struct group {
    const char *purpose;
    int n_schemes, n_acts, seeds;
    const alv_arm_scheme *schemes;
    bool light, histograms;
} group;

static alv_status make_key(alv_job *job, const alv_setup *setup, alv_error *error)
{
    char model[512], engine[96], text[2048];
    ALV_TRY(alv_model_print(model, sizeof model, setup->acts[job->act].model, error));
    alv_engine_text(engine, sizeof engine);
    const alv_optimizer *optimizer = &setup->optimizer;
    size_t length = alv_text_format(
        text, sizeof text,
        "%s|%s|%s|%s|%llu|%s|%s|%s|%llu|%s %g %g %g|%s|%lld|%lld|%lld|%d|%llu|%d%d", job->purpose,
        engine, setup->rounding, alv_backend_name(setup->backend), setup->data->digest, model,
        job->scheme.text, setup->has_bias ? setup->bias.text : "", job->seed,
        alv_optimizer_name(optimizer->kind), optimizer->lr, optimizer->momentum,
        optimizer->weight_decay, alv_loss_name(setup->loss), setup->batch, setup->steps,
        setup->final_window, setup->n_curve, setup->seed, job->light, job->histograms);
    if (length >= sizeof text)
        return alv_fail(error, ALV_ERR_RANGE, "model", "the text of the trial is too long");
    alv_text_digest(job->key, text);
    return ALV_OK;
}

/* The comparison's trial of the same scheme, activation and seed: a group trains its own trials
 * with the same batches, steps and optimizer. The comparison comes first in the plan, in the order
 * of add_group. */
static int find_twin(const alv_setup *setup, const alv_job *job)
{
    int64_t seed = (int64_t)(job->seed - setup->seed);
    if (seed >= setup->seeds) return -1;
    for (int s = 0; s < setup->n_schemes; s++)
        if (strcmp(setup->schemes[s].text, job->scheme.text) == 0)
            return (int)((seed * setup->n_acts + job->act) * setup->n_schemes + s);
    return -1;
}

/* Appends a group's trials; ids go activation by activation, training seed by seed. */
static alv_status add_group(alv_plan *plan, const group *g, const alv_setup *setup,
                            alv_error *error)
{
    int64_t n = (int64_t)g->n_schemes * g->n_acts * g->seeds;
    if (n > INT32_MAX - plan->n)
        return alv_fail(error, ALV_ERR_RANGE, "seeds", "%lld trials are too many", n);
    alv_job *grown = realloc(plan->jobs, (size_t)(plan->n + n) * sizeof *grown);
    if (!grown) return alv_fail(error, ALV_ERR_MEMORY, "plan", "out of memory");
    plan->jobs = grown;
    int64_t first = plan->n + 1;
    for (int seed = 0; seed < g->seeds; seed++)
        for (int act = 0; act < g->n_acts; act++)
            for (int s = 0; s < g->n_schemes; s++) {
                alv_job *job = &plan->jobs[plan->n++];
                *job = (alv_job){
                    .id = first + ((int64_t)act * g->n_schemes + s) * g->seeds + seed,
                    .purpose = g->purpose,
                    .scheme = g->schemes[s],
                    .act = act,
                    .seed = setup->seed + (uint64_t)seed,
                    .light = g->light || setup->light,
                    .histograms = g->histograms && seed == 0 && !setup->light,
                };
                job->twin = first > 1 ? find_twin(setup, job) : -1;
                ALV_TRY(make_key(job, setup, error));
            }
    return ALV_OK;
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
    const alv_node *node = &model->nodes[model->n_nodes / 2];
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
               .n_acts = setup->n_acts,
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
               .n_acts = 1,
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
               .n_acts = setup->n_acts,
               .seeds = setup->seeds,
               .schemes = setup->schemes,
               .histograms = true};
    alv_status status = add_group(out, &g, setup, error);
    if (status == ALV_OK && setup->extra) status = add_scales(out, setup, error);
    if (status == ALV_OK && setup->extra) status = add_mistakes(out, setup, error);
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
