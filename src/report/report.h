/* A run directory in, one self-contained report.html out.
 *
 * The report reads spec.json, env.json and run.db (docs/formats.md) and nothing else, so that it
 * can be made again, later, elsewhere, without training. It never includes the engine. */
#ifndef ALV_REPORT_H
#define ALV_REPORT_H

#include "alvor/lab.h"

/* The document that the page embeds, "alvor.report/1": JSON text, owned by the caller, free(). */
alv_status alv_report_document(char **out, const char *run_dir, alv_lang lang, alv_error *error);

#endif
