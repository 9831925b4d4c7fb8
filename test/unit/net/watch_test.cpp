#include "net/watch.hpp"

#include <gtest/gtest.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <vector>

namespace torale::net {
namespace {

struct Record final : Watch::Owner {
    void on_event(int socket, std::uint32_t events) noexcept override {
        seen.push_back({socket, events});
    }
    std::vector<std::pair<int, std::uint32_t>> seen;
};

class watch : public testing::Test {
protected:
    watch() { renew(); }
    ~watch() override {
        close(ends[0]);
        close(ends[1]);
    }
    void renew() { EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0); }
    void make_readable() { EXPECT_EQ(write(ends[1], "x", 1), 1); }

    Watch sockets;
    Record owner;
    int ends[2] = {-1, -1};
};

TEST_F(watch, hands_events_to_the_owner) {
    EXPECT_TRUE(sockets.set(ends[0], EPOLLIN, &owner));
    EXPECT_EQ(sockets.dispatch(64), 0);
    make_readable();
    EXPECT_EQ(sockets.dispatch(64), 1);
    ASSERT_EQ(owner.seen.size(), 1u);
    EXPECT_EQ(owner.seen[0].first, ends[0]);
    EXPECT_TRUE(owner.seen[0].second & EPOLLIN);
}

TEST_F(watch, changes_what_it_waits_for) {
    sockets.set(ends[0], EPOLLIN, &owner);
    EXPECT_TRUE(sockets.set(ends[0], EPOLLOUT, &owner));
    sockets.dispatch(64);
    ASSERT_EQ(owner.seen.size(), 1u);
    EXPECT_EQ(owner.seen[0].second, static_cast<std::uint32_t>(EPOLLOUT));
}

TEST_F(watch, is_silent_about_a_socket_that_nobody_wants) {
    sockets.set(ends[0], EPOLLIN, &owner);
    sockets.set(ends[0], 0, &owner);
    make_readable();
    EXPECT_EQ(sockets.dispatch(64), 1);  // found out by its event, and taken out
    EXPECT_EQ(sockets.dispatch(64), 0);
    EXPECT_TRUE(owner.seen.empty());
    EXPECT_TRUE(sockets.set(ends[0], EPOLLIN, &owner));
    EXPECT_EQ(sockets.dispatch(64), 1);
    EXPECT_EQ(owner.seen.size(), 1u);
}

// A library closed the socket before it said so, and the number came back: MOD finds no entry.
TEST_F(watch, adds_a_socket_whose_number_had_another_life) {
    sockets.set(ends[0], EPOLLIN, &owner);
    const int number = ends[0];
    close(ends[0]);
    close(ends[1]);
    renew();
    ASSERT_EQ(ends[0], number);
    EXPECT_TRUE(sockets.set(ends[0], EPOLLIN | EPOLLRDHUP, &owner));
    make_readable();
    EXPECT_EQ(sockets.dispatch(64), 1);
    EXPECT_EQ(owner.seen.size(), 1u);
}

// Our table does not know it but the kernel does: ADD finds an entry.
TEST_F(watch, takes_over_a_socket_that_is_already_in_the_set) {
    epoll_event event{};
    event.events = EPOLLOUT;
    event.data.fd = ends[0];
    ASSERT_EQ(epoll_ctl(sockets.fd(), EPOLL_CTL_ADD, ends[0], &event), 0);
    EXPECT_TRUE(sockets.set(ends[0], EPOLLIN, &owner));
    EXPECT_EQ(sockets.dispatch(64), 0);
    make_readable();
    EXPECT_EQ(sockets.dispatch(64), 1);
}

TEST_F(watch, says_no_to_what_is_no_socket) {
    EXPECT_FALSE(sockets.set(-1, EPOLLIN, &owner));
    const int closed = dup(ends[0]);
    close(closed);
    EXPECT_FALSE(sockets.set(closed, EPOLLIN, &owner));
    sockets.forget(-1);
    sockets.forget(closed);
    sockets.forget(100'000);
}

TEST_F(watch, is_readable_itself_when_a_socket_is) {
    Watch outer;
    Record nested;
    sockets.set(ends[0], EPOLLIN, &owner);
    outer.set(sockets.fd(), EPOLLIN, &nested);
    EXPECT_EQ(outer.dispatch(64), 0);
    make_readable();
    EXPECT_EQ(outer.dispatch(64), 1);
    EXPECT_EQ(outer.dispatch(64), 1);  // as long as it is so
}

}  // namespace
}  // namespace torale::net
