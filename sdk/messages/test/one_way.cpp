// SPDX-License-Identifier: MIT
#include "any_host.hpp"

#include <sdk/messages/call_stubs.hpp>
#include <sdk/messages/frames.hpp>
#include <sdk/messages/instance_proxy.hpp>
#include <sdk/messages/isolated_instance.hpp>

#include <kith/result.hpp>
#include <kith/service/random.h>

#include <boost/test/unit_test.hpp>

#include <deque>
#include <memory>
#include <random>

extern "C" const kith_entry kith_plugin_entry_strategy_ticker;

namespace {

using namespace kith;
using namespace kith::messages;

// A host with the services of the ticker, whose timers may be refused; and both ends, with the messages between them in a queue.
class BothEnds final : ProxyOwner, InstanceSurroundings {
  public:
    struct Queue final : MessageSink {
        std::deque<std::string> messages;
        bool send(std::string_view message) override {
            messages.emplace_back(message);
            return true;
        }
    };

    BothEnds() {
        host_.struct_size = sizeof host_;
        host_.cancel = [](const kith_host *, std::uint64_t) -> std::int32_t { return KITH_OK; };
        host_.error = [](const kith_host *, kith_str) {};
        host_.stopped = [](const kith_host *host) { ++of(host).stopped; };
        host_.failed = [](const kith_host *host, std::int32_t status, kith_str text) {
            of(host).failed = status;
            of(host).failed_text = view(text);
        };
        proxy.create("{}", UINT32_MAX);
    }

    void start() {
        pump();
        BOOST_TEST(proxy.instance().start(proxy.instance().self) == KITH_OK);
        pump();
    }
    void pump() {
        while (!to_instance.messages.empty() || !to_host.messages.empty()) {
            for (; !to_instance.messages.empty(); to_instance.messages.pop_front())
                if (instance) instance->take(open_message(to_instance.messages.front()));
            for (; !to_host.messages.empty(); to_host.messages.pop_front()) {
                seen.push_back(to_host.messages.front());
                proxy.take(open_message(to_host.messages.front()));
            }
        }
    }
    void fire(std::int32_t status) {
        const auto *side =
            static_cast<const kith_timer_plugin *>(proxy.instance().service(proxy.instance().self, str(KITH_TIMER)));
        side->fired(&proxy, timer_user, 77, status);
    }

    std::int32_t timer_status = KITH_OK, failed = KITH_OK, not_created_status = KITH_OK;
    std::uint64_t timer_user = 0;
    int stopped = 0, destroyed_count = 0, replaced = 0;
    std::string failed_text;
    std::vector<std::string> seen;
    Queue to_instance, to_host;
    kith_host host_{};
    InstanceProxy proxy{5, *kith_plugin_entry_strategy_ticker.descriptors[0], prepared(), to_instance, *this};
    std::unique_ptr<IsolatedInstance> instance = std::make_unique<IsolatedInstance>(
        5, kith_plugin_entry_strategy_ticker, to_host, static_cast<InstanceSurroundings &>(*this));

  private:
    static BothEnds &of(const kith_host *host) { return *static_cast<BothEnds *>(host->engine); }
    const kith_host &prepared() {
        host_.service = [](const kith_host *host, kith_str id) -> const void * { return of(host).service(view(id)); };
        host_.engine = this;
        return host_;
    }

    const void *service(std::string_view id) {
        static const kith_timer_host timers{
            [](const kith_host *host, std::uint64_t, std::uint64_t user, std::uint64_t *op) -> std::int32_t {
                of(host).timer_user = user;
                *op = 77;
                return of(host).timer_status;
            }};
        static const kith_discovery_host discovery{
            .replace = [](const kith_host *host, const kith_peer *, std::uint32_t, std::uint32_t) -> std::int32_t {
                ++of(host).replaced;
                return KITH_OK;
            },
            .update = nullptr,
            .watching = nullptr,
            .heard = nullptr,
            .failed = nullptr,
            .left_out = nullptr};
        static const kith_log_host log{
            [](const kith_host *) { return KITH_LOG_INFO; },
            [](const kith_host *, std::uint32_t, kith_str, const kith_attribute *, std::uint32_t) {}};
        if (id == KITH_TIMER) return &timers;
        if (id == KITH_DISCOVERY) return &discovery;
        if (id == KITH_LOG) return &log;
        return id == KITH_RANDOM ? &log : nullptr; // random is answered at the other end: the table is not used
    }

    std::string take_error() override { return "no timers today"; }
    void not_created(std::int32_t status, std::string_view) override { not_created_status = status; }
    void stopping() override {}
    void destroyed() override { ++destroyed_count; }
    std::uint64_t monotonic() noexcept override { return 0; }
    std::int64_t wall() noexcept override { return 0; }
    void fill(void *out, std::size_t size) noexcept override { std::memset(out, 1, size); }
    void wake() noexcept override {}
    void enter(std::uint32_t, std::uint8_t, std::uint8_t) noexcept override {}
    void leave() noexcept override {}
};

void stop(BothEnds &ends) { ends.proxy.instance().stop(ends.proxy.instance().self); }

} // namespace

BOOST_AUTO_TEST_CASE(what_the_host_refuses_arrives_as_the_completion) {
    BothEnds ends;
    ends.timer_status = KITH_LIMIT;
    ends.start();
    BOOST_TEST(ends.replaced == 1);
    BOOST_TEST(ends.failed == KITH_LIMIT); // the strategy waited for the timer, and reports what became of it
}

