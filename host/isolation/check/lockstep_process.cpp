// SPDX-License-Identifier: MIT
#include "lockstep_process.hpp"

#include "../hello_message.hpp"
#include "../process_end.hpp"

#include <kith/result.hpp>

#include <array>
#include <cerrno>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace kith::isolation {

namespace {

constexpr std::chrono::milliseconds end_bound{1000}; // from the end of the connection to that of the process

std::string frame_of(std::string_view message) {
    std::string frame;
    messages::append_frame(frame, message);
    return frame;
}

template <class... T>
std::string own_frame(ToHelper what, const T &...values) {
    return frame_of(own_message(what, values...));
}

} // namespace

void LockstepProcess::begin(const core::Library &library) {
    auto begun = HelperProcess::start(settings_.program, library.sealed_copy(), std::string(library.file_name()));
    if (!begun) {
        fault_ = begun.error();
        return;
    }
    helper_ = std::make_unique<HelperProcess>(std::move(*begun));
    exchange(frame_of(hello_message(library, settings_.memory, settings_.profile)) + own_frame(ToHelper::simulate));
}

bool LockstepProcess::send(std::string_view message) {
    if (!alive()) return false;
    if (message.size() > max_to_helper) {
        end("a message to it is larger than a message may be");
        return false;
    }
    exchange(frame_of(message));
    return true;
}

void LockstepProcess::deliver() {
    if (alive()) exchange(own_frame(ToHelper::deliver));
}

// Sends the frames and a ping, and handles what comes until its answer.
void LockstepProcess::exchange(const std::string &frames) {
    const std::uint64_t number = ++asked_;
    progress_ = Clock::now();
    write(frames + own_frame(ToHelper::ping));
    while (alive()) {
        while (!inbox_.empty() && alive()) {
            const std::string message = std::move(inbox_.front());
            inbox_.pop_front();
            handle(message);
        }
        if (!alive() || answered_ >= number || !wait(false)) return;
    }
}

void LockstepProcess::write(std::string_view bytes) {
    while (!bytes.empty() && alive()) {
        const ssize_t sent = ::send(helper_->socket().get(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent > 0)
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        else if (errno == EPIPE || errno == ECONNRESET || !wait(true))
            return; // reading notices it
    }
}

bool LockstepProcess::wait(bool to_write) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(progress_ + settings_.answer - Clock::now());
    if (left.count() <= 0) {
        end("it has not answered for " + std::to_string(settings_.answer.count() / 1000) + " s");
        return false;
    }
    std::array<pollfd, 2> waits{{{helper_->socket().get(), static_cast<short>(to_write ? POLLIN | POLLOUT : POLLIN), 0},
                                 {helper_->words().get(), POLLIN, 0}}};
    if (::poll(waits.data(), waits.size(), static_cast<int>(left.count())) < 0) return true;
    if (waits[1].revents != 0) read_words();
    if ((waits[0].revents & ~POLLOUT) == 0) return true;
    std::array<char, 65536> buffer;
    const ssize_t got = ::recv(helper_->socket().get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return true;
    if (got <= 0) {
        gather({});
        return false;
    }
    progress_ = Clock::now();
    try {
        reader_.feed({buffer.data(), static_cast<std::size_t>(got)},
                     [this](std::string_view message) { inbox_.emplace_back(message); });
    } catch (const std::exception &error) {
        end(std::string("it broke the protocol: ") + error.what());
        return false;
    }
    return true;
}

void LockstepProcess::read_words() {
    std::array<char, 65536> buffer;
    const ssize_t got = ::read(helper_->words().get(), buffer.data(), buffer.size());
    if (got == 0) helper_->words() = core::Fd(); // it has closed its standard error
    if (got <= 0) return;
    const std::string_view words(buffer.data(), static_cast<std::size_t>(got));
    words_.add(words);
    refused_calls_.add(words, world_.refused_call);
}

void LockstepProcess::handle(std::string_view message) {
    handling_ = true;
    try {
        const auto opened = messages::open_message(message);
        if (opened.instance == no_instance)
            handle_own(opened);
        else
            world_.take(opened);
    } catch (const std::exception &error) {
        end(std::string("it broke the protocol: ") + error.what());
    }
    handling_ = false;
}

void LockstepProcess::handle_own(const messages::OpenedMessage &message) {
    if (message.table != messages::life_table) throw std::runtime_error("a message of no instance");
    switch (static_cast<FromHelper>(message.function)) {
    case FromHelper::ready: return;
    case FromHelper::pong: ++answered_; return;
    case FromHelper::refused: {
        messages::Keep keep;
        kith_str text{};
        messages::Reader(message.arguments, keep).one(text);
        fault_ = "the library is refused: " + std::string(view(text));
        return end("its library was refused");
    }
    case FromHelper::question: return answer(message.arguments);
    case FromHelper::posted: return world_.posted();
    }
    throw std::runtime_error("an unknown message of instance 0");
}

void LockstepProcess::answer(std::string_view arguments) {
    messages::Keep keep;
    messages::Reader in(arguments, keep);
    std::uint8_t what = 0;
    std::uint32_t size = 0;
    in.one(what);
    in.one(size);
    const auto question = static_cast<Question>(what);
    if (what > static_cast<std::uint8_t>(Question::random) || size > 65536) throw std::runtime_error("an unknown question");
    std::uint64_t number = 0;
    std::string bytes;
    if (question == Question::random)
        bytes = world_.random(size);
    else
        number = world_.time(question);
    write(own_frame(ToHelper::answer, number, str(bytes)));
}

void LockstepProcess::end(const std::string &reason) {
    if (!alive()) return;
    helper_->kill();
    gather(reason);
}

void LockstepProcess::gather(std::string killed, bool leaving) {
    std::string how;
    const auto bound = Clock::now() + end_bound;
    while ((how = helper_->gather()).empty()) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(bound - Clock::now());
        if (left.count() <= 0) {
            if (killed.empty()) killed = leaving ? "it did not leave" : "it closed its connection";
            helper_->kill();
        }
        // Its last words are read meanwhile: a process that fills the pipe could not end.
        std::array<pollfd, 2> waits{{{helper_->ended_fd(), POLLIN, 0}, {helper_->words().get(), POLLIN, 0}}};
        ::poll(waits.data(), waits.size(), left.count() <= 0 ? -1 : static_cast<int>(left.count()));
        if (waits[1].revents != 0) read_words();
    }
    for (int i = 0; i < 16 && helper_->words(); ++i) read_words();
    over_ = true;
    if (leaving && how == "exited with code 0") return;
    if (how.find("signal 9 ") == std::string::npos) killed.clear(); // it ended by itself
    if (fault_.empty()) fault_ = process_end(how, killed, helper_->last_call(), words_.text());
    world_.ended();
}

void LockstepProcess::close() {
    if (!alive()) return;
    ::shutdown(helper_->socket().get(), SHUT_WR);
    gather({}, true);
}

} // namespace kith::isolation
