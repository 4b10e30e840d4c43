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
 * mini-batches in the same order, so that schemes are compared in pairs (but under a framework's
 * stream, which has one order of draws for weights and samples). Results do not depend on the
 * number of worker threads. A trial that diverges is a result, not an error. */
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
    const char *stream;      /* "torch", "torch@1.13", ...: first weights and the order of the
                                samples are those that PyTorch draws (docs/training.md); NULL:
                                alvor's own */
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

/* Writes the report of the run in `run_dir` to `html_path` (NULL: run_dir/report.html), atomically:
 * on any error nothing is written and an older report stays. `lang` is the language that the page
 * opens in unless its address says otherwise.
 *
 * ALV_ERR_IO: a file is missing or unreadable, or the page cannot be written. ALV_ERR_FORMAT: a
 * file is not what docs/formats.md promises (truncated, not a database, another version).
 * ALV_ERR_MEMORY. Deterministic: the same three files give the same bytes. */
ALV_API alv_status alv_report_write(const char *run_dir, const char *html_path, alv_lang lang,
                                    alv_error *error);

/* What one layer of a network did in a forward and a backward pass over one batch, in any
 * framework. Units stand side by side: z of a convolution is (samples, height, width, channels).
 * All arrays are the caller's, none may be NULL but the biases. */
typedef struct alv_layer_record {
    const char *act;      /* the activation that follows, as text; NULL: none */
    const float *z;       /* (rows, units): pre-activations */
    const float *delta;   /* (rows, units): d loss / d z */
    const float *weights; /* (units, fan): what each unit multiplies, a row per unit */
    const float *biases;  /* (units); NULL: none */
    int64_t rows;         /* samples times positions */
    int64_t units, fan;
} alv_layer_record;

/* A network's pass. Zero is right for the flags of what is no plain chain of dense layers. */
typedef struct alv_pass_record {
    const alv_layer_record *layers; /* (n_layers), from the inputs to the outputs */
    int n_layers;
    const float *x; /* (samples, features): the batch */
    int64_t samples, features;
    bool chain;  /* dense layers only, each fed by the one before */
    bool pooled; /* the last layer is fed the mean of a whole image */
} alv_pass_record;

#define ALV_MAX_RECORDS 100000 /* layers of one record */

/* The forecast of that network as the lab makes it of its own, by the same measurements, bounds and
 * words, as one JSON document, "alvor.diagnosis/1" (docs/formats.md), the caller's: free(). Where
 * the last layer's weights are all zero, its drift and the gradient's are left out: no gradient
 * reaches the layers below. ALV_ERR_ARGUMENT: a pointer is NULL, no layers or too many, sizes that
 * are not positive, rows that are no multiple of the samples; ALV_ERR_SHAPE: a chain whose sizes do
 * not fit; the statuses of alv_act_parse; ALV_ERR_MEMORY. Reads each array a few times. */
ALV_API alv_status alv_diagnose(char **out, const alv_pass_record *pass, alv_error *error);

#ifdef __cplusplus
}
#endif
#endif
