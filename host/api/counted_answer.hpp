// SPDX-License-Identifier: MIT
//
// An answer that comes later, and is counted by its status when it is there.
#pragma once

#include "handler_interface.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <utility>

namespace kith::app {

class CountedAnswer final : public ApiPending {
  public:
    /// counts: outlives it.
    CountedAnswer(std::unique_ptr<ApiPending> inner, std::map<unsigned, std::uint64_t> &counts)
        : inner_(std::move(inner)), counts_(counts) {}
    void on_ready(std::function<void(ApiAnswer)> ready) override {
        inner_->on_ready([ready = std::move(ready), &counts = counts_](ApiAnswer answer) {
            ++counts[answer.status];
            ready(std::move(answer));
        });
    }
    ApiAnswer expire() override {
        ApiAnswer answer = inner_->expire();
        ++counts_[answer.status];
        return answer;
    }

  private:
    std::unique_ptr<ApiPending> inner_;
    std::map<unsigned, std::uint64_t> &counts_;
};

} // namespace kith::app
