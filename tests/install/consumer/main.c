/* A program outside the project: fills one weight and prints it. */
#include <alvor/alvor.h>
#include <stdio.h>

int main(void)
{
    alv_scheme scheme;
    alv_tensor weight = {.name = "fc1.weight", .rank = 2, .shape = {256, 784}};
    float first[4];
    alv_error error;
    if (alv_scheme_parse(&scheme, "he_normal", &error) ||
        alv_init_fill(first, 0, 4, &scheme, &weight, 42, NULL, &error)) {
        fprintf(stderr, "%s: %s\n", error.where, error.message);
        return 1;
    }
    for (int i = 0; i < 4; i++) printf("%a\n", (double)first[i]);
    return 0;
}
