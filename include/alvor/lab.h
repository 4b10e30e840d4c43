/* The lab: train the same network from different first weights, and keep what happened.
 *
 *     alv_compare what = alv_compare_defaults();
 *     what.schemes = "zeros,xavier_uniform,he_normal";
 *     char directory[4096], *json;
 *     alv_error error;
 *     if (alv_compare_run(directory, sizeof directory, &what, NULL, &error) ||
 *         alv_compare_document(&json, directory, &error))
 *         puts(error.message);
 *
 * Every scheme x activation x way of training x seed is one trial. Trials of one seed see the same
 * mini-batches in the same order, so that schemes are compared in pairs. Results do not depend on
 * the number of worker threads. A trial that diverges is a result, not an error. */
#ifndef ALVOR_LAB_H
#define ALVOR_LAB_H

#include "alvor.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What to compare. Texts are those of the command line; the caller keeps them alive. */
typedef struct alv_compare {
    const char *data;        /* a procedural data set's name, or a file or directory */
    const char *model;       /* "784-256-128-10", or the path of a network's YAML, which ends in
                                .yaml or .yml; NULL: hidden, between the data's sizes */
    const char *hidden;      /* "100x12" */
    const char *activations; /* "relu,tanh"; NULL: that, or the one that the model's text names */
    const char *schemes;     /* "zeros,normal(std=0.01)": commas inside parentheses do not split */
    const char *bias;        /* a scheme; NULL: zeros, except under torch_default */
    /* Ways of training; schemes are compared within each combination of their items. */
    const char *optimizers;   /* "sgd,adam(lr=0.001)" */
    const char *rates;        /* "0.01,0.1"; "auto": also each scheme at its own best rate, chosen
                                 on validation data; NULL: the usual rate of each optimizer */
    const char *schedules;    /* "constant,cosine(warmup=0.05)" */
    const char *regularizers; /* "none,l2(0.001)+dropout(0.2)" */
    double momentum, weight_decay; /* of all optimizers; 0: the optimizer's default */
    const char *loss;              /* "cross_entropy", "mse" */
    const char *backend;           /* "onednn", "portable" */
    double target;                 /* the loss to get to; 0: half of chance */
    int64_t batch;                 /* at most the training samples are used */
    int64_t steps;
    int64_t epochs;          /* > 0: replaces steps */
    int64_t n_train, n_test; /* 0: as many as the data set has */
    int64_t context;         /* characters of a sample of a text; 0: 32 */
    int64_t seeds;           /* trials per scheme and setting, of seeds seed, seed + 1, ... */
    uint64_t seed;           /* also the procedural data's */
    bool extra;              /* also the trials on scale and on common mistakes, of the first
                                optimizer, rate, schedule and regularizer */
    bool light;              /* no probes after initialization, no test until the end */

    /* The rest does not change results and is not part of the run's identity. */
    const char *directory; /* NULL: runs/<digest> */
    const char *command;   /* recorded in env.json; may be NULL */
    int64_t jobs;          /* worker threads; 0: one per processor that this process may use */
    bool fresh;            /* forget what the directory holds */
} alv_compare;

/* What is going on, told from the calling thread. */
typedef struct alv_progress {
    int64_t done, total; /* trials; done counts those found finished from earlier too */
    int64_t resumed;     /* trials found finished when the run began */
    double seconds;      /* since the first trial began */
    double share;        /* of all the steps to do now, 0 to 1, trials in flight included */
    const char *best;    /* scheme with the lowest final training loss so far, "" if none */
    double best_loss;
} alv_progress;

typedef struct alv_watch {
    void *user;
    /* Called when a trial ends and about ten times a second; may be NULL. */
    void (*progress)(void *user, const alv_progress *progress);
    /* Polled; true stops within one training step. May be NULL. */
    bool (*stop)(void *user);
} alv_watch;

ALV_API alv_compare alv_compare_defaults(void);

/* Runs what is not done yet and writes the run directory (docs/formats.md); its path goes to
 * `directory` as soon as it is known. ALV_ERR_INTERRUPTED after watch->stop: what is finished is
 * kept, and the same call continues. Names, texts and sizes are checked before anything is
 * allocated or written for them. ALV_ERR_IO also when another process is writing there. */
ALV_API alv_status alv_compare_run(char *directory, size_t size, const alv_compare *what,
                                   const alv_watch *watch, alv_error *error);

/* The results of a run directory as one JSON document, "alvor.compare/1" (docs/formats.md), owned
 * by the caller: free(). */
ALV_API alv_status alv_compare_document(char **out, const char *directory, alv_error *error);

#ifdef __cplusplus
}
#endif
#endif
