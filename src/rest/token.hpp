// Inside of the tokens: a compact JWS taken apart, and how one is refused. Nothing here is
// trusted before verify_signature() said so.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "core/json.hpp"
#include "rest/failure.hpp"

namespace torale::rest {

inline constexpr std::size_t token_bytes_max = 8 << 10;

enum class TokenAlgorithm { hs256, rs256, es256 };

std::string_view name_of(TokenAlgorithm algorithm);

struct TokenParts {
    TokenAlgorithm algorithm = TokenAlgorithm::hs256;
    std::optional<std::string> key_id;
    std::string payload;  // decoded
    bool operator==(const TokenParts&) const = default;
};

// Refuses all that would not be a signed token of ours whoever signed it: too long, not three
// parts, base64url or JSON that is not exactly that, other algorithms and types, `crit`.
Result<TokenParts> read_token(std::string_view token);

// RFC 4648 §5 without padding, bits beyond the last byte zero; nothing for anything else.
std::optional<std::string> decode_base64url(std::string_view text);

// An object with no name given twice on any level and no U+0000 in it: what two readers of the
// same bytes cannot understand differently.
std::optional<core::Json> parse_plain_object(std::string_view text);

// 401 with the challenge that the scheme asks for.
Failure refuse_token(std::string message, std::string details = "");   // PGRST301
Failure refuse_claims(std::string message, std::string details = "");  // PGRST303
// A token of the right form that none of the keys signed.
Failure refuse_signature();

}  // namespace torale::rest
