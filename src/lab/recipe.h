/* How a net is trained besides its first weights: optimizer, learning rate, schedule, regularizer;
 * and the settings in which schemes compete. */
#ifndef ALV_LAB_RECIPE_H
#define ALV_LAB_RECIPE_H

#include "alvor/lab.h"
#include "nn/net.h"

enum {
    ALV_MAX_TEXT = 128,   /* bytes of a scheme's or activation's canonical text */
    ALV_MAX_SETTING = 320 /* of a setting's */
};

typedef struct alv_recipe {
    alv_optimizer
        optimizer; /* its lr is the rate, of those with rates of their own the fixed one */
    bool own_rate; /* each scheme trains at the rate that suits it best (lab/rates.h) */
    alv_schedule schedule;
    alv_regularizer regularizer;
    char optimizer_text[ALV_TERM_TEXT]; /* as given: "adam", "sgd(lr=0.1)" */
    char schedule_text[ALV_TERM_TEXT], regularizer_text[ALV_TERM_TEXT];
} alv_recipe;

/* Which dimensions have more than one value: a setting's text names those. */
typedef struct alv_recipes {
    int n;
    alv_recipe *list; /* by optimizer, then rate, schedule, regularizer, as they were given */
    bool optimizers, rates, schedules, regularizers;
} alv_recipes;

/* Every combination of the comparison's lists. Free with alv_recipes_free, also after an error. */
alv_status alv_recipes_make(alv_recipes *out, const alv_compare *what, alv_error *error);
void alv_recipes_free(alv_recipes *recipes);

/* "relu", or "relu, adam, lr auto, cosine, dropout(0.5)" as far as the comparison varies them. */
alv_status alv_setting_print(char out[ALV_MAX_SETTING], const alv_recipes *recipes, int recipe,
                             const char *activation, alv_error *error);

#endif
