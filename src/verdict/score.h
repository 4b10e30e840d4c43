/* How good the forecast is: its mistakes on the half of a grid of nets that did not choose it. */
#ifndef ALV_SCORE_H
#define ALV_SCORE_H

#include "verdict/verdict.h"

/* A group of nets. An interval is that of Clopper and Pearson, 95 %, for the share. */
typedef struct alv_score {
    const char *group;      /* "all", "relu", "sgd lr 0.1": stable keys */
    int failing, missed;    /* nets that did not learn; of these, forecast to train */
    int learning, alarmed;  /* nets that learned; of these, forecast not to train */
    double missed_share[2]; /* interval of missed / failing */
    double alarm_share[2];  /* interval of alarmed / learning */
} alv_score;

enum { ALV_SCORE_GROUPS = 7 };

/* score.c is generated from docs/forecast.csv by `forecast-grid code`. Group 0 is "all": a net
 * learns if plain SGD trains it, at least slowly, at one of the rates 0.01, 0.03 and 0.1. */
extern const alv_score alv_scores_chosen_on[ALV_SCORE_GROUPS];
extern const alv_score alv_scores[ALV_SCORE_GROUPS];

/* The score of group "all" in one sentence, with both intervals. */
void alv_score_text(char *out, size_t size, alv_lang lang);

#endif
