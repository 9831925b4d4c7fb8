// What every channel kind looks like: a message to tell, a request to build, a reply to read.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "core/call.hpp"
#include "core/clock.hpp"
#include "core/retry.hpp"
#include "core/task.hpp"

namespace torale::notify {

struct Link {
    std::string url;
    std::string title;
};

// Everything a delivery may say. Filled by the store from the notification and its execution.
struct Message {
    std::string delivery_id;  // stable over retries: webhook-id
    std::string notification_id;
    std::string execution_id;  // "" for tests: then test_… as in the original
    std::string event_type;    // task.condition_met, task.failed, task.recovered, torale.test
    core::Time created_at{};
    std::string task_id;
    std::string task_name;
    std::string search_query;
    std::optional<std::string> condition_description;
    std::string body;           // Markdown
    std::string completed_at;   // as the original writes it
    std::vector<Link> sources;  // the cited ones
    core::Json context;         // null = absent
};

struct Channel {
    std::string kind;
    std::string target;
    std::vector<core::Header> headers;
    std::vector<std::string> secrets;  // signing secrets, the newest first
};

enum class Told { delivered, retry, gone, refused };
struct Answer {
    Told told = Told::retry;
    std::string error;  // "" when delivered; sanitised, at most 200 characters
    std::optional<core::milliseconds> retry_after;
};

}  // namespace torale::notify
