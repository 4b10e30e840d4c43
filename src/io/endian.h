/* The byte order of files: little-endian, whatever the machine's. */
#ifndef ALV_IO_ENDIAN_H
#define ALV_IO_ENDIAN_H

#include <stdint.h>

/* Turns `size` bytes of elements of `item` bytes from the machine's order into the file's. */
static inline void alv_little_endian(void *bytes, int64_t size, int item)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    unsigned char *b = bytes;
    for (int64_t i = 0; i < size; i += item)
        for (int k = 0; k < item / 2; k++) {
            unsigned char low = b[i + k];
            b[i + k] = b[i + item - 1 - k];
            b[i + item - 1 - k] = low;
        }
#else
    (void)bytes, (void)size, (void)item;
#endif
}

#endif
