// SPDX-License-Identifier: MIT
//
// The plugin's end: one instance of a plugin, which sees a host, whose calls are messages. What the plugin asks is decided here, by the same
// code as in the host: options, environment, node name, clock, random, posts, and the status of every call. The host receives that status and
// compares.
#pragma once

#include <sdk/messages/one_way.hpp>

#include <kith/hosting/instance_metrics.hpp>
#include <kith/hosting/options.hpp>
#include <kith/hosting/peer_and_link_readers.hpp>

#include <array>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <tuple>
#include <unordered_map>
#include <unordered_set>

namespace kith::messages {

/// Before the reason in the text of `failed` of an instance whose start failed.
inline constexpr std::string_view not_started = "it did not start: ";

/// What the process gives to its instances. The clock and wake() are called on any thread.
class InstanceSurroundings {
  public:
    virtual std::uint64_t monotonic() noexcept = 0;
    virtual std::int64_t wall() noexcept = 0;
    virtual void fill(void *out, std::size_t size) noexcept = 0;
    /// Posts are waiting: run_posts() is to be called from the loop.
    virtual void wake() noexcept = 0;
    /// A call into the plugin begins, and ends. For the report of a crash.
    virtual void enter(std::uint32_t instance, std::uint8_t table, std::uint8_t function) noexcept = 0;
    virtual void leave() noexcept = 0;

  protected:
    ~InstanceSurroundings() = default;
};

class IsolatedInstance {
  public:
    static constexpr std::size_t max_posts = 65536;

    /// The arguments outlive it. entry: of the library. send() of to_host is called on any thread, when the plugin logs.
    IsolatedInstance(std::uint32_t number, const kith_entry &entry, MessageSink &to_host, InstanceSurroundings &surroundings);
    /// Destroys the instance, wherever it is.
    ~IsolatedInstance();
    IsolatedInstance(const IsolatedInstance &) = delete;
    IsolatedInstance &operator=(const IsolatedInstance &) = delete;

    /// A message of the host to this instance. Throws std::runtime_error for one that is none.
    void take(const OpenedMessage &message);
    /// Delivers the posts that were waiting when it was called. True: there were some.
    bool run_posts();
    /// It was destroyed, or could not be created.
    bool over() const noexcept { return over_; }

    /// Of the host that the plugin sees.
    static IsolatedInstance &of(const kith_host *host) noexcept { return *static_cast<IsolatedInstance *>(host->engine); }

  private:
    friend struct InstanceStubs;
    struct Operation {
        std::uint64_t user = 0;
        std::uint64_t of = 0;           // the stream, client or the like that it is an operation of
        const void *function = nullptr; // that began it: an address to compare
        void (*fail)(const void *side, void *self, std::uint64_t user, std::uint64_t op, std::int32_t status,
                     kith_str text) = nullptr;
        std::uint8_t table = 0;
    };
    using Group = std::tuple<std::uint64_t, std::string, std::string>; // socket, group, interface

    void create(std::string_view arguments);
    void report_not_created(std::int32_t status);
    /// Why the instance cannot do what its kind is for; empty: it can.
    std::string missing_side(std::uint32_t kind) const;
    void start();
    void stop();
    void destroy();
    void refuse(std::string_view arguments);
    template <class... T>
    bool send(std::uint8_t table, std::uint8_t function, const T &...values) {
        return to_host_.send(call_message(number_, table, function, values...));
    }
    std::int32_t refused(std::int32_t status, std::string_view text) {
        error_ = text;
        return status;
    }
    /// Whether the plugin may call: not after `stopped`.
    bool may_call() const noexcept { return !silent_ && !over_; }
    bool on_loop() const noexcept { return loop_ == std::this_thread::get_id(); }
    template <class F>
    auto inside(std::uint8_t table, std::uint8_t function, F &&call) {
        surroundings_.enter(number_, table, function);
        struct Left {
            InstanceSurroundings &surroundings;
            ~Left() { surroundings.leave(); }
        } const left{surroundings_};
        return call();
    }
    void closed(std::uint64_t handle);

    const std::uint32_t number_;
    const kith_entry &entry_;
    MessageSink &to_host_;
    InstanceSurroundings &surroundings_;
    const std::thread::id loop_ = std::this_thread::get_id();

    kith_host host_{};
    const kith_instance *instance_ = nullptr;
    Keep kept_; // the strings that are borrowed until destroy
    std::array<const void *, 32> sides_{};
    std::uint64_t services_ = 0;
    std::optional<Options> options_;
    std::map<std::string, std::optional<std::string>, std::less<>> environment_; // of the names that it may read
    std::string node_, error_;
    std::uint64_t node_epoch_ = 0;
    std::uint32_t log_level_ = 0;

    std::uint64_t last_op_ = 0;
    std::unordered_map<std::uint64_t, Operation> operations_;
    std::unordered_map<std::uint64_t, std::uint64_t> handles_; // what is open: streams, clients ..., and what each belongs to
    std::set<Group> groups_;
    std::unordered_set<std::uint64_t> host_operations_; // that the host has given a connector
    std::uint64_t epoch_ = 0, batch_ = 0;
    bool attached_ = false;
    std::uint32_t max_peers_ = UINT32_MAX;
    PeerReader peers_;
    LinkReader links_;
    InstanceMetrics metrics_;

    std::mutex posting_;
    std::deque<std::uint64_t> posts_;
    bool silent_ = false; // it has said `stopped`; guarded by posting_ for post
    bool over_ = false;
};

} // namespace kith::messages
