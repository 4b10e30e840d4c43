/* What every room uses: failing with a message, text without a locale, checked sizes. */
#ifndef ALV_BASE_H
#define ALV_BASE_H

#include "alvor/error.h"
#include "base/libc.h"

/* Before a loop whose iterations touch only their own elements, even when the arrays are one. */
#if defined(__clang__)
#define ALV_ELEMENTWISE _Pragma("clang loop vectorize(assume_safety)")
#elif defined(__GNUC__)
#define ALV_ELEMENTWISE _Pragma("GCC ivdep")
#else
#define ALV_ELEMENTWISE
#endif

/* Before a function whose loops become vector code: compiles it for each instruction set, and the
 * loader picks one. The results are the same bits, since every operation is rounded on its own
 * (contract C1): the build says so with ALV_CONTRACT_OFF, because no macro of the compiler tells
 * whether -ffp-contract=off was given. Elsewhere the plain function remains. */
#if defined(__x86_64__) && defined(__ELF__) && defined(__GLIBC__) && defined(__GNUC__) &&          \
    !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) && defined(ALV_CONTRACT_OFF)
#define ALV_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define ALV_CLONES
#endif

#define ALV_COUNT(array) ((int)(sizeof(array) / sizeof((array)[0])))

/* Fills *error (which may be NULL) and returns code. The format is alv_text_format's. */
alv_status alv_fail(alv_error *error, alv_status code, const char *where, const char *format, ...);
/* The same with a byte position. */
alv_status alv_fail_at(alv_error *error, alv_status code, const char *where, int64_t position,
                       const char *format, ...);

/* Returns the status of `call` from the enclosing function if it failed. */
#define ALV_TRY(call)                                                                              \
    do {                                                                                           \
        alv_status alv_try_status = (call);                                                        \
        if (alv_try_status != ALV_OK) return alv_try_status;                                       \
    } while (0)

/* A small snprintf that ignores the locale, always terminates, and never cuts a UTF-8 character:
 * %s %c %C (char, \xNN unless printable ASCII) %d (int) %lld (int64_t) %llu (uint64_t) %x
 * (uint32_t) %g (double, shortest text that reads back the same) %.Ng (N significant digits) %%.
 * Returns the length that the whole text needs. */
size_t alv_text_format(char *out, size_t size, const char *format, ...);
size_t alv_text_vformat(char *out, size_t size, const char *format, va_list args);

/* A place in a text that is being read, and where its errors go. */
typedef struct alv_cursor {
    const char *text, *at;
    alv_error *error;
} alv_cursor;

static inline void alv_skip_spaces(alv_cursor *c)
{
    while (*c->at == ' ' || *c->at == '\t') c->at++;
}

/* An ASCII letter or digit, or '_'. */
static inline bool alv_is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* Reads a decimal number ("-1.5e-3"; also inf, nan) from the first `length` bytes of `text`,
 * correctly rounded, whatever the locale. Returns the bytes consumed, 0 if there is no number. */
size_t alv_number_parse(double *out, const char *text, size_t length);
/* Shortest text that reads back as x (digits = 0), or `digits` significant digits, 1 to 17.
 * Returns the length; `out` has room for 32 bytes. */
size_t alv_number_print(char *out, double x, int digits);

/* The entry of `names` (NULL-terminated) nearest to `name` by edit distance, NULL if none is near.
 */
const char *alv_suggest(const char *name, const char *const *names);
/* True if `name` is one of the space-separated words. */
bool alv_word_in(const char *words, const char *name, size_t name_length);

/* *out = a * b for non-negative factors; false if it does not fit. */
static inline bool alv_mul_i64(int64_t *out, int64_t a, int64_t b)
{
    const bool small = ((uint64_t)a | (uint64_t)b) >> 31 == 0; /* nearly always, and no division */
    if (!small && (a < 0 || b < 0 || (b > 0 && a > INT64_MAX / b))) return false;
    *out = a * b;
    return true;
}

/* Zeroed memory for n elements; NULL if it cannot be had or n * size overflows. Free with free().
 */
void *alv_new_array(size_t n, size_t size);

#endif
