/* A program outside the project: runs one small comparison. */
#include <alvor/lab.h>
#include <stdio.h>

int main(int argc, char **argv)
{
    alv_compare what = alv_compare_defaults();
    what.hidden = "8x2";
    what.activations = "relu";
    what.schemes = "zeros,he_normal";
    what.steps = 5;
    what.seeds = 1;
    what.extra = false;
    what.directory = argc > 1 ? argv[1] : NULL;
    char directory[4096];
    alv_error error;
    if (alv_compare_run(directory, sizeof directory, &what, NULL, &error)) {
        fprintf(stderr, "%s: %s\n", error.where, error.message);
        return 1;
    }
    puts("compared");
    return 0;
}
