/* The text of a trial's settings, read into what the engine takes. */
#ifndef ALV_WASM_SPEC_H
#define ALV_WASM_SPEC_H

#include "data/data.h"
#include "nn/net.h"

enum { SPEC_ROOM = 4096 };

typedef struct play_spec {
    const alv_source *source;
    int64_t n_train, n_test, batch;
    uint64_t seed, trial; /* of the data and the first trial; the trial's is their sum */
    const char *model, *hidden, *act;
    alv_scheme scheme, bias;
    bool has_bias;
    alv_optimizer optimizer;
} play_spec;

/* text: lines "NAME VALUE" (playground.h), cut into words in place; it must outlive *out. */
alv_status play_spec_read(play_spec *out, char text[SPEC_ROOM], alv_error *error);

#endif
