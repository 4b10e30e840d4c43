/* The functions that base/libc.h declares, for the browser: plain loops, and memory in powers of
 * two.
 *
 * The engine takes its memory once, and the page starts over with a new instance of the module;
 * what is freed is the scratch of a look, which the next look takes again from its size's list. */
#include "base/libc.h"

extern unsigned char __heap_base;
static size_t heap_end;

enum { PAGE = 65536, ALIGNMENT = 64 };

void *memmove(void *to, const void *from, size_t n)
{
    __builtin_memmove(to, from, n); /* one instruction: memory.copy */
    return to;
}

void *memcpy(void *to, const void *from, size_t n)
{
    return memmove(to, from, n);
}

void *memset(void *to, int byte, size_t n)
{
    __builtin_memset(to, byte, n); /* one instruction: memory.fill */
    return to;
}

int memcmp(const void *a, const void *b, size_t n)
{
    const unsigned char *x = a, *y = b;
    for (size_t i = 0; i < n; i++)
        if (x[i] != y[i]) return x[i] - y[i];
    return 0;
}

size_t strlen(const char *s)
{
    size_t n = 0;
    while (s[n]) n++;
    return n;
}

int strncmp(const char *a, const char *b, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (a[i] != b[i] || !a[i]) return (unsigned char)a[i] - (unsigned char)b[i];
    return 0;
}

int strcmp(const char *a, const char *b)
{
    return strncmp(a, b, (size_t)-1);
}

char *strchr(const char *s, int c)
{
    for (;; s++) {
        if (*s == (char)c) return (char *)(uintptr_t)s;
        if (!*s) return NULL;
    }
}

/* Stands before every block, in a place of its own, so that blocks keep their alignment. */
typedef struct header {
    struct header *next; /* of the same list, once freed */
    int power;           /* the block has 2^power bytes */
} header;

static header *freed[32];

static void *fresh(size_t bytes)
{
    if (!heap_end) heap_end = (size_t)&__heap_base;
    size_t start = (heap_end + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
    size_t end = start + bytes, have = __builtin_wasm_memory_size(0) * PAGE;
    if (end < start) return NULL;
    if (end > have && __builtin_wasm_memory_grow(0, (end - have + PAGE - 1) / PAGE) == (size_t)-1)
        return NULL;
    heap_end = end;
    return (void *)start;
}

void *calloc(size_t n, size_t size)
{
    size_t bytes;
    int power = 6;
    if (__builtin_mul_overflow(n, size, &bytes) || bytes > SIZE_MAX / 4) return NULL;
    while (((size_t)1 << power) < bytes) power++;
    header *block = freed[power];
    if (block)
        freed[power] = block->next;
    else if (!(block = fresh(ALIGNMENT + ((size_t)1 << power))))
        return NULL;
    *block = (header){.power = power};
    return memset((unsigned char *)block + ALIGNMENT, 0, bytes);
}

void free(void *p)
{
    if (!p) return;
    header *block = (void *)((unsigned char *)p - ALIGNMENT);
    block->next = freed[block->power];
    freed[block->power] = block;
}

void *realloc(void *p, size_t bytes)
{
    const header *block = (const void *)((unsigned char *)p - ALIGNMENT);
    const size_t had = p ? (size_t)1 << block->power : 0;
    if (p && bytes <= had) return p;
    void *longer = calloc(bytes, 1);
    if (longer && p) {
        memcpy(longer, p, had);
        free(p);
    }
    return longer;
}
