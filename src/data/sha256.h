/* SHA-256 (FIPS 180-4), to check downloads against published sums. */
#ifndef ALV_DATA_SHA256_H
#define ALV_DATA_SHA256_H

#include "base/base.h"

typedef struct alv_sha256 {
    uint32_t state[8];
    uint64_t length; /* bytes so far */
    unsigned char block[64];
} alv_sha256;

void alv_sha256_start(alv_sha256 *sha);
void alv_sha256_add(alv_sha256 *sha, const void *bytes, size_t size);
/* Writes the sum as 64 lower-case hexadecimal digits and a NUL. */
void alv_sha256_end(alv_sha256 *sha, char hex[65]);

#endif
