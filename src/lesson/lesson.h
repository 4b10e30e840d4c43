/* Short lessons for the terminal: what runs, what is asked of it, and what it shows. A lesson is a
 * table entry and nothing else; `alvor lesson` runs it, and the guide makes a page of it. */
#ifndef ALV_LESSON_H
#define ALV_LESSON_H

#include "alvor/init.h"

enum { ALV_LESSON_RUNS = 5, ALV_LESSON_CHOICES = 3 };

/* Texts for people may hold what was measured: {loss 3} is the final training loss in the third row
 * of the table, over all runs; so are {start 3}, {forward 3}, {backward 3} and {accuracy 3}. */
typedef struct alv_lesson {
    const char *name;
    const char *title[ALV_LANGS];
    const char *idea[ALV_LANGS];           /* before the experiment */
    const char *runs[ALV_LESSON_RUNS + 1]; /* the words after "alvor compare"; NULL ends them */
    const char
        *labels[ALV_LESSON_RUNS][ALV_LANGS]; /* of each run's rows; NULL where one run says all */
    const char *question[ALV_LANGS];
    const char *choices[ALV_LESSON_CHOICES][ALV_LANGS];
    int right;                      /* the index of the choice that is */
    const char *because[ALV_LANGS]; /* what the experiment showed */
    const char *teacher[ALV_LANGS]; /* tempting mistakes, and what to try next */
} alv_lesson;

/* In the order of `alvor lesson`: add one here, in a file of its own. */
#define ALV_LESSONS(NAME)                                                                          \
    NAME(symmetry)                                                                                 \
    NAME(scale)                                                                                    \
    NAME(depth)                                                                                    \
    NAME(fans)                                                                                     \
    NAME(activation)                                                                               \
    NAME(rate)                                                                                     \
    NAME(orthogonality)                                                                            \
    NAME(residuals)

#define DECLARE(name) extern const alv_lesson alv_lesson_##name;
ALV_LESSONS(DECLARE)
#undef DECLARE

int alv_lesson_count(void);
const alv_lesson *alv_lesson_at(int index); /* NULL outside [0, count) */

#endif
