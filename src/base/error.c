/* Status names, and the one way to fail. */
#include "base/base.h"

static const char *const names[] = {
    [ALV_OK] = "ALV_OK",
    [ALV_ERR_ARGUMENT] = "ALV_ERR_ARGUMENT",
    [ALV_ERR_UNKNOWN_NAME] = "ALV_ERR_UNKNOWN_NAME",
    [ALV_ERR_SYNTAX] = "ALV_ERR_SYNTAX",
    [ALV_ERR_SHAPE] = "ALV_ERR_SHAPE",
    [ALV_ERR_RANGE] = "ALV_ERR_RANGE",
    [ALV_ERR_OVERFLOW] = "ALV_ERR_OVERFLOW",
    [ALV_ERR_DTYPE] = "ALV_ERR_DTYPE",
    [ALV_ERR_MEMORY] = "ALV_ERR_MEMORY",
    [ALV_ERR_IO] = "ALV_ERR_IO",
    [ALV_ERR_FORMAT] = "ALV_ERR_FORMAT",
    [ALV_ERR_UNSUPPORTED] = "ALV_ERR_UNSUPPORTED",
    [ALV_ERR_INTERRUPTED] = "ALV_ERR_INTERRUPTED",
};

const char *alv_status_name(alv_status status)
{
    return (int)status >= 0 && (int)status < ALV_COUNT(names) ? names[status] : "ALV_ERR_?";
}

static alv_status fail(alv_error *error, alv_status code, const char *where, int64_t position,
                       const char *format, va_list args)
{
    if (error) {
        error->code = code;
        error->position = position;
        alv_text_format(error->where, sizeof error->where, "%s", where);
        alv_text_vformat(error->message, sizeof error->message, format, args);
    }
    return code;
}

alv_status alv_fail(alv_error *error, alv_status code, const char *where, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fail(error, code, where, -1, format, args);
    va_end(args);
    return code;
}

alv_status alv_fail_at(alv_error *error, alv_status code, const char *where, int64_t position,
                       const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fail(error, code, where, position, format, args);
    va_end(args);
    return code;
}
