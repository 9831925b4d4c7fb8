// Pages: a queue for each host, robots.txt before the first page of a site, redirects by hand.
#include "scheduler/pages.hpp"

#include <algorithm>

#include "core/url.hpp"
#include "providers/html.hpp"
#include "providers/page.hpp"

namespace torale::scheduler {

namespace {

constexpr std::size_t sites_max = 1'000;
constexpr std::size_t url_bytes_max = 4'000;
constexpr core::milliseconds crawl_delay_max{10'000};

std::string host_of(const std::string& url) {
    return providers::origin_of(url);
}

// Each purpose has its own: what the egress guard refuses to one, it may allow to another.
std::string site_of(const std::string& url, core::Purpose purpose) {
    return std::to_string(static_cast<int>(purpose)) + " " + providers::origin_of(url);
}

bool is_redirect(int status) {
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

std::string header(const core::Reply& reply, std::string_view name) {
    const auto value = core::find_header(reply.headers, name);
    return value ? std::string(*value) : "";
}

}  // namespace

std::uint64_t Pages::fetch(PageRequest request, Time now) {
    const std::uint64_t id = ++last_id_;
    jobs_[id].request = std::move(request);
    std::string& url = jobs_[id].request.url;
    url = providers::resolve_url(url, url);
    if (url.empty() || url.size() > url_bytes_max) {
        fail(id, core::Category::config, "not a URL that can be fetched");
        return id;
    }
    enter(id);
    pump(hosts_[host_of(url)], now);
    return id;
}

void Pages::enter(std::uint64_t id) {
    Job& job = jobs_[id];
    job.transfer.reset();
    job.visited.push_back(job.request.url);
    hosts_[host_of(job.request.url)].queue.push_back(id);
}

void Pages::pump(Host& host, Time now) {
    while (!host.is_busy && host.next_at <= now && !host.queue.empty() &&
           static_cast<int>(sent_.size()) < limits_.max_inflight) {
        const std::uint64_t id = host.queue.front();
        const auto found = jobs_.find(id);
        if (found == jobs_.end()) {
            host.queue.pop_front();
            continue;
        }
        Job& job = found->second;
        const std::string site = site_of(job.request.url, job.request.purpose);
        const auto known = sites_.find(site);
        if (limits_.respect_robots &&
            (known == sites_.end() || known->second.robots.expires_at <= now)) {
            host.is_busy = true;
            start_robots({0, site, providers::build_robots_request(job.request.url).url,
                          job.request.purpose, 0});
            return;
        }
        host.queue.pop_front();
        if (!may_start(id, job)) continue;
        host.is_busy = true;
        start_page(id, job);
    }
}

// Fails the job when the site does not want it fetched.
bool Pages::may_start(std::uint64_t id, Job& job) {
    if (!limits_.respect_robots) return true;
    const Site& site = sites_[site_of(job.request.url, job.request.purpose)];
    if (providers::may_fetch(site.robots, providers::path_of(job.request.url))) return true;
    const std::string domain = core::domain_of(job.request.url);
    if (!site.failure) {
        fail(id, core::Category::blocked, "the robots.txt of " + domain + " forbids this address");
        return false;
    }
    core::Failure failure = *site.failure;
    failure.message = "the robots.txt of " + domain + " could not be read: " + failure.message;
    PageReply reply;
    reply.final_url = job.request.url;
    reply.failure = std::move(failure);
    finish(id, std::move(reply));
    return false;
}

void Pages::start_page(std::uint64_t id, Job& job) {
    const bool is_first = job.visited.size() == 1;
    core::Request request =
        providers::build_page_request(job.request.url, is_first ? job.request.etag : "",
                                      is_first ? job.request.last_modified : "");
    request.purpose = job.request.purpose;
    request.limits.body_bytes_max = limits_.bytes_max;
    request.limits.total_timeout_ms = limits_.timeout.count();
    job.transfer = net_.start(std::move(request));
    sent_[*job.transfer] = {id, "", job.request.url, job.request.purpose, 0};
}

void Pages::start_robots(Sent sent) {
    core::Request request = providers::build_robots_request(sent.url);
    request.url = sent.url;
    request.purpose = sent.purpose;
    sent_[net_.start(std::move(request))] = std::move(sent);
}

bool Pages::accept(net::Completion& completion, Time now) {
    const auto found = sent_.find(completion.transfer);
    if (found == sent_.end()) return false;
    const Sent sent = std::move(found->second);
    sent_.erase(found);
    if (sent.job == 0) {
        accept_robots(sent, completion, now);
    } else {
        accept_page(sent, completion, now);
    }
    for (auto& [name, host] : hosts_) pump(host, now);
    return true;
}

void Pages::accept_robots(const Sent& sent, net::Completion& completion, Time now) {
    const core::Reply& reply = completion.reply;
    if (!reply.fault && is_redirect(reply.status) && sent.hops < limits_.redirects_max) {
        const std::string next = providers::resolve_url(sent.url, header(reply, "location"));
        if (!next.empty()) {
            return start_robots({0, sent.site, next, sent.purpose, sent.hops + 1});
        }
    }
    Site& site = sites_[sent.site];
    site.robots = providers::read_robots(reply, now);
    site.failure.reset();
    if (site.robots.is_unreachable) {
        site.failure = core::classify(reply, now);
        // The guard's refusal is the administrator's to lift, at any time.
        const bool is_blocked = site.failure->category == core::Category::blocked;
        if (is_blocked) site.robots.expires_at = now + core::seconds{1};
    }
    hosts_[sent.site.substr(sent.site.find(' ') + 1)].is_busy = false;
}

void Pages::accept_page(const Sent& sent, net::Completion& completion, Time now) {
    Host& host = hosts_[host_of(sent.url)];
    host.is_busy = false;
    core::milliseconds pause = limits_.host_pause;
    const auto site = sites_.find(site_of(sent.url, sent.purpose));
    if (site != sites_.end() && site->second.robots.crawl_delay) {
        pause = std::max(pause, std::min(crawl_delay_max, *site->second.robots.crawl_delay));
    }
    host.next_at = now + pause;
    const auto found = jobs_.find(sent.job);
    if (found == jobs_.end()) return;
    Job& job = found->second;
    PageReply reply;
    reply.reply = std::move(completion.reply);
    reply.status = reply.reply.status;
    reply.final_url = sent.url;
    if (!reply.reply.fault && is_redirect(reply.status) && follow(sent.job, job, reply)) {
        host.next_at = now;  // the second half of one visit
        return;
    }
    if (!reply.failure &&
        (reply.reply.fault || reply.status < 200 || (reply.status > 299 && reply.status != 304))) {
        reply.failure = core::classify(reply.reply, now);
    }
    if (job.visited.size() == 1) {
        reply.etag = header(reply.reply, "etag");
        reply.last_modified = header(reply.reply, "last-modified");
    }
    finish(sent.job, std::move(reply));
}

// True when the next hop is on its way; else the reply says why there is none.
bool Pages::follow(std::uint64_t id, Job& job, PageReply& reply) {
    const std::string next =
        providers::resolve_url(job.request.url, header(reply.reply, "location"));
    core::Failure failure;
    failure.category = core::Category::config;
    failure.http_status = reply.status;
    const auto hops = static_cast<int>(job.visited.size());
    if (next.empty()) {
        failure.message = "the page redirects to nowhere";
    } else if (std::find(job.visited.begin(), job.visited.end(), next) != job.visited.end()) {
        failure.message = "the page redirects in a circle";
    } else if (hops > limits_.redirects_max) {
        failure.message =
            "the page redirects more than " + std::to_string(limits_.redirects_max) + " times";
    } else {
        job.request.url = next;
        enter(id);
        return true;
    }
    reply.failure = std::move(failure);
    return false;
}

void Pages::fail(std::uint64_t id, core::Category category, std::string message) {
    PageReply reply;
    reply.final_url = jobs_[id].request.url;
    core::Failure& failure = reply.failure.emplace();
    failure.category = category;
    failure.message = std::move(message);
    finish(id, std::move(reply));
}

void Pages::finish(std::uint64_t id, PageReply reply) {
    jobs_.erase(id);
    ready_.emplace_back(id, std::move(reply));
}

std::optional<Time> Pages::next_turn() const {
    std::optional<Time> next;
    if (!ready_.empty()) return Time{};
    if (static_cast<int>(sent_.size()) >= limits_.max_inflight) return next;
    for (const auto& [name, host] : hosts_) {
        if (host.is_busy || host.queue.empty()) continue;
        next = next ? std::min(*next, host.next_at) : host.next_at;
    }
    return next;
}

void Pages::turn(Time now) {
    for (auto& [name, host] : hosts_) pump(host, now);
    forget(now);
}

// Hosts that nobody waits for, and robots.txt beyond the number that is kept.
void Pages::forget(Time now) {
    std::erase_if(hosts_, [now](const auto& each) {
        return !each.second.is_busy && each.second.queue.empty() && each.second.next_at <= now;
    });
    if (sites_.size() <= sites_max) return;
    std::erase_if(sites_, [now](const auto& each) { return each.second.robots.expires_at <= now; });
    while (sites_.size() > sites_max) sites_.erase(sites_.begin());
}

void Pages::cancel(std::uint64_t id) {
    std::erase_if(ready_, [id](const auto& each) { return each.first == id; });
    const auto found = jobs_.find(id);
    if (found == jobs_.end()) return;
    if (const auto transfer = found->second.transfer) {
        net_.cancel(*transfer);
        hosts_[host_of(found->second.request.url)].is_busy = false;
        sent_.erase(*transfer);
    }
    jobs_.erase(found);
}

void Pages::cancel_all() {
    for (const auto& [transfer, sent] : sent_) net_.cancel(transfer);
    sent_.clear();
    jobs_.clear();
    hosts_.clear();
    ready_.clear();
}

}  // namespace torale::scheduler
