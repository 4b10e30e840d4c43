/* The table of data sets that can be downloaded, and where the user's copies live.
 *
 * Sums and sizes are those of the files as their authors published them: for MNIST they agree with
 * the test pair at hand and with what several independent loaders pin; for Fashion-MNIST with
 * Chainer's and TensorFlow Datasets' lists. Mirrors may be plain HTTP, since every file is checked
 * against its sum. */
#include "data/cache.h"

#include <stdlib.h>

static const char *const garments[] = {"T-shirt/top", "trouser", "pullover", "dress", "coat",
                                       "sandal",      "shirt",   "sneaker",  "bag",   "ankle boot"};

static const alv_remote remotes[] = {
    {
        .name = "mnist",
        .summary = {"MNIST: handwritten digits, 28 x 28", "MNIST: dígitos manuscritos, 28 x 28"},
        .citation =
            "LeCun, Bottou, Bengio and Haffner, Gradient-based learning applied to document "
            "recognition, Proc. IEEE 86(11), 1998",
        .dim = 784,
        .height = 28,
        .width = 28,
        .classes = 10,
        .n_train = 60000,
        .n_test = 10000,
        .mirrors = {"https://storage.googleapis.com/cvdf-datasets/mnist/",
                    "https://ossci-datasets.s3.amazonaws.com/mnist/",
                    "https://yann.lecun.com/exdb/mnist/"},
        .files = {{"train-images-idx3-ubyte.gz",
                   "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609", 9912422},
                  {"train-labels-idx1-ubyte.gz",
                   "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c", 28881},
                  {"t10k-images-idx3-ubyte.gz",
                   "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6", 1648877},
                  {"t10k-labels-idx1-ubyte.gz",
                   "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6", 4542}},
    },
    {
        .name = "fashion_mnist",
        .summary = {"Fashion-MNIST: photographs of clothes, 28 x 28",
                    "Fashion-MNIST: fotografias de roupas, 28 x 28"},
        .citation = "Xiao, Rasul and Vollgraf, Fashion-MNIST, arXiv:1708.07747, 2017",
        .dim = 784,
        .height = 28,
        .width = 28,
        .classes = 10,
        .n_train = 60000,
        .n_test = 10000,
        .mirrors = {"http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
                    "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/"
                    "fashion/"},
        .files = {{"train-images-idx3-ubyte.gz",
                   "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84", 26421880},
                  {"train-labels-idx1-ubyte.gz",
                   "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845", 29515},
                  {"t10k-images-idx3-ubyte.gz",
                   "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073", 4422102},
                  {"t10k-labels-idx1-ubyte.gz",
                   "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5", 5148}},
        .class_names = garments,
    },
};

int alv_remote_count(void)
{
    return ALV_COUNT(remotes);
}

const alv_remote *alv_remote_at(int index)
{
    return index >= 0 && index < ALV_COUNT(remotes) ? &remotes[index] : NULL;
}

const alv_remote *alv_remote_find(const char *name)
{
    for (int i = 0; i < ALV_COUNT(remotes); i++)
        if (strcmp(remotes[i].name, name) == 0) return &remotes[i];
    return NULL;
}

alv_status alv_cache_path(char out[ALV_PATH_SIZE], const char *name, alv_error *error)
{
    const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    size_t length;
    if (cache && cache[0] == '/') /* the XDG rule: a relative path is ignored */
        length = alv_text_format(out, ALV_PATH_SIZE, "%s/alvor/%s", cache, name);
    else if (home && *home)
        length = alv_text_format(out, ALV_PATH_SIZE, "%s/.cache/alvor/%s", home, name);
    else
        return alv_fail(error, ALV_ERR_IO, name, "set HOME or XDG_CACHE_HOME to find the cache");
    if (length >= ALV_PATH_SIZE)
        return alv_fail(error, ALV_ERR_IO, name, "the path of the cache is too long");
    return ALV_OK;
}

bool alv_remote_is_here(const alv_remote *remote)
{
    char directory[ALV_PATH_SIZE], path[ALV_PATH_SIZE];
    if (alv_cache_path(directory, remote->name, NULL) != ALV_OK) return false;
    for (int i = 0; i < ALV_REMOTE_FILES; i++)
        if (!alv_path_join(path, directory, remote->files[i].name) || !alv_path_exists(path))
            return false;
    return true;
}

static alv_status copy_names(alv_split *split, const alv_remote *remote, alv_error *error)
{
    if (!remote->class_names || split->classes != remote->classes) return ALV_OK;
    split->class_names = alv_new_array((size_t)remote->classes, sizeof *split->class_names);
    bool fine = split->class_names != NULL;
    for (int i = 0; fine && i < remote->classes; i++)
        fine = (split->class_names[i] = strdup(remote->class_names[i])) != NULL;
    return fine ? ALV_OK : alv_fail(error, ALV_ERR_MEMORY, remote->name, "no memory for names");
}

alv_status alv_load_remote(alv_split **out, const alv_remote *remote,
                           const alv_data_options *options, alv_error *error)
{
    char directory[ALV_PATH_SIZE];
    ALV_TRY(alv_cache_path(directory, remote->name, error));
    if (!alv_remote_is_here(remote))
        return alv_fail(error, ALV_ERR_IO, remote->name,
                        "not in the cache; bring it with: alvor data get %s", remote->name);
    alv_split *split;
    ALV_TRY(alv_load_idx(&split, directory, options, error));
    alv_status status = copy_names(split, remote, error);
    if (status != ALV_OK)
        alv_split_free(split);
    else
        *out = split;
    return status;
}
