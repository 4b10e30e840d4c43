/* Inside the room: a network on its way from YAML to nodes. */
#ifndef ALV_FORMATS_NETWORK_PART_H
#define ALV_FORMATS_NETWORK_PART_H

#include "formats/network_yaml.h"
#include "model/build.h"

enum { ALV_NETWORK_KINDS = 16 };

typedef struct alv_network_label {
    const char *name; /* the YAML's */
    int node;
} alv_network_label;

/* A parameter with a scheme of its own. */
typedef struct alv_network_own {
    int param;
    alv_fixed fixed;
} alv_network_own;

typedef struct alv_network_maker {
    alv_builder b;
    alv_yaml_network *yaml;
    alv_yaml_map *map;
    const char *name;
    alv_model_hints hints; /* with what the YAML says of the data */
    alv_act_spec act;      /* of layers that name none */
    bool takes_act;        /* some layer took it, and it is the hint's */
    int64_t item, inner;   /* in the list, and in the block's; inner -1: the item itself */
    int64_t turn, times;   /* of a block, from 0, and of how many; */
    int64_t again;         /* of a layer that repeats by itself */
    int start;             /* node that the block was fed by; -1: the data */
    bool ends, is_last;    /* the item, and the layer at hand, end the network */
    int counts[ALV_NETWORK_KINDS];
    alv_network_label *labels;
    int n_labels;
    alv_network_own *own;
    int n_own, room_own;
    alv_error *error;
} alv_network_maker;

/* Something is wrong with a key of the layer at hand; with the layer itself where key is NULL. */
alv_status alv_network_fail(const alv_network_maker *m, alv_status code, const char *key,
                            const char *format, ...);
/* Where a key of the layer at hand stands, or `of` in what it holds; NULL: the whole. */
alv_yaml_place alv_network_place(const alv_network_maker *m, const char *key, const char *of);
/* Lets nodes know the place of the layer at hand. */
void alv_network_mark(alv_network_maker *m);
/* *given in [1, most], or what *out holds where it is NULL. */
alv_status alv_network_size(int64_t *out, const alv_network_maker *m, const char *key,
                            const int64_t *given, int64_t most);
/* The node that a name means: "start", or a layer's. */
alv_status alv_network_find(int *node, const alv_network_maker *m, const char *key,
                            const char *name);

/* network_data.c: what the data are, the checks of the whole, and its text. */
alv_status alv_network_begin(alv_network_maker *m);
alv_status alv_network_check(const alv_network_maker *m);
alv_status alv_network_describe(char **canonical, alv_network_maker *m);

/* network_init.c: writes the schemes that a layer names in their canonical form. */
alv_status alv_network_name_schemes(const alv_network_maker *m, alv_yaml_layer *y);
/* Notes those of the parameters from `first` on, which the layer `label` has just added. */
alv_status alv_network_fix(alv_network_maker *m, const alv_yaml_layer *y, const char *label,
                           int first);
/* Gives them to the finished model. */
alv_status alv_network_keep_fixed(alv_network_maker *m);
void alv_network_free_fixed(alv_network_maker *m);

/* network_layers.c: each adds one layer behind m->b.at. */
#define ALV_NETWORK_ADDER(name)                                                                    \
    alv_status alv_network_##name(alv_network_maker *m, const alv_yaml_layer *y, const char *label)
ALV_NETWORK_ADDER(dense);
ALV_NETWORK_ADDER(conv);
ALV_NETWORK_ADDER(conv1d);
ALV_NETWORK_ADDER(norm);
ALV_NETWORK_ADDER(act);
ALV_NETWORK_ADDER(mean_pool);
ALV_NETWORK_ADDER(max_pool);
ALV_NETWORK_ADDER(add);
ALV_NETWORK_ADDER(multiply);
ALV_NETWORK_ADDER(embed);
ALV_NETWORK_ADDER(attention);
ALV_NETWORK_ADDER(lstm);
ALV_NETWORK_ADDER(last);

#endif
