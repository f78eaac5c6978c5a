// SPDX-License-Identifier: MIT
//
// The end of an answer that comes later, when what was requested has succeeded or failed.
#pragma once

#include "handler_interface.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace kith::app {

class VerdictStream final : public ApiStream {
  public:
    struct State {
        std::optional<std::string> text;
        std::function<void()> ready;

        void set(std::string verdict) {
            text = std::move(verdict);
            if (ready) ready();
        }
    };
    explicit VerdictStream(std::shared_ptr<State> state) : state_(std::move(state)) {}

    bool fill(std::string &out, std::size_t) override {
        if (!state_->text) return true;
        out += std::exchange(*state_->text, {});
        return false;
    }
    std::string_view heartbeat() const override { return {}; }
    void on_ready(std::function<void()> ready) override { state_->ready = std::move(ready); }

  private:
    std::shared_ptr<State> state_;
};

/// Appends the verdict to the answer, now or when it is there.
inline void append_verdict(ApiAnswer &answer, std::shared_ptr<VerdictStream::State> state) {
    if (state->text)
        answer.body += *state->text;
    else
        answer.stream = std::make_unique<VerdictStream>(std::move(state));
}

} // namespace kith::app
