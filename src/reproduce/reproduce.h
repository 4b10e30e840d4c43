/* Published results, run again: each experiment is a table of claims with criteria fixed
 * beforehand, a figure, and one function that measures both. A claim holds or it does not; nothing
 * here decides which. */
#ifndef ALV_REPRODUCE_H
#define ALV_REPRODUCE_H

#include "alvor/lab.h"
#include "alvor/theory.h"

enum { ALV_MOST_CLAIMS = 8, ALV_CRITERION = 96 };
enum { ALV_MOST_PANELS = 4, ALV_MOST_SERIES = 10, ALV_MOST_NAMES = 12 };

typedef struct alv_claim {
    const char *text[ALV_LANGS]; /* what is measured; NULL ends the list */
    double paper;                /* the paper's own figure; NaN: it gives none */
    double lo, hi;               /* the claim holds where the measurement lies within */
    const char *why[ALV_LANGS];  /* said where it does not; may be NULL */
} alv_claim;

/* How a series is drawn. */
typedef enum alv_drawing {
    ALV_LINE,   /* measured: points joined in their order */
    ALV_DOTS,   /* measured: points alone */
    ALV_STEPS,  /* measured: a histogram, x the middle of a bin */
    ALV_CELLS,  /* measured: a value at every place of a grid */
    ALV_THEORY, /* what theory says there: a dashed line */
    ALV_PAPER,  /* the paper's own figures: rings */
    ALV_LEVEL,  /* a level, such as that of guessing, across the panel; x does not count */
} alv_drawing;

typedef struct alv_series {
    const char *name[ALV_LANGS]; /* the second may be NULL: alike in both languages */
    alv_drawing drawing;
} alv_series;

#define ALV_BY_THEORY {{"theory", "teoria"}, ALV_THEORY}

typedef struct alv_axis {
    const char *label[ALV_LANGS];
    bool log;
    const char *names[ALV_MOST_NAMES + 1][ALV_LANGS]; /* of the places 0, 1, ...; none: numbers */
} alv_axis;

typedef struct alv_panel {
    const char *title[ALV_LANGS];
    alv_axis x, y;
    const char *shade[ALV_LANGS];           /* what cells show, of [0, 1] */
    alv_series series[ALV_MOST_SERIES + 1]; /* the one without a name ends the list */
} alv_panel;

typedef struct alv_figure {
    const char *title[ALV_LANGS]; /* a sentence: what is drawn */
    alv_panel panels[ALV_MOST_PANELS + 1];
} alv_figure;

/* A place in the figure: shade is of cells only. */
typedef struct alv_point {
    int panel, series;
    double x, y, shade;
} alv_point;

typedef struct alv_outcome {
    double measured[ALV_MOST_CLAIMS];
    alv_point *points; /* (n), in the order in which they were drawn */
    int64_t n, room;
    bool lost; /* there was no memory for a point */
} alv_outcome;

/* Adds a point to the figure. */
void alv_draw(alv_outcome *out, int panel, int series, double x, double y);
void alv_draw_cell(alv_outcome *out, int panel, int series, double x, double y, double shade);
void alv_outcome_free(alv_outcome *out);

typedef struct alv_experiment {
    const char *name;
    const char *title[ALV_LANGS];
    const char *paper;              /* whose result it is */
    const char *setting[ALV_LANGS]; /* what runs here, and where it departs from the paper's */
    alv_claim claims[ALV_MOST_CLAIMS + 1];
    alv_figure figure;
    /* Measures every claim, in order, and draws the figure's points. Deterministic;
     * ALV_ERR_INTERRUPTED after watch->stop. */
    alv_status (*run)(alv_outcome *out, const alv_watch *watch, alv_error *error);
} alv_experiment;

/* Every experiment, in the order of `alvor reproduce --list`: add one here, in a file of its own.
 */
#define ALV_EXPERIMENTS(NAME)                                                                      \
    NAME(nguyen1990)                                                                               \
    NAME(ufma2025)                                                                                 \
    NAME(glorot2010)                                                                               \
    NAME(glorot2010_training)                                                                      \
    NAME(he2015)                                                                                   \
    NAME(he2015_depth)                                                                             \
    NAME(saxe2013)                                                                                 \
    NAME(hanin2018)                                                                                \
    NAME(poole2016)                                                                                \
    NAME(schoenholz2017)                                                                           \
    NAME(schoenholz2017_depth)                                                                     \
    NAME(yang2017)                                                                                 \
    NAME(balduzzi2017)                                                                             \
    NAME(pennington2017)                                                                           \
    NAME(pennington2017_training)                                                                  \
    NAME(xiao2018)                                                                                 \
    NAME(gains)                                                                                    \
    NAME(mishkin2016)                                                                              \
    NAME(klambauer2017)                                                                            \
    NAME(zhang2019)                                                                                \
    NAME(yang2019)                                                                                 \
    NAME(xiong2020)                                                                                \
    NAME(yang2022)                                                                                 \
    NAME(martens2021)                                                                              \
    NAME(zhang2022)                                                                                \
    NAME(zhao2021)                                                                                 \
    NAME(gpt2)                                                                                     \
    NAME(siren2020)                                                                                \
    NAME(siren2020_image)

#define DECLARE(name) extern const alv_experiment alv_experiment_##name;
ALV_EXPERIMENTS(DECLARE)
#undef DECLARE

int alv_experiment_count(void);
const alv_experiment *alv_experiment_at(int index); /* NULL outside [0, count) */
const alv_experiment *alv_experiment_find(const char *name);
bool alv_claim_holds(const alv_claim *claim, double measured);
/* "0.97 to 1.03", "3 or more", "3". */
void alv_claim_criterion(char out[ALV_CRITERION], const alv_claim *claim, alv_lang lang);

#endif
