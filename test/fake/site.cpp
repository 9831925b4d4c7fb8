// Pages and feeds as scripted, with conditional requests.
#include "fake/site.hpp"

namespace torale::fake {
namespace {

// The validator of the reply that the request brings back.
bool is_unchanged(const Request& request, const Json& spec) {
    const auto etag = request.header("if-none-match");
    if (!etag.empty()) return etag == spec.value("etag", "");
    const auto since = request.header("if-modified-since");
    return !since.empty() && since == spec.value("last_modified", "");
}

}  // namespace

void Site::load(const Json& json, const std::filesystem::path& folder) {
    script_ = Script(json, folder, [](Scripted& scripted) {
        Delivery& delivery = scripted.delivery;
        const Json& spec = scripted.spec;
        if (!spec.contains("content_type")) delivery.content_type = "application/xml";
        if (spec.contains("etag")) delivery.headers.emplace_back("ETag", spec["etag"]);
        if (spec.contains("last_modified")) {
            delivery.headers.emplace_back("Last-Modified", spec["last_modified"]);
        }
        if (!spec.contains("redirect")) return;
        delivery.status = 302;
        delivery.headers.emplace_back("Location", spec["redirect"]);
    });
}

Reply Site::answer(const Request& request, std::uint64_t n, std::string& verdict) {
    std::string text(request.path);
    if (!request.query.empty()) text += "?" + std::string(request.query);
    Values values{.text = text, .n = n, .captures = {}};
    const Scripted* scripted = script_.pick(text, values.captures);
    Delivery delivery;
    if (scripted == nullptr) {
        verdict = "not scripted";
        delivery.status = 404;
        delivery.content_type = "text/html";
        return render_reply(delivery, "<html><body>Not Found</body></html>", request.keep_alive);
    }
    verdict = "ok";
    delivery = scripted->delivery;
    if (is_unchanged(request, scripted->spec)) {
        verdict = "not modified";
        delivery.status = 304;
        return render_reply(delivery, "", request.keep_alive);
    }
    return render_reply(delivery, scripted->body ? scripted->body->render(values) : "",
                        request.keep_alive);
}

}  // namespace torale::fake
