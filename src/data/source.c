/* The table of procedural sources: nothing else in the tree lists them. */
#include "data/source.h"

#include "data/split.h"

static const alv_source *const sources[] = {
    &alv_source_spirals, &alv_source_moons,    &alv_source_circles,
    &alv_source_xor,     &alv_source_shapeset, &alv_source_blobs,
};

int alv_source_count(void)
{
    return ALV_COUNT(sources);
}

const alv_source *alv_source_at(int index)
{
    return index >= 0 && index < ALV_COUNT(sources) ? sources[index] : NULL;
}

const alv_source *alv_source_find(const char *name)
{
    for (int i = 0; i < ALV_COUNT(sources); i++)
        if (strcmp(sources[i]->name, name) == 0) return sources[i];
    return NULL;
}

alv_status alv_source_check(int64_t lo, int64_t hi, alv_error *error)
{
    if (lo >= 0 && lo <= hi && hi <= ALV_SAMPLE_LIMIT) return ALV_OK;
    return alv_fail(error, ALV_ERR_RANGE, "data", "samples %lld to %lld; 0 to %lld exist", lo, hi,
                    ALV_SAMPLE_LIMIT);
}

/* In English: they are part of files. Copied, so that every split frees its names the same way. */
static alv_status copy_names(alv_split *split, const alv_source *source, alv_error *error)
{
    if (!source->class_names) return ALV_OK;
    split->class_names = alv_new_array((size_t)source->classes, sizeof *split->class_names);
    bool fine = split->class_names != NULL;
    for (int i = 0; fine && i < source->classes; i++) {
        size_t size = strlen(source->class_names[i][ALV_EN]) + 1;
        char *copy = alv_new_array(size, 1);
        fine = copy != NULL;
        if (fine) memcpy(copy, source->class_names[i][ALV_EN], size);
        split->class_names[i] = copy;
    }
    return fine ? ALV_OK : alv_fail(error, ALV_ERR_MEMORY, "data", "no memory for class names");
}

static alv_status fill(alv_split *split, const alv_source *source, uint64_t seed, alv_error *error)
{
    split->height = source->height;
    split->width = source->width;
    split->classes = source->classes;
    alv_text_format(split->name, sizeof split->name, "%s", source->name);
    alv_samples *train = &split->train, *test = &split->test;
    ALV_TRY(copy_names(split, source, error));
    ALV_TRY(source->generate(train->x, train->y, 0, train->n, seed, error));
    ALV_TRY(
        source->generate(test->x, test->y, ALV_TEST_FIRST, ALV_TEST_FIRST + test->n, seed, error));
    return alv_split_finish(split, source->name, error);
}

alv_status alv_source_split(alv_split **out, const alv_source *source, int64_t n_train,
                            int64_t n_test, uint64_t seed, alv_error *error)
{
    if (n_train == 0) n_train = source->n_train;
    if (n_test == 0) n_test = source->n_test;
    if (n_train < 1 || n_test < 1 || n_train > ALV_TEST_FIRST || n_test > ALV_TEST_FIRST)
        return alv_fail(error, ALV_ERR_RANGE, source->name,
                        "%lld training and %lld test samples; each from 1 to %lld", n_train, n_test,
                        ALV_TEST_FIRST);
    alv_split *split;
    ALV_TRY(alv_split_new(&split, n_train, n_test, source->dim, error));
    alv_status status = fill(split, source, seed, error);
    if (status != ALV_OK)
        alv_split_free(split);
    else
        *out = split;
    return status;
}
