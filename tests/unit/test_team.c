/* Teams of threads: every task runs once, and weights made by a team are those of one thread.
 *
 * If these failed, an orthogonal tensor drawn on several threads would miss parts. */
#include "suited.h"

#include "team/team.h"

enum { TASKS = 1000, ROUNDS = 50, N = 300 };

static int ran[TASKS];

static void count(void *argument, int i)
{
    __atomic_fetch_add(&((int *)argument)[i], 1, __ATOMIC_RELAXED);
}

static void every_task_runs_once(void **state)
{
    (void)state;
    for (int threads = 0; threads < 6; threads++) {
        alv_team team;
        alv_team_begin(&team, threads);
        const alv_executor executor = alv_team_executor(&team);
        assert_int_equal(executor.run != NULL, threads > 1);
        for (int round = 0; round < ROUNDS; round++) {
            const int n = round * TASKS / ROUNDS;
            memset(ran, 0, sizeof ran);
            if (executor.run && round % 2)
                executor.run(executor.pool, count, ran, n);
            else
                alv_team_run(&team, count, ran, n);
            for (int i = 0; i < TASKS; i++) assert_int_equal(ran[i], i < n);
        }
        alv_team_end(&team);
    }
}

static void a_team_draws_the_same_weights(void **state)
{
    (void)state;
    static float one[N * N], shared[N * N];
    const alv_scheme scheme = suited_scheme("orthogonal");
    const alv_tensor w = {.name = "w", .rank = 2, .shape = {N, N}};
    alv_fill how = suited_scratch(&scheme, &w);
    assert_int_equal(alv_init_fill(one, 0, N * N, &scheme, &w, 42, &how, NULL), ALV_OK);
    for (int threads = 1; threads <= 16; threads++) {
        alv_team team;
        alv_team_begin(&team, threads);
        how.executor = alv_team_executor(&team);
        memset(shared, 0xee, sizeof shared);
        assert_int_equal(alv_init_fill(shared, 0, N * N, &scheme, &w, 42, &how, NULL), ALV_OK);
        assert_memory_equal(one, shared, sizeof one);
        alv_team_end(&team);
    }
    free(how.scratch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_task_runs_once),
        cmocka_unit_test(a_team_draws_the_same_weights),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
