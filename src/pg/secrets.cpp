// Reading NAME=value lines from a file nobody else can read. No Postgres: doctor() and the
// scheduler share it.
#include "pg/secrets.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>

namespace torale::pg {

namespace {

constexpr std::size_t file_bytes_max = 64 << 10;

std::string_view trim(std::string_view text) {
    const auto begin = text.find_first_not_of(" \t\r");
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

std::string_view unquote(std::string_view value) {
    if (value.size() >= 2 && value.front() == value.back() &&
        (value.front() == '"' || value.front() == '\''))
        return value.substr(1, value.size() - 2);
    return value;
}

// Closed at the end of its scope.
class File {
public:
    // O_NONBLOCK: opening a FIFO must not hang the worker.
    explicit File(const std::string& path)
        : fd_(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}
    ~File() {
        if (fd_ >= 0) close(fd_);
    }
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    int fd() const { return fd_; }

private:
    int fd_;
};

// "" when the open file may be trusted.
std::string judge(const File& file) {
    struct stat status {};
    if (fstat(file.fd(), &status) != 0) return std::strerror(errno);
    if (!S_ISREG(status.st_mode)) return "is not a regular file";
    if (status.st_uid != geteuid()) return "does not belong to the server's user";
    if ((status.st_mode & 077) != 0) return "is open to others: its mode must be 0600";
    if (static_cast<std::size_t>(status.st_size) > file_bytes_max) return "is larger than 64 kB";
    return {};
}

std::string read_all(const File& file) {
    std::string text(file_bytes_max, '\0');
    std::size_t length = 0;
    while (length < text.size()) {
        const ssize_t got = read(file.fd(), text.data() + length, text.size() - length);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) break;
        length += static_cast<std::size_t>(got);
    }
    text.resize(length);
    return text;
}

void parse_lines(std::string_view text, Secrets& secrets) {
    int number = 0;
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        std::string_view line = trim(text.substr(begin, end - begin));
        begin = end + 1;
        ++number;
        if (line.empty() || line.front() == '#') continue;
        if (line.starts_with("export ")) line = trim(line.substr(7));
        const std::size_t equals = line.find('=');
        if (equals == std::string_view::npos || equals == 0) {
            secrets.problems.push_back("line " + std::to_string(number) + " is not NAME=value");
            continue;
        }
        secrets.values[std::string(trim(line.substr(0, equals)))] =
            unquote(trim(line.substr(equals + 1)));
    }
}

void read_file(const std::string& path, Secrets& secrets) {
    const File file(path);
    const std::string fault = file.fd() < 0 ? std::strerror(errno) : judge(file);
    if (!fault.empty()) {
        secrets.problems.push_back("\"" + path + "\": " + fault);
        return;
    }
    parse_lines(read_all(file), secrets);
}

}  // namespace

const std::vector<std::string_view>& secret_names() {
    static const auto* names = new std::vector<std::string_view>{
        "PERPLEXITY_API_KEY", "GEMINI_API_KEY",       "OPENAI_API_KEY",   "ANTHROPIC_API_KEY",
        "TAVILY_API_KEY",     "EXA_API_KEY",          "BRAVE_API_KEY",    "MEM0_API_KEY",
        "PARALLEL_API_KEY",   "TORALE_SMTP_PASSWORD", "TORALE_JWT_SECRET"};
    return *names;
}

std::optional<std::string> Secrets::find(std::string_view name) const {
    const auto found = values.find(name);
    if (found == values.end() || found->second.empty()) return std::nullopt;
    return found->second;
}

Secrets read_secrets(const std::string& path) {
    Secrets secrets;
    for (const std::string_view name : secret_names()) {
        const char* value = std::getenv(std::string(name).c_str());
        if (value != nullptr && *value != '\0') secrets.values.emplace(name, value);
    }
    if (!path.empty()) read_file(path, secrets);
    return secrets;
}

std::uint64_t secrets_version(const std::string& path) {
    struct stat status {};
    if (path.empty() || stat(path.c_str(), &status) != 0) return 0;
    const auto mix = [](std::uint64_t hash, std::uint64_t part) {
        return (hash ^ part) * 0x100000001b3ULL;
    };
    std::uint64_t hash = 0xcbf29ce484222325ULL;
    hash = mix(hash, static_cast<std::uint64_t>(status.st_mtim.tv_sec));
    hash = mix(hash, static_cast<std::uint64_t>(status.st_mtim.tv_nsec));
    hash = mix(hash, static_cast<std::uint64_t>(status.st_ctim.tv_nsec));
    hash = mix(hash, static_cast<std::uint64_t>(status.st_ino));
    hash = mix(hash, static_cast<std::uint64_t>(status.st_size));
    return hash == 0 ? 1 : hash;
}

}  // namespace torale::pg
