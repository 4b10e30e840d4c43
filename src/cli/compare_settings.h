/* What spans the settings of a comparison: the learning rates that were chosen, and who trains
 * where. */
#ifndef ALV_CLI_COMPARE_SETTINGS_H
#define ALV_CLI_COMPARE_SETTINGS_H

#include "cli/compare_look.h"

/* Nothing where all rates were given. */
void cli_compare_rates(const alv_results *results, const cli_look *style);
void cli_compare_settings(const alv_results *results, const cli_look *style);

#endif
