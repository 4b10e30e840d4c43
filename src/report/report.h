/* A run directory in, one self-contained report.html out.
 *
 * The report reads spec.json, env.json and run.db (docs/formats.md) and nothing else, so that it
 * can be made again, later, elsewhere, without training. It never includes the engine. */
#ifndef ALV_REPORT_H
#define ALV_REPORT_H

#include "alvor/alvor.h"

/* Writes the report of the run in `run_dir` to `html_path` (NULL: run_dir/report.html), atomically:
 * on any error nothing is written and an older report stays. `lang` is the language that the page
 * opens in unless its address says otherwise.
 *
 * ALV_ERR_IO: a file is missing or unreadable, or the page cannot be written. ALV_ERR_FORMAT: a
 * file is not what docs/formats.md promises (truncated, not a database, another version).
 * ALV_ERR_MEMORY. Deterministic: the same three files give the same bytes. */
alv_status alv_report_write(const char *run_dir, const char *html_path, alv_lang lang,
                            alv_error *error);

/* The document that the page embeds, "alvor.report/1": JSON text, owned by the caller, free(). */
alv_status alv_report_document(char **out, const char *run_dir, alv_lang lang, alv_error *error);

#endif
