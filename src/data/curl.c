/* Finds libcurl by its names, and its functions by theirs. */
#include "data/curl.h"

#include <dlfcn.h>

static const char *const libraries[] = {"libcurl.so.4", "libcurl-gnutls.so.4", "libcurl.4.dylib"};

/* POSIX lets a function's address pass through void *; ISO C does not say so, hence the copy. */
static bool find(void *library, const char *name, void *function)
{
    void *address = dlsym(library, name);
    memcpy(function, &address, sizeof address);
    return address != NULL;
}

alv_status alv_curl_load(alv_curl *out, alv_error *error)
{
    void *library = NULL;
    for (int i = 0; i < ALV_COUNT(libraries) && !library; i++)
        library = dlopen(libraries[i], RTLD_NOW | RTLD_LOCAL);
    if (library && find(library, "curl_global_init", &out->global_init) &&
        find(library, "curl_global_cleanup", &out->global_cleanup) &&
        find(library, "curl_easy_init", &out->init) &&
        find(library, "curl_easy_setopt", &out->setopt) &&
        find(library, "curl_easy_perform", &out->perform) &&
        find(library, "curl_easy_cleanup", &out->cleanup) &&
        find(library, "curl_easy_strerror", &out->strerror))
        return ALV_OK;
    return alv_fail(
        error, ALV_ERR_UNSUPPORTED, "libcurl",
        "downloads need libcurl (%s), which this machine does not have; Debian: apt-get "
        "install libcurl4",
        libraries[0]);
}
