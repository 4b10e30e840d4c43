/* An allocator that fails on request and counts what is not given back.
 *
 * The linker sends the program's own calls here (--wrap); jansson and SQLite are told to come here
 * too. The C library's and oneDNN's own allocations stay outside. */
#ifndef FAILING_H
#define FAILING_H

#include <stdbool.h>
#include <stddef.h>

/* From now on allocation number k, counted from 1, fails and the others succeed; 0: none fails. */
void failing_arm(long k);
/* Allocations since then. */
long failing_count(void);
/* Whose allocation failed: SQLite and jansson can do without some. */
typedef enum failing_owner {
    FAILING_NONE,
    FAILING_OURS,
    FAILING_SQLITE,
    FAILING_JANSSON
} failing_owner;
failing_owner failing_whose(void);
/* Blocks that are allocated and not freed. */
long failing_live(void);
/* Before anything else in the program: makes the libraries use this allocator. */
void failing_adopt_libraries(void);

#endif
