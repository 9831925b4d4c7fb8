#include "http/response_writer.hpp"

#include <gtest/gtest.h>

namespace torale::http {
namespace {

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
