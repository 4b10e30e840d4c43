/* Claims: whether one holds, and its criterion in words. */
#include <math.h>

#include "base/base.h"
#include "reproduce/reproduce.h"

bool alv_claim_holds(const alv_claim *claim, double measured)
{
    return claim->lo <= measured && measured <= claim->hi;
}

void alv_claim_criterion(char out[ALV_CRITERION], const alv_claim *claim, alv_lang lang)
{
    const bool pt = lang == ALV_PT;
    char lo[32], hi[32];
    alv_number_print(lo, claim->lo, 0);
    alv_number_print(hi, claim->hi, 0);
    if (isinf(claim->hi))
        alv_text_format(out, ALV_CRITERION, pt ? "%s ou mais" : "%s or more", lo);
    else if (claim->lo == claim->hi)
        alv_text_format(out, ALV_CRITERION, "%s", lo);
    else
        alv_text_format(out, ALV_CRITERION, pt ? "%s a %s" : "%s to %s", lo, hi);
}
