/* Small model files, byte by byte: npy, npz and gguf. */
#ifndef ALV_TEST_MODEL_BYTES_H
#define ALV_TEST_MODEL_BYTES_H

#include <zlib.h>

#include "alvor/npy.h"
#include "test.h"

/* A file that grows by pieces. */
typedef struct bytes {
    unsigned char at[4096];
    size_t n;
} bytes;

static inline void put(bytes *b, const void *from, size_t n)
{
    assert_true(b->n + n <= sizeof b->at);
    memcpy(b->at + b->n, from, n);
    b->n += n;
}

/* n bytes, little endian; those past the eighth are zero. */
static inline void put_number(bytes *b, uint64_t x, int n)
{
    for (int i = 0; i < n; i++, x >>= 8) {
        unsigned char byte = (unsigned char)x;
        put(b, &byte, 1);
    }
}

/* The npy file of a (2, 3) float array 0, 1, ..., 5. */
static inline bytes make_npy(void)
{
    bytes b = {{0}, 0};
    size_t length;
    const int64_t shape[] = {2, 3};
    assert_int_equal(alv_npy_header((char *)b.at, sizeof b.at, &length, ALV_F32, 2, shape, NULL),
                     ALV_OK);
    b.n = length;
    for (int i = 0; i < 6; i++) put(&b, &(float){(float)i}, 4);
    return b;
}

/* One member: local header and data; *entry gets what the directory says of it. */
static inline void put_member(bytes *b, bytes *directory, const char *name, bool deflated)
{
    const bytes npy = make_npy();
    bytes packed = npy;
    const size_t at = b->n;
    if (deflated) {
        z_stream z = {.next_in = (unsigned char *)(uintptr_t)npy.at,
                      .avail_in = (unsigned)npy.n,
                      .next_out = packed.at,
                      .avail_out = sizeof packed.at};
        assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, -15, 8, 0), Z_OK);
        assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
        packed.n = z.total_out;
        deflateEnd(&z);
    }
    for (int local = 1; local >= 0; local--) {
        bytes *to = local ? b : directory;
        put(to, local ? "PK\3\4" : "PK\1\2\24\0", local ? 4 : 6);
        put_number(to, 20, 2);
        put_number(to, 0, 2);
        put_number(to, deflated ? 8 : 0, 2);
        put_number(to, 0, 8); /* time, date, sum: not read */
        put_number(to, packed.n, 4);
        put_number(to, npy.n, 4);
        put_number(to, strlen(name), 2);
        put_number(to, 0, 2);
        if (!local) put_number(to, 0, 10);
        if (!local) put_number(to, at, 4);
        put(to, name, strlen(name));
    }
    put(b, packed.at, packed.n);
}

static inline bytes make_npz(void)
{
    bytes b = {{0}, 0}, directory = {{0}, 0};
    put_member(&b, &directory, "layer/kernel.npy", false);
    put_member(&b, &directory, "layer/other.npy", true);
    put_member(&b, &directory, "readme.txt", false);
    const size_t at = b.n;
    put(&b, directory.at, directory.n);
    put(&b, "PK\5\6\0\0\0\0", 8);
    put_number(&b, 3, 2);
    put_number(&b, 3, 2);
    put_number(&b, directory.n, 4);
    put_number(&b, at, 4);
    put_number(&b, 0, 2);
    return b;
}

static inline void put_name(bytes *b, const char *text)
{
    put_number(b, strlen(text), 8);
    put(b, text, strlen(text));
}

/* A (2, 3) float tensor and a block of Q8_0, behind notes of every shape. */
static inline bytes make_gguf(void)
{
    bytes b = {{0}, 0};
    put(&b, "GGUF", 4);
    put_number(&b, 3, 4);
    put_number(&b, 2, 8);
    put_number(&b, 3, 8);
    put_name(&b, "general.alignment");
    put_number(&b, 4, 4);
    put_number(&b, 64, 4);
    put_name(&b, "general.name");
    put_number(&b, 8, 4);
    put_name(&b, "tiny");
    put_name(&b, "tokens");
    put_number(&b, 9, 4);
    put_number(&b, 8, 4);
    put_number(&b, 2, 8);
    put_name(&b, "a");
    put_name(&b, "bc");
    for (int quantized = 0; quantized < 2; quantized++) {
        put_name(&b, quantized ? "blk.0.ffn_down.weight" : "blk.0.attn_q.weight");
        put_number(&b, 2, 4);
        put_number(&b, quantized ? 32 : 3, 8);
        put_number(&b, quantized ? 1 : 2, 8);
        put_number(&b, quantized ? 8 : 0, 4);
        put_number(&b, quantized ? 64 : 0, 8);
    }
    while (b.n % 64 != 0) put_number(&b, 0, 1);
    for (int i = 0; i < 16; i++) put(&b, &(float){(float)i}, 4);
    put_number(&b, 0, 8);
    for (int i = 0; i < 26; i++) put_number(&b, 1, 1);
    return b;
}

#endif