BOOST_AUTO_TEST_CASE(what_was_begun_before_the_stop_was_known_is_cancelled) {
    BothEnds ends;
    ends.pump();
    ends.proxy.instance().start(ends.proxy.instance().self);
    stop(ends); // neither has arrived; the timer that start begins comes after the stop
    ends.pump();
    BOOST_TEST(ends.timer_user == 0u); // it never reached the host
    BOOST_TEST(ends.stopped == 1);
}

BOOST_AUTO_TEST_CASE(a_stop_waits_for_the_completions) {
    BothEnds ends;
    ends.start();
    stop(ends);
    ends.pump();
    BOOST_TEST(ends.stopped == 0);
    ends.fire(KITH_CANCELLED);
    ends.pump();
    BOOST_TEST(ends.stopped == 1);
    ends.proxy.instance().destroy(ends.proxy.instance().self);
    ends.pump();
    BOOST_TEST(ends.instance->over());
    BOOST_TEST(ends.destroyed_count == 1);
}

BOOST_AUTO_TEST_CASE(an_instance_whose_process_is_gone_is_stopped_at_once) {
    BothEnds ends;
    ends.start();
    ends.proxy.lost();
    BOOST_TEST(ends.stopped == 0);
    stop(ends);
    BOOST_TEST(ends.stopped == 1);
    ends.fire(KITH_CANCELLED); // late completions of the world go nowhere
    BOOST_TEST(ends.to_instance.messages.empty());

    BothEnds other;
    other.start();
    stop(other);
    other.proxy.lost(); // while it stops
    BOOST_TEST(other.stopped == 1);
}

// Any bytes in place of a message, or a message with one changed byte, are refused by an exception or are a harmless call.
BOOST_AUTO_TEST_CASE(changed_messages_to_the_host) {
    std::size_t refused = 0, taken = 0;
    for (std::uint64_t seed = 1; seed <= 20'000; ++seed) {
        std::mt19937_64 random(seed);
        BothEnds ends;
        ends.start();
        std::string message = ends.seen[random() % ends.seen.size()];
        for (auto changes = 1 + random() % 3; changes > 0; --changes)
            message[4 + random() % (message.size() - 4)] = static_cast<char>(random());
        if (random() % 4 == 0) message.resize(random() % (message.size() + 1));
        try {
            ends.proxy.take(open_message(message));
            ++taken;
        } catch (const std::runtime_error &) {
            ++refused;
        }
    }
    BOOST_TEST(refused > 1000u);
    BOOST_TEST(taken > 100u);
}

BOOST_AUTO_TEST_CASE(any_bytes_to_every_function_of_the_host) {
    std::size_t refused = 0, taken = 0;
    for (std::uint64_t seed = 1; seed <= 300; ++seed) {
        std::mt19937_64 random(seed);
        messages::test::AnyHost host;
        for (std::uint8_t table = 0; table < services().size(); ++table) {
            for (std::uint8_t function = 0; function < 10; ++function) {
                // Small numbers and zeros: then lengths and counts often fit.
                std::string arguments(random() % 60, '\0');
                for (char &byte : arguments)
                    if (random() % 8 == 0) byte = static_cast<char>(random() % 4);
                Writer message;
                message.one(std::uint32_t{1});
                message.one(table);
                message.one(function);
                message.bytes += arguments;
                try {
                    host.proxy.take(open_message(message.bytes));
                    ++taken;
                } catch (const std::runtime_error &) {
                    ++refused;
                }
            }
        }
    }
    BOOST_TEST(refused > 1000u);
    BOOST_TEST(taken > 20u);
}

BOOST_AUTO_TEST_CASE(a_list_that_is_longer_than_its_message_uses_no_memory) {
    Writer out;
    out.one(std::uint64_t{1} << 60);
    Keep keep;
    Reader in(out.bytes, keep);
    const kith_peer *peers = nullptr;
    std::uint32_t count = 0;
    BOOST_CHECK_THROW(in.list(peers, count), std::runtime_error);
}

BOOST_AUTO_TEST_CASE(frames_in_pieces) {
    std::string stream;
    std::vector<std::string> sent;
    std::mt19937_64 random(3);
    for (int i = 0; i < 500; ++i) {
        sent.emplace_back(random() % 100, static_cast<char>('a' + i % 26));
        append_frame(stream, sent.back());
    }
    FrameReader reader(100);
    std::vector<std::string> got;
    for (std::string_view rest = stream; !rest.empty();) {
        const auto piece = rest.substr(0, 1 + random() % 300);
        reader.feed(piece, [&](std::string_view message) { got.emplace_back(message); });
        rest.remove_prefix(piece.size());
    }
    BOOST_TEST(got == sent, boost::test_tools::per_element());
    BOOST_TEST(!reader.unfinished());
    BOOST_TEST(reader.feed(std::string_view("\x05\0\0\0ab", 6), [](std::string_view) {}) == 0u);
    BOOST_TEST(reader.unfinished());
}

BOOST_AUTO_TEST_CASE(a_frame_over_the_limit_is_refused_by_its_head) {
    FrameReader reader(100);
    BOOST_CHECK_THROW(reader.feed(std::string_view("\x65\0\0\0", 4), [](std::string_view) {}), std::runtime_error);
    FrameReader slow(100);
    slow.feed(std::string_view("\x65\0", 2), [](std::string_view) {});
    BOOST_CHECK_THROW(slow.feed(std::string_view("\0\0", 2), [](std::string_view) {}), std::runtime_error);
}
