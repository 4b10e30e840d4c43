/* A trial in the browser: created from the options of `alvor compare`, taken step by step, looked
 * at in between. One instance of the module is one trial; a new trial is a new instance.
 *
 * Losses are those of `alvor compare --backend portable` with the same options, to the bit, and
 * looking does not change them (tests/web/test_engine.mjs). Texts are UTF-8 with a final NUL and
 * live until the next call that returns one; JSON where said. Arrays are the module's memory, which
 * a later call may move: read them at once. */
#ifndef ALV_WASM_PLAYGROUND_H
#define ALV_WASM_PLAYGROUND_H

#include <stdint.h>

#define ALV_PLAY __attribute__((visibility("default")))

/* JSON: what there is to choose from, out of the engine's tables, and the names of the columns of
 * alvor_look. */
ALV_PLAY const char *alvor_catalogue(void);

/* Where the caller writes the spec before alvor_start: lines "NAME VALUE" with a final NUL, at most
 * alvor_spec_size() bytes. Names are options of `alvor compare`: data, model, hidden, act, init,
 * bias, optimizer, lr, batch, train, test, seed; and `trial`, which of the --seeds this is, from 0.
 * What is left out has compare's default (act: relu; init: he_normal). A scheme's gain may be
 * "auto", which compare does not know: alvor_start's "scheme" has the activation's gain in its
 * place, to all digits. */
ALV_PLAY char *alvor_spec(void);
ALV_PLAY int alvor_spec_size(void);
/* JSON: facts of the new trial, and what its first look forecasts;
 * {"error": {"where", "position", "message"}} where the spec is wrong. Once per instance. */
ALV_PLAY const char *alvor_start(void);

/* JSON: what theory expects the first look to see, for each layer [middle, low, high] of its
 * "signal" and its "error"; {} where the theory does not speak of such networks. Takes tens of
 * milliseconds.
 */
ALV_PLAY const char *alvor_theory(void);

/* Takes the next step; the mean loss of its mini-batch, before it. */
ALV_PLAY double alvor_step(void);
/* Looks into every layer on the probe samples: (layers, columns). *loss of them goes to the last
 * element, behind the rows. */
ALV_PLAY const double *alvor_look(void);
/* Share of the test samples, at most 500, whose class it tells. */
ALV_PLAY double alvor_accuracy(void);
/* JSON: outcome and verdict in words for a final loss, NaN where it diverged. */
ALV_PLAY const char *alvor_verdict(double final_loss);

/* Probabilities of the classes (rows, size, classes) at rows [row, row + rows) of a size x size
 * grid over [-span, span]^2, the first row on top; of data in the plane. */
ALV_PLAY const float *alvor_grid(int size, int row, int rows, double span);
/* The same (n, classes) for test samples [first, first + n), n at most alvor_most_rows(). */
ALV_PLAY const float *alvor_predict(int first, int n);
ALV_PLAY int alvor_most_rows(void);
/* Samples (n, features) and labels (n): of the training set (test 0) or the test set (test 1). */
ALV_PLAY const float *alvor_samples(int test);
ALV_PLAY const int32_t *alvor_labels(int test);

#endif
