/* What was inspected as one JSON document, "alvor.inspect/1" (docs/inspect.md). */
#ifndef ALV_AUDIT_DOCUMENT_H
#define ALV_AUDIT_DOCUMENT_H

#include "audit/inspect.h"

/* The words that name where an explanation comes from, and how grave a mistake is; stable. */
const char *alv_basis_name(alv_basis from);
const char *alv_weight_of_name(alv_weight_of weight);

/* `verified` has n_verified entries, or is NULL. The text is the caller's to free(); NULL without
 * memory. */
char *alv_inspect_document(const alv_inspection *inspection, const alv_verified *verified,
                           int64_t n_verified);

#endif
