// Whatever a client sends for a token, or an issuer for its keys: nothing crashes, nothing that
// was not signed gets in, and what is refused is refused with a 401.
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "core/text.hpp"
#include "rest/auth.hpp"
#include "rest/role_claim.hpp"
#include "rest/token.hpp"

using namespace torale::rest;
namespace core = torale::core;

namespace {

constexpr std::string_view secret = "a secret that the fuzzer cannot sign with";

const KeySet& keys() {
    static const KeySet set = [] {
        KeySet built;
        if (!built.add_secret(secret)) std::abort();
        return built;
    }();
    return set;
}

std::string base64url(std::string_view bytes) {
    std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
    const int length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                       reinterpret_cast<const unsigned char*>(bytes.data()),
                                       static_cast<int>(bytes.size()));
    text.resize(static_cast<std::size_t>(length));
    while (text.ends_with('=')) text.pop_back();
    for (char& c : text) c = c == '+' ? '-' : c == '/' ? '_' : c;
    return text;
}

std::string sign(std::string_view header, std::string_view payload) {
    const std::string message = base64url(header) + "." + base64url(payload);
    std::string digest(32, '\0');
    HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
         reinterpret_cast<const unsigned char*>(message.data()), message.size(),
         reinterpret_cast<unsigned char*>(digest.data()), nullptr);
    return message + "." + base64url(digest);
}

void check_refusal(const Failure& failure) {
    if (failure.status != 401 || failure.headers.size() != 1) std::abort();
    if (failure.code != "PGRST301" && failure.code != "PGRST303") std::abort();
}

// Nobody but us has the secret, so no input is a token.
void forge(std::string_view token) {
    const auto verified = verify_token(token, keys(), {}, core::Time{});
    if (verified) std::abort();
    check_refusal(verified.error());
}

// The checks behind the signature, with a policy that knows everything.
void sign_and_check(std::string_view header, std::string_view payload) {
    TokenPolicy policy{.issuer = "i", .audiences = {"a"}, .authorized_parties = {"p"}};
    for (const TokenPolicy& each : {TokenPolicy{}, policy}) {
        const auto verified = verify_token(sign(header, payload), keys(), each, core::Time{});
        if (!verified) {
            check_refusal(verified.error());
            continue;
        }
        if (!verified->claims.is_object() || verified->subject.starts_with("pg:")) std::abort();
        if (verified->subject.find('\0') != std::string::npos) std::abort();
        if (core::clean_utf8(verified->subject) != verified->subject) std::abort();
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view all(reinterpret_cast<const char*>(bytes + 1), size - 1);
    switch (bytes[0] % 6) {
        case 0:
            forge(all);
            break;
        case 1:
            sign_and_check(all, R"({"sub":"u"})");
            break;
        case 2:
            sign_and_check(R"({"alg":"HS256"})", all);
            break;
        case 3: {
            KeySet read;
            const auto taken = read.add_jwks(all);
            if (taken && read.is_empty() != (*taken == 0)) std::abort();
            break;
        }
        case 4:
            if (const auto path = parse_claim_path(all)) {
                role_in(core::Json{{"role", "x"}, {"a", {{"b", {1, "y"}}}}}, *path);
            }
            break;
        default: {
            core::HttpRequest request;
            const std::size_t cut = all.find('\n');
            request.headers = {{"Authorization", std::string(all.substr(0, cut))},
                               {"Cookie", std::string(all.substr(std::min(cut, all.size())))}};
            if (const auto credential = read_credential(request); !credential) {
                check_refusal(credential.error());
            }
        }
    }
    return 0;
}
