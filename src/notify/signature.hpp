// Both signatures of a webhook. Vectors: the original's scheme and Standard Webhooks 1.0.0.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace torale::notify {

// "t=<unix seconds>,v1=<hex>": HMAC-SHA256 of "<seconds>.<body>", the key being the secret's text.
std::string torale_signature(std::string_view secret, std::int64_t unix_seconds,
                             std::string_view body);

// "v1,<base64>" for each secret, separated by blanks: HMAC-SHA256 of "<id>.<seconds>.<body>",
// the key being the decoded base64 after "whsec_". A secret of another form is used as text.
std::string standard_signature(const std::vector<std::string>& secrets, std::string_view id,
                               std::int64_t unix_seconds, std::string_view body);

}  // namespace torale::notify
