// SPDX-License-Identifier: MIT
//
// One helper in a simulated world: after each message kith waits, while simulated time stands still, until the helper has done everything
// that follows from it. So what an instance does there happens at the same simulated moments as in this process.
#pragma once

#include "../hello.hpp"
#include "../helper_process.hpp"
#include "../last_words.hpp"
#include "../refused_calls.hpp"
#include "../sandbox/profile.hpp"

#include <core/loader/library.hpp>
#include <sdk/messages/frames.hpp>

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace kith::isolation {

class LockstepProcess {
  public:
    struct Settings {
        std::string program; ///< path of kith-plugin-host
        std::uint64_t memory = 0;
        std::chrono::milliseconds answer{}; ///< for so long the helper may compute without a message
        Profile profile = Profile::standard;
    };
    /// What the process asks for, and what comes from it.
    struct World {
        std::function<void(const messages::OpenedMessage &)> take; ///< a message of an instance; throws std::runtime_error
        std::function<std::uint64_t(Question)> time;
        std::function<std::string(std::size_t)> random;
        std::function<void()> posted;                       ///< deliver() is to be called, at this moment but later
        std::function<void()> ended;                        ///< unasked; fault() has the reason
        std::function<void(std::string_view)> refused_call; ///< the name of a system call that the sandbox has refused
    };

    LockstepProcess(Settings settings, World world) : settings_(std::move(settings)), world_(std::move(world)) {}
    ~LockstepProcess() = default;
    LockstepProcess(const LockstepProcess &) = delete;
    LockstepProcess &operator=(const LockstepProcess &) = delete;

    /// library: sealed, and outlives it. An error is a fault().
    void begin(const core::Library &library);
    bool send(std::string_view message);
    void deliver();
    /// Has the process leave, and waits for its end.
    void close();
    /// Whether it handles what the process has sent.
    bool handling() const noexcept { return handling_; }
    /// Why it has ended unasked; empty: it has not.
    const std::string &fault() const noexcept { return fault_; }

  private:
    using Clock = std::chrono::steady_clock;

    void exchange(const std::string &frames);
    void write(std::string_view bytes);
    /// Waits for bytes, or also until bytes can be written, and reads them. False: the process is gone.
    bool wait(bool to_write);
    void read_words();
    void handle(std::string_view message);
    void handle_own(const messages::OpenedMessage &message);
    void answer(std::string_view arguments);
    void end(const std::string &reason);
    /// Waits for its end, which is near, since the connection is closed. killed: why kith has ended it; empty: it has not, and does so after a
    /// second. leaving: it was asked to leave.
    void gather(std::string killed, bool leaving = false);
    bool alive() const noexcept { return helper_ != nullptr && !over_; }

    const Settings settings_;
    World world_;
    std::unique_ptr<HelperProcess> helper_;
    messages::FrameReader reader_{max_to_kith};
    std::deque<std::string> inbox_;
    std::uint64_t asked_ = 0, answered_ = 0; // pings
    Clock::time_point progress_{};
    LastWords words_;
    RefusedCalls refused_calls_;
    std::string fault_;
    bool handling_ = false, over_ = false;
};

} // namespace kith::isolation
