/* Inside the room: where every byte of a saved plan belongs. */
#ifndef ALV_FORMATS_SAVE_H
#define ALV_FORMATS_SAVE_H

#include <limits.h>

#include "formats/plan.h"

/* One file: tensors first to first + n. */
typedef struct alv_shard {
    int64_t first, n;
    int64_t base;   /* of its data on the line on which all data stand, a multiple of 8 */
    int64_t bytes;  /* of its data */
    int64_t header; /* bytes before its data */
    char path[PATH_MAX];
} alv_shard;

/* One tensor's place on that line. */
typedef struct alv_piece {
    int64_t begin, end;
    int32_t tensor, shard;
    int64_t scratch; /* above 0: cannot be drawn in parts without paying for all of it each time */
} alv_piece;

/* Whether a tensor made whole is work enough for all threads together. */
bool alv_piece_shared(const alv_piece *piece);

typedef struct alv_save_map {
    int n_shards;
    alv_shard *shards;
    int64_t n_pieces;
    alv_piece *pieces; /* by begin */
    int64_t end;       /* of the line */
    alv_save_sizes sizes;
    char digest[ALV_DIGEST];
    char index[PATH_MAX]; /* "" for a single file */
} alv_save_map;

alv_status alv_save_map_new(alv_save_map **out, const alv_weight_plan *plan, const alv_save *how,
                            alv_error *error);
void alv_save_map_free(alv_save_map *map);

/* The header of one shard, the caller's to free; with out == NULL only its length. */
alv_status alv_save_header(char **out, size_t *length, const alv_weight_plan *plan,
                           const alv_save_map *map, const alv_shard *shard, uint64_t seed,
                           alv_error *error);
/* The text of the index file, the caller's to free. */
alv_status alv_save_index(char **out, const alv_weight_plan *plan, const alv_save_map *map,
                          alv_error *error);
/* Bytes that one thread draws at a time. */
int64_t alv_save_chunk(const alv_save *how);

#endif
