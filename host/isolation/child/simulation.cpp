// SPDX-License-Identifier: MIT
#include "simulation.hpp"

#include <kith/result.hpp>

#include <algorithm>
#include <cerrno>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace kith::isolation {

Simulation::Simulation(int socket, Outbox &to_kith, messages::FrameReader &reader)
    : socket_(socket), to_kith_(to_kith), reader_(reader) {}

std::optional<std::string> Simulation::next() {
    if (waiting_.empty()) return std::nullopt;
    std::string message = std::move(waiting_.front());
    waiting_.pop_front();
    return message;
}

void Simulation::received(std::string_view bytes) {
    reader_.feed(bytes, [this](std::string_view message) {
        const auto opened = messages::open_message(message);
        if (opened.instance != no_instance || opened.function != static_cast<std::uint8_t>(ToHelper::answer)) {
            waiting_.emplace_back(message);
            return;
        }
        messages::Keep keep;
        messages::Reader in(opened.arguments, keep);
        Answer answer;
        kith_str text{};
        in.one(answer.number);
        in.one(text);
        answer.bytes = view(text);
        answer_ = std::move(answer);
    });
}

Simulation::Answer Simulation::ask(Question what, std::uint32_t size) {
    to_kith_.send(own_message(FromHelper::question, static_cast<std::uint8_t>(what), size));
    to_kith_.flush();
    std::array<char, 4096> buffer;
    while (!answer_) {
        const ssize_t got = ::recv(socket_, buffer.data(), buffer.size(), 0);
        if (got > 0)
            received({buffer.data(), static_cast<std::size_t>(got)});
        else if (got == 0 || errno != EINTR)
            ::_exit(0);
    }
    return *std::exchange(answer_, std::nullopt);
}

std::uint64_t Simulation::time(Question which) noexcept {
    auto &last = last_.at(static_cast<std::size_t>(which));
    if (std::this_thread::get_id() == loop_) last = ask(which, 0).number;
    return last;
}

void Simulation::fill(void *out, std::size_t size) noexcept {
    constexpr std::size_t most = 65536;
    for (char *at = static_cast<char *>(out); size > 0;) {
        const std::size_t part = std::min(size, most);
        const std::string bytes = ask(Question::random, static_cast<std::uint32_t>(part)).bytes;
        bytes.copy(at, part);
        at += part;
        size -= part;
    }
}

void Simulation::posted() noexcept { to_kith_.send(own_message(FromHelper::posted)); }

} // namespace kith::isolation
