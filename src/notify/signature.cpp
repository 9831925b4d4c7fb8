// HMAC-SHA256, twice.
#include "notify/signature.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

namespace torale::notify {

namespace {

using Digest = std::array<unsigned char, 32>;

Digest hmac(std::string_view key, std::string_view message) {
    Digest digest{};
    unsigned int length = 0;
    HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
         reinterpret_cast<const unsigned char*>(message.data()), message.size(), digest.data(),
         &length);
    return digest;
}

std::string hex(const Digest& digest) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string text;
    for (const unsigned char byte : digest) {
        text += digits[byte >> 4];
        text += digits[byte & 15];
    }
    return text;
}

std::string base64(const Digest& digest) {
    std::array<unsigned char, 48> encoded{};
    const int length = EVP_EncodeBlock(encoded.data(), digest.data(), 32);
    return {reinterpret_cast<const char*>(encoded.data()), static_cast<std::size_t>(length)};
}

// The bytes of a whsec_ secret; missing padding is accepted, as the reference libraries do.
std::string key_of(std::string_view secret) {
    constexpr std::string_view prefix = "whsec_";
    if (!secret.starts_with(prefix)) return std::string(secret);
    std::string text(secret.substr(prefix.size()));
    std::size_t padding = 0;
    while (!text.empty() && text.back() == '=') text.pop_back();
    while ((text.size() + padding) % 4 != 0) ++padding;
    text.append(padding, '=');
    std::string bytes(text.size() / 4 * 3, '\0');
    const int length = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                                       reinterpret_cast<const unsigned char*>(text.data()),
                                       static_cast<int>(text.size()));
    if (length < 0) return std::string(secret);
    bytes.resize(static_cast<std::size_t>(length) - padding);
    return bytes;
}

}  // namespace

std::string torale_signature(std::string_view secret, std::int64_t unix_seconds,
                             std::string_view body) {
    const std::string stamp = std::to_string(unix_seconds);
    return "t=" + stamp + ",v1=" + hex(hmac(secret, stamp + "." + std::string(body)));
}

std::string standard_signature(const std::vector<std::string>& secrets, std::string_view id,
                               std::int64_t unix_seconds, std::string_view body) {
    const std::string message =
        std::string(id) + "." + std::to_string(unix_seconds) + "." + std::string(body);
    std::string signatures;
    for (const std::string& secret : secrets) {
        if (!signatures.empty()) signatures += ' ';
        signatures += "v1," + base64(hmac(key_of(secret), message));
    }
    return signatures;
}

}  // namespace torale::notify
