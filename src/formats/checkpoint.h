/* Model files as named tensors, whatever their format; where a file has a graph, as a network too.
 *
 *   alv_checkpoint *model;
 *   ALV_TRY(alv_checkpoint_open(&model, "model.safetensors", error));
 *   for (int64_t i = 0; i < model->n; i++) use(&model->tensors[i]);
 *   alv_checkpoint_free(model);
 *
 * Files are mapped and nothing is copied but what was compressed. Whoever shortens a file while it
 * is mapped ends the process that touches what is gone: the operating system promises no better.
 * Who goes through whole tensors reads them by formats/reader.h, which has an error for that. */
#ifndef ALV_FORMATS_CHECKPOINT_H
#define ALV_FORMATS_CHECKPOINT_H

#include "alvor/alvor.h"
#include "base/libc.h"

/* What a tensor is: a word for people and rules, and what alv_tensor says about it. */
typedef struct alv_kind {
    const char *name; /* "dense", "norm", "buffer" */
    alv_role role;
    alv_layer layer;
    bool drawn;     /* a parameter that an initializer fills; false: a buffer, or nobody knows */
    bool is_matrix; /* has inputs and outputs */
} alv_kind;

typedef struct alv_checkpoint_tensor {
    const char *name; /* UTF-8, NUL-terminated, of any length */
    const char *type; /* the format's own word: "BF16" */
    int dtype;        /* an alv_dtype, or -1: what alvor does not draw */
    int item;         /* bytes of an element; 0: elements share bytes (blocks of GGUF) */
    bool big;         /* big-endian */
    bool fortran;     /* column-major */
    int rank;
    int64_t shape[ALV_MAX_RANK];
    int64_t count;               /* elements */
    int64_t size;                /* bytes of data */
    const unsigned char *bytes;  /* they, with no promise on alignment */
    int file;                    /* whose part they are, by index; -1: unpacked */
    int64_t at;                  /* where they begin there */
    int64_t sum_from, sum_at[2]; /* of an archive: where what its CRC-32 covers begins, and where
                                    the sum is kept; 0: nowhere */
    const alv_kind *kind;        /* never NULL */
    bool normed;                 /* a normalization follows, before the next activation or join */
    bool ends_branch;            /* its output is added to a residual stream */
    bool laid;                   /* a signal is multiplied by it, or it is added, by a move */
    alv_tensor what;             /* the same as an initializer sees it; its name is cut to fit */
} alv_checkpoint_tensor;

typedef struct alv_checkpoint_file {
    char *path;
    unsigned char *bytes;
    size_t size;
    bool mapped;            /* else the caller's */
    uint64_t device, inode; /* of a mapped one: which file it is */
} alv_checkpoint_file;

/* What a graph in a file does and `graph` leaves out. */
typedef enum alv_left_out {
    ALV_LEFT_SCALE, /* a signal times or over a number that is not known */
    ALV_LEFT_SHIFT, /* plus or minus one */
    ALV_LEFT_CLIP,  /* any clipping is relu6 */
    ALV_LEFT_SLOPE, /* PRelu's own slopes */
    ALV_LEFT_NORM,  /* batch norms that an exporter has folded into convolutions */
    ALV_LEFT_INPUT, /* what is fed beside the data: its usual value is taken */
    ALV_LEFT_SIZE,  /* sizes of the data that the file leaves open: usual ones are taken */
    ALV_LEFT_OUTS
} alv_left_out;

/* Why a graph cannot be run by what `graph` says of it. */
typedef enum alv_stop_why {
    ALV_STOP_NOTHING,  /* it can, as far as its reader knows */
    ALV_STOP_OPERATOR, /* no rule says what it does */
    ALV_STOP_OPTION,   /* an option of it that is not followed */
    ALV_STOP_NUMBER,   /* a number that is not known, or that `graph` leaves out */
    ALV_STOP_PLACES    /* values or axes are moved as no layer moves them */
} alv_stop_why;

/* The first such node, by what the file calls it. */
typedef struct alv_stop {
    alv_stop_why why;
    char op[ALV_MAX_OPERATOR], name[96];
} alv_stop;

/* What a node of `graph` does for which alv_node has no words, as src/audit runs it. Nodes with a
 * move are ALV_OP_OTHER, by the operator's name, but for recurrent layers. */
typedef enum alv_move_kind {
    ALV_MOVE_NONE,
    ALV_MOVE_UNITS,       /* sums of chosen units, weighed */
    ALV_MOVE_PLACES,      /* chosen positions */
    ALV_MOVE_JOIN_UNITS,  /* the units of two nodes side by side at each position */
    ALV_MOVE_JOIN_PLACES, /* the positions of two nodes */
    ALV_MOVE_TIMES,       /* the product of two nodes, the second perhaps of one unit or position */
    ALV_MOVE_ROWS,        /* a parameter's rows, the same in every sample */
    ALV_MOVE_SHIFT,       /* constants are added */
    ALV_MOVE_CELLS,       /* a recurrent layer, in the directions that it says */
    ALV_MOVE_ENDS,        /* the states in which both directions of one end */
    ALV_MOVE_SCORES       /* queries are multiplied by `scale` first */
} alv_move_kind;

