// UUIDv7, webhook secrets and tokens.
#include "pg/identifier.hpp"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <vector>

namespace torale::pg {

namespace {

void fill_random(unsigned char* bytes, int count) {
    if (RAND_bytes(bytes, count) != 1) throw std::runtime_error("no random bytes to be had");
}

}  // namespace

void write_uuid_v7(unsigned char* bytes, core::Time now) {
    const std::int64_t micros = now.time_since_epoch().count();
    const std::int64_t millis = micros / 1000;
    // 12 bits for the microseconds within the millisecond: 0..999 scaled to 0..4091.
    const auto fraction = static_cast<unsigned>(micros % 1000 * 4096 / 1000);
    fill_random(bytes + 8, 8);
    for (int i = 0; i < 6; ++i) bytes[i] = static_cast<unsigned char>(millis >> (40 - 8 * i));
    bytes[6] = static_cast<unsigned char>(0x70 | fraction >> 8);
    bytes[7] = static_cast<unsigned char>(fraction);
    bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3f) | 0x80);
}

std::string uuid_text(const unsigned char* bytes) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string text;
    text.reserve(36);
    for (int i = 0; i < 16; ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
        text += digits[bytes[i] >> 4];
        text += digits[bytes[i] & 15];
    }
    return text;
}

std::string new_uuid_v7(core::Time now) {
    std::array<unsigned char, 16> bytes{};
    write_uuid_v7(bytes.data(), now);
    return uuid_text(bytes.data());
}

std::string new_signing_secret() {
    std::array<unsigned char, 32> key{};
    fill_random(key.data(), static_cast<int>(key.size()));
    std::array<unsigned char, 48> encoded{};
    const int length = EVP_EncodeBlock(encoded.data(), key.data(), static_cast<int>(key.size()));
    return "whsec_" + std::string(reinterpret_cast<const char*>(encoded.data()),
                                  static_cast<std::size_t>(length));
}

std::string new_token(int bytes) {
    std::vector<unsigned char> random(static_cast<std::size_t>(bytes));
    fill_random(random.data(), bytes);
    std::vector<unsigned char> encoded(random.size() / 3 * 4 + 5);
    const int length = EVP_EncodeBlock(encoded.data(), random.data(), bytes);
    std::string token(encoded.begin(), encoded.begin() + length);
    std::replace(token.begin(), token.end(), '+', '-');
    std::replace(token.begin(), token.end(), '/', '_');
    token.erase(token.find_last_not_of('=') + 1);
    return token;
}

}  // namespace torale::pg
