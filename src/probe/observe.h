/* Moments of a matrix of values, unit by unit: the one reduction that the probes share. */
#ifndef ALV_PROBE_OBSERVE_H
#define ALV_PROBE_OBSERVE_H

#include <stdbool.h>
#include <stdint.h>

/* Of v (rows, units). The flat region is v <= flat_below or v >= flat_above. */
typedef struct alv_unit_moments {
    double mean; /* over everything finite */
    double std;  /* per unit over the rows, then root mean square over units */
    double flat; /* share of finite values in the flat region */
    double dead; /* share of units that are flat in every row */
    int64_t nonfinite;
} alv_unit_moments;

alv_unit_moments alv_observe_units(const float *v, int64_t rows, int64_t units, double flat_below,
                                   double flat_above);

/* Root mean square and deviation of the n finite values of v, minus those of `less` if not NULL. */
typedef struct alv_flat_moments {
    double rms, std;
    int64_t nonfinite;
} alv_flat_moments;

alv_flat_moments alv_observe_flat(const float *v, const float *less, int64_t n);

#endif
