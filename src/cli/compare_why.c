/* The counterfactual of a failure: the same seed, batches, network and optimizer, other first
 * weights.
 *
 * Trials of one seed differ in nothing but the scheme (lab.h), so a scheme that trained there
 * answers for one that did not. Where no scheme of the run trained, LSUV is asked: it gives every
 * layer unit variance on the data themselves, and what fails even so does not fail for its scale.
 */
#include "cli/compare_why.h"

#include <stdio.h>
#include <string.h>

#include "base/base.h"
#include "cli/page.h"

/* Of the seeds in which `arm` failed: how many the other has, and in how many of them it trained.
 */
static void pair(int *both, int *rescued, const alv_results *results, const alv_arm *arm,
                 const alv_results *others, const alv_arm *other)
{
    *both = *rescued = 0;
    for (int i = 0; i < arm->n; i++)
        for (int j = 0; j < other->n; j++) {
            const alv_trial_row *mine = &results->trials[arm->first + i];
            const alv_trial_row *its = &others->trials[other->first + j];
            if (mine->seed != its->seed || !alv_trial_failed(mine)) continue;
            ++*both;
            *rescued += alv_trial_trained(its);
        }
}

static void tell(const alv_results *results, const alv_arm *arm, const alv_results *others,
                 const alv_arm *other, alv_lang lang)
{
    const bool pt = lang == ALV_PT;
    char text[1024];
    int both, rescued;
    pair(&both, &rescued, results, arm, others, other);
    size_t n = alv_text_format(
        text, sizeof text,
        pt ? "%s com %s: %d de %d sementes não treinaram (%s). Com %s no lugar, e as mesmas "
             "sementes, lotes e otimizador, %d dessas %d treinaram: "
           : "%s with %s: %d of %d seeds did not train (%s). With %s in its place, and the same "
             "seeds, batches and optimizer, %d of those %d trained: ",
        arm->scheme, arm->setting, arm->failed, arm->n, alv_arm_verdict_word(arm, lang),
        other->scheme, rescued, both);
    if (n >= sizeof text) return;
    alv_text_format(
        text + n, sizeof text - n, "%s",
        rescued == both
            ? (pt ? "a causa são os pesos iniciais." : "the first weights are the cause.")
        : rescued > 0 ? (pt ? "os pesos iniciais são parte da causa."
                            : "the first weights are part of the cause.")
                      : (pt ? "os pesos iniciais não são a causa, ou não sozinhos; veja a taxa, o "
                              "otimizador, o regularizador e a rede."
                            : "the first weights are not the cause, or not alone; look at the "
                              "rate, the optimizer, the regularizer and the network."));
    cli_wrap(stdout, text, 0, 2);
}

/* The arm of the setting that trained in most seeds, the best of those as good; NULL: none. */
static const alv_arm *best_of(const alv_results *results, int lo, int hi)
{
    const alv_arm *best = NULL;
    int most = 0;
    for (int k = lo; k < hi; k++) {
        const alv_arm *arm = &results->arms[results->ranking[k]];
        int n = 0;
        for (int i = 0; i < arm->n; i++) n += alv_trial_trained(&results->trials[arm->first + i]);
        if (n > most) most = n, best = arm;
    }
    return best;
}

static alv_status train_lsuv(alv_results **out, const alv_compare *what, const char *activation,
                             const alv_watch *watch, alv_error *error)
{
    char directory[4096];
    alv_compare other = *what;
    other.schemes = "lsuv";
    other.activations = activation;
    other.directory = NULL;
    other.extra = false;
    other.light = true;
    ALV_TRY(alv_compare_run(directory, sizeof directory, &other, watch, error));
    return alv_results_load(out, directory, error);
}

static bool fails(const alv_arm *arm)
{
    return 2 * arm->failed > arm->n;
}

static alv_status explain_setting(const alv_results *results, int lo, int hi,
                                  const alv_compare *what, const alv_watch *watch, alv_lang lang,
                                  alv_error *error)
{
    alv_results *lsuv = NULL;
    int failing = 0;
    for (int i = lo; i < hi; i++) failing += fails(&results->arms[i]);
    if (failing == 0) return ALV_OK;
    const alv_arm *other = best_of(results, lo, hi);
    const alv_results *others = results;
    if (!other) {
        ALV_TRY(train_lsuv(&lsuv, what, results->arms[lo].activation, watch, error));
        others = lsuv;
        for (int i = 0; i < lsuv->n_arms; i++)
            if (strcmp(lsuv->arms[i].setting, results->arms[lo].setting) == 0)
                other = &lsuv->arms[i];
    }
    for (int i = lo; i < hi; i++)
        if (other && fails(&results->arms[i]))
            tell(results, &results->arms[i], others, other, lang);
    alv_results_free(lsuv);
    return ALV_OK;
}

int cli_compare_why(const alv_results *results, const alv_compare *what, const alv_watch *watch,
                    const cli_args *args)
{
    alv_error error;
    putchar('\n');
    for (int lo = 0, hi = 0; alv_results_next(&lo, &hi, results);)
        if (explain_setting(results, lo, hi, what, watch, args->lang, &error) != ALV_OK)
            return cli_fail_error(&error);
    return CLI_OK;
}
