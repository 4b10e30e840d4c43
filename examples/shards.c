/* Two processes fill their shards of a tensor-parallel pair of layers: the first layer cut by rows
 * (its outputs), the second by columns (its inputs). Nothing is sent between them, and each shard
 * is the slice of the tensor that one process would have drawn. */
#include <alvor/alvor.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { RANKS = 2, IN = 96, HIDDEN = 256, OUT = 64, PART = HIDDEN / RANKS };

typedef struct shards {
    float up[PART][IN], down[OUT][PART];
} shards;

static const alv_tensor up = {.name = "up.weight", .rank = 2, .shape = {HIDDEN, IN}};
static const alv_tensor down = {.name = "down.weight", .rank = 2, .shape = {OUT, HIDDEN}};
static float whole_up[HIDDEN][IN], whole_down[OUT][HIDDEN];

/* What process `rank` does. Fans are those of the whole tensors, not of the shards. */
static int fill(shards *mine, int64_t rank, const alv_scheme *he)
{
    int64_t rows[] = {rank * PART, 0}, columns[] = {0, rank * PART};
    int64_t up_size[] = {PART, IN}, down_size[] = {OUT, PART};
    return alv_init_fill_box(mine->up, rows, up_size, he, &up, 42, NULL, NULL) ||
           alv_init_fill_box(mine->down, columns, down_size, he, &down, 42, NULL, NULL);
}

int main(void)
{
    alv_scheme he;
    alv_error error;
    size_t size = RANKS * sizeof(shards);
    shards *all = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (all == MAP_FAILED || alv_scheme_parse(&he, "he_normal", &error)) return 1;
    for (int rank = 0; rank < RANKS; rank++)
        if (fork() == 0) _exit(fill(&all[rank], rank, &he));
    int failed = 0, status;
    while (wait(&status) > 0) failed |= status;

    if (failed || alv_init_fill(whole_up, 0, HIDDEN * IN, &he, &up, 42, NULL, &error) ||
        alv_init_fill(whole_down, 0, OUT * HIDDEN, &he, &down, 42, NULL, &error))
        return 1;
    int differ = 0;
    for (int h = 0; h < HIDDEN; h++) {
        for (int i = 0; i < IN; i++) differ += all[h / PART].up[h % PART][i] != whole_up[h][i];
        for (int o = 0; o < OUT; o++) differ += all[h / PART].down[o][h % PART] != whole_down[o][h];
    }
    printf("%d of %d elements differ\n", differ, HIDDEN * (IN + OUT));
    return differ != 0;
}
