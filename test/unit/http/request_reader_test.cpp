#include "http/request_reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "outcomes.hpp"

namespace torale::http::test {
namespace {

using testing::ElementsAre;
using Lines = std::vector<std::string>;

struct Row {
    const char* name;
    std::string bytes;
    Lines outcome;
};

const std::string get = "GET /a HTTP/1.1\r\nHost: x\r\n";
const std::string post = "POST /a HTTP/1.1\r\nHost: x\r\n";
const std::string chunked = post + "Transfer-Encoding: chunked\r\n\r\n";

std::string with_nul(std::string text) {
    std::replace(text.begin(), text.end(), '@', '\0');
    return text;
}

const std::vector<Row> accepted = {
    {"plain", get + "\r\n", {"GET /a"}},
    {"query", "GET /a?b=c&d=%20 HTTP/1.1\r\nHost: x\r\n\r\n", {"GET /a?b=c&d=%20"}},
    {"root", "GET / HTTP/1.1\r\nHost: x\r\n\r\n", {"GET /"}},
    {"marks of postgrest's grammar unencoded",
     "GET /a?b=in.(\"x\",{y})|z HTTP/1.1\r\nHost: x\r\n\r\n",
     {"GET /a?b=in.(\"x\",{y})|z"}},
    {"bytes of UTF-8", "GET /\xc3\xa4 HTTP/1.1\r\nHost: x\r\n\r\n", {"GET /\xc3\xa4"}},
    {"HTTP/1.0 without Host", "GET /a HTTP/1.0\r\n\r\n", {"GET /a"}},
    {"methods are case sensitive", "get /a HTTP/1.1\r\nHost: x\r\n\r\n", {"get /a"}},
    {"a method of our own", "M-SEARCH /a HTTP/1.1\r\nHost: x\r\n\r\n", {"M-SEARCH /a"}},
    {"asterisk", "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", {"OPTIONS *"}},
    {"host with port", "GET /a HTTP/1.1\r\nHost: [::1]:3000\r\n\r\n", {"GET /a"}},
    {"host is empty", "GET /a HTTP/1.1\r\nHost:\r\n\r\n", {"GET /a"}},
    {"one empty line before", "\r\n" + get + "\r\n", {"GET /a"}},
    {"header without value", get + "X:\r\n\r\n", {"GET /a"}},
    {"header value with tab and UTF-8", get + "X: a\tb\xc3\xa4\r\n\r\n", {"GET /a"}},
    {"length", post + "Content-Length: 3\r\n\r\nabc", {"POST /a|abc"}},
    {"length of nothing", post + "Content-Length: 0\r\n\r\n", {"POST /a"}},
    {"no length is no body", post + "\r\n", {"POST /a"}},
    {"a body may hold anything",
     post + with_nul("Content-Length: 4\r\n\r\n\r\n@\n"),
     {with_nul("POST /a|\r\n@\n")}},
    {"GET with a body", get + "Content-Length: 1\r\n\r\nb", {"GET /a|b"}},
    {"chunks", chunked + "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", {"POST /a|abcde"}},
    {"no chunk but the last", chunked + "0\r\n\r\n", {"POST /a"}},
    {"chunk sizes in hex with zeros",
     chunked + "00a\r\n0123456789\r\n000\r\n\r\n",
     {"POST /a|0123456789"}},
    {"chunk extensions", chunked + "3;a=b;c=\"d\"\r\nabc\r\n0;e\r\n\r\n", {"POST /a|abc"}},
    {"encoding in other case",
     post + "transfer-encoding: Chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n",
     {"POST /a|x"}},
    {"two of a pipeline", get + "\r\nGET /b HTTP/1.1\r\nHost: x\r\n\r\n", {"GET /a", "GET /b"}},
    {"bodies in a pipeline",
     post + "Content-Length: 2\r\n\r\nhi" + chunked + "1\r\nx\r\n0\r\n\r\n" + get + "\r\n",
     {"POST /a|hi", "POST /a|x", "GET /a"}},
    {"an empty line between two", get + "\r\n\r\n" + get + "\r\n", {"GET /a", "GET /a"}},
    {"close ends the pipeline", get + "Connection: close\r\n\r\n" + get + "\r\n", {"GET /a"}},
    {"HTTP/1.0 ends the pipeline", "GET /a HTTP/1.0\r\n\r\n" + get + "\r\n", {"GET /a"}},
    {"HTTP/1.0 that stays",
     "GET /a HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n" + get + "\r\n",
     {"GET /a", "GET /a"}},
};

const std::vector<Row> unfinished = {
    {"nothing", "", {}},
    {"half a line", "GET /a HT", {"more"}},
    {"no blank line", get, {"more"}},
    {"half a line end", get + "\r", {"more"}},
    {"half a body", post + "Content-Length: 3\r\n\r\nab", {"more"}},
    {"no last chunk", chunked + "3\r\nabc\r\n", {"more"}},
    {"half a last chunk", chunked + "3\r\nabc\r\n0\r\n", {"more"}},
    {"half a second request", get + "\r\nGET", {"GET /a", "more"}},
};

const std::vector<Row> refused = {
    {"encoding and length",
     chunked.substr(0, chunked.size() - 2) + "Content-Length: 3\r\n\r\n",
     {"400"}},
    {"length and encoding",
     post + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
     {"400"}},
    {"two lengths", post + "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc", {"400"}},
    {"two equal lengths", post + "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc", {"400"}},
    {"a list of lengths", post + "Content-Length: 3, 3\r\n\r\nabc", {"400"}},
    {"a length with a sign", post + "Content-Length: +3\r\n\r\nabc", {"400"}},
    {"a negative length", post + "Content-Length: -3\r\n\r\nabc", {"400"}},
    {"a length in hex", post + "Content-Length: 0x3\r\n\r\nabc", {"400"}},
    {"a length of nothing", post + "Content-Length:\r\n\r\nabc", {"400"}},
    {"a length beyond all numbers", post + "Content-Length: 99999999999999999999\r\n\r\n", {"400"}},
    {"a length with a blank inside", post + "Content-Length: 1 2\r\n\r\n", {"400"}},
    {"gzip", post + "Transfer-Encoding: gzip\r\n\r\n", {"501"}},
    {"gzip, chunked", post + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", {"501"}},
    {"chunked, chunked", post + "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n", {"501"}},
    {"identity", post + "Transfer-Encoding: identity\r\n\r\n", {"501"}},
    {"chunked with a parameter", post + "Transfer-Encoding: chunked;q=1\r\n\r\n", {"501"}},
    {"xchunked", post + "Transfer-Encoding: xchunked\r\n\r\n", {"501"}},
    {"chunked in quotes", post + "Transfer-Encoding: \"chunked\"\r\n\r\n", {"501"}},
    {"encoding twice",
     post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
     {"400"}},
    {"a vertical tab before chunked", post + "Transfer-Encoding: \vchunked\r\n\r\n", {"400"}},
    {"encoding in HTTP/1.0",
     "POST /a HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
     {"400"}},
    {"blank before the colon", get + "X : y\r\n\r\n", {"400"}},
    {"tab before the colon", post + "Transfer-Encoding\t: chunked\r\n\r\n", {"400"}},
    {"blank in a name", get + "X Y: z\r\n\r\n", {"400"}},
    {"no name", get + ": z\r\n\r\n", {"400"}},
    {"no colon", get + "X\r\n\r\n", {"400"}},
    {"folded line", get + "X: y\r\n z\r\n\r\n", {"400"}},
    {"line folded with a tab", get + "X: y\r\n\tz\r\n\r\n", {"400"}},
    {"folded first header", "GET /a HTTP/1.1\r\n Host: x\r\n\r\n", {"400"}},
    {"bare LF after the request line", "GET /a HTTP/1.1\nHost: x\r\n\r\n", {"400"}},
    {"bare LF after a header", "GET /a HTTP/1.1\r\nHost: x\n\r\n", {"400"}},
    {"bare LF as the blank line", get + "\n", {"400"}},
    {"bare CR", get + "X: a\rb\r\n\r\n", {"400"}},
    {"two CR", get + "X: a\r\r\n\r\n", {"400"}},
    {"NUL in a value", with_nul(get + "X: a@b\r\n\r\n"), {"400"}},
    {"NUL in a name", with_nul(get + "X@: b\r\n\r\n"), {"400"}},
    {"NUL in the target", with_nul("GET /a@ HTTP/1.1\r\nHost: x\r\n\r\n"), {"400"}},
    {"control byte in a value", get + "X: a\x01\r\n\r\n", {"400"}},
    {"DEL in a value", get + "X: a\x7f\r\n\r\n", {"400"}},
    {"%00 in the path", "GET /a%00b HTTP/1.1\r\nHost: x\r\n\r\n", {"400"}},
    {"%00 in the query", "GET /a?b=%00 HTTP/1.1\r\nHost: x\r\n\r\n", {"400"}},
    {"fragment", "GET /a#b HTTP/1.1\r\nHost: x\r\n\r\n", {"400"}},
    {"absolute form", "GET http://x/a HTTP/1.1\r\nHost: x\r\n\r\n", {"400"}},
    {"authority form", "CONNECT x:443 HTTP/1.1\r\nHost: x\r\n\r\n", {"400"}},
    {"asterisk for GET", "GET * HTTP/1.1\r\nHost: x\r\n\r\n", {"400"}},
    {"no slash", "GET a HTTP/1.1\r\nHost: x\r\n\r\n", {"400"}},
    {"two blanks", "GET  /a HTTP/1.1\r\nHost: x\r\n\r\n", {"400"}},
    {"tab for a blank", "GET\t/a HTTP/1.1\r\nHost: x\r\n\r\n", {"400"}},
    {"blank in the target", "GET /a b HTTP/1.1\r\nHost: x\r\n\r\n", {"400"}},
    {"blank before the method", " GET /a HTTP/1.1\r\nHost: x\r\n\r\n", {"400"}},
    {"blank after the version", "GET /a HTTP/1.1 \r\nHost: x\r\n\r\n", {"400"}},
    {"odd method", "G(T /a HTTP/1.1\r\nHost: x\r\n\r\n", {"400"}},
    {"no version", "GET /a\r\n\r\n", {"400"}},
    {"no target", "GET HTTP/1.1\r\nHost: x\r\n\r\n", {"400"}},
    {"another protocol", "GET /a FTP/1.1\r\nHost: x\r\n\r\n", {"400"}},
    {"a TLS handshake", std::string("\x16\x03\x01\x02", 4), {"400"}},
    {"two empty lines before", "\r\n\r\n" + get + "\r\n", {"400"}},
    {"version 2.0", "GET /a HTTP/2.0\r\nHost: x\r\n\r\n", {"505"}},
    {"version 2", "GET /a HTTP/2\r\nHost: x\r\n\r\n", {"505"}},
    {"version 1.2", "GET /a HTTP/1.2\r\nHost: x\r\n\r\n", {"505"}},
    {"version 0.9", "GET /a HTTP/0.9\r\nHost: x\r\n\r\n", {"505"}},
    {"version 1.10", "GET /a HTTP/1.10\r\nHost: x\r\n\r\n", {"505"}},
    {"preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", {"505"}},
    {"version in small letters", "GET /a http/1.1\r\nHost: x\r\n\r\n", {"400"}},
    {"no Host", "GET /a HTTP/1.1\r\n\r\n", {"400"}},
    {"two Authorizations",
     get + "Authorization: Bearer a\r\nauthorization: Bearer a\r\n\r\n",
     {"400"}},
    {"two Hosts", get + "Host: x\r\n\r\n", {"400"}},
    {"two Hosts in HTTP/1.0", "GET /a HTTP/1.0\r\nHost: x\r\nHost: y\r\n\r\n", {"400"}},
    {"Host with a path", "GET /a HTTP/1.1\r\nHost: x/y\r\n\r\n", {"400"}},
    {"Host with a user", "GET /a HTTP/1.1\r\nHost: a@b\r\n\r\n", {"400"}},
    {"list of Hosts", "GET /a HTTP/1.1\r\nHost: a, b\r\n\r\n", {"400"}},
    {"trailer", chunked + "1\r\nx\r\n0\r\nX: y\r\n\r\n", {"400"}},
    {"chunk size with a sign", chunked + "+1\r\nx\r\n0\r\n\r\n", {"400"}},
    {"chunk size with 0x", chunked + "0x1\r\nx\r\n0\r\n\r\n", {"400"}},
    {"chunk size of nothing", chunked + "\r\nx\r\n0\r\n\r\n", {"400"}},
    {"chunk size after a blank", chunked + " 1\r\nx\r\n0\r\n\r\n", {"400"}},
    {"negative chunk size", chunked + "-1\r\nx\r\n0\r\n\r\n", {"400"}},
    {"chunk size beyond all numbers", chunked + "10000000000000000\r\nx\r\n", {"400"}},
    {"chunk size line with bare LF", chunked + "1\nx\r\n0\r\n\r\n", {"400"}},
    {"chunk size line with bare CR", chunked + "1\rx\r\n0\r\n\r\n", {"400"}},
    {"chunk longer than its size", chunked + "1\r\nxy\r\n0\r\n\r\n", {"400"}},
    {"bare LF behind a chunk", chunked + "1\r\nx\n0\r\n\r\n", {"400"}},
    {"long chunk extension",
     chunked + "1;" + std::string(300, 'e') + "\r\nx\r\n0\r\n\r\n",
     {"400"}},
    {"odd chunk extension", chunked + "1;=\r\nx\r\n0\r\n\r\n", {"400"}},
    {"unknown expectation", post + "Expect: tea\r\nContent-Length: 1\r\n\r\nx", {"417"}},
    {"odd Connection", get + "Connection: a b\r\n\r\n", {"400"}},
    {"a good one before", get + "\r\n" + "GET /b HTTP/1.1\r\n\r\n", {"GET /a", "400"}},
    {"nothing behind a refused one", "GET b HTTP/1.1\r\nHost: x\r\n\r\n" + get + "\r\n", {"400"}},
};

Lines in_one_piece(const std::string& bytes, Limits limits = {}) {
    Talk talk(limits);
    talk.hear(bytes);
    return talk.outcome();
}

Lines byte_by_byte(const std::string& bytes, Limits limits = {}) {
    Talk talk(limits);
    for (const char byte : bytes) talk.hear({&byte, 1});
    return talk.outcome();
}

TEST(request_reader, reads_or_refuses_each_sequence_however_it_is_cut) {
    for (const auto* table : {&accepted, &unfinished, &refused}) {
        for (const Row& row : *table) {
            EXPECT_EQ(in_one_piece(row.bytes), row.outcome) << row.name;
            EXPECT_EQ(byte_by_byte(row.bytes), row.outcome) << row.name;
        }
    }
}

TEST(request_reader, keeps_headers_in_order_without_the_blanks_around_values) {
    Talk talk;
    talk.hear(get + "X-One: \t a  b \t\r\nx-two:c\r\nX-One: d\r\n\r\n");
    ASSERT_EQ(talk.requests().size(), 1u);
    EXPECT_THAT(talk.requests()[0].headers,
                ElementsAre(core::Header{"Host", "x"}, core::Header{"X-One", "a  b"},
                            core::Header{"x-two", "c"}, core::Header{"X-One", "d"}));
}

TEST(request_reader, a_head_of_the_limit_is_read_and_one_byte_more_is_not) {
    const std::string head = get + "X: yyyyyyyyyy\r\n\r\n";
    Limits limits;
    limits.header_bytes_max = static_cast<std::int64_t>(head.size());
    EXPECT_EQ(in_one_piece(head, limits), Lines{"GET /a"});
    EXPECT_EQ(byte_by_byte(head, limits), Lines{"GET /a"});
    --limits.header_bytes_max;
    EXPECT_EQ(in_one_piece(head, limits), Lines{"431"});
    EXPECT_EQ(byte_by_byte(head, limits), Lines{"431"});
    limits.header_bytes_max = 10;
    EXPECT_EQ(in_one_piece(head, limits), Lines{"414"})
        << "it is the request line that is too long";
    EXPECT_EQ(byte_by_byte(head, limits), Lines{"414"});
}

TEST(request_reader, counts_header_fields) {
    std::string head = get;
    for (int at = 1; at < 128; ++at) head += "X: y\r\n";
    EXPECT_EQ(in_one_piece(head + "\r\n"), Lines{"GET /a"});
    EXPECT_EQ(in_one_piece(head + "X: y\r\n\r\n"), Lines{"431"});
}

TEST(request_reader, a_body_of_the_limit_is_read_and_one_byte_more_is_not) {
    Limits limits;
    limits.body_bytes_max = 4;
    EXPECT_EQ(in_one_piece(post + "Content-Length: 4\r\n\r\nabcd", limits), Lines{"POST /a|abcd"});
    EXPECT_EQ(in_one_piece(post + "Content-Length: 5\r\n\r\n", limits), Lines{"413"})
        << "before the body is sent";
    for (const auto& read : {in_one_piece, byte_by_byte}) {
        EXPECT_EQ(read(chunked + "2\r\nab\r\n2\r\ncd\r\n0\r\n\r\n", limits), Lines{"POST /a|abcd"});
        EXPECT_EQ(read(chunked + "2\r\nab\r\n3\r\ncde\r\n0\r\n\r\n", limits), Lines{"413"});
        EXPECT_EQ(read(chunked + "ffffffffffffffff\r\n", limits), Lines{"413"});
    }
}

TEST(request_reader, extensions_of_all_chunks_are_counted_together) {
    std::string body;
    for (int at = 0; at < 100; ++at) body += "1;" + std::string(100, 'e') + "\r\nx\r\n";
    EXPECT_EQ(in_one_piece(chunked + body + "0\r\n\r\n"), Lines{"400"});
    EXPECT_EQ(byte_by_byte(chunked + body + "0\r\n\r\n"), Lines{"400"});
}

TEST(request_reader, a_long_pipeline_keeps_its_order) {
    std::string bytes;
    Lines expected;
    for (int at = 0; at < 2000; ++at) {
        const std::string path = "/" + std::to_string(at);
        bytes += "GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n";
        expected.push_back("GET " + path);
    }
    EXPECT_EQ(in_one_piece(bytes), expected);
}

}  // namespace
}  // namespace torale::http::test
