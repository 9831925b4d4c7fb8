// Where keys come from.
#include "pg/web_keys.hpp"

#include <fstream>

#include "pg/log.hpp"
#include "pg/secrets.hpp"
#include "pg/spi.hpp"

namespace torale::pg {

namespace {

using namespace std::chrono_literals;

constexpr auto between_looks = 2s;
constexpr auto between_wishes = 5s;
constexpr std::size_t file_bytes_max = 1 << 20;

// "" when it cannot be read, which is said once: the caller asks again only after a change.
std::string read_jwks_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::string text(file_bytes_max, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(file.gcount()));
    if (text.empty()) log_line("jwks file not read path=" + path);
    return text;
}

// As the scheduler fetched it; "" when there is none yet. Throws Error and ExtensionGone.
std::string stored_document(const std::string& url) {
    Transaction transaction("torale: reading keys");
    const Rows rows = transaction.run("SELECT torale_internal.jwks_document($1)", {as_text(url)});
    std::string document;
    if (rows.size() > 0) document = rows.optional_text(0, 0).value_or("");
    transaction.commit();
    return document;
}

// On a standby nobody can be asked.
void want_newer(const std::string& url) {
    try {
        Transaction transaction("torale: asking for keys");
        transaction.run("SELECT torale_internal.want_jwks($1)", {as_text(url)});
        transaction.commit();
    } catch (const std::exception& error) {
        log_line(std::string("jwks not asked for error=") + error.what());
    }
}

void add_document(rest::KeySet& set, const std::string& document, const char* from) {
    if (document.empty()) return;
    const auto taken = set.add_jwks(document);
    if (!taken)
        log_line(std::string("jwks not taken from=") + from + " error=" + taken.error().message);
}

}  // namespace

WebKeys::Version WebKeys::read_version() const {
    Version version;
    version.secrets = secrets_version(sources_.secrets_file);
    version.file = secrets_version(sources_.jwks_file);
    if (sources_.jwks_url.empty()) return version;
    try {
        version.document = stored_document(sources_.jwks_url);
    } catch (const std::exception& error) {
        // What was good a moment ago still is.
        version.document = version_.document;
        log_line(std::string("jwks not read error=") + error.what());
    }
    return version;
}

bool WebKeys::load(bool is_forced) {
    Version version = read_version();
    if (version == version_ && !is_forced) return false;
    version_ = std::move(version);
    rest::KeySet fresh;
    if (const auto secret = read_secrets(sources_.secrets_file).find("TORALE_JWT_SECRET")) {
        if (const auto added = fresh.add_secret(*secret); !added)
            log_line("jwt secret not used error=" + added.error().message);
    }
    if (!sources_.jwks_file.empty())
        add_document(fresh, read_jwks_file(sources_.jwks_file), "file");
    add_document(fresh, version_.document, "url");
    set_ = std::move(fresh);
    known_tokens_.clear();
    return true;
}

void WebKeys::apply(KeySources sources) {
    sources_ = std::move(sources);
    load(true);
    next_look_ = std::chrono::steady_clock::now() + between_looks;
}

void WebKeys::look() {
    const auto now = std::chrono::steady_clock::now();
    if (now < next_look_) return;
    next_look_ = now + between_looks;
    load(false);
}

bool WebKeys::look_for_newer() {
    const auto now = std::chrono::steady_clock::now();
    if (now < next_wish_) return false;
    next_wish_ = now + between_wishes;
    const bool has_newer = load(false);
    if (!has_newer && !sources_.jwks_url.empty()) want_newer(sources_.jwks_url);
    return has_newer;
}

}  // namespace torale::pg
