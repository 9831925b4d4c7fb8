// Webhooks: the original's payload v1 and signature, and the Standard Webhooks headers beside
// them. Format: original-system reference §5.1, provider reference §4.1.
#pragma once
#include "notify/channel.hpp"

namespace torale::notify::webhook {

core::Request build_request(const Channel& channel, const Message& message, core::Time now);

// 2xx delivered; 410 gone; a redirect, a refused address and 4xx other than 408, 409, 425 and
// 429 are retried too, since receivers get mended: only 410 says "never again".
Answer read_answer(const core::Reply& reply, core::Time now);

// The body alone, compact, keys in the original's order.
std::string render_payload(const Message& message);

}  // namespace torale::notify::webhook
