/* oneDNN's OpenMP team stays at one thread per trial (contract C5): the process has no more threads
 * than the test made, whatever the number of trials side by side. */
#include "nn_fixture.h"

#include <dirent.h>
#include <pthread.h>

enum { ROWS = 64 };

static int count_threads(void)
{
    DIR *tasks = opendir("/proc/self/task");
    if (!tasks) return -1;
    int count = 0;
    for (struct dirent *entry; (entry = readdir(tasks));) count += entry->d_name[0] != '.';
    closedir(tasks);
    return count;
}

/* One trial, large enough that oneDNN would share it among the threads that it may use. */
static void *train_some(void *barrier)
{
    alv_backend_prepare_thread();
    alv_net_options options = {.batch = ROWS, .optimizer.lr = 0.1};
    alv_net_f32 *net = fixture_net_f32("mlp 300-400-10 relu", true, &options);
    float *x = calloc(ROWS * 300, sizeof *x);
    int32_t y[ROWS];
    fixture_labels(y, ROWS, 10);
    for (int i = 0; x && i < ROWS * 300; i++) x[i] = (float)(i % 7);
    for (int t = 0; x && t < 20; t++) alv_net_train_f32(net, x, y, ROWS, NULL);
    pthread_barrier_wait(barrier); /* all trained */
    pthread_barrier_wait(barrier); /* threads are counted */
    free(x);
    alv_net_free_f32(net);
    return NULL;
}

static void no_team_grows(void **state)
{
    (void)state;
    int before = count_threads();
    if (before < 1) {
        print_message("skipped: no /proc/self/task here\n");
        skip();
    }
    for (unsigned trials = 1; trials <= 2; trials++) {
        pthread_t ids[2];
        pthread_barrier_t barrier;
        pthread_barrier_init(&barrier, NULL, trials + 1);
        for (unsigned i = 0; i < trials; i++)
            assert_int_equal(pthread_create(&ids[i], NULL, train_some, &barrier), 0);
        pthread_barrier_wait(&barrier);
        assert_int_equal(count_threads(), before + (int)trials);
        pthread_barrier_wait(&barrier);
        for (unsigned i = 0; i < trials; i++) pthread_join(ids[i], NULL);
        pthread_barrier_destroy(&barrier);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_team_grows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
