// Only encodings of a closed list reach iconv: a page must not choose what the C library loads.
#include "providers/charset.hpp"

#include <iconv.h>

#include <algorithm>
#include <array>

#include "core/ascii.hpp"
#include "core/json.hpp"

namespace torale::providers {

namespace {

struct Spelling {
    std::string_view label;
    const char* name;  // iconv's
};

// What browsers read under these labels: Latin-1 and ASCII mean windows-1252 on the web.
constexpr std::array<Spelling, 42> spellings{{
    {"ascii", "CP1252"},
    {"us-ascii", "CP1252"},
    {"iso-8859-1", "CP1252"},
    {"latin1", "CP1252"},
    {"iso8859-1", "CP1252"},
    {"windows-1252", "CP1252"},
    {"cp1252", "CP1252"},
    {"windows-1250", "CP1250"},
    {"windows-1251", "CP1251"},
    {"cp1251", "CP1251"},
    {"windows-1253", "CP1253"},
    {"windows-1254", "CP1254"},
    {"windows-1255", "CP1255"},
    {"windows-1256", "CP1256"},
    {"windows-1257", "CP1257"},
    {"windows-1258", "CP1258"},
    {"iso-8859-2", "ISO-8859-2"},
    {"iso-8859-3", "ISO-8859-3"},
    {"iso-8859-4", "ISO-8859-4"},
    {"iso-8859-5", "ISO-8859-5"},
    {"iso-8859-6", "ISO-8859-6"},
    {"iso-8859-7", "ISO-8859-7"},
    {"iso-8859-8", "ISO-8859-8"},
    {"iso-8859-9", "CP1254"},
    {"iso-8859-13", "CP1257"},
    {"iso-8859-14", "ISO-8859-14"},
    {"iso-8859-15", "ISO-8859-15"},
    {"iso-8859-16", "ISO-8859-16"},
    {"koi8-r", "KOI8-R"},
    {"koi8-u", "KOI8-U"},
    {"macintosh", "MACINTOSH"},
    {"gbk", "GB18030"},
    {"gb2312", "GB18030"},
    {"gb18030", "GB18030"},
    {"big5", "BIG5-HKSCS"},
    {"euc-jp", "EUC-JP"},
    {"shift_jis", "CP932"},
    {"shift-jis", "CP932"},
    {"sjis", "CP932"},
    {"euc-kr", "CP949"},
    {"utf-16", "UTF-16LE"},
    {"utf-16le", "UTF-16LE"},
}};

const char* iconv_name(const std::string& label) {
    if (label == "utf-16be") return "UTF-16BE";
    const auto found = std::find_if(spellings.begin(), spellings.end(),
                                    [&](const Spelling& each) { return each.label == label; });
    return found == spellings.end() ? nullptr : found->name;
}

class Converter {
public:
    explicit Converter(const char* from) : handle_(iconv_open("UTF-8", from)) {}
    ~Converter() {
        if (is_open()) iconv_close(handle_);
    }
    Converter(const Converter&) = delete;
    Converter& operator=(const Converter&) = delete;
    bool is_open() const { return handle_ != reinterpret_cast<iconv_t>(-1); }

    // A byte that means nothing becomes U+FFFD.
    std::string convert(std::string_view bytes) {
        std::string out;
        std::array<char, 8192> buffer{};
        char* in = const_cast<char*>(bytes.data());
        std::size_t left = bytes.size();
        while (left > 0) {
            char* to = buffer.data();
            std::size_t room = buffer.size();
            const std::size_t before = left;
            const std::size_t done = iconv(handle_, &in, &left, &to, &room);
            out.append(buffer.data(), buffer.size() - room);
            // E2BIG wants another round; anything else is a byte to step over.
            const bool is_full = done == static_cast<std::size_t>(-1) && errno == E2BIG;
            if (done == static_cast<std::size_t>(-1) && !(is_full && left < before)) {
                out += "\xEF\xBF\xBD";
                ++in;
                --left;
            }
        }
        return out;
    }

private:
    iconv_t handle_;
};

std::string convert(std::string_view bytes, const char* from) {
    Converter converter(from);
    // A C library without its tables: what is ASCII stays readable.
    if (!converter.is_open()) return core::clean_utf8(bytes);
    return core::clean_utf8(converter.convert(bytes));
}

}  // namespace

std::string media_type(const std::vector<core::Header>& headers) {
    const auto value = core::find_header(headers, "content-type");
    if (!value) return "";
    std::string_view type = value->substr(0, value->find(';'));
    while (!type.empty() && type.front() == ' ') type.remove_prefix(1);
    while (!type.empty() && type.back() == ' ') type.remove_suffix(1);
    return core::lower_ascii(type);
}

std::string header_charset(const std::vector<core::Header>& headers) {
    const auto value = core::find_header(headers, "content-type");
    if (!value) return "";
    const std::string type = core::lower_ascii(*value);
    const std::size_t at = type.find("charset=");
    if (at == std::string::npos) return "";
    std::string charset = type.substr(at + 8, type.find(';', at) - at - 8);
    std::erase_if(charset, [](char c) { return c == '"' || c == '\'' || c == ' '; });
    return charset;
}

std::string to_utf8(std::string_view bytes, std::string_view declared) {
    if (bytes.starts_with("\xEF\xBB\xBF")) return core::clean_utf8(bytes.substr(3));
    if (bytes.starts_with("\xFF\xFE")) return convert(bytes.substr(2), "UTF-16LE");
    if (bytes.starts_with("\xFE\xFF")) return convert(bytes.substr(2), "UTF-16BE");
    const std::string label = core::lower_ascii(declared);
    const char* name = iconv_name(label);
    // A page that is valid UTF-8 beyond ASCII is UTF-8, whatever an old server says of it.
    std::string clean = core::clean_utf8(bytes);
    const bool is_utf8 = clean == bytes;
    if (name == nullptr)
        return is_utf8 || label.starts_with("utf") ? clean : convert(bytes, "CP1252");
    const bool is_ascii = std::all_of(bytes.begin(), bytes.end(),
                                      [](char c) { return static_cast<unsigned char>(c) < 0x80; });
    const bool is_wide = std::string_view(name).starts_with("UTF-16");
    if (is_utf8 && !is_ascii && !is_wide) return clean;
    return convert(bytes, name);
}

}  // namespace torale::providers
