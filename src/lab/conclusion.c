/* The conclusion of a comparison in words, every one of them computed.
 *
 * For each setting: which scheme ended lowest and how far ahead of the next one it is, with the
 * interval; or that no scheme trained; then those that did not train, each with its verdict. */
#include <math.h>

#include "base/base.h"
#include "lab/results.h"

typedef struct text {
    char *out;
    size_t size, length;
} text;

static void add(text *t, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    size_t left = t->length < t->size ? t->size - t->length : 0;
    t->length += alv_text_vformat(left ? t->out + t->length : NULL, left, format, args);
    va_end(args);
}

void alv_number_for_people(char out[32], double x, int digits, alv_lang lang)
{
    alv_number_print(out, x, digits);
    for (char *p = out; lang == ALV_PT && *p; p++)
        if (*p == '.') *p = ',';
}

static bool has_outcome(const alv_arm *arm, alv_outcome outcome)
{
    return strcmp(arm->outcome, alv_outcome_key(outcome)) == 0;
}

const char *alv_arm_verdict_word(const alv_arm *arm, alv_lang lang)
{
    for (int v = 0; v < ALV_VERDICTS; v++)
        if (strcmp(arm->verdict, alv_verdict_key((alv_verdict)v)) == 0)
            return alv_verdict_word((alv_verdict)v, lang);
    return arm->verdict;
}

/* The word of a verdict, or of the outcome "slow", which is no verdict. */
static const char *word_of(const alv_arm *arm, alv_lang lang)
{
    if (has_outcome(arm, ALV_OUTCOME_SLOW) && strcmp(arm->verdict, "healthy") == 0)
        return alv_outcome_word(ALV_OUTCOME_SLOW, lang);
    return alv_arm_verdict_word(arm, lang);
}

/* "5 pairs"; of fewer than 5, what an interval between the extremes of n medians can hold at most:
 * all n pairs lie on one side of the true median with probability 2^(1 - n). */
static void add_pairs(text *t, int n, alv_lang lang)
{
    char most[32];
    add(t, lang == ALV_PT ? "%d pares" : "%d pairs", n);
    if (n >= 5 || n < 2) return;
    alv_number_for_people(most, 100 * (1 - ldexp(1, 1 - n)), 3, lang);
    add(t, lang == ALV_PT ? ", poucos: cobre no máximo %s %%" : ", too few: holds %s %% at most",
        most);
}

/* How the best compares with the one after it. */
static void add_lead(text *t, const alv_arm *next, alv_lang lang)
{
    char by[32], lo[32], hi[32];
    const alv_interval *gap = &next->behind;
    if (!isfinite(gap->median)) return;
    alv_number_for_people(by, gap->median, 2, lang);
    if (!isfinite(gap->lo) || !isfinite(gap->hi)) {
        add(t,
            lang == ALV_PT ? ", %s abaixo de %s (um só par: sem intervalo)"
                           : ", %s below %s (too few pairs for an interval)",
            by, next->scheme);
        return;
    }
    alv_number_for_people(lo, gap->lo, 2, lang);
    alv_number_for_people(hi, gap->hi, 2, lang);
    if (gap->lo > 0)
        add(t,
            lang == ALV_PT ? ", %s abaixo de %s (intervalo de 95 %%: %s a %s; "
                           : ", %s below %s (95 %% interval %s to %s, ",
            by, next->scheme, lo, hi);
    else
        add(t,
            lang == ALV_PT
                ? ", mas não se distingue de %s (diferença %s; intervalo de 95 %%: %s a %s; "
                : ", but cannot be told from %s (difference %s, 95 %% interval %s to %s, ",
            next->scheme, by, lo, hi);
    add_pairs(t, gap->n, lang);
    add(t, ")");
}

/* "zeros (symmetric), uniform(r=1) (diverged)": the arms of a setting whose most frequent
 * outcome is slow (is_slow) or failed. Returns how many. */
static int add_failures(text *t, const alv_results *results, int lo, int hi, bool is_slow,
                        alv_lang lang)
{
    int n = 0;
    for (int i = lo; i < hi; i++) {
        const alv_arm *arm = &results->arms[i];
        if (has_outcome(arm, ALV_OUTCOME_TRAINED)) continue;
        if (has_outcome(arm, ALV_OUTCOME_SLOW) != is_slow) continue;
        add(t, "%s%s", n++ ? ", " : "", arm->scheme);
        if (!is_slow || strcmp(arm->verdict, "healthy") != 0) add(t, " (%s)", word_of(arm, lang));
    }
    return n;
}

