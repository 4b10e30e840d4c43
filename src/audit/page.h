/* What was inspected as a page: the mistakes, then every tensor with its histogram. */
#ifndef ALV_AUDIT_PAGE_H
#define ALV_AUDIT_PAGE_H

#include "audit/inspect.h"

/* Self-contained HTML without a script, the caller's to free(). ALV_ERR_MEMORY. */
alv_status alv_inspect_page(char **out, const alv_inspection *inspection, alv_lang lang,
                            alv_error *error);

#endif
