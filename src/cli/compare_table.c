/* The end of a comparison, for people: table, ranking, conclusion, what to try next. */
#include "cli/compare_table.h"

#include <langinfo.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>

#include "base/base.h"

enum { WIDTH = 80, SCHEME_WIDTH = 18, CELL = 64 };

/* How this table is drawn. */
typedef struct look {
    alv_lang lang;
    bool utf8, color;
} look;

typedef struct mark {
    const char *utf8, *ascii, *color;
} mark;

static const mark marks[ALV_OUTCOMES] = {
    [ALV_OUTCOME_TRAINED] = {"✓", "+", "\033[32m"},
    [ALV_OUTCOME_SLOW] = {"~", "~", "\033[33m"},
    [ALV_OUTCOME_STUCK] = {"✗", "x", "\033[31m"},
    [ALV_OUTCOME_DIVERGED] = {"✗", "x", "\033[31m"},
};

/* Reads the character set of the environment's locale without changing the program's own. */
static bool locale_is_utf8(void)
{
    locale_t locale = newlocale(LC_CTYPE_MASK, "", (locale_t)0);
    if (!locale) return false;
    bool utf8 = strcmp(nl_langinfo_l(CODESET, locale), "UTF-8") == 0;
    freelocale(locale);
    return utf8;
}

/* Columns of a UTF-8 text whose characters are all one column wide. */
static int columns_of(const char *text)
{
    int n = 0;
    for (; *text; text++) n += (*text & 0xc0) != 0x80;
    return n;
}

/* Prints text padded to `width` columns, to the left or the right of it. */
static void pad(const char *text, int width, bool right)
{
    int blank = width - columns_of(text);
    printf("%*s%s%*s", right && blank > 0 ? blank : 0, "", text, !right && blank > 0 ? blank : 0,
           "");
}

/* `digits` significant digits, trailing zeros kept so that columns compare; "1.07e7" where plain
 * digits would be long. The locale is never set, so that printf writes a point. */
/* Decimals that show `digits` significant digits of x. */
static int decimals(double x, int digits)
{
    int n = x != 0 && isfinite(x) ? digits - 1 - (int)floor(log10(fabs(x))) : digits - 1;
    return n < 0 ? 0 : n;
}

/* With so many decimals, zeros kept so that columns compare; "1.1e7" where that would be long. The
 * locale is never set, so that printf writes a point. */
static void print_fixed(char out[CELL], double x, int places, const look *style)
{
    if (!isfinite(x)) {
        alv_text_format(out, CELL, "%s", isnan(x) ? "-" : style->utf8 ? "∞" : "inf");
    } else if (fabs(x) < 1e5 && places <= 5) {
        snprintf(out, CELL, "%.*f", places, x);
    } else {
        int power = (int)floor(log10(fabs(x)));
        snprintf(out, CELL, "%.1fe%d", x / pow(10, power), power);
    }
    for (char *p = out; style->lang == ALV_PT && *p; p++)
        if (*p == '.') *p = ',';
}

static void print_number(char out[CELL], double x, int digits, const look *style)
{
    print_fixed(out, x, decimals(x, digits), style);
}

/* "0.0131 [0.013, 0.014]"; `scale` 100 with a suffix "%" for shares. */
static void print_quartiles(char out[CELL], const alv_quartiles *q, double scale,
                            const char *suffix, const look *style)
{
    char median[CELL], q1[CELL], q3[CELL];
    int places = decimals(scale * q->median, 3);
    print_fixed(median, scale * q->median, places, style);
    print_fixed(q1, scale * q->q1, places > 0 ? places - 1 : 0, style);
    print_fixed(q3, scale * q->q3, places > 0 ? places - 1 : 0, style);
    if (!isfinite(q->median))
        alv_text_format(out, CELL, "-");
    else if (q->n < 2)
        alv_text_format(out, CELL, "%s%s", median, suffix);
    else
        alv_text_format(out, CELL, "%s%s [%s%s %s]", median, suffix, q1,
                        style->lang == ALV_PT ? ";" : ",", q3);
}

