// Frames read back by a small reader that follows the standard's own steps for clients.
#include "rest/event_stream.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <vector>

namespace torale::rest {
namespace {

// WHATWG HTML 9.2.6: what an EventSource does with a stream.
struct Client {
    std::string last_id;
    std::optional<long> retry;
    std::vector<StreamEvent> events;
    std::vector<std::string> comments;

    void read(const std::string& stream) {
        std::size_t start = 0;
        while (start < stream.size()) {
            const std::size_t end = stream.find('\n', start);
            if (end == std::string::npos) {
                ADD_FAILURE() << "a line without its end";
                return;
            }
            line(stream.substr(start, end - start));
            start = end + 1;
        }
    }

    void line(const std::string& text) {
        EXPECT_EQ(text.find('\r'), std::string::npos);
        if (text.empty()) {
            dispatch();
        } else if (text[0] == ':') {
            comments.push_back(text.substr(1));
        } else {
            const std::size_t colon = text.find(':');
            std::string value = colon == std::string::npos ? "" : text.substr(colon + 1);
            if (value.starts_with(' ')) value.erase(0, 1);
            field(text.substr(0, colon), value);
        }
    }

    void field(const std::string& name, const std::string& value) {
        if (name == "data") {
            data_ = data_.value_or("") + value + "\n";
        } else if (name == "event") {
            type_ = value;
        } else if (name == "id") {
            last_id = value;
        } else if (name == "retry") {
            retry = std::stol(value);
        } else {
            ADD_FAILURE() << "an unknown field " << name;
        }
    }

    void dispatch() {
        if (data_) events.push_back({last_id, type_, data_->substr(0, data_->size() - 1)});
        data_.reset();
        type_.clear();
    }

private:
    std::optional<std::string> data_;
    std::string type_;
};

StreamEvent round_trip(const StreamEvent& event) {
    Client client;
    client.read(write_event(event));
    if (client.events.size() != 1) {
        ADD_FAILURE() << client.events.size() << " events from one frame";
        return {};
    }
    return client.events.front();
}

TEST(write_event, is_plain_bytes) {
    EXPECT_EQ(write_event({"7", "finding", "{\"a\":1}"}),
              "id: 7\nevent: finding\ndata: {\"a\":1}\n\n");
    EXPECT_EQ(write_event({"", "", "x"}), "data: x\n\n");
}

TEST(write_event, arrives_as_it_was_sent) {
    const StreamEvent rows[] = {
        {"7", "finding", "{\"a\":1}"},
        {"0190-ab", "", "plain"},
        {"7", "x", ""},
        {"7", "x", "two\nlines"},
        {"7", "x", "\n"},
        {"7", "x", "\n\nafter blank lines\n"},
        {"7", "x", " leading blank"},
        {"7", "x", ": no comment"},
        {"7", "x", "id: 9\nevent: forged\n\ndata: forged"},
        {"7", "x", "grün 🐘"},
    };
    for (const StreamEvent& event : rows) EXPECT_EQ(round_trip(event), event) << event.data;
}

TEST(write_event, ends_lines_as_clients_see_them_end) {
    EXPECT_EQ(round_trip({"7", "x", "a\r\nb"}).data, "a\nb");
    EXPECT_EQ(round_trip({"7", "x", "a\rb"}).data, "a\nb");
    EXPECT_EQ(round_trip({"7", "x", "a\n\rb"}).data, "a\n\nb");
    EXPECT_EQ(round_trip({"7", "x", "a\r"}).data, "a\n");
}

TEST(write_event, keeps_id_and_name_on_their_line) {
    const StreamEvent event = round_trip({"7\ndata: forged", "x\r\n\r\ndata: forged", "real"});
    EXPECT_EQ(event.id, "7data: forged");
    EXPECT_EQ(event.name, "xdata: forged");
    EXPECT_EQ(event.data, "real");
    EXPECT_EQ(round_trip({std::string("a\0b", 3), "", "x"}).id, "ab");
}

TEST(write_event, is_utf8_whatever_it_was_given) {
    EXPECT_EQ(round_trip({"7", "x", "bad \xff!"}).data, "bad \xEF\xBF\xBD!");
}

TEST(write_heartbeat, is_no_event) {
    Client client;
    client.read(write_heartbeat("") + write_heartbeat("still\nhere") + write_event({"1", "", "x"}));
    EXPECT_EQ(client.events.size(), 1u);
    EXPECT_EQ(client.comments, (std::vector<std::string>{" ", " stillhere"}));
}

TEST(write_retry, sets_the_clients_patience) {
    Client client;
    client.read(write_retry(core::milliseconds{2500}));
    EXPECT_EQ(client.retry, 2500);
    EXPECT_TRUE(client.events.empty());
    EXPECT_EQ(write_retry(core::milliseconds{-5}), "retry: 0\n\n");
}

TEST(start_event_stream, is_an_open_response) {
    const core::HttpResponse response = start_event_stream(write_heartbeat("welcome"));
    EXPECT_EQ(response.status, 200);
    EXPECT_TRUE(response.is_stream);
    EXPECT_EQ(response.body, ": welcome\n\n");
    EXPECT_EQ(core::find_header(response.headers, "Content-Type"), "text/event-stream");
    EXPECT_EQ(core::find_header(response.headers, "Cache-Control"), "no-store");
}

TEST(last_event_id, is_this_table) {
    struct Row {
        const char* header;  // null = absent
        const char* target;
        std::string id;
    };
    const std::string long_id(257, 'a');
    const std::string longest_id(256, 'a');
    const Row rows[] = {
        {nullptr, "/events", ""},
        {"7", "/events", "7"},
        {"0190a1-b2", "/events?last_event_id=9", "0190a1-b2"},
        {nullptr, "/events?last_event_id=9", "9"},
        {nullptr, "/events?a=b&last_event_id=x%20y+z&c", "x y z"},
        {nullptr, "/events?last_event_id", ""},
        {nullptr, "/events?xlast_event_id=9", ""},
        {nullptr, "/events?last_event_id=a%0Ab", ""},
        {nullptr, "/events?last_event_id=a%00b", ""},
        {nullptr, "/events?last_event_id=%zz", ""},
        {"", "/events?last_event_id=9", ""},
        {long_id.c_str(), "/events", ""},
        {longest_id.c_str(), "/events", longest_id},
    };
    for (const Row& row : rows) {
        core::HttpRequest request;
        request.target = row.target;
        if (row.header != nullptr) request.headers = {{"last-event-id", row.header}};
        EXPECT_EQ(last_event_id(request), row.id) << row.target;
    }
}

}  // namespace
}  // namespace torale::rest
