#include "http/response_writer.hpp"

#include <gtest/gtest.h>

namespace torale::http {
namespace {

TEST(response_writer, writes_dates_as_HTTP_wants_them) {
    EXPECT_EQ(write_http_date(0), "Thu, 01 Jan 1970 00:00:00 GMT");
    EXPECT_EQ(write_http_date(784'111'777), "Sun, 06 Nov 1994 08:49:37 GMT");
    EXPECT_EQ(write_http_date(951'782'399), "Mon, 28 Feb 2000 23:59:59 GMT");
}

TEST(response_writer, writes_chunks_in_hex_and_no_empty_one) {
    std::string out;
    write_chunk(out, "");
    EXPECT_EQ(out, "");
    write_chunk(out, std::string(255, 'x'));
    EXPECT_EQ(out, "ff\r\n" + std::string(255, 'x') + "\r\n");
    out.clear();
    write_last_chunk(out);
    EXPECT_EQ(out, "0\r\n\r\n");
}

}  // namespace
}  // namespace torale::http
