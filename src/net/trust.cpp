#include "net/trust.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <utility>

namespace torale::net {

namespace {
// As often as libcurl reads its own copy again: bundles are updated under running servers.
constexpr std::chrono::hours keep_for{24};
}  // namespace

void Trust::Free::operator()(x509_store_st* store) const {
    X509_STORE_free(store);
}

Trust::Trust(std::string ca_file) : ca_file_(std::move(ca_file)) {
    const curl_version_info_data* about = curl_version_info(CURLVERSION_NOW);
    if (ca_file_.empty() && about->cainfo != nullptr) ca_file_ = about->cainfo;
}

void Trust::use_in(CURL* easy) {
    if (ca_file_.empty()) return;
    if (curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, &Trust::on_context) != CURLE_OK) {
        curl_easy_setopt(easy, CURLOPT_CAINFO, ca_file_.c_str());
        return;
    }
    curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, static_cast<void*>(this));
    // Nothing for curl to read; without on_context no certificate would be good enough.
    curl_easy_setopt(easy, CURLOPT_CAINFO, static_cast<char*>(nullptr));
    curl_easy_setopt(easy, CURLOPT_CAPATH, static_cast<char*>(nullptr));
}

bool Trust::load() {
    const Instant now = now_instant();
    if (store_ && now - loaded_ < keep_for) return true;
    std::unique_ptr<x509_store_st, Free> fresh(X509_STORE_new());
    if (!fresh || X509_STORE_load_file(fresh.get(), ca_file_.c_str()) != 1) {
        ERR_clear_error();
        return store_ != nullptr;
    }
    // What curl sets on its own store: a trusted certificate ends the chain wherever it stands.
    X509_STORE_set_flags(fresh.get(), X509_V_FLAG_TRUSTED_FIRST | X509_V_FLAG_PARTIAL_CHAIN);
    store_ = std::move(fresh);
    loaded_ = now;
    return true;
}

CURLcode Trust::on_context(CURL*, void* context, void* self) noexcept {
    auto& trust = *static_cast<Trust*>(self);
    if (!trust.load()) return CURLE_SSL_CACERT_BADFILE;
    SSL_CTX_set1_cert_store(static_cast<SSL_CTX*>(context), trust.store_.get());
    return CURLE_OK;
}

}  // namespace torale::net
