// The certificates we trust, read once for all connections. libcurl 7.88 would read the bundle
// for every shard: a tenth of a second and a megabyte or more each time.
#pragma once
#include <curl/curl.h>

#include <memory>
#include <string>

#include "net/instant.hpp"

struct x509_store_st;

namespace torale::net {

class Trust {
public:
    // PEM file; "" = the one libcurl was built with.
    explicit Trust(std::string ca_file);

    // Makes a handle use this store. Does nothing where curl is built without OpenSSL.
    void use_in(CURL* easy);

private:
    static CURLcode on_context(CURL*, void* context, void* self) noexcept;
    bool load();

    struct Free {
        void operator()(x509_store_st* store) const;
    };
    std::string ca_file_;
    std::unique_ptr<x509_store_st, Free> store_;
    Instant loaded_{};
};

}  // namespace torale::net
