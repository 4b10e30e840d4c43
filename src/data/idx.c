/* IDX: the file format of MNIST, plain or compressed with gzip.
 *
 * A big-endian header, then the values in row-major order:
 *
 *     byte 0, 1    zero
 *     byte 2       type of the values; 8 is the unsigned byte, the only one read here
 *     byte 3       rank r
 *     4 + 4 i      size of axis i, 32 bits, for i < r
 *     4 + 4 r      the values
 *
 * (LeCun, Cortes and Burges, "The MNIST database of handwritten digits", file format section.)
 * The header promises a size. Of a plain file the rest must have exactly that size; a compressed
 * one is inflated up to it and not a byte further, so no bomb can take more than it announced, and
 * what it announces must be within deflate's largest ratio of the bytes that are there. */
#include "data/load.h"

#include <zlib.h>

/* A deflate stream cannot expand by more than this (zlib's technical details: 1032 to 1). */
enum { DEFLATE_RATIO = 1032, GZIP_MIN = 18 };

/* Reads forward through plain or compressed bytes. */
typedef struct reader {
    const unsigned char *next;
    size_t left;
    int64_t position; /* of the (decompressed) byte that comes next */
    bool gzip;
    bool ended; /* the compressed stream is complete */
    z_stream stream;
    const char *where;
} reader;

static alv_status reader_open(reader *r, const void *bytes, size_t size, const char *where,
                              alv_error *error)
{
    *r = (reader){.next = bytes, .left = size, .where = where};
    r->gzip = size >= 2 && r->next[0] == 0x1f && r->next[1] == 0x8b;
    if (r->gzip && inflateInit2(&r->stream, 15 + 16) != Z_OK)
        return alv_fail(error, ALV_ERR_MEMORY, where, "no memory to decompress");
    return ALV_OK;
}

static void reader_close(reader *r)
{
    if (r->gzip) inflateEnd(&r->stream);
}

/* The most bytes that can still come. */
static int64_t reader_bound(const reader *r)
{
    if (!r->gzip) return (int64_t)r->left;
    int64_t pending = (int64_t)r->left + GZIP_MIN;
    return pending > INT64_MAX / DEFLATE_RATIO ? INT64_MAX : pending * DEFLATE_RATIO;
}

static size_t read_plain(reader *r, unsigned char *out, size_t size)
{
    size_t n = size < r->left ? size : r->left;
    memcpy(out, r->next, n);
    r->next += n;
    r->left -= n;
    return n;
}

/* zlib counts with 32 bits, so both sides are fed in pieces. Returns the bytes made; fewer than
 * `size` at the end of the stream, of the input, or at an error, which *code tells. */
static size_t read_gzip(reader *r, unsigned char *out, size_t size, int *code)
{
    const size_t piece = 1 << 30;
    size_t made = 0;
    *code = Z_OK;
    while (made < size && !r->ended && *code == Z_OK) {
        uInt in = (uInt)(r->left < piece ? r->left : piece);
        uInt room = (uInt)(size - made < piece ? size - made : piece);
        r->stream.next_in = (Bytef *)(uintptr_t)r->next;
        r->stream.avail_in = in;
        r->stream.next_out = out + made;
        r->stream.avail_out = room;
        *code = inflate(&r->stream, Z_NO_FLUSH);
        r->next += in - r->stream.avail_in;
        r->left -= in - r->stream.avail_in;
        made += room - r->stream.avail_out;
        if (*code == Z_STREAM_END) r->ended = true;
    }
    return made;
}

/* Reads exactly `size` bytes. */
static alv_status take(reader *r, unsigned char *out, size_t size, const char *what,
                       alv_error *error)
{
    int code = Z_OK;
    size_t made = r->gzip ? read_gzip(r, out, size, &code) : read_plain(r, out, size);
    r->position += (int64_t)made;
    if (made == size) return ALV_OK;
    if (code == Z_DATA_ERROR || code == Z_NEED_DICT)
        return alv_fail_at(error, ALV_ERR_FORMAT, r->where, r->position,
                           "the compressed data is damaged in the %s", what);
    if (code == Z_MEM_ERROR)
        return alv_fail(error, ALV_ERR_MEMORY, r->where, "no memory to decompress");
    return alv_fail_at(error, ALV_ERR_FORMAT, r->where, r->position,
                       "the file ends in the %s: %llu of %llu bytes are there%s", what,
                       (uint64_t)made, (uint64_t)size, r->gzip ? " once decompressed" : "");
}

