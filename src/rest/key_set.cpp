// Keys as issuers publish them (RFC 7517), taken only when they are what they say. A key is built
// from its public numbers alone, whatever else stands beside them.
#include "rest/key_set.hpp"

#include <openssl/err.h>

#include <algorithm>

namespace torale::rest {

namespace {

constexpr std::size_t secret_bytes_min = 32;  // RFC 7518 §3.2
constexpr std::size_t secret_bytes_max = 4 << 10;
constexpr std::size_t document_bytes_max = 256 << 10;
constexpr std::size_t keys_max = 64;             // each may be tried for a token without kid
constexpr std::size_t modulus_bytes_min = 256;   // RFC 7518 §3.3
constexpr std::size_t modulus_bytes_max = 1024;  // above it a check costs more than a request
constexpr std::size_t exponent_bytes_max = 8;

// The bytes of a base64url member without leading zeros, "" when it is none.
std::string number_of(const core::Json& key, const char* name) {
    const auto member = key.find(name);
    if (member == key.end() || !member->is_string()) return {};
    const auto bytes = decode_base64url(member->get_ref<const std::string&>());
    if (!bytes) return {};
    return bytes->substr(std::min(bytes->find_first_not_of('\0'), bytes->size()));
}

bool is_odd(const std::string& number) {
    return (number.back() & 1) != 0;
}

bool is_good_rsa(const core::Json& key) {
    const std::string modulus = number_of(key, "n");
    const std::string exponent = number_of(key, "e");
    if (modulus.size() < modulus_bytes_min || modulus.size() > modulus_bytes_max) return false;
    // 256 bytes whose highest bit is clear are 2047 bits.
    if (modulus.size() == modulus_bytes_min && (modulus.front() & 0x80) == 0) return false;
    if (exponent.empty() || exponent.size() > exponent_bytes_max) return false;
    // With the exponent 1 every number signs itself.
    const bool is_one = exponent.size() == 1 && exponent.front() == 1;
    return is_odd(modulus) && is_odd(exponent) && !is_one;
}

bool is_good_ec(const core::Json& key) {
    return key.value("crv", core::Json()) == "P-256" && !number_of(key, "x").empty() &&
           !number_of(key, "y").empty();
}

// `use`, `key_ops` and `alg` restrict a key when they are there.
bool may_verify(const core::Json& key, TokenAlgorithm algorithm) {
    if (key.contains("use") && key["use"] != "sig") return false;
    if (key.contains("alg") && key["alg"] != name_of(algorithm)) return false;
    const auto operations = key.find("key_ops");
    if (operations == key.end()) return true;
    return operations->is_array() &&
           std::find(operations->begin(), operations->end(), "verify") != operations->end();
}

// The algorithm that the key's type allows, when the key is one we would believe. Whoever
// published a private number (d) lets everybody sign.
std::optional<TokenAlgorithm> algorithm_of(const core::Json& key) {
    if (!key.is_object() || key.contains("d")) return std::nullopt;
    const core::Json type = key.value("kty", core::Json());
    if (type == "RSA" && may_verify(key, TokenAlgorithm::rs256) && is_good_rsa(key)) {
        return TokenAlgorithm::rs256;
    }
    if (type == "EC" && may_verify(key, TokenAlgorithm::es256) && is_good_ec(key)) {
        return TokenAlgorithm::es256;
    }
    return std::nullopt;
}

Jwk import_public(const core::Json& key, TokenAlgorithm algorithm) {
    core::Json plain = {{"kty", key["kty"]}};
    const bool is_rsa = algorithm == TokenAlgorithm::rs256;
    for (const char* name : is_rsa ? std::vector{"n", "e"} : std::vector{"crv", "x", "y"}) {
        plain[name] = key[name];
    }
    const std::string text = plain.dump();
    cjose_err error{};
    Jwk jwk(cjose_jwk_import(text.data(), text.size(), &error));
    ERR_clear_error();
    return jwk;
}

std::optional<VerificationKey> read_key(const core::Json& key) {
    const auto algorithm = algorithm_of(key);
    if (!algorithm) return std::nullopt;
    VerificationKey read{.algorithm = *algorithm, .id = std::nullopt, .jwk = nullptr};
    if (const auto id = key.find("kid"); id != key.end()) {
        if (!id->is_string()) return std::nullopt;
        read.id = id->get<std::string>();
    }
    read.jwk = import_public(key, *algorithm);
    if (!read.jwk) return std::nullopt;
    return read;
}

core::Error invalid(std::string message) {
    return {.kind = core::ErrorKind::invalid, .message = std::move(message)};
}

}  // namespace

KeySet::KeySet() : state_(std::make_unique<State>()) {}
KeySet::~KeySet() = default;
KeySet::KeySet(KeySet&&) noexcept = default;
KeySet& KeySet::operator=(KeySet&&) noexcept = default;

bool KeySet::is_empty() const {
    return state_->keys.empty();
}

core::Result<bool> KeySet::add_secret(std::string_view secret) {
    if (secret.size() < secret_bytes_min || secret.size() > secret_bytes_max) {
        return invalid("the JWT secret has " + std::to_string(secret.size()) +
                       " bytes, it must have 32 to 4096");
    }
    cjose_err error{};
    Jwk jwk(cjose_jwk_create_oct_spec(reinterpret_cast<const std::uint8_t*>(secret.data()),
                                      secret.size(), &error));
    if (!jwk) {
        return core::Error{.kind = core::ErrorKind::internal,
                           .message = "the JWT secret cannot be used as a key"};
    }
    state_->keys.push_back(
        {.algorithm = TokenAlgorithm::hs256, .id = std::nullopt, .jwk = std::move(jwk)});
    return true;
}

core::Result<int> KeySet::add_jwks(std::string_view document) {
    if (document.size() > document_bytes_max) {
        return invalid("the JWKS document has more than 262144 bytes");
    }
    const auto parsed = parse_plain_object(document);
    if (!parsed) return invalid("the JWKS document is not a JSON object");
    const auto list = parsed->find("keys");
    if (list == parsed->end() || !list->is_array()) {
        return invalid("the JWKS document has no list \"keys\"");
    }
    int taken = 0;
    for (const core::Json& item : *list) {
        if (state_->keys.size() >= keys_max) break;
        auto key = read_key(item);
        if (!key) continue;
        state_->keys.push_back(std::move(*key));
        ++taken;
    }
    return taken;
}

}  // namespace torale::rest
