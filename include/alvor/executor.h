/* The caller's threads: libalvor creates none (DESIGN.md, contract C4).
 *
 * A function that can share its work takes an executor and hands it tasks; the results are the same
 * bits however these are run. */
#ifndef ALVOR_EXECUTOR_H
#define ALVOR_EXECUTOR_H

#ifdef __cplusplus
extern "C" {
#endif

/* Plain values; all zero: the calling thread does everything. */
typedef struct alv_executor {
    /* Calls task(argument, i) once for each i in [0, n), in any order, on any threads, and returns
     * when all calls have returned. It may be called many times by one function of the library,
     * from the thread that called that function, and never from within a task. */
    void (*run)(void *pool, void (*task)(void *argument, int i), void *argument, int n);
    void *pool; /* the caller's, handed back to run */
} alv_executor;

#ifdef __cplusplus
}
#endif
#endif