/* Nothing may follow: neither more values nor, after a compressed stream, other bytes. */
static alv_status check_end(reader *r, alv_error *error)
{
    unsigned char extra;
    int code = Z_OK;
    if (!r->gzip && r->left > 0)
        return alv_fail_at(error, ALV_ERR_FORMAT, r->where, r->position,
                           "%llu bytes follow the values that the header promises",
                           (uint64_t)r->left);
    if (!r->gzip) return ALV_OK;
    if (read_gzip(r, &extra, 1, &code) > 0)
        return alv_fail_at(error, ALV_ERR_FORMAT, r->where, r->position,
                           "more data follows the values that the header promises");
    if (!r->ended)
        return alv_fail_at(error, ALV_ERR_FORMAT, r->where, r->position,
                           "the compressed data is %s in its checksum",
                           code == Z_DATA_ERROR ? "damaged" : "cut short");
    if (r->left > 0)
        return alv_fail_at(error, ALV_ERR_FORMAT, r->where, r->position,
                           "%llu bytes follow the compressed data", (uint64_t)r->left);
    return ALV_OK;
}

static alv_status check_magic(const unsigned char head[4], const char *where, alv_error *error)
{
    if (head[0] != 0 || head[1] != 0)
        return alv_fail_at(error, ALV_ERR_FORMAT, where, 0,
                           "not an IDX file: it starts with the bytes %x %x, not 0 0",
                           (uint32_t)head[0], (uint32_t)head[1]);
    if (head[2] != 8)
        return alv_fail_at(error, ALV_ERR_UNSUPPORTED, where, 2,
                           "IDX values of type %x; only unsigned bytes (8) are read",
                           (uint32_t)head[2]);
    if (head[3] < 1 || head[3] > ALV_IDX_MAX_RANK)
        return alv_fail_at(error, ALV_ERR_FORMAT, where, 3, "rank %d; 1 to %d are read",
                           (int)head[3], ALV_IDX_MAX_RANK);
    return ALV_OK;
}

static alv_status read_header(alv_idx *out, reader *r, alv_error *error)
{
    unsigned char head[4];
    ALV_TRY(take(r, head, 4, "header", error));
    ALV_TRY(check_magic(head, r->where, error));
    out->rank = head[3];
    out->count = 1;
    for (int axis = 0; axis < out->rank; axis++) {
        unsigned char b[4];
        ALV_TRY(take(r, b, 4, "header", error));
        int64_t size = (int64_t)b[0] << 24 | b[1] << 16 | b[2] << 8 | b[3];
        out->shape[axis] = size;
        if (size == 0)
            return alv_fail_at(error, ALV_ERR_FORMAT, r->where, r->position - 4,
                               "axis %d has size 0", axis);
        if (!alv_mul_i64(&out->count, out->count, size))
            return alv_fail_at(error, ALV_ERR_OVERFLOW, r->where, r->position - 4,
                               "the product of the sizes does not fit in 63 bits");
    }
    if (out->count > reader_bound(r))
        return alv_fail_at(error, ALV_ERR_FORMAT, r->where, 4,
                           "the header promises %lld values; the file can hold at most %lld",
                           out->count, reader_bound(r));
    return ALV_OK;
}

static alv_status read_values(alv_idx *out, reader *r, alv_error *error)
{
    ALV_TRY(read_header(out, r, error));
    out->data = malloc((size_t)out->count);
    if (!out->data)
        return alv_fail(error, ALV_ERR_MEMORY, r->where, "no memory for %lld values", out->count);
    ALV_TRY(take(r, out->data, (size_t)out->count, "values", error));
    return check_end(r, error);
}

alv_status alv_idx_parse(alv_idx *out, const void *bytes, size_t size, const char *where,
                         alv_error *error)
{
    alv_idx idx = {0};
    reader r;
    ALV_TRY(reader_open(&r, bytes, size, where, error));
    alv_status status = read_values(&idx, &r, error);
    reader_close(&r);
    if (status != ALV_OK)
        alv_idx_free(&idx);
    else
        *out = idx;
    return status;
}

void alv_idx_free(alv_idx *idx)
{
    free(idx->data);
    idx->data = NULL;
}
