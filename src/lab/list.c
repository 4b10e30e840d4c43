/* Lists of options, and errors that name the option instead of what was read from it. */
#include "lab/list.h"

#include "base/base.h"

alv_list alv_list_make(const char *option, const char *text)
{
    return (alv_list){.option = option, .text = text, .at = text};
}

alv_status alv_list_next(char *out, size_t size, alv_list *list, alv_error *error)
{
    const char *start = list->at, *end = start;
    int depth = 0;
    for (; *end && (depth > 0 || *end != ','); end++) {
        depth += (*end == '(') - (*end == ')');
        if (depth < 0)
            return alv_fail(error, ALV_ERR_SYNTAX, list->option, "')' without '(' in '%s'", start);
    }
    if (depth > 0)
        return alv_fail(error, ALV_ERR_SYNTAX, list->option, "'(' without ')' in '%s'", start);
    list->at = *end == ',' ? end + 1 : NULL;
    while (start < end && *start == ' ') start++;
    while (end > start && end[-1] == ' ') end--;
    const size_t n = (size_t)(end - start);
    list->start = start - list->text;
    if (n == 0)
        return alv_fail(error, ALV_ERR_SYNTAX, list->option, "an item of the list is empty");
    if (n >= size) return alv_fail(error, ALV_ERR_SYNTAX, list->option, "an item is too long");
    memcpy(out, start, n);
    out[n] = '\0';
    return ALV_OK;
}

size_t alv_list_room(const char *text)
{
    size_t n = 1;
    for (; *text; text++) n += *text == ',';
    return n;
}

alv_status alv_blame(alv_status status, const char *option, alv_error *error)
{
    if (status != ALV_OK && status != ALV_ERR_MEMORY && error)
        alv_text_format(error->where, sizeof error->where, "%s", option);
    return status;
}

alv_status alv_list_blame(alv_status status, const alv_list *list, alv_error *error)
{
    if (status != ALV_OK && status != ALV_ERR_MEMORY && error && error->position >= 0)
        error->position += list->start;
    return alv_blame(status, list->option, error);
}
