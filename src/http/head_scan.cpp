#include "http/head_scan.hpp"

namespace torale::http {

HeadScan::Progress HeadScan::refuse(int status, const char* message) {
    refusal_ = Refusal{status, message};
    return Progress::refused;
}

bool HeadScan::finish_line() {
    const bool is_empty = at_ - line_ == 2;
    line_ = at_;
    if (!is_empty) {
        ++lines_;
        return false;
    }
    if (lines_ > 0 || begin_ > 0) return true;
    begin_ = at_;
    return false;
}

HeadScan::Progress HeadScan::scan(std::string_view buffer, std::size_t bytes_max) {
    if (refusal_) return Progress::refused;
    while (at_ < buffer.size()) {
        if (at_ - begin_ >= bytes_max) {
            if (lines_ == 0) return refuse(414, "request line too long");
            return refuse(431, "request header too large");
        }
        const auto byte = static_cast<unsigned char>(buffer[at_]);
        const bool follows_cr = at_ > line_ && buffer[at_ - 1] == '\r';
        if (follows_cr != (byte == '\n')) return refuse(400, "a line must end with CR LF");
        if ((byte < 0x20 && byte != '\t' && byte != '\r' && byte != '\n') || byte == 0x7f)
            return refuse(400, "control byte in the request header");
        if (at_ == line_ && lines_ > 0 && (byte == ' ' || byte == '\t'))
            return refuse(400, "folded header line");
        ++at_;
        if (byte == '\n' && finish_line()) {
            if (lines_ == 0) return refuse(400, "empty request");
            return Progress::complete;
        }
    }
    return Progress::incomplete;
}

}  // namespace torale::http
