#include "net/line.hpp"

namespace torale::net {

namespace {
constexpr std::size_t places_kept = 1024;
}  // namespace

void Line::list(Place& place) {
    if (place.is_listed || place.waiting.empty() || place.active >= per_host_max_) return;
    place.is_listed = true;
    ready_.push_back(&place);
}

void Line::push(const std::string& host, std::uint64_t transfer) {
    if (places_.size() >= places_kept)
        std::erase_if(places_, [](const auto& item) {
            return item.second.active == 0 && item.second.waiting.empty();
        });
    Place& place = places_[host];
    place.waiting.push_back(transfer);
    list(place);
}

std::optional<std::uint64_t> Line::next() {
    if (ready_.empty()) return std::nullopt;
    Place& place = *ready_.front();
    ready_.pop_front();
    place.is_listed = false;
    const std::uint64_t transfer = place.waiting.front();
    place.waiting.pop_front();
    ++place.active;
    ++active_;
    last_ = &place;
    list(place);
    return transfer;
}

void Line::release(Place* place) {
    --place->active;
    --active_;
    list(*place);
}

void Line::set_per_host_max(std::size_t per_host_max) {
    per_host_max_ = per_host_max;
    for (auto& [host, place] : places_) list(place);
}

}  // namespace torale::net
