/* Networks as YAML (docs/networks.md). */
#ifndef ALV_FORMATS_NETWORK_H
#define ALV_FORMATS_NETWORK_H

#include "alvor/model.h"
#include "base/libc.h"

enum { ALV_NETWORK_FILE_MAX = 1 << 20 };

/* Whether the text of a model is the path of such a file: it ends in .yaml or .yml. */
bool alv_network_is_path(const char *model);

/* Reads `size` bytes that nobody vouches for; `name` is the file's, for messages, which say line
 * and column. hints->act is the activation of layers that name none, in a file that names none. The
 * model's text is "net NAME DIGEST": the digest is of the canonical YAML, which says the data's
 * sizes too, so that the network and not its file decides it, and with the activation behind it
 * where layers take the hint. `canonical` may be NULL, else the caller owns what it gets: free().
 * Nodes know their line and column. */
alv_status alv_network_read(alv_model **out, char **canonical, const char *bytes, size_t size,
                            const char *name, const alv_model_hints *hints, alv_error *error);
/* The same from a file. */
alv_status alv_network_load(alv_model **out, char **canonical, const char *path,
                            const alv_model_hints *hints, alv_error *error);

#endif