typedef struct alv_move {
    alv_move_kind kind;
    int terms;          /* of UNITS */
    int64_t n_which;    /* of UNITS 2 terms out, the units, then their factors; of PLACES which */
    const float *which; /* -1: none */
    int64_t n_table;    /* of UNITS terms positions out, or 0; of SHIFT positions out */
    const float *table;
    int begins[2];    /* of CELLS: parameters that h and c begin with; -1: zeros */
    alv_act_spec act; /* of CELLS, of an RNN */
    double scale;     /* of SCORES */
    bool learned;     /* the constants of UNITS or SHIFT are a parameter of the file */
    bool swapped;     /* of JOIN: what `other` gives stands first */
    bool told;        /* of weights that read a whole sample: whether the order of its values is */
    bool units_first; /* it: units before positions */
} alv_move;

struct alv_checkpoint_format;

typedef struct alv_checkpoint {
    const struct alv_checkpoint_format *format;
    int64_t n;
    alv_checkpoint_tensor *tensors;
    int n_files;
    alv_checkpoint_file *files;  /* the first is the one that was opened */
    alv_model *graph;            /* NULL: the file has none */
    alv_move *moves;             /* (graph->n_nodes) */
    int left_out[ALV_LEFT_OUTS]; /* of it, how often */
    alv_stop stop;               /* of it */
    size_t data_input;           /* of the graph's inputs the one that is its data */
    int data_rank;               /* axes of its data; 0: not known */
    bool time_first;             /* its data are (T, N, ...) */
    bool channels_first;         /* its data of three axes are (N, units, positions) */
    /* Inside the room. */
    const alv_checkpoint_tensor *fed; /* while it is read */
    int64_t capacity;
    int64_t *sorted; /* indices of tensors by name */
    struct alv_checkpoint_keep *kept;
    int64_t unpacked; /* bytes so far */
} alv_checkpoint;

typedef struct alv_checkpoint_format {
    const char *name; /* "safetensors" */
    const char *summary[ALV_LANGS];
    /* Whether bytes that begin so (the file is `size` long) can be of this format. */
    bool (*sniff)(const unsigned char *bytes, size_t size);
    /* Reads files[0] and adds the tensors. */
    alv_status (*open)(alv_checkpoint *model, alv_error *error);
} alv_checkpoint_format;

/* The formats that can be read, in the order in which they are tried; NULL outside [0, count). */
const alv_checkpoint_format *alv_checkpoint_format_at(int index);

/* Maps a file and reads what it holds. ALV_ERR_IO, ALV_ERR_FORMAT and ALV_ERR_UNSUPPORTED with the
 * byte position, ALV_ERR_MEMORY. `rules` change what tensors are (formats/kind.h); may be NULL.
 * The caller owns *out: alv_checkpoint_free. */
alv_status alv_checkpoint_open(alv_checkpoint **out, const char *path, const char *rules,
                               alv_error *error);
/* The same, with the first array that a graph will be fed: sizes of its data that it leaves open
 * are those of that array. NULL: usual ones. */
alv_status alv_checkpoint_open_fed(alv_checkpoint **out, const char *path, const char *rules,
                                   const alv_checkpoint_tensor *fed, alv_error *error);
/* The same from the caller's memory, without the files that it may name. */
alv_status alv_checkpoint_read(alv_checkpoint **out, const void *bytes, size_t size,
                               alv_error *error);
void alv_checkpoint_free(alv_checkpoint *model); /* NULL is fine */

/* By name; NULL if there is none. */
alv_checkpoint_tensor *alv_checkpoint_find(const alv_checkpoint *model, const char *name);

/* Elements [lo, hi) in storage order, as doubles; the dtype is one of alvor's. */
void alv_checkpoint_decode(double *out, const alv_checkpoint_tensor *tensor, int64_t lo,
                           int64_t hi);

/* The same of whole numbers of 1 to 8 bytes, which have no dtype; exact up to 2^53. False where the
 * tensor holds none that can be told from its type's name ("INT64", "I64", "<i8"). */
bool alv_checkpoint_decode_whole(double *out, const alv_checkpoint_tensor *tensor, int64_t lo,
                                 int64_t hi);

/* For the formats: */

/* Maps one more file; *index is its place. */
alv_status alv_checkpoint_map(int *index, alv_checkpoint *model, const char *path,
                              alv_error *error);
/* Zeroed memory that lives as long as the model; NULL without. */
void *alv_checkpoint_keep(alv_checkpoint *model, size_t size);
/* A copy with a NUL. */
const char *alv_checkpoint_text(alv_checkpoint *model, const char *text, size_t length);
/* Appends a tensor whose name, type, dtype, item, shape and place are set; checks that its elements
 * can be counted. */
alv_status alv_checkpoint_add(alv_checkpoint *model, const alv_checkpoint_tensor *tensor,
                              alv_error *error);
/* "DIRECTORY OF FILE 0/name", kept; an error for a name that leaves the directory. */
alv_status alv_checkpoint_beside(const char **out, alv_checkpoint *model, const char *name,
                                 alv_error *error);

#endif
