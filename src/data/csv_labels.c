/* The labels of a CSV file: each different text once, found by hashing, sorted at the end.
 *
 * Labels are sorted so that a class's number does not depend on the order of the rows: whole
 * numbers by value when all are, otherwise by bytes. */
#include "data/load.h"

#include <errno.h>

/* FNV-1a (Fowler, Noll and Vo). */
static uint32_t hash_text(const char *text, size_t length)
{
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < length; i++) hash = (hash ^ (unsigned char)text[i]) * 16777619u;
    return hash;
}

static void place(alv_labels *labels, int index)
{
    const char *text = labels->text[index];
    uint32_t mask = (uint32_t)labels->n_slots - 1, slot = hash_text(text, strlen(text)) & mask;
    while (labels->slots[slot]) slot = (slot + 1) & mask;
    labels->slots[slot] = index + 1;
}

/* Keeps the table at most half full. */
static bool grow(alv_labels *labels)
{
    if (labels->count < labels->capacity) return true;
    int capacity = labels->capacity ? 2 * labels->capacity : 32;
    char **text = realloc(labels->text, (size_t)capacity * sizeof *text);
    if (!text) return false;
    labels->text = text;
    int32_t *slots = alv_new_array(2 * (size_t)capacity, sizeof *slots);
    if (!slots) return false;
    free(labels->slots);
    labels->slots = slots;
    labels->capacity = capacity;
    labels->n_slots = 2 * capacity;
    for (int i = 0; i < labels->count; i++) place(labels, i);
    return true;
}

int alv_labels_add(alv_labels *labels, const char *text, size_t length)
{
    if (labels->n_slots) {
        uint32_t mask = (uint32_t)labels->n_slots - 1;
        for (uint32_t slot = hash_text(text, length) & mask; labels->slots[slot];
             slot = (slot + 1) & mask) {
            const char *known = labels->text[labels->slots[slot] - 1];
            if (strlen(known) == length && memcmp(known, text, length) == 0)
                return labels->slots[slot] - 1;
        }
    }
    if (labels->count == ALV_MAX_CLASSES) return -2;
    if (!grow(labels)) return -1;
    char *copy = malloc(length + 1);
    if (!copy) return -1;
    memcpy(copy, text, length);
    copy[length] = '\0';
    labels->text[labels->count] = copy;
    place(labels, labels->count);
    return labels->count++;
}

/* A label while it is sorted. */
typedef struct entry {
    char *text;
    long long value;
    bool whole;
    int32_t old;
} entry;

static int by_value(const void *a, const void *b)
{
    const entry *x = a, *y = b;
    if (x->value != y->value) return x->value < y->value ? -1 : 1;
    return strcmp(x->text, y->text); /* "1" and "01" */
}

static int by_text(const void *a, const void *b)
{
    return strcmp(((const entry *)a)->text, ((const entry *)b)->text);
}

static entry entry_of(char *text, int old)
{
    char *end;
    errno = 0;
    long long value = strtoll(text, &end, 10);
    return (entry){text, value, end != text && *end == '\0' && errno == 0, (int32_t)old};
}

bool alv_labels_sort(alv_labels *labels, int32_t *order)
{
    entry *entries = alv_new_array((size_t)labels->count, sizeof *entries);
    if (!entries) return false;
    bool whole = true;
    for (int i = 0; i < labels->count; i++) {
        entries[i] = entry_of(labels->text[i], i);
        whole = whole && entries[i].whole;
    }
    qsort(entries, (size_t)labels->count, sizeof *entries, whole ? by_value : by_text);
    for (int i = 0; i < labels->count; i++) {
        labels->text[i] = entries[i].text;
        order[entries[i].old] = (int32_t)i;
    }
    memset(labels->slots, 0, (size_t)labels->n_slots * sizeof *labels->slots);
    for (int i = 0; i < labels->count; i++) place(labels, i);
    free(entries);
    return true;
}

void alv_labels_free(alv_labels *labels)
{
    for (int i = 0; i < labels->count; i++) free(labels->text[i]);
    free(labels->text);
    free(labels->slots);
    *labels = (alv_labels){0};
}
