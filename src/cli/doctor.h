/* The parts of alvor doctor. */
#ifndef ALV_CLI_DOCTOR_H
#define ALV_CLI_DOCTOR_H

#include "audit/doctor.h"
#include "cli/cli.h"

void cli_doctor_table(const cli_args *args, const alv_doctor *doctor);

#endif
