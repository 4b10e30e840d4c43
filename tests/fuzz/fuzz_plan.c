/* Fuzzes the YAML of plans: what is accepted can be filled, has a digest, and has a header. */
#include "base/base.h"
#include "formats/plan.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    alv_weight_plan *plan;
    alv_error error;
    char line[1024];
    if (alv_plan_read(&plan, (const char *)bytes, size, "fuzz", NULL, &error) != ALV_OK) {
        if (!error.message[0] || error.position != -1) abort();
        return 0;
    }
    if (plan->n == 0 || alv_weight_plan_check(plan, NULL) != ALV_OK) abort();
    for (int64_t i = 0; i < plan->n && i < 50; i++) {
        double first[4];
        int64_t count, scratch = 0;
        if (alv_weight_plan_line(line, sizeof line, plan, i) >= sizeof line) abort();
        if (alv_tensor_count(&count, &plan->tensors[i], NULL) != ALV_OK) abort();
        if (count == 0) continue;
        if (alv_init_scratch(&scratch, alv_weight_plan_scheme(plan, i), &plan->tensors[i], NULL) !=
            ALV_OK)
            abort();
        if (scratch == 0 &&
            alv_init_fill(first, 0, count < 4 ? count : 4, alv_weight_plan_scheme(plan, i),
                          &plan->tensors[i], 1, NULL, NULL) != ALV_OK)
            abort();
    }
    alv_weight_plan_free(plan);
    return 0;
}
