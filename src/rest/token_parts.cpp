// A compact JWS from text to parts, strict where RFC 7515 lets a reader be lenient: leniency is
// what lets two readers see two tokens in one text.
#include <array>
#include <set>
#include <vector>

#include "core/ascii.hpp"
#include "core/text.hpp"
#include "rest/token.hpp"

namespace torale::rest {

namespace {

// Claims nest a few levels; more is an attack on whoever reads them next.
constexpr std::size_t json_depth_max = 32;

constexpr const char* malformed = "JWT cryptographic operation failed";
constexpr const char* bad_algorithm = "Wrong or unsupported encoding algorithm";

int base64url_value(char c) {
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    if (c == '-') return 62;
    if (c == '_') return 63;
    return -1;
}

// Stops at the first name an object has already, and at a U+0000, which would end the text early
// for a reader in C.
class AmbiguityFinder final : public core::Json::json_sax_t {
public:
    bool null() override { return true; }
    bool boolean(bool) override { return true; }
    bool number_integer(number_integer_t) override { return true; }
    bool number_unsigned(number_unsigned_t) override { return true; }
    bool number_float(number_float_t, const string_t&) override { return true; }
    bool binary(binary_t&) override { return false; }
    bool string(string_t& text) override { return text.find('\0') == std::string::npos; }
    bool start_object(std::size_t) override {
        names_.emplace_back();
        return true;
    }
    bool key(string_t& name) override {
        return name.find('\0') == std::string::npos && names_.back().insert(name).second;
    }
    bool end_object() override {
        names_.pop_back();
        return true;
    }
    bool start_array(std::size_t) override { return true; }
    bool end_array() override { return true; }
    bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
        return false;
    }

private:
    std::vector<std::set<std::string>> names_;
};

std::vector<std::string_view> split_at_dots(std::string_view token) {
    std::vector<std::string_view> parts;
    for (;;) {
        const std::size_t dot = token.find('.');
        parts.push_back(token.substr(0, dot));
        if (dot == std::string_view::npos) return parts;
        token.remove_prefix(dot + 1);
    }
}

std::optional<TokenAlgorithm> algorithm_named(const core::Json& name) {
    for (const auto algorithm :
         {TokenAlgorithm::hs256, TokenAlgorithm::rs256, TokenAlgorithm::es256}) {
        if (name == name_of(algorithm)) return algorithm;
    }
    return std::nullopt;
}

// Other kinds of token that an issuer signs with the same keys (ID of a device, logout, proof of
// possession) are marked by their type, so that they do not pass for an access token: RFC 8725
// §3.11.
bool is_access_token_type(const core::Json& type) {
    if (!type.is_string()) return false;
    std::string_view name = type.get_ref<const std::string&>();
    constexpr std::string_view prefix = "application/";
    if (core::equals_ignoring_case(name.substr(0, prefix.size()), prefix)) {
        name.remove_prefix(prefix.size());
    }
    return core::equals_ignoring_case(name, "jwt") || core::equals_ignoring_case(name, "at+jwt");
}

Result<TokenParts> read_header(const core::Json& header) {
    TokenParts parts;
    const auto algorithm = header.find("alg");
    if (algorithm == header.end() || !algorithm->is_string()) return refuse_token(malformed);
    if (*algorithm == "none") {
        return refuse_token(bad_algorithm, "JWT is unsecured but expected 'alg' was not 'none'");
    }
    const auto known = algorithm_named(*algorithm);
    if (!known) return refuse_token(bad_algorithm, "HS256, RS256 and ES256 are accepted");
    parts.algorithm = *known;
    // We understand no extension, and one that changes what is signed (b64) must not be ignored.
    if (header.contains("crit") || header.contains("b64")) {
        return refuse_token(malformed, "Critical header parameters are not supported");
    }
    if (header.contains("typ") && !is_access_token_type(header["typ"])) {
        return refuse_token("Unsupported token type");
    }
    if (const auto id = header.find("kid"); id != header.end()) {
        if (!id->is_string()) return refuse_token(malformed, "The header 'kid' must be a string");
        parts.key_id = id->get<std::string>();
    }
    return parts;
}

}  // namespace

std::string_view name_of(TokenAlgorithm algorithm) {
    switch (algorithm) {
        case TokenAlgorithm::hs256:
            return "HS256";
        case TokenAlgorithm::rs256:
            return "RS256";
        case TokenAlgorithm::es256:
            return "ES256";
    }
    return "";
}

std::optional<std::string> decode_base64url(std::string_view text) {
    if (text.size() % 4 == 1) return std::nullopt;
    std::string bytes;
    bytes.reserve(text.size() / 4 * 3 + 2);
    std::uint32_t bits = 0;
    int count = 0;
    for (const char c : text) {
        const int value = base64url_value(c);
        if (value < 0) return std::nullopt;
        bits = bits << 6 | static_cast<std::uint32_t>(value);
        count += 6;
        if (count < 8) continue;
        count -= 8;
        bytes += static_cast<char>(bits >> count & 0xFF);
        bits &= (1U << count) - 1;
    }
    if (bits != 0) return std::nullopt;
    return bytes;
}

std::optional<core::Json> parse_plain_object(std::string_view text) {
    auto value = core::parse_json(text, json_depth_max, text.size());
    if (!value || !value->is_object()) return std::nullopt;
    AmbiguityFinder finder;
    if (!core::Json::sax_parse(text.begin(), text.end(), &finder)) return std::nullopt;
    return value;
}

Result<TokenParts> read_token(std::string_view token) {
    if (token.size() > token_bytes_max) {
        return refuse_token(malformed, "The token is longer than 8192 bytes");
    }
    const auto texts = split_at_dots(token);
    if (texts.size() != 3) {
        return refuse_token("Expected 3 parts in JWT; got " + std::to_string(texts.size()));
    }
    const auto header_text = decode_base64url(texts[0]);
    if (!header_text) return refuse_token(malformed);
    const auto header = parse_plain_object(*header_text);
    if (!header) return refuse_token(malformed);
    auto parts = read_header(*header);
    if (!parts) return parts;
    auto payload = decode_base64url(texts[1]);
    if (!payload || texts[2].empty() || !decode_base64url(texts[2])) return refuse_token(malformed);
    parts->payload = std::move(*payload);
    return parts;
}

}  // namespace torale::rest
