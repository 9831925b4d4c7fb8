// Issues tokens, good ones and those that attack: fresh keys, and every part as the test wants it.
// Signs with OpenSSL alone, so that the library under test does not confirm itself.
#pragma once
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/json.hpp"

namespace torale::rest {

inline std::string base64url(std::string_view bytes) {
    std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
    text.resize(static_cast<std::size_t>(EVP_EncodeBlock(
        reinterpret_cast<unsigned char*>(text.data()),
        reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()))));
    while (text.ends_with('=')) text.pop_back();
    for (char& c : text) c = c == '+' ? '-' : c == '/' ? '_' : c;
    return text;
}

inline std::string hmac_sha256(std::string_view secret, std::string_view message) {
    std::string digest(32, '\0');
    HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
         reinterpret_cast<const unsigned char*>(message.data()), message.size(),
         reinterpret_cast<unsigned char*>(digest.data()), nullptr);
    return digest;
}

// A key pair that signs as RS256 or ES256 would.
class IssuerKey {
public:
    static IssuerKey rsa(unsigned bits = 2048) { return IssuerKey(EVP_RSA_gen(bits)); }
    static IssuerKey ec(const char* curve = "P-256") { return IssuerKey(EVP_EC_gen(curve)); }

    std::string sign(std::string_view message) const {
        const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                              &EVP_MD_CTX_free);
        EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get());
        const auto* bytes = reinterpret_cast<const unsigned char*>(message.data());
        std::size_t length = 0;
        EVP_DigestSign(context.get(), nullptr, &length, bytes, message.size());
        std::string signature(length, '\0');
        EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &length,
                       bytes, message.size());
        signature.resize(length);
        return EVP_PKEY_get_base_id(key_.get()) == EVP_PKEY_EC ? plain_ecdsa(signature) : signature;
    }

    std::string number(const char* name) const {
        BIGNUM* number = nullptr;
        EVP_PKEY_get_bn_param(key_.get(), name, &number);
        std::string bytes(static_cast<std::size_t>(BN_num_bytes(number)), '\0');
        BN_bn2bin(number, reinterpret_cast<unsigned char*>(bytes.data()));
        BN_free(number);
        return bytes;
    }

    core::Json jwk() const {
        if (EVP_PKEY_get_base_id(key_.get()) == EVP_PKEY_RSA) {
            return {{"kty", "RSA"},
                    {"n", base64url(number(OSSL_PKEY_PARAM_RSA_N))},
                    {"e", base64url(number(OSSL_PKEY_PARAM_RSA_E))}};
        }
        const std::size_t width = (static_cast<std::size_t>(EVP_PKEY_get_bits(key_.get())) + 7) / 8;
        return {{"kty", "EC"},
                {"crv", width == 32 ? "P-256" : "P-384"},
                {"x", base64url(widen(number(OSSL_PKEY_PARAM_EC_PUB_X), width))},
                {"y", base64url(widen(number(OSSL_PKEY_PARAM_EC_PUB_Y), width))}};
    }
    core::Json jwk(const core::Json& more) const {
        core::Json key = jwk();
        key.update(more);
        return key;
    }

    // The public key as a careless server might use it for a shared secret.
    std::string pem() const {
        const std::unique_ptr<BIO, decltype(&BIO_free_all)> memory(BIO_new(BIO_s_mem()),
                                                                   &BIO_free_all);
        PEM_write_bio_PUBKEY(memory.get(), key_.get());
        char* text = nullptr;
        const long length = BIO_get_mem_data(memory.get(), &text);
        return {text, static_cast<std::size_t>(length)};
    }

private:
    explicit IssuerKey(EVP_PKEY* key) : key_(key, &EVP_PKEY_free) {}

    static std::string widen(std::string bytes, std::size_t width) {
        return std::string(width - bytes.size(), '\0') + bytes;
    }

    // r and s of 32 bytes each instead of DER (RFC 7518 §3.4).
    static std::string plain_ecdsa(const std::string& der) {
        const auto* bytes = reinterpret_cast<const unsigned char*>(der.data());
        const std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)> parts(
            d2i_ECDSA_SIG(nullptr, &bytes, static_cast<long>(der.size())), &ECDSA_SIG_free);
        std::string plain(64, '\0');
        auto* out = reinterpret_cast<unsigned char*>(plain.data());
        BN_bn2binpad(ECDSA_SIG_get0_r(parts.get()), out, 32);
        BN_bn2binpad(ECDSA_SIG_get0_s(parts.get()), out + 32, 32);
        return plain;
    }

    std::shared_ptr<EVP_PKEY> key_;  // copied with its token maker
};

inline std::string jwks(const std::vector<core::Json>& keys) {
    return core::Json{{"keys", keys}}.dump();
}

// header and payload are the texts before base64url, whatever they are.
inline std::string sign_with(const IssuerKey& key, std::string_view header,
                             std::string_view payload) {
    const std::string message = base64url(header) + "." + base64url(payload);
    return message + "." + base64url(key.sign(message));
}

inline std::string sign_with(std::string_view secret, std::string_view header,
                             std::string_view payload) {
    const std::string message = base64url(header) + "." + base64url(payload);
    return message + "." + base64url(hmac_sha256(secret, message));
}

}  // namespace torale::rest
