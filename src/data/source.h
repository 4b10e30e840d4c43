/* What the generators of procedural data share.
 *
 * A source is an endless sequence: sample i of a seed has words [i * W, (i + 1) * W) of the stream
 * "data/NAME" to itself, so it depends neither on the range that was asked for nor on other
 * samples. Training takes the samples from 0, testing those from ALV_TEST_FIRST: the two never
 * meet. */
#ifndef ALV_DATA_SOURCE_H
#define ALV_DATA_SOURCE_H

#include "base/base.h"
#include "data/data.h"
#include "math/math.h"
#include "stream/rng.h"

#define ALV_TEST_FIRST (INT64_C(1) << 32)
#define ALV_SAMPLE_LIMIT (INT64_C(1) << 40) /* one past the last index */

/* The sources, each in its file. */
extern const alv_source alv_source_shapeset, alv_source_blobs, alv_source_spirals, alv_source_moons,
    alv_source_circles, alv_source_xor;

/* ALV_OK if 0 <= lo <= hi <= ALV_SAMPLE_LIMIT. */
alv_status alv_source_check(int64_t lo, int64_t hi, alv_error *error);

/* A split of n_train and n_test samples (0: the source's defaults). */
alv_status alv_source_split(alv_split **out, const alv_source *source, int64_t n_train,
                            int64_t n_test, uint64_t seed, alv_error *error);

#endif
