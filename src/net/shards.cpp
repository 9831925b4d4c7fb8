#include "net/shards.hpp"

#include <sys/epoll.h>

#include <algorithm>
#include <new>

namespace torale::net {

namespace {

constexpr long timer_ms_max = 24L * 3600 * 1000;

}  // namespace

class Shards::Shard final : public Watch::Owner {
public:
    Shard(Gate& gate, std::size_t transfers_max)
        : watch_(gate.watch), multi_(curl_multi_init()), transfers_max_(transfers_max) {
        if (multi_ == nullptr) throw std::bad_alloc();
        curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &Shard::on_socket);
        curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
        curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &Shard::on_timer);
        curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
        // Both are counted with idle connections: a new one pushes out the oldest idle one.
        const long connections_max = static_cast<long>(transfers_max);
        curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, connections_max);
        curl_multi_setopt(multi_, CURLMOPT_MAX_TOTAL_CONNECTIONS, connections_max);
    }
    ~Shard() override { curl_multi_cleanup(multi_); }
    Shard(const Shard&) = delete;
    Shard& operator=(const Shard&) = delete;

    bool add(Exchange& exchange) {
        if (curl_multi_add_handle(multi_, exchange.easy()) != CURLM_OK) return false;
        ++active_;
        return true;
    }
    void remove(Exchange& exchange) {
        curl_multi_remove_handle(multi_, exchange.easy());
        --active_;
    }
    bool has_room() const { return active_ < transfers_max_; }

    std::optional<Instant> deadline() const { return deadline_; }
    void run_due(Instant now) {
        if (!deadline_ || *deadline_ > now) return;
        deadline_.reset();
        touched_ = true;
        int running = 0;
        curl_multi_socket_action(multi_, CURL_SOCKET_TIMEOUT, 0, &running);
        // curl stays silent when its next time is the one it told last; then it has to be asked.
        long wait_ms = -1;
        if (!deadline_ && curl_multi_timeout(multi_, &wait_ms) == CURLM_OK) set_deadline(wait_ms);
    }
    void on_event(int socket, std::uint32_t events) noexcept override {
        int mask = 0;
        if (events & (EPOLLIN | EPOLLHUP)) mask |= CURL_CSELECT_IN;
        if (events & EPOLLOUT) mask |= CURL_CSELECT_OUT;
        // With IN, so that curl reads what the socket has to say instead of giving up at once.
        if (events & EPOLLERR) mask |= CURL_CSELECT_ERR | CURL_CSELECT_IN;
        touched_ = true;
        int running = 0;
        curl_multi_socket_action(multi_, socket, mask, &running);
    }
    void take_done(std::vector<Done>& done) {
        if (!touched_) return;
        touched_ = false;
        int left = 0;
        while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
            if (message->msg != CURLMSG_DONE) continue;
            char* owner = nullptr;
            curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &owner);
            // The message is gone once its handle is removed.
            done.push_back({reinterpret_cast<Exchange*>(owner), message->data.result});
            remove(*done.back().exchange);
        }
    }

private:
    static int on_socket(CURL*, curl_socket_t socket, int what, void* self, void*) noexcept {
        auto& shard = *static_cast<Shard*>(self);
        std::uint32_t events = 0;
        if (what == CURL_POLL_IN || what == CURL_POLL_INOUT) events |= EPOLLIN;
        if (what == CURL_POLL_OUT || what == CURL_POLL_INOUT) events |= EPOLLOUT;
        shard.watch_.set(socket, events, &shard);
        return 0;
    }
    static int on_timer(CURLM*, long wait_ms, void* self) noexcept {
        static_cast<Shard*>(self)->set_deadline(wait_ms);
        return 0;
    }
    void set_deadline(long wait_ms) {
        if (wait_ms < 0)
            deadline_.reset();
        else
            deadline_ = now_instant() + std::chrono::milliseconds(std::min(wait_ms, timer_ms_max));
    }

    Watch& watch_;
    CURLM* multi_;
    std::size_t transfers_max_;
    std::size_t active_ = 0;
    std::optional<Instant> deadline_;
    bool touched_ = false;
};

Shards::Shards(Gate& gate, std::size_t transfers_per_shard)
    : gate_(gate), transfers_per_shard_(transfers_per_shard) {}

Shards::~Shards() = default;

bool Shards::add(Exchange& exchange) {
    auto found = std::find_if(shards_.begin(), shards_.end(),
                              [](const auto& shard) { return shard->has_room(); });
    if (found == shards_.end()) {
        shards_.push_back(std::make_unique<Shard>(gate_, transfers_per_shard_));
        found = shards_.end() - 1;
    }
    exchange.enter(static_cast<std::size_t>(found - shards_.begin()));
    return (*found)->add(exchange);
}

void Shards::remove(Exchange& exchange) {
    shards_[exchange.shard()]->remove(exchange);
}

std::optional<Instant> Shards::deadline() const {
    std::optional<Instant> next;
    for (const auto& shard : shards_) next = earlier(next, shard->deadline());
    return next;
}

void Shards::run_due(Instant now) {
    for (const auto& shard : shards_) shard->run_due(now);
}

void Shards::take_done(std::vector<Done>& done) {
    for (const auto& shard : shards_) shard->take_done(done);
}

}  // namespace torale::net
