// Accept → the media of the answer, and how it is called.
#include "rest/plan.hpp"

namespace torale::rest {

namespace {

// What is made for an entry of Accept. The root has one form of its own.
std::optional<Media> made_for(Media asked, bool is_root) {
    switch (asked) {
        case Media::any:
        case Media::json:
            return is_root ? Media::openapi : Media::json;
        case Media::openapi:
            return is_root ? std::optional(asked) : std::nullopt;
        case Media::object:
        case Media::object_stripped:
        case Media::array_stripped:
        case Media::csv:
            return is_root ? std::nullopt : std::optional(asked);
        case Media::other:
            return std::nullopt;
    }
    return std::nullopt;
}

}  // namespace

Result<Media> choose_media(const Ask& ask) {
    std::string written;
    for (const AcceptEntry& entry : ask.accept) {
        if (const auto media = made_for(entry.media, ask.action == Action::describe)) return *media;
        if (!written.empty()) written += ", ";
        written += entry.written;
    }
    Failure failure;
    failure.status = 406;
    failure.code = "PGRST107";
    failure.message = "None of these media types are available: " + written;
    return failure;
}

std::string media_type_of(Media media) {
    switch (media) {
        case Media::json:
        case Media::any:
            return "application/json; charset=utf-8";
        case Media::object:
            return "application/vnd.pgrst.object+json; charset=utf-8";
        case Media::object_stripped:
            return "application/vnd.pgrst.object+json;nulls=stripped; charset=utf-8";
        case Media::array_stripped:
            return "application/vnd.pgrst.array+json;nulls=stripped; charset=utf-8";
        case Media::csv:
            return "text/csv; charset=utf-8";
        case Media::openapi:
            return "application/openapi+json; charset=utf-8";
        case Media::other:
            return "";
    }
    return "";
}

}  // namespace torale::rest
