/* Elements of a mapped tensor as doubles: exact, since every type is a double with fewer bits. */
#include "base/base.h"
#include "dist/round.h"
#include "formats/checkpoint.h"
#include "math/mathf.h"

/* memcpy reads what is not aligned; compilers make plain loads of it. */
#define DECODE(name, word, value)                                                                  \
    ALV_CLONES static void name(double *restrict out, const unsigned char *restrict bytes,         \
                                int64_t n)                                                         \
    {                                                                                              \
        for (int64_t i = 0; i < n; i++) {                                                          \
            word x;                                                                                \
            memcpy(&x, bytes + i * (int64_t)sizeof x, sizeof x);                                   \
            out[i] = (double)(value);                                                              \
        }                                                                                          \
    }

DECODE(decode_f32, float, x)
DECODE(decode_f64, double, x)
DECODE(decode_bf16, uint16_t, alv_from_bitsf((uint32_t)x << 16))

/* A half as a float of the same bits, 2^112 too small: exact, also where it is subnormal. Beyond
 * the finite ones, 65536 and up, the multiplication leaves what an infinity or NaN must replace. */
static inline float half(uint16_t x)
{
    const float size = alv_from_bitsf((uint32_t)(x & 0x7fff) << 13) * 0x1p112f;
    const uint32_t bits =
        size >= 65536 ? 0x7f800000 | (uint32_t)(x & 0x3ff) << 13 : alv_bitsf(size);
    return alv_from_bitsf(bits | (uint32_t)(x & 0x8000) << 16);
}

DECODE(decode_f16, uint16_t, half(x))
DECODE(decode_e4m3, uint8_t, alv_widen(ALV_F8_E4M3FN, x))
DECODE(decode_e5m2, uint8_t, alv_widen(ALV_F8_E5M2, x))

static void swap(unsigned char *out, const unsigned char *bytes, int item)
{
    for (int k = 0; k < item; k++) out[k] = bytes[item - 1 - k];
}

void alv_checkpoint_decode(double *out, const alv_checkpoint_tensor *tensor, int64_t lo, int64_t hi)
{
    static void (*const decoders[])(double *, const unsigned char *, int64_t) = {
        [ALV_F32] = decode_f32,   [ALV_F64] = decode_f64,        [ALV_F16] = decode_f16,
        [ALV_BF16] = decode_bf16, [ALV_F8_E4M3FN] = decode_e4m3, [ALV_F8_E5M2] = decode_e5m2,
    };
    const unsigned char *bytes = tensor->bytes + lo * tensor->item;
    const bool native = tensor->big == (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__);
    if (native || tensor->item == 1) {
        decoders[tensor->dtype](out, bytes, hi - lo);
        return;
    }
    for (int64_t i = 0; i < hi - lo; i++) {
        unsigned char element[8];
        swap(element, bytes + i * tensor->item, tensor->item);
        decoders[tensor->dtype](out + i, element, 1);
    }
}

/* What the formats call whole numbers, in capitals; of either sign. */
static bool is_whole(bool *negative, const char *type)
{
    static const char *const with_sign[] = {"INT64", "INT32", "INT16", "INT8", "I64",
                                            "I32",   "I16",   "I8",    "<I8",  "<I4",
                                            "<I2",   "|I1",   ">I8",   ">I4",  ">I2"};
    static const char *const without[] = {"UINT64", "UINT32", "UINT16", "UINT8", "U64",
                                          "U32",    "U16",    "U8",     "<U8",   "<U4",
                                          "<U2",    "|U1",    ">U8",    ">U4",   ">U2"};
    char word[16] = "";
    for (size_t i = 0; i + 1 < sizeof word && type[i]; i++)
        word[i] = (char)(type[i] >= 'a' && type[i] <= 'z' ? type[i] - 'a' + 'A' : type[i]);
    for (int i = 0; i < ALV_COUNT(with_sign); i++) {
        *negative = strcmp(word, with_sign[i]) == 0;
        if (*negative || strcmp(word, without[i]) == 0) return true;
    }
    return strcmp(word, "BOOL") == 0;
}

bool alv_checkpoint_decode_whole(double *out, const alv_checkpoint_tensor *t, int64_t lo,
                                 int64_t hi)
{
    bool negative;
    if (!t->bytes || t->item < 1 || t->item > 8 || t->dtype >= 0 || t->size < hi * t->item ||
        !is_whole(&negative, t->type))
        return false;
    for (int64_t i = lo; i < hi; i++) {
        const unsigned char *bytes = t->bytes + i * t->item;
        uint64_t x = 0;
        for (int k = 0; k < t->item; k++) x = x << 8 | bytes[t->big ? k : t->item - 1 - k];
        const int unused = 64 - 8 * t->item;
        out[i - lo] = negative ? (double)((int64_t)(x << unused) >> unused) : (double)x;
    }
    return true;
}
