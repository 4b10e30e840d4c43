/* Status codes and the error report that every fallible function fills (DESIGN.md, contract C3). */
#ifndef ALVOR_ERROR_H
#define ALVOR_ERROR_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The build, or who includes these headers, may define it before. */
#if defined(ALV_API)
#elif defined(__GNUC__) && !defined(__wasm__)
#define ALV_API __attribute__((visibility("default")))
#else
#define ALV_API
#endif

/* What happened. ALV_OK is zero; the numbers are frozen, new ones are added at the end. */
typedef enum alv_status {
    ALV_OK = 0,
    ALV_ERR_ARGUMENT = 1,     /* a NULL, NaN, negative or otherwise impossible argument */
    ALV_ERR_UNKNOWN_NAME = 2, /* no initializer, activation, data set, ... of that name */
    ALV_ERR_SYNTAX = 3,       /* a text (scheme, model, number) that does not parse */
    ALV_ERR_SHAPE = 4,        /* a rank or shape that the scheme or layer cannot have */
    ALV_ERR_RANGE = 5,        /* a value or slice outside its documented bounds */
    ALV_ERR_OVERFLOW = 6,     /* a product of sizes, or a constant, that its type cannot hold */
    ALV_ERR_DTYPE = 7,        /* an element type that the scheme cannot fill */
    ALV_ERR_MEMORY = 8,       /* an allocation failed */
    ALV_ERR_IO = 9,           /* the operating system refused to read or write */
    ALV_ERR_FORMAT = 10,      /* a file whose bytes are not what its format promises */
    ALV_ERR_UNSUPPORTED = 11, /* valid, but not something this version can do */
    ALV_ERR_INTERRUPTED = 12  /* stopped on request; what was finished is kept */
} alv_status;

/* Filled on failure and untouched on success. `where` names the argument, file or field; `position`
 * is a byte position in the input, or -1 where there is none; `message` says what is wrong and what
 * to do, in English, without a final newline. Both texts end with a NUL; one that is too long is
 * cut between two characters of UTF-8. Every function that takes an alv_error accepts NULL for it,
 * and leaves its results as they were when it fails. */
typedef struct alv_error {
    alv_status code;
    int64_t position;
    char where[64];
    char message[256];
} alv_error;

/* The identifier of a status, as in "ALV_ERR_SHAPE"; "ALV_ERR_?" for a number that is none. */
ALV_API const char *alv_status_name(alv_status status);

#ifdef __cplusplus
}
#endif
#endif
