// The same program in C++17.
#include <alvor/alvor.h>

#include <cstdio>
#include <cstring>

int main()
{
    alv_scheme scheme;
    alv_tensor weight = {};
    std::strcpy(weight.name, "fc1.weight");
    weight.rank = 2;
    weight.shape[0] = 256;
    weight.shape[1] = 784;
    float first[4];
    alv_error error;
    if (alv_scheme_parse(&scheme, "he_normal", &error) ||
        alv_init_fill(first, 0, 4, &scheme, &weight, 42, nullptr, &error)) {
        std::fprintf(stderr, "%s: %s\n", error.where, error.message);
        return 1;
    }
    for (float x : first) std::printf("%a\n", static_cast<double>(x));
    return 0;
}
