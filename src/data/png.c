/* Writes PNG (ISO/IEC 15948): a signature and three chunks, the rows compressed by zlib.
 *
 * A chunk is its length, a name of four letters, the data, and the CRC-32 of name and data, with
 * big-endian numbers. IHDR: width, height, 8 bits, colour type 2 (RGB), deflate, filter method 0,
 * no interlace. IDAT: one zlib stream of the rows, each after a byte that names its filter (0:
 * none, or 1: the difference to the pixel on the left, which flat pictures like). IEND: nothing. */
#include "data/png.h"

#include <zlib.h>

static unsigned char *put_u32(unsigned char *at, uint32_t value)
{
    for (int i = 0; i < 4; i++) at[i] = (unsigned char)(value >> (24 - 8 * i));
    return at + 4;
}

static unsigned char *put_chunk(unsigned char *at, const char name[4], const unsigned char *data,
                                size_t size)
{
    at = put_u32(at, (uint32_t)size);
    memcpy(at, name, 4);
    if (size) memcpy(at + 4, data, size);
    uLong crc = crc32(0, at, (uInt)(size + 4));
    return put_u32(at + 4 + size, (uint32_t)crc);
}

/* The rows with filter 1, as IDAT wants them; NULL if out of memory. */
static unsigned char *filter_rows(const unsigned char *rgb, size_t stride, size_t height)
{
    unsigned char *rows = malloc((stride + 1) * height);
    for (size_t y = 0; rows && y < height; y++) {
        const unsigned char *from = rgb + y * stride;
        unsigned char *to = rows + y * (stride + 1);
        *to++ = 1;
        for (size_t i = 0; i < stride; i++)
            to[i] = (unsigned char)(from[i] - (i >= 3 ? from[i - 3] : 0));
    }
    return rows;
}

alv_status alv_png_encode(unsigned char **out, size_t *size, const unsigned char *rgb, int width,
                          int height, alv_error *error)
{
    static const unsigned char signature[8] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
    if (width < 1 || height < 1 || width > 32767 || height > 32767)
        return alv_fail(error, ALV_ERR_RANGE, "png", "%d x %d pixels; 1 to 32767 each", width,
                        height);
    size_t stride = 3 * (size_t)width, raw = (stride + 1) * (size_t)height;
    if (raw > INT32_MAX) return alv_fail(error, ALV_ERR_RANGE, "png", "more than 2 GiB of pixels");
    uLongf packed = compressBound(raw);
    unsigned char *rows = filter_rows(rgb, stride, (size_t)height), *data = malloc(packed);
    unsigned char *file = malloc(packed + 64);
    bool fine = rows && data && file && compress2(data, &packed, rows, raw, 9) == Z_OK;
    free(rows);
    if (fine) {
        unsigned char head[13] = {[8] = 8, [9] = 2}, *at = file;
        put_u32(put_u32(head, (uint32_t)width), (uint32_t)height);
        memcpy(at, signature, sizeof signature);
        at = put_chunk(at + sizeof signature, "IHDR", head, sizeof head);
        at = put_chunk(at, "IDAT", data, packed);
        at = put_chunk(at, "IEND", NULL, 0);
        *out = file;
        *size = (size_t)(at - file);
    }
    free(data);
    if (!fine) free(file);
    return fine ? ALV_OK : alv_fail(error, ALV_ERR_MEMORY, "png", "no memory for the image");
}
