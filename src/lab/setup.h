/* A comparison with every name looked up, every default written out and the data at hand. */
#ifndef ALV_LAB_SETUP_H
#define ALV_LAB_SETUP_H

#include "alvor/compat.h"
#include "alvor/lab.h"
#include "data/data.h"
#include "lab/rates.h"
#include "lab/recipe.h"

/* One scheme of the comparison. */
typedef struct alv_arm_scheme {
    alv_scheme scheme;
    char text[ALV_MAX_TEXT];
} alv_arm_scheme;

/* One activation, and the network that it makes. */
typedef struct alv_arm_act {
    alv_model *model;
    char text[ALV_MAX_TEXT];
} alv_arm_act;

/* Where schemes compete: an activation and a recipe. */
typedef struct alv_setting {
    int act;
    const alv_recipe *recipe;
    char text[ALV_MAX_SETTING]; /* unique */
} alv_setting;

typedef struct alv_setup {
    alv_split *data;
    int n_schemes, n_acts, n_settings;
    alv_arm_scheme *schemes;
    alv_arm_act *acts;
    alv_recipes recipes;
    alv_setting *settings; /* (n_acts, recipes.n) */
    bool has_bias;         /* false: zeros, except under torch_default; true under a stream */
    alv_arm_scheme bias;
    alv_loss loss;
    alv_backend backend;
    int64_t batch, steps;
    int64_t epoch_steps;  /* mini-batches of one pass over the data */
    int64_t final_window; /* steps whose mean loss is the final training loss */
    int seeds;
    uint64_t seed;
    const alv_compat *stream; /* what draws first weights and orders; NULL: alvor's own */
    bool extra, light;
    double chance_loss;     /* of the best constant predictor: class frequencies of the train set */
    double target;          /* the loss to get to */
    bool tuned;             /* some setting has rates of its own: then validation is not empty */
    alv_samples validation; /* set aside from the training samples, to choose rates on */
    /* Fixed samples, the same for every trial: what probes look at, what the curve's test rows are
     * measured on, and what the last of them is (n = 0: the whole test set). */
    alv_samples probe, quick_test, last_test;
    int64_t *curve; /* (n_curve) steps of the curve's rows, from 0 to steps */
    int n_curve;
    int64_t *probes; /* (n_probes) steps at which layers are looked at, from 0 */
    int n_probes;
    int test_every;     /* so many rows of the curve, counted from its end; 0: the last one only */
    char *network;      /* canonical YAML of a network that came as a file; else NULL */
    char *spec;         /* spec.json's text */
    char digest[17];    /* of spec and engine, hexadecimal */
    char rounding[208]; /* the matrix library and the processor, on which its rounding depends;
                           "" where nothing does */
} alv_setup;

/* Raised when a change makes the same trial come out differently. */
#define ALV_TRAINER "7"

/* Checks everything and loads the data. Free with alv_setup_free, also after an error. */
alv_status alv_setup_make(alv_setup *out, const alv_compare *what, alv_error *error);
void alv_setup_free(alv_setup *setup);

/* "alvor 0.1.0, stream 0, trainer 1": what a trial's results belong to besides its spec. */
void alv_engine_text(char *out, size_t size);
/* The name of the processor; "unknown" where the system does not tell. */
void alv_processor_text(char *out, size_t size);

/* memory.c: ALV_ERR_RANGE at the layer that is too much for this machine. */
alv_status alv_setup_fits(const alv_setup *setup, const alv_compare *what, alv_error *error);
/* looks.c: fills curve, final_window, probe, quick_test and last_test. */
alv_status alv_setup_looks(alv_setup *setup, const alv_compare *what, alv_error *error);
/* spec_json.c: fills spec and digest. */
alv_status alv_setup_describe(alv_setup *setup, alv_error *error);
/* The network's text without its activation, which is listed apart. */
alv_status alv_setup_model_text(char *out, size_t size, const alv_setup *setup, alv_error *error);
/* A 64-bit digest of a text as 16 hexadecimal digits. */
void alv_text_digest(char out[17], const char *text);

#endif
