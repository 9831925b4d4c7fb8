#include "net/resolver.hpp"

#include <ares.h>
#include <fcntl.h>
#include <netdb.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <new>
#include <stdexcept>

namespace torale::net {

namespace {

constexpr std::size_t entries_max = 4096;
constexpr std::size_t addresses_max = 16;
constexpr int query_timeout_ms = 1500;
constexpr int query_tries = 3;
constexpr std::chrono::seconds configuration_check_every{10};

std::int64_t modification_stamp(const char* path) {
    struct stat status {};
    if (stat(path, &status) != 0) return 0;
    return status.st_mtim.tv_sec * 1'000'000'000LL + status.st_mtim.tv_nsec;
}

std::vector<Address> addresses_of(const ares_addrinfo* found) {
    std::vector<Address> addresses;
    for (const ares_addrinfo_node* node = found->nodes; node != nullptr; node = node->ai_next) {
        auto address = address_of(*node->ai_addr);
        if (address && addresses.size() < addresses_max &&
            std::find(addresses.begin(), addresses.end(), *address) == addresses.end())
            addresses.push_back(std::move(*address));
    }
    return addresses;
}

// c-ares does not say why it got no socket.
bool is_out_of_files(int any_descriptor) {
    const int copy = fcntl(any_descriptor, F_DUPFD_CLOEXEC, 0);
    if (copy < 0) return errno == EMFILE || errno == ENFILE;
    close(copy);
    return false;
}

}  // namespace

// What c-ares carries for us; it gives it back exactly once.
struct Resolver::Lookup {
    Resolver* resolver;
    std::string host;
    std::uint64_t serial;
};

Resolver::Resolver(Watch& watch, ResolverSettings settings)
    : watch_(watch), settings_(std::move(settings)) {
    open_channel();
}

Resolver::~Resolver() {
    close_channel();
}

void Resolver::open_channel() {
    ares_options options{};
    char lookups[] = "fb";  // the hosts file, then DNS
    options.timeout = query_timeout_ms;
    options.tries = query_tries;
    options.lookups = lookups;
    options.sock_state_cb = &Resolver::on_socket;
    options.sock_state_cb_data = this;
    const int mask =
        ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_LOOKUPS | ARES_OPT_SOCK_STATE_CB;
    if (ares_init_options(&channel_, &options, mask) != ARES_SUCCESS)
        throw std::runtime_error("c-ares cannot be initialised");
    if (!settings_.servers.empty() &&
        ares_set_servers_ports_csv(channel_, settings_.servers.c_str()) != ARES_SUCCESS)
        throw std::runtime_error("not a list of name servers: " + settings_.servers);
    configuration_stamp_ = modification_stamp("/etc/resolv.conf");
}

void Resolver::close_channel() {
    if (channel_ != nullptr) ares_destroy(channel_);
    channel_ = nullptr;
}

// A server may outlive the network it was started in by months.
void Resolver::reopen_when_configuration_changed(Instant now) {
    if (now - configuration_checked_ < configuration_check_every || under_way_ > 0) return;
    configuration_checked_ = now;
    if (modification_stamp("/etc/resolv.conf") == configuration_stamp_) return;
    close_channel();
    open_channel();
}

void Resolver::apply(ResolverSettings settings) {
    const bool new_servers = settings.servers != settings_.servers;
    settings_ = std::move(settings);
    if (!new_servers) return;
    close_channel();
    open_channel();
}

AnswerPtr Resolver::lookup(const std::string& host, std::uint64_t waiter) {
    const Instant now = now_instant();
    auto found = entries_.find(host);
    if (found == entries_.end()) {
        expire_cache(now);
        found = entries_.try_emplace(host).first;
    }
    Entry& entry = found->second;
    if (entry.answer && entry.answer->expires > now) return entry.answer;
    if (entry.pending == 0) {
        reopen_when_configuration_changed(now);
        entry.answer.reset();
        begin(host, entry);
        // The hosts file answers at once.
        if (entry.answer) return entry.answer;
    }
    entry.waiters.push_back(waiter);
    return nullptr;
}

void Resolver::begin(const std::string& host, Entry& entry) {
    entry.pending = ++last_serial_;
    due_.push_back(
        {now_instant() + std::chrono::milliseconds(settings_.timeout_ms), entry.pending, host});
    ares_addrinfo_hints hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    ++under_way_;
    // Owned by c-ares until on_answer.
    auto* lookup = new Lookup{this, host, entry.pending};
    ares_getaddrinfo(channel_, host.c_str(), nullptr, &hints, &Resolver::on_answer, lookup);
    poll_at_ = now_instant();
}

void Resolver::on_answer(void* raw, int status, int, ares_addrinfo* found) noexcept {
    const std::unique_ptr<Lookup> lookup(static_cast<Lookup*>(raw));
    Resolver& self = *lookup->resolver;
    --self.under_way_;
    Answer answer;
    if (found != nullptr) {
        answer.addresses = addresses_of(found);
        ares_freeaddrinfo(found);
    }
    if (answer.addresses.empty()) {
        answer.fault = is_out_of_files(self.watch_.fd()) ? core::Fault::no_file
                       : status == ARES_ETIMEOUT         ? core::Fault::timeout
                                                         : core::Fault::resolve;
        answer.fault_text = "cannot resolve " + lookup->host + ": " +
                            (status == ARES_SUCCESS ? "no address" : ares_strerror(status));
    }
    self.finish(lookup->host, lookup->serial, std::move(answer));
}

void Resolver::finish(const std::string& host, std::uint64_t serial, Answer answer) {
    const auto found = entries_.find(host);
    if (found == entries_.end() || found->second.pending != serial) return;  // too late
    Entry& entry = found->second;
    auto keep = answer.fault ? settings_.cache_fail_ms : settings_.cache_ok_ms;
    if (answer.fault == core::Fault::no_file) keep = 0;  // says nothing about the name
    answer.expires = now_instant() + std::chrono::milliseconds(keep);
    entry.answer = std::make_shared<const Answer>(std::move(answer));
    entry.pending = 0;
    forget_settled();
    if (!entry.waiters.empty())
        resolved_.push_back({std::exchange(entry.waiters, {}), entry.answer});
}

// Time limits of lookups that are over would only wake us for nothing.
void Resolver::forget_settled() {
    while (!due_.empty()) {
        const auto found = entries_.find(due_.front().host);
        if (found != entries_.end() && found->second.pending == due_.front().serial) return;
        due_.pop_front();
    }
}

void Resolver::expire_cache(Instant now) {
    if (entries_.size() < entries_max) return;
    std::erase_if(entries_, [&](const auto& item) {
        return item.second.pending == 0 &&
               (!item.second.answer || item.second.answer->expires <= now);
    });
    // Still full of fresh names: forget them all rather than grow without bound.
    if (entries_.size() >= entries_max)
        std::erase_if(entries_, [](const auto& item) { return item.second.pending == 0; });
}

std::vector<Resolved> Resolver::take_resolved() {
    return std::exchange(resolved_, {});
}

std::optional<Instant> Resolver::deadline() const {
    if (!resolved_.empty()) return Instant{};
    std::optional<Instant> next = poll_at_;
    if (!due_.empty()) next = earlier(next, due_.front().when);
    return next;
}

void Resolver::run_due(Instant now) {
    while (!due_.empty() && due_.front().when <= now) {
        const Due due = std::move(due_.front());
        due_.pop_front();
        finish(due.host, due.serial,
               {{},
                core::Fault::timeout,
                "cannot resolve " + due.host + ": no answer within " +
                    std::to_string(settings_.timeout_ms) + " ms",
                {}});
    }
    if (!poll_at_ || *poll_at_ > now) return;
    ares_process_fd(channel_, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
    poll_at_.reset();
    if (under_way_ == 0) return;
    timeval wait{};
    timeval longest{1, 0};
    if (const timeval* next = ares_timeout(channel_, &longest, &wait))
        poll_at_ = now + std::chrono::seconds(next->tv_sec) +
                   std::chrono::microseconds(next->tv_usec) + std::chrono::milliseconds(1);
}

void Resolver::on_event(int socket, std::uint32_t events) noexcept {
    const bool readable = (events & (EPOLLIN | EPOLLERR | EPOLLHUP)) != 0;
    const bool writable = (events & EPOLLOUT) != 0;
    ares_process_fd(channel_, readable ? socket : ARES_SOCKET_BAD,
                    writable ? socket : ARES_SOCKET_BAD);
}

void Resolver::on_socket(void* self, int socket, int readable, int writable) noexcept {
    auto& resolver = *static_cast<Resolver*>(self);
    const std::uint32_t events = (readable ? EPOLLIN : 0u) | (writable ? EPOLLOUT : 0u);
    if (events == 0)
        resolver.watch_.forget(socket);
    else
        resolver.watch_.set(socket, events, &resolver);
}

}  // namespace torale::net
