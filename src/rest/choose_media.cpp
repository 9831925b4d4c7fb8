// Accept → the media of the answer, and how it is called.
#include "rest/plan.hpp"

namespace torale::rest {

Result<Media> choose_media(const Ask& ask) {
    std::string written;
    for (const AcceptEntry& entry : ask.accept) {
        switch (entry.media) {
            case Media::any:
            case Media::json:
                return Media::json;
            case Media::object:
            case Media::object_stripped:
            case Media::array_stripped:
            case Media::csv:
                return entry.media;
            case Media::openapi:
            case Media::other:
                break;
        }
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
