/* SHA-256 against the examples of FIPS 180-4 (NIST, "Cryptographic Standards and Guidelines,
 * Examples with Intermediate Values") and their well-known sums. */
#include "test.h"

#include "data/sha256.h"

static void check(const char *text, size_t repeat, const char *wanted)
{
    char sum[65];
    alv_sha256 sha;
    alv_sha256_start(&sha);
    for (size_t i = 0; i < repeat; i++) alv_sha256_add(&sha, text, strlen(text));
    alv_sha256_end(&sha, sum);
    assert_string_equal(sum, wanted);
}

static void agrees_with_published_sums(void **state)
{
    (void)state;
    check("", 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    check("abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    check("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
          "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    check("a", 1000000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(agrees_with_published_sums)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
