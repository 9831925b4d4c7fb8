#include "http/connection.hpp"

#include "http/response_writer.hpp"

namespace torale::http {

using Progress = RequestReader::Progress;

std::optional<core::HttpRequest> Connection::next_request() {
    progress_ = reader_.read();
    if (progress_ == Progress::refused) {
        refuse(reader_.refusal());
        return std::nullopt;
    }
    if (reader_.take_expectation()) out_ += "HTTP/1.1 100 Continue\r\n\r\n";
    if (progress_ != Progress::complete) return std::nullopt;
    is_running_ = true;
    ++requests_;
    progress_ = Progress::idle;
    return reader_.take();
}

void Connection::answer(const core::HttpResponse& response) {
    if (!is_running_) return;
    is_running_ = false;
    is_our_will_ = terms_.is_draining || requests_ >= terms_.limits.requests_per_connection_max;
    is_last_ = is_our_will_ || !reader_.is_keep_alive();
    ResponseFrame frame{.date = terms_.date,
                        .is_head_method = reader_.is_head_method(),
                        .is_http_1_0 = reader_.is_http_1_0(),
                        .is_last = is_last_};
    const BodyEnd end = body_end(response, frame);
    frame.is_last = is_last_ = is_last_ || end == BodyEnd::closing;
    write_response(out_, response, frame);
    is_chunked_ = end == BodyEnd::chunked;
    is_streaming_ = is_chunked_ || end == BodyEnd::closing;
    if (is_last_ && !is_streaming_) is_ended_ = true;
}

void Connection::refuse(const Refusal& refusal) {
    if (is_ended_) return;
    is_ended_ = is_our_will_ = is_refused_ = true;
    write_response(
        out_, response_of(refusal),
        {.date = terms_.date, .is_head_method = reader_.is_head_method(), .is_last = true});
}

void Connection::push(std::string_view bytes) {
    if (!is_streaming_) return;
    if (is_chunked_)
        write_chunk(out_, bytes);
    else
        out_ += bytes;
}

void Connection::end_stream() {
    if (!is_streaming_) return;
    is_streaming_ = false;
    if (is_chunked_) write_last_chunk(out_);
    if (terms_.is_draining) is_last_ = is_our_will_ = true;
    is_ended_ = is_last_;
}

void Connection::sent(std::size_t bytes) {
    constexpr std::size_t worth_keeping = 64 << 10;
    sent_ += bytes;
    if (sent_ == out_.size()) {
        out_.clear();
        sent_ = 0;
        if (out_.capacity() > worth_keeping) out_ = std::string();
    } else if (sent_ > worth_keeping && sent_ > out_.size() / 2) {
        out_.erase(0, sent_);
        sent_ = 0;
    }
}

Phase Connection::phase() const {
    if (sent_ < out_.size()) return Phase::writing;
    if (is_ended_) return is_our_will_ ? Phase::lingering : Phase::over;
    if (is_streaming_) return Phase::streaming;
    if (is_running_) return Phase::running;
    if (progress_ == Progress::body) return Phase::body;
    if (progress_ == Progress::head || reader_.has_unread()) return Phase::head;
    return requests_ == 0 ? Phase::fresh : Phase::idle;
}

}  // namespace torale::http
