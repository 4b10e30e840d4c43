/* Comma-separated lists, as options hold them; and errors that name the option. */
#ifndef ALV_LAB_LIST_H
#define ALV_LAB_LIST_H

#include "alvor/error.h"
#include "base/libc.h"

/* A list on its way. */
typedef struct alv_list {
    const char *option, *text; /* "init", and its value */
    const char *at;            /* what is left; NULL: nothing */
    int64_t start;             /* in text: of the item that was taken last */
} alv_list;

alv_list alv_list_make(const char *option, const char *text);
/* The next item. Commas inside parentheses do not part; spaces around items are dropped. Where it
 * was the last, list->at is NULL. ALV_ERR_SYNTAX: an empty item, unbalanced parentheses, an item
 * that does not fit. */
alv_status alv_list_next(char *out, size_t size, alv_list *list, alv_error *error);
/* Commas that could part, plus one: room for every item. */
size_t alv_list_room(const char *text);

/* Pass `status` on. An error of what was read from an option becomes one of the option: it says
 * where in the option's text, if a place was said. One of memory stays. */
alv_status alv_blame(alv_status status, const char *option, alv_error *error);
/* Of the item that was taken last. */
alv_status alv_list_blame(alv_status status, const alv_list *list, alv_error *error);

#endif