static int count_failures(const alv_results *results, int lo, int hi, bool is_slow)
{
    text nowhere = {NULL, 0, 0};
    return add_failures(&nowhere, results, lo, hi, is_slow, ALV_EN);
}

static void add_best(text *t, const alv_results *results, int lo, int hi, alv_lang lang)
{
    const alv_arm *best = &results->arms[results->ranking[lo]];
    char loss[32];
    if (!has_outcome(best, ALV_OUTCOME_TRAINED)) {
        add(t, lang == ALV_PT ? "nenhum esquema treinou" : "no scheme trained");
        return;
    }
    alv_number_for_people(loss, best->final_train_loss.median, 3, lang);
    add(t,
        lang == ALV_PT ? "%s termina com a menor perda de treino (%s)"
                       : "%s ends with the lowest training loss (%s)",
        best->scheme, loss);
    if (hi - lo > 1) add_lead(t, &results->arms[results->ranking[lo + 1]], lang);
}

static const alv_arm *in_order(const alv_results *results, int lo, int hi, int order)
{
    for (int i = lo; i < hi; i++)
        if (results->arms[i].order == order) return &results->arms[i];
    return NULL;
}

/* Who gets to the target first, and how many times sooner than the next. */
static void add_race(text *t, const alv_results *results, int lo, int hi, alv_lang lang)
{
    const bool pt = lang == ALV_PT;
    char loss[32], steps[32], times[32], least[32], most[32];
    const alv_arm *first = in_order(results, lo, hi, 1), *next = in_order(results, lo, hi, 2);
    if (!first || !isfinite(first->steps_to_target.median)) return;
    alv_number_for_people(loss, results->target, 3, lang);
    alv_number_for_people(steps, first->steps_to_target.median, 4, lang);
    add(t,
        pt ? "; %s chega primeiro à perda %s, em %s passos"
           : "; %s gets to loss %s first, in %s steps",
        first->scheme, loss, steps);
    if (!next) return;
    const alv_interval *slower = &next->slower;
    if (!isfinite(next->steps_to_target.median) || !isfinite(slower->median)) {
        add(t, pt ? ", e só ele" : ", and is the only one to get there");
        return;
    }
    if (isnan(slower->lo) || isnan(slower->hi)) return; /* one pair */
    alv_number_for_people(times, slower->median, 2, lang);
    alv_number_for_people(least, slower->lo, 2, lang);
    alv_number_for_people(most, slower->hi, 2, lang);
    add(t,
        pt ? ", %s vezes menos que %s (intervalo de 95 %%: "
           : ", %s times fewer than %s (95 %% interval ",
        times, next->scheme);
    if (isinf(slower->hi)) /* some seeds never get there */
        add(t, pt ? "%s ou mais; " : "%s or more, ", least);
    else
        add(t, pt ? "%s a %s; " : "%s to %s, ", least, most);
    add_pairs(t, slower->n, lang);
    add(t, slower->lo > 1 ? ")" : pt ? "): não se distinguem" : "): they cannot be told apart");
}

static void conclude(text *t, const alv_results *results, int lo, int hi, alv_lang lang)
{
    bool pt = lang == ALV_PT;
    add(t, pt ? "Com %s, " : "With %s, ", results->arms[lo].setting);
    add_best(t, results, lo, hi, lang);
    add_race(t, results, lo, hi, lang);
    if (count_failures(results, lo, hi, true) > 0) {
        add(t, pt ? "; avançam devagar: " : "; slow: ");
        add_failures(t, results, lo, hi, true, lang);
    }
    if (count_failures(results, lo, hi, false) > 0) {
        add(t, pt ? "; não treinaram: " : "; did not train: ");
        add_failures(t, results, lo, hi, false, lang);
    }
    add(t, ".");
}

size_t alv_conclusion_write(char *out, size_t size, const alv_results *results, alv_lang lang)
{
    text t = {out, size, 0};
    if (size > 0) out[0] = '\0';
    for (int lo = 0, hi = 0; alv_results_next(&lo, &hi, results);) {
        if (lo > 0) add(&t, " ");
        conclude(&t, results, lo, hi, lang);
    }
    return t.length;
}
