/* What was measured, as the JSON document "alvor.reproduce/1" (docs/formats.md). */
#ifndef ALV_REPRODUCE_DOCUMENT_H
#define ALV_REPRODUCE_DOCUMENT_H

#include <jansson.h>

#include "reproduce/reproduce.h"

typedef struct alv_reproduced {
    const alv_experiment *experiment;
    alv_outcome outcome;
    double seconds;
} alv_reproduced;

/* The caller's: json_decref. NULL if out of memory. Texts are in English; `paired`, which is for
 * the page, gives each as [English, Portuguese]. */
json_t *alv_reproduce_document(const alv_reproduced *list, int n, bool paired);

#endif
