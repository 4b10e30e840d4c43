/* Pages: what was inspected, the mistakes and then every tensor with its histogram; what the doctor
 * says, with a strip of the layers' health. */
#ifndef ALV_AUDIT_PAGE_H
#define ALV_AUDIT_PAGE_H

#include "audit/doctor.h"
#include "audit/html.h"

/* Self-contained HTML without a script, the caller's to free(). ALV_ERR_MEMORY. */
alv_status alv_inspect_page(char **out, const alv_inspection *inspection, alv_lang lang,
                            alv_error *error);
alv_status alv_doctor_page(char **out, const alv_doctor *doctor, alv_lang lang, alv_error *error);

/* Inside the room: a card for each mistake that was found. */
void alv_page_mistakes(alv_html *page, const alv_inspection *inspection);

#endif
