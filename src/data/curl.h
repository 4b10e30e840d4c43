/* libcurl, loaded when the first byte is to be fetched: it and the thirty libraries that it brings
 * would else cost every command 6 MiB and four milliseconds. */
#ifndef ALV_DATA_CURL_H
#define ALV_DATA_CURL_H

#include <curl/curl.h>

#include "base/base.h"

/* The functions of that name, begun by curl_ or curl_easy_. */
typedef struct alv_curl {
    CURLcode (*global_init)(long flags);
    void (*global_cleanup)(void);
    CURL *(*init)(void);
    CURLcode (*setopt)(CURL *handle, CURLoption option, ...);
    CURLcode (*perform)(CURL *handle);
    void (*cleanup)(CURL *handle);
    const char *(*strerror)(CURLcode code);
} alv_curl;

/* Stays loaded. ALV_ERR_UNSUPPORTED, with what to install, where there is none. */
alv_status alv_curl_load(alv_curl *out, alv_error *error);

#endif
