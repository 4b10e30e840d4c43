/* The allocator of failing.h: libc's, behind a counter. */
#include "alloc/failing.h"

#include <jansson.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t size);
void __real_free(void *p);

void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t size);
void __wrap_free(void *p);
char *__wrap_strdup(const char *text);

enum { SLOTS = 1 << 20 };

/* Blocks that are ours, in a hash table: what libc made itself may also come to free(). */
static void *_Atomic slots[SLOTS];
static atomic_long live, count, failing;

static void *const gone = &live;

static size_t slot_of(const void *p)
{
    return (size_t)((uintptr_t)p >> 4) * 0x9e3779b97f4a7c15u >> 20 & (SLOTS - 1);
}

static void *keep(void *p)
{
    if (!p) return NULL;
    for (size_t i = slot_of(p);; i = (i + 1) & (SLOTS - 1)) {
        void *seen = atomic_load(&slots[i]);
        if ((!seen || seen == gone) && atomic_compare_exchange_strong(&slots[i], &seen, p)) break;
    }
    atomic_fetch_add(&live, 1);
    return p;
}

static void forget(void *p)
{
    for (size_t i = slot_of(p);; i = (i + 1) & (SLOTS - 1)) {
        void *seen = atomic_load(&slots[i]);
        if (!seen) return;
        if (seen != p) continue;
        atomic_store(&slots[i], gone);
        atomic_fetch_sub(&live, 1);
        return;
    }
}

static atomic_int whose;

static bool fails(failing_owner owner)
{
    if (atomic_fetch_add(&count, 1) + 1 != atomic_load(&failing)) return false;
    atomic_store(&whose, owner);
    return true;
}

failing_owner failing_whose(void)
{
    return (failing_owner)atomic_load(&whose);
}

void *__wrap_malloc(size_t size)
{
    return fails(FAILING_OURS) ? NULL : keep(__real_malloc(size));
}

void *__wrap_calloc(size_t n, size_t size)
{
    return fails(FAILING_OURS) ? NULL : keep(__real_calloc(n, size));
}

void *__wrap_realloc(void *p, size_t size)
{
    if (fails(FAILING_OURS)) return NULL;
    if (p) forget(p);
    return keep(__real_realloc(p, size));
}

void __wrap_free(void *p)
{
    if (p) forget(p);
    __real_free(p);
}

char *__wrap_strdup(const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = __wrap_malloc(size);
    return copy ? memcpy(copy, text, size) : NULL;
}

void failing_arm(long k)
{
    atomic_store(&count, 0);
    atomic_store(&failing, k);
    atomic_store(&whose, FAILING_NONE);
}

long failing_count(void)
{
    return atomic_load(&count);
}

long failing_live(void)
{
    return atomic_load(&live);
}

/* Nothing here outlives the test, and it syncs its files some ten thousand times: the libraries'
 * calls come here too, since the program's symbols go before libc's. */
__attribute__((visibility("default"))) int fsync(int fd)
{
    (void)fd;
    return 0;
}

__attribute__((visibility("default"))) int fdatasync(int fd)
{
    return fsync(fd);
}

static void *jansson_malloc(size_t size)
{
    return fails(FAILING_JANSSON) ? NULL : keep(__real_malloc(size));
}

static sqlite3_mem_methods original;

static void *sqlite_malloc(int size)
{
    return fails(FAILING_SQLITE) ? NULL : original.xMalloc(size);
}

static void *sqlite_realloc(void *p, int size)
{
    return fails(FAILING_SQLITE) ? NULL : original.xRealloc(p, size);
}

void failing_adopt_libraries(void)
{
    json_set_alloc_funcs(jansson_malloc, __wrap_free);
    sqlite3_config(SQLITE_CONFIG_GETMALLOC, &original);
    sqlite3_mem_methods mine = original;
    mine.xMalloc = sqlite_malloc;
    mine.xRealloc = sqlite_realloc;
    sqlite3_config(SQLITE_CONFIG_MALLOC, &mine);
    sqlite3_initialize();
}
