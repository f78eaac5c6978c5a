// SPDX-License-Identifier: MIT
//
// Connector exec: connects and disconnects peers with programs.
#include "exec_command/peer_output_parser.hpp"
#include "exec_command/peer_placeholders.hpp"
#include "schema.hpp"

#include <kith/pace.hpp>
#include <kith/plugin.hpp>
#include <kith/random.hpp>
#include <kith/signal.hpp>

#include <optional>
#include <set>

namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

constexpr std::size_t link_attributes = 16;         // maximum number of attributes of a link
constexpr nanoseconds list_delay = 100ms;           // changes within this time cause one run of `list`
constexpr const char *known_by_connect = "connect"; // value of the attribute `known_by`

class exec_connector : public kith::connector {
  public:
    static constexpr kith::about about{
        .id = "exec",
        .version = "1.0.0",
        .licence = "MIT",
        .summary = "Connects and disconnects peers with programs.",
        .options = connector_exec::schema,
        .prune = KITH_PRUNE_DISCONNECT,
        .parallel = 32,
    };
    using required = kith::services<kith::options, kith::timer, kith::random, kith::process>;

    explicit exec_connector(kith::host h)
        : connector(h),
          timer_(h),
          random_(h),
          process_(h),
          wake_(h),
          free_(h),
          node_(kith::options(h).text("/node")),
          connect_(needed_program(h, "/connect")),
          disconnect_(program(h, "/disconnect")),
          list_(program(h, "/list")),
          slots_(kith::options(h).integer("/parallel")),
          pace_(kith::options(h).milliseconds("/list_interval")) {
        if (list_) list_->max_output = static_cast<std::uint64_t>(kith::options(h).integer("/max_output"));
    }

    kith::task<> run() override {
        if (!list_) {
            check(links.attached(node_));
            refresh();
            co_return;
        }
        for (;;) {
            const bool listed = co_await list();
            const nanoseconds pause = listed ? pace_.good() : pace_.bad(); // GCC 12 does both within a co_await
            if (co_await wake_.wait_for(random_.around(pause))) co_await timer_.sleep(list_delay);
        }
    }

    kith::task<kith::result<void>> connect(kith::peer to) override {
        auto done = co_await run_for_peer(connect_, to);
        if (!done || list_ || !attached_ || linked_.contains(to.name)) co_return done;
        check(links.up(link(to.name)));
        linked_.insert(to.name);
        co_return done;
    }

    kith::task<kith::result<void>> disconnect(kith::peer from) override {
        kith::result<void> done;
        if (disconnect_) done = co_await run_for_peer(*disconnect_, from);
        if (!done || list_ || !linked_.contains(from.name)) co_return done;
        check(links.down(from.name, "disconnected"));
        linked_.erase(from.name);
        co_return done;
    }

    void refresh() override {
        if (list_) return wake_.notify();
        std::vector<kith::link> all;
        for (const auto &name : linked_) all.push_back(link(name));
        check(links.all(all));
        attached_ = true;
    }

  private:
    static std::optional<kith::program> program(kith::host h, std::string_view path) {
        const kith::options options(h);
        if (!options.has(path)) return std::nullopt;
        kith::program out = exec::command(options, path);
        out.timeout = options.milliseconds("/timeout");
        return out;
    }

    static kith::program needed_program(kith::host h, std::string_view path) {
        auto out = program(h, path);
        if (out) return *std::move(out);
        throw kith::error(KITH_INVALID, "option " + std::string(path) +
                                            " is missing: expected the absolute path of a program and its arguments");
    }

    /// Throws when the host refused a report; the instance or the current operation fails then.
    static void check(std::int32_t status) {
        if (status < 0) throw kith::error(status);
    }

    static kith::link link(const std::string &name) { return {name, {{"known_by", known_by_connect}}}; }

    kith::error with_path(const kith::program &what, const kith::error &why) const {
        return {why.status, what.path + ": " + why.text};
    }

    kith::task<kith::result<void>> run_for_peer(const kith::program &command, const kith::peer &peer) {
        auto filled = exec::fill_placeholders(command, node_, peer);
        if (!filled) co_return with_path(command, filled.error());
        while (slots_ == 0) co_await free_.wait();
        const slot taken(*this);
        const auto done = co_await run_to_end(*filled);
        if (list_) wake_.notify(); // whatever the result is
        if (!done) co_return done.error();
        if (!done->good()) co_return kith::error(KITH_UNAVAILABLE, command.path + ": it " + done->text());
        co_return kith::result<void>();
    }

    /// Runs a program to its end; its output is discarded.
    kith::task<kith::result<kith::program_end>> run_to_end(const kith::program &filled) {
        auto started = co_await process_.start(filled, 0);
        if (!started) co_return std::move(started).error();
        co_return co_await started->wait();
    }

    /// Runs `list` and reports the links. False: it failed, and the node is reported as detached.
    kith::task<bool> list() {
        const auto done = co_await process_.run(*list_);
        if (!done) co_return report_detached(done.error());
        if (!done->good()) co_return report_detached({KITH_UNAVAILABLE, list_->path + ": it " + done->text()});
        auto output = exec::parse_peer_output(done->output, link_attributes);
        if (!output) co_return report_detached(with_path(*list_, output.error()));
        attached_ = attached_ || links.attached(node_) >= 0;
        std::vector<kith::link> all;
        for (auto &peer : output->peers) {
            if (!peer.name.empty() && peer.name != node_) all.push_back({std::move(peer.name), std::move(peer.attributes)});
        }
        co_return links.all(all) >= 0;
    }

    bool report_detached(const kith::error &why) {
        links.detached(why);
        attached_ = false;
        return false;
    }

    /// Occupies one of the `parallel` slots.
    class slot {
      public:
        explicit slot(exec_connector &of) noexcept : of_(of) { --of_.slots_; }
        ~slot() {
            ++of_.slots_;
            of_.free_.notify();
        }
        slot(const slot &) = delete;
        slot &operator=(const slot &) = delete;

      private:
        exec_connector &of_;
    };

    kith::timer timer_;
    kith::random random_;
    kith::process process_;
    kith::signal wake_, free_;
    const std::string node_;
    const kith::program connect_;
    const std::optional<kith::program> disconnect_;
    std::optional<kith::program> list_;
    std::int64_t slots_;
    kith::pace pace_;
    std::set<std::string> linked_; // peers connected by `connect`; used without `list`
    bool attached_ = false;        // and its links were reported
};

} // namespace

KITH_PLUGIN(exec_connector)
