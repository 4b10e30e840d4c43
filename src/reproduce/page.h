/* Experiments and what was measured, as one page that stands on its own. */
#ifndef ALV_REPRODUCE_PAGE_H
#define ALV_REPRODUCE_PAGE_H

#include "reproduce/reproduce.h"

typedef struct alv_reproduced {
    const alv_experiment *experiment;
    double measured[ALV_MOST_CLAIMS];
    double seconds;
} alv_reproduced;

/* HTML without scripts, nothing fetched; *out is the caller's: free(). ALV_ERR_MEMORY. */
alv_status alv_reproduce_page(char **out, const alv_reproduced *list, int n, alv_lang lang,
                              alv_error *error);

#endif
