/* The table of lessons. */
#include "lesson/lesson.h"

#include "base/base.h"

#define ROW(name) &alv_lesson_##name,
static const alv_lesson *const lessons[] = {ALV_LESSONS(ROW)};
#undef ROW

int alv_lesson_count(void)
{
    return ALV_COUNT(lessons);
}

const alv_lesson *alv_lesson_at(int index)
{
    return index >= 0 && index < ALV_COUNT(lessons) ? lessons[index] : NULL;
}