/* The training loss along the run, from zero to the larger of its start and chance. */
static void print_spark(char *out, size_t size, const alv_arm *arm, double chance,
                        const look *style)
{
    static const char *const utf8[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    static const char *const ascii[] = {"_", ".", ",", "-", "=", "+", "*", "#"};
    double top = isfinite(arm->spark[0]) && arm->spark[0] > chance ? arm->spark[0] : chance;
    size_t n = 0;
    out[0] = '\0';
    for (int i = 0; i < ALV_SPARK && n + 4 < size; i++) {
        double share = arm->spark[i] / top;
        int level = !(share > 0) ? 0 : share >= 1 ? 7 : (int)(8 * share);
        const char *cell = style->utf8 ? utf8[level] : ascii[level];
        if (!isfinite(arm->spark[i])) cell = style->utf8 ? "✗" : "x";
        n += alv_text_format(out + n, size - n, "%s", cell);
    }
}

static alv_outcome outcome_of(const alv_arm *arm)
{
    for (int i = 0; i < ALV_OUTCOMES; i++)
        if (strcmp(arm->outcome, alv_outcome_key((alv_outcome)i)) == 0) return (alv_outcome)i;
    return ALV_OUTCOME_STUCK;
}

/* A word of at most `width` columns, cut with a point if it is longer. */
static const char *shorten(char out[CELL], const char *word, int width)
{
    if (columns_of(word) <= width) return word;
    int n = 0, columns = 0;
    for (; word[n] && n < CELL - 2; n++) {
        columns += (word[n] & 0xc0) != 0x80;
        if (columns == width) break;
    }
    alv_text_format(out, CELL, "%s", word);
    alv_text_format(out + n, (size_t)(CELL - n), ".");
    return out;
}

/* The verdict's word, or "slow" where nothing else is wrong; "3/5" where the seeds disagree. */
static void print_verdict(char out[CELL], const alv_arm *arm, const look *style)
{
    char cut[CELL];
    const char *word = arm->verdict;
    for (int i = 0; i < ALV_VERDICTS; i++)
        if (strcmp(arm->verdict, alv_verdict_key((alv_verdict)i)) == 0)
            word = alv_verdict_word((alv_verdict)i, style->lang);
    if (outcome_of(arm) == ALV_OUTCOME_SLOW && strcmp(arm->verdict, "healthy") == 0)
        word = alv_outcome_word(ALV_OUTCOME_SLOW, style->lang);
    if (arm->verdict_n == arm->n)
        alv_text_format(out, CELL, "%s", word);
    else
        alv_text_format(out, CELL, "%s %d/%d", shorten(cut, word, 10), arm->verdict_n, arm->n);
}

/* A scheme's text in its column, after `before` columns; a longer one gets a line of its own. */
static void print_scheme(const char *scheme, int before, int width)
{
    if (columns_of(scheme) >= width)
        printf("%s\n%*s", scheme, before + width, "");
    else
        pad(scheme, width, false);
}

static void print_row(const alv_arm *arm, const alv_results *results, const look *style)
{
    char start[CELL], accuracy[CELL], forward[CELL], backward[CELL], verdict[CELL];
    char spark[4 * ALV_SPARK + 8];
    const mark *m = &marks[outcome_of(arm)];
    print_number(start, arm->initial_loss.median, 3, style);
    print_quartiles(accuracy, &arm->final_test_accuracy, 100, "%", style);
    print_number(forward, arm->forward_gain.median, 2, style);
    print_number(backward, arm->backward_gain.median, 2, style);
    print_verdict(verdict, arm, style);
    print_spark(spark, sizeof spark, arm, results->chance_loss, style);
    print_scheme(arm->scheme, 0, SCHEME_WIDTH);
    pad(start, 6, true);
    pad(forward, 6, true);
    pad(backward, 6, true);
    pad(accuracy, 17, true);
    printf(" %s %s%s%s %s\n", spark, style->color ? m->color : "", style->utf8 ? m->utf8 : m->ascii,
           style->color ? "\033[0m" : "", verdict);
}

static void print_heading(const char *activation, const look *style)
{
    static const char *const words[ALV_LANGS][5] = {
        [ALV_EN] = {"loss 0", "fwd", "bwd", "test [q1, q3]", "loss"},
        [ALV_PT] = {"perda0", "dir.", "retr.", "teste [q1; q3]", "perda"},
    };
    static const int widths[] = {6, 7, 6, 17};
    printf("\n");
    pad(activation, SCHEME_WIDTH - 1, false);
    for (int i = 0; i < ALV_COUNT(widths); i++) pad(words[style->lang][i], widths[i], true);
    printf("  %s\n", words[style->lang][4]);
}

/* "+0.68 [0.38, 0.91]": how far above the best. */
static void print_gap(char out[CELL], const alv_arm *arm, const look *style)
{
    char behind[CELL], lo[CELL], hi[CELL];
    const alv_interval *gap = &arm->behind;
    int places = decimals(gap->median, 2);
    print_fixed(behind, gap->median, places, style);
    print_fixed(lo, gap->lo, places, style);
    print_fixed(hi, gap->hi, places, style);
    if (arm->place == 1 || !isfinite(gap->median))
        alv_text_format(out, CELL, "");
    else if (isnan(gap->lo))
        alv_text_format(out, CELL, "+%s", behind);
    else
        alv_text_format(out, CELL, "+%s [%s%s %s]", behind, lo, style->lang == ALV_PT ? ";" : ",",
                        hi);
}

static void print_rank(const alv_arm *arm, const look *style)
{
    char final[CELL], gap[CELL], place[CELL];
    print_quartiles(final, &arm->final_train_loss, 1, "", style);
    if (!isfinite(arm->final_train_loss.median))
        alv_text_format(final, CELL, "%s", alv_outcome_word(ALV_OUTCOME_DIVERGED, style->lang));
    print_gap(gap, arm, style);
    alv_text_format(place, CELL, "%d. ", arm->place);
    pad(place, 5, true);
    print_scheme(arm->scheme, 5, SCHEME_WIDTH + 3);
    pad(final, *gap ? 26 : 0, false);
    printf("%s\n", gap);
}

static void print_ranking(const alv_results *results, int lo, int hi, const look *style)
{
    static const char *const words[ALV_LANGS][3] = {
        [ALV_EN] = {"ranking", "final training loss", "above best [95 % interval]"},
        [ALV_PT] = {"ordem", "perda final de treino", "acima da melhor [IC 95 %]"},
    };
    const char *const *w = words[style->lang];
    putchar('\n');
    pad(w[0], SCHEME_WIDTH + 8, false);
    pad(w[1], 26, false);
    printf("%s\n", w[2]);
    for (int i = lo; i < hi; i++) print_rank(&results->arms[results->ranking[i]], style);
}

/* Prints a paragraph in lines of at most WIDTH columns. */
static void print_wrapped(const char *text)
{
    int column = 0;
    while (*text) {
        size_t n = strcspn(text, " ");
        char word[256];
        snprintf(word, sizeof word, "%.*s", (int)(n < 255 ? n : 255), text);
        int width = columns_of(word);
        if (column > 0 && column + 1 + width > WIDTH) {
            putchar('\n');
            column = 0;
        }
        printf("%s%s", column > 0 ? " " : "", word);
        column += width + (column > 0);
        text += n + (text[n] == ' ');
    }
    putchar('\n');
}

static void print_conclusion(const alv_results *results, const look *style)
{
    size_t n = alv_conclusion_write(NULL, 0, results, style->lang) + 1;
    char *text = alv_new_array(n, 1);
    if (!text) return;
    alv_conclusion_write(text, n, results, style->lang);
    putchar('\n');
    print_wrapped(text);
    free(text);
}

void cli_compare_print(const alv_results *results, const cli_args *args)
{
    look style = {.lang = args->lang, .utf8 = locale_is_utf8(), .color = args->color};
    for (int lo = 0, hi; lo < results->n_arms; lo = hi) {
        print_heading(results->arms[lo].activation, &style);
        for (hi = lo; hi < results->n_arms; hi++) {
            if (strcmp(results->arms[hi].activation, results->arms[lo].activation) != 0) break;
            print_row(&results->arms[hi], results, &style);
        }
        print_ranking(results, lo, hi, &style);
    }
    print_conclusion(results, &style);
}
