// CSV as RFC 4180 has it.
#include "rest/payload.hpp"

namespace torale::rest {

namespace {

class Reader {
public:
    explicit Reader(std::string_view text) : text_(text) {}

    std::optional<CsvLines> read() {
        while (at_ < text_.size()) {
            if (take_line_end()) continue;  // a blank line
            if (!read_line()) return std::nullopt;
        }
        return std::move(lines_);
    }

private:
    bool is_at(char letter) const { return at_ < text_.size() && text_[at_] == letter; }
    bool is_at_end() const { return at_ == text_.size() || is_at('\n') || is_at('\r'); }
    bool take_line_end() {
        const std::size_t start = at_;
        if (is_at('\r')) ++at_;
        if (is_at('\n')) ++at_;
        return at_ > start;
    }

    bool read_line() {
        std::vector<std::string>& line = lines_.emplace_back();
        while (true) {
            if (!(is_at('"') ? read_quoted(line.emplace_back()) : read_bare(line.emplace_back()))) {
                return false;
            }
            if (is_at_end()) break;
            ++at_;  // the comma
        }
        take_line_end();
        return true;
    }

    bool read_bare(std::string& field) {
        const std::size_t end = std::min(text_.find_first_of(",\r\n", at_), text_.size());
        field = text_.substr(at_, end - at_);
        at_ = end;
        return field.find('"') == std::string::npos;
    }

    bool read_quoted(std::string& field) {
        for (++at_; at_ < text_.size(); ++at_) {
            if (text_[at_] != '"') {
                field += text_[at_];
            } else if (text_.substr(at_, 2) == "\"\"") {
                field += text_[at_++];
            } else {
                ++at_;
                return is_at_end() || is_at(',');
            }
        }
        return false;
    }

    std::string_view text_;
    std::size_t at_ = 0;
    CsvLines lines_;
};

}  // namespace

std::optional<CsvLines> parse_csv(std::string_view text) {
    return Reader(text).read();
}

}  // namespace torale::rest
