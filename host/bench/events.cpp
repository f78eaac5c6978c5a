// SPDX-License-Identifier: MIT
//
// The cost of one event in the host, from publish to the line of the JSON log and the line of --events, both in pipes that are read.
#include "figures.hpp"

#include <core/cluster/events/event_bus.hpp>
#include <host/event_log.hpp>
#include <host/event_output.hpp>
#include <host/log/stderr_log.hpp>
#include <kith/service/log.h>

#include <boost/asio/post.hpp>

#include <array>
#include <fcntl.h>
#include <memory>

using namespace kith;
using namespace kith::app;

namespace {

// Connected as in kith run.
class HostEvents {
  public:
    HostEvents(bool with_log, bool with_stream) {
        if (with_log) {
            log_ = std::make_unique<StderrLog>(LogOptions{.json = true}, KITH_LOG_INFO);
            event_log_ = std::make_unique<EventLog>(*log_);
            core::Subscription subscription;
            subscription.limit = 1 << 16;
            subscription.notify = [this] { boost::asio::post(io_, [this] { read(); }); };
            bus_.subscribe(std::move(subscription));
        }
        if (with_stream)
            stream_ = std::make_unique<EventOutput>(io_, bus_, "-", 4096,
                                                    [](EventOutput::Report, const std::string &) { std::abort(); });
    }

    // One peer is discovered, connected, and lost: nine events, in three iterations of the loop.
    static constexpr int events = 9;
    void peer(int number) {
        const std::string name = "application-" + std::to_string(number) + "@10.0.0.7";
        const std::array<kith::AttributeView, 2> attributes = {{{"ip", "10.0.0.7"}, {"zone", "eu-central-1a"}}};
        const auto log = [&](std::uint32_t kind, core::Time duration = 0, std::string_view reason = {}) {
            core::Event event{.kind = kind, .duration = duration, .has_duration = duration != 0, .topology = "example"};
            event.connector = "beam";
            event.source = "epmd";
            event.peer = name;
            event.reason = reason;
            event.attributes = attributes;
            bus_.publish(event, 0);
        };
        log(KITH_EVENT_PEER_DISCOVERED);
        log(KITH_EVENT_CONNECT_STARTED);
        turn();
        log(KITH_EVENT_CONNECT_SUCCEEDED, 1'234'567);
        log(KITH_EVENT_LINK_UP);
        turn();
        log(KITH_EVENT_PEER_MISSING, 0, "not in the last answer");
        log(KITH_EVENT_PEER_HELD, 0, "more than half of the peers would be gone");
        log(KITH_EVENT_PEER_LOST, 60'000'000'000, "missing for 60 s and in 3 observations");
        log(KITH_EVENT_DISCONNECT_SUCCEEDED, 1'234'567);
        log(KITH_EVENT_LINK_DOWN, 0, "disconnected");
        turn();
    }

  private:
    void turn() {
        io_.restart();
        io_.poll();
    }
    void read() {
        std::size_t count = 0;
        do {
            events_.clear();
            count = bus_.take(1, 256, events_);
            for (const core::EventRef &event : events_) event_log_->write(*event);
        } while (count == 256);
    }

    boost::asio::io_context io_{1};
    core::EventBus bus_;
    std::unique_ptr<StderrLog> log_;
    std::unique_ptr<EventLog> event_log_;
    std::unique_ptr<EventOutput> stream_;
    std::vector<core::EventRef> events_;
};

void figure(const char *name, const char *target, HostEvents &host_events) {
    constexpr int peers = 500;
    int number = 0;
    kith::bench::figure(name, 21, peers * HostEvents::events, target, [&] {
        for (int i = 0; i < peers; ++i) host_events.peer(number++);
    });
}

} // namespace

// The log writes some of the repeated lines and counts the others, here as in a daemon; bench_log measures the cost of each line.
int main() {
    const int out = ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
    kith::bench::Sink sink;
    ::dup2(sink.write_end, STDERR_FILENO);
    // --events - is standard output, which is the pipe only while it is opened.
    const auto make = [&](bool with_log, bool with_stream) {
        ::dup2(sink.write_end, STDOUT_FILENO);
        auto host_events = std::make_unique<HostEvents>(with_log, with_stream);
        ::dup2(out, STDOUT_FILENO);
        return host_events;
    };
    figure("an event, on the bus alone", "", *make(false, false));
    figure("an event, JSON log", "", *make(true, false));
    figure("an event, --events", "", *make(false, true));
    figure("an event, JSON log and --events", "<= 5", *make(true, true));
    ::close(sink.write_end);
    ::close(STDERR_FILENO); // the reader ends with the last writer
}
