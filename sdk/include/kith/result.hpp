// SPDX-License-Identifier: MIT
//
// kith::error and kith::result<T>: a failure is a value with a status (kith/plugin.h) and a text that states what failed, for
// whom, and what to do about it.
#pragma once

#if __cplusplus < 202002L
#error "the C++ headers of kith need C++20: compile with -std=c++20 (those in C, kith/plugin.h and kith/service, do not)"
#endif

#include "plugin.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace kith {

[[nodiscard]] constexpr std::string_view view(kith_str s) noexcept {
    return s.size == 0 ? std::string_view{} : std::string_view{s.data, static_cast<std::size_t>(s.size)};
}
[[nodiscard]] constexpr kith_str str(std::string_view s) noexcept { return {s.data(), s.size()}; }

/// A sentence for a status; for failures without a text of their own.
[[nodiscard]] constexpr std::string_view meaning(std::int32_t status) noexcept {
    switch (status) {
    case KITH_OK: return "no failure";
    case KITH_CANCELLED: return "cancelled";
    case KITH_INVALID: return "an argument is not what the contract asks for";
    case KITH_UNSUPPORTED: return "this host cannot do it";
    case KITH_DENIED: return "no permission, or not declared in the plugin's descriptor";
    case KITH_NOT_FOUND: return "not found";
    case KITH_EXISTS: return "taken already";
    case KITH_BUSY: return "one such operation is under way already";
    case KITH_LIMIT: return "over a limit on size or number";
    case KITH_TIMED_OUT: return "its time was over";
    case KITH_STALE: return "no longer valid";
    case KITH_CLOSED: return "the other side ended the stream";
    case KITH_RESET: return "the connection broke";
    case KITH_REFUSED: return "nobody listens there";
    case KITH_UNREACHABLE: return "no route there";
    case KITH_UNRESOLVED: return "the host name does not resolve";
    case KITH_UNAUTHORIZED: return "credentials were not accepted";
    case KITH_PROTOCOL: return "what came is not what the protocol allows";
    case KITH_UNAVAILABLE: return "the other side cannot, now";
    case KITH_IO: return "the operating system failed";
    default: return status < 0 ? "internal error" : "no failure";
    }
}

/// A failure. It may also be thrown: out of a plugin's constructor it refuses the instance, out of a task it fails it.
struct error {
    std::int32_t status = KITH_INTERNAL;
    std::string text;

    error() = default;
    explicit error(std::int32_t s) : status(s), text(meaning(s)) {}
    error(std::int32_t s, std::string t) : status(s), text(std::move(t)) {}
    error(std::int32_t s, kith_str t) : status(s), text(t.size == 0 ? meaning(s) : view(t)) {}
};

/// A value or an error.
template <class T>
class [[nodiscard]] result {
  public:
    using value_type = T;

    result(T value) : value_(std::move(value)), error_(KITH_OK, std::string{}) {}
    result(kith::error failure) : error_(std::move(failure)) {}

    [[nodiscard]] bool has_value() const noexcept { return value_.has_value(); }
    explicit operator bool() const noexcept { return has_value(); }

    /// Precondition: there is a value.
    [[nodiscard]] T &operator*() &noexcept { return *value_; }
    [[nodiscard]] const T &operator*() const &noexcept { return *value_; }
    [[nodiscard]] T &&operator*() &&noexcept { return std::move(*value_); }
    [[nodiscard]] T *operator->() noexcept { return &*value_; }
    [[nodiscard]] const T *operator->() const noexcept { return &*value_; }

    /// Precondition: there is no value.
    [[nodiscard]] kith::error &error() &noexcept { return error_; }
    [[nodiscard]] const kith::error &error() const &noexcept { return error_; }
    [[nodiscard]] kith::error &&error() &&noexcept { return std::move(error_); }

    /// KITH_OK when there is a value.
    [[nodiscard]] std::int32_t status() const noexcept { return error_.status; }

    /// Returns the value, or throws the error.
    T &&value() && {
        if (!has_value()) throw std::move(*this).error();
        return std::move(**this);
    }
    T &value() & {
        if (!has_value()) throw kith::error(error());
        return **this;
    }

  private:
    // Not a std::variant: its visitors are a tenth of what a plugin takes to compile.
    std::optional<T> value_;
    kith::error error_;
};

/// Success or an error.
template <>
class [[nodiscard]] result<void> {
  public:
    using value_type = void;

    result() noexcept : error_(KITH_OK, std::string{}) {}
    result(kith::error failure) : error_(std::move(failure)) {}

    [[nodiscard]] bool has_value() const noexcept { return error_.status >= 0; }
    explicit operator bool() const noexcept { return has_value(); }

    /// Precondition: it is an error.
    [[nodiscard]] kith::error &error() &noexcept { return error_; }
    [[nodiscard]] const kith::error &error() const &noexcept { return error_; }
    [[nodiscard]] kith::error &&error() &&noexcept { return std::move(error_); }

    [[nodiscard]] std::int32_t status() const noexcept { return error_.status; }

    /// Throws the error, if there is one.
    void value() const {
        if (!has_value()) throw kith::error(error_);
    }

  private:
    kith::error error_;
};

} // namespace kith
