/* The digest of a plan: what will be drawn, whatever file it was written in. */
#include "data/sha256.h"
#include "formats/plan.h"

void alv_plan_digest(char out[ALV_DIGEST], const alv_weight_plan *plan)
{
    alv_sha256 sha;
    char line[2048];
    alv_sha256_start(&sha);
    size_t n = alv_text_format(line, sizeof line, "alvor.plan/1 stream=%d\n", ALV_STREAM_VERSION);
    alv_sha256_add(&sha, line, n);
    for (int64_t i = 0; i < plan->n; i++) {
        n = alv_weight_plan_line(line, sizeof line, plan, i);
        alv_sha256_add(&sha, line, n < sizeof line ? n : sizeof line - 1);
        alv_sha256_add(&sha, "\n", 1);
    }
    alv_sha256_end(&sha, out);
}
