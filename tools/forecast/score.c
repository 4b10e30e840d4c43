/* Counts the forecast's mistakes and writes them down as Markdown and as C. */
#include <math.h>

#include "base/base.h"
#include "grid.h"
#include "verdict/score.h"

/* P(X <= k) for X ~ Binomial(n, p), summed from the logarithms of its terms. */
static double binomial_cdf(int k, int n, double p)
{
    double sum = 0;
    for (int i = 0; i <= k; i++)
        sum += exp(lgamma(n + 1) - lgamma(i + 1) - lgamma(n - i + 1) + i * log(p) +
                   (n - i) * log1p(-p));
    return sum < 1 ? sum : 1;
}

/* The p at which P(X <= k) = target: it falls as p grows. */
static double solve(int k, int n, double target)
{
    double lo = 0, hi = 1;
    for (int i = 0; i < 60; i++) {
        double p = (lo + hi) / 2;
        if (binomial_cdf(k, n, p) > target)
            lo = p;
        else
            hi = p;
    }
    return (lo + hi) / 2;
}

/* Clopper and Pearson 1934: the p that k of n does not contradict at 2.5 % on either side. */
static void interval(double out[2], int k, int n)
{
    out[0] = k == 0 ? 0 : solve(k - 1, n, 0.975);
    out[1] = k == n ? 1 : solve(k, n, 0.025);
}

/* A group: an activation (all of them if NULL), and a rate (any of them if negative). */
static const struct group {
    const char *key, *act;
    int rate;
} groups[ALV_SCORE_GROUPS] = {
    {"all", NULL, -1},          {"relu", "relu", -1},     {"tanh", "tanh", -1},
    {"sigmoid", "sigmoid", -1}, {"sgd lr 0.01", NULL, 0}, {"sgd lr 0.03", NULL, 1},
    {"sgd lr 0.1", NULL, 2},
};

static alv_score count_group(const grid_net *nets, int count, part which, const struct group *g)
{
    alv_score s = {.group = g->key};
    for (int i = 0; i < count; i++) {
        const grid_net *n = &nets[i];
        if (n->part != which || (g->act && strcmp(g->act, n->act) != 0)) continue;
        bool good = g->rate < 0 ? learns(n) : learns_at(n, g->rate);
        bool trains =
            alv_signals_judge(&n->signals, &alv_bounds_of[ALV_CRITICAL]) == ALV_VERDICT_HEALTHY;
        s.learning += good;
        s.failing += !good;
        s.alarmed += good && !trains;
        s.missed += !good && trains;
    }
    interval(s.missed_share, s.missed, s.failing);
    interval(s.alarm_share, s.alarmed, s.learning);
    return s;
}

static void print_share(FILE *out, int k, int n, const double bounds[2])
{
    fprintf(out, " %d of %d | %.1f to %.1f %% |", k, n, 100 * bounds[0], 100 * bounds[1]);
}

static void print_table(FILE *out, const grid_net *nets, int count, part which)
{
    fputs("| nets | missed | 95 % interval | false alarms | 95 % interval |\n"
          "| --- | --- | --- | --- | --- |\n",
          out);
    for (int g = 0; g < ALV_SCORE_GROUPS; g++) {
        alv_score s = count_group(nets, count, which, &groups[g]);
        fprintf(out, "| %s |", s.group);
        print_share(out, s.missed, s.failing, s.missed_share);
        print_share(out, s.alarmed, s.learning, s.alarm_share);
        fputc('\n', out);
    }
}

/* Every mistake of the scoring part by name: what a reader would ask next. */
static void print_mistakes(FILE *out, const grid_net *nets, int count)
{
    fputs("| net | forecast | forward | backward | saturated | final loss / chance at 0.01, 0.03, "
          "0.1 |\n| --- | --- | --- | --- | --- | --- |\n",
          out);
    for (int i = 0; i < count; i++) {
        const grid_net *n = &nets[i];
        alv_verdict v = alv_signals_judge(&n->signals, &alv_bounds_of[ALV_CRITICAL]);
        if (n->part != SCORING || (v == ALV_VERDICT_HEALTHY) == learns(n)) continue;
        fprintf(out, "| %s %s %s %dx%d | %s | %.2g | %.2g | %.2f |", n->data, n->act, n->scheme,
                n->width, n->depth, v == ALV_VERDICT_HEALTHY ? "trains" : alv_verdict_key(v),
                n->signals.forward, n->signals.backward, n->signals.saturated);
        for (int r = 0; r < RATES; r++)
            fprintf(out, "%s%.2f", r ? ", " : " ", n->loss[r] / n->chance);
        fputs(" |\n", out);
    }
}

void print_tables(FILE *out, const grid_net *nets, int count)
{
    fputs("The part that scores:\n\n", out);
    print_table(out, nets, count, SCORING);
    fputs("\nThe part on which the bounds were chosen:\n\n", out);
    print_table(out, nets, count, CHOOSING);
    fputs("\nEvery mistake on the part that scores:\n\n", out);
    print_mistakes(out, nets, count);
}

static void print_array(FILE *out, const grid_net *nets, int count, part which, const char *name)
{
    fprintf(out, "\nconst alv_score %s[ALV_SCORE_GROUPS] = {\n", name);
    for (int g = 0; g < ALV_SCORE_GROUPS; g++) {
        alv_score s = count_group(nets, count, which, &groups[g]);
        fprintf(out, "    {\"%s\", %d, %d, %d, %d, {%.4f, %.4f}, {%.4f, %.4f}},\n", s.group,
                s.failing, s.missed, s.learning, s.alarmed, s.missed_share[0], s.missed_share[1],
                s.alarm_share[0], s.alarm_share[1]);
    }
    fputs("};\n", out);
}

void print_code(FILE *out, const grid_net *nets, int count)
{
    fputs("/* The forecast's score. Generated: forecast-grid code docs/forecast.csv */\n"
          "#include \"verdict/score.h\"\n\n"
          "/* clang-format off */",
          out);
    print_array(out, nets, count, CHOOSING, "alv_scores_chosen_on");
    print_array(out, nets, count, SCORING, "alv_scores");
    fputs("/* clang-format on */\n", out);
}
