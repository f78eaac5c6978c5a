// SPDX-License-Identifier: MIT
//
// kith.options/1: the instance's options, as the schema defines them. A path is a JSON Pointer: "/hosts/0". Each getter throws
// kith::error if the value is absent or of another type. An option that the schema requires or gives a default is always present.
#pragma once

#include "host.hpp"
#include "service/options.h"

#include <algorithm>
#include <chrono>
#include <vector>

namespace kith {

class options {
  public:
    static constexpr std::string_view id = KITH_OPTIONS;

    explicit options(host h) : raw_(h.raw()), table_(h.service<kith_options_host>(id)) {}

    [[nodiscard]] bool has(std::string_view path) const noexcept { return type(path) != KITH_JSON_ABSENT; }
    /// KITH_JSON_...
    [[nodiscard]] std::uint32_t type(std::string_view path) const noexcept { return table_->type(raw_, str(path)); }

    [[nodiscard]] bool flag(std::string_view path) const {
        return get<std::uint32_t>(path, "true or false", table_->get_bool) != 0;
    }
    [[nodiscard]] std::int64_t integer(std::string_view path) const {
        return get<std::int64_t>(path, "an integer", table_->get_integer);
    }
    [[nodiscard]] double number(std::string_view path) const { return get<double>(path, "a number", table_->get_number); }
    /// Lives as long as the instance.
    [[nodiscard]] std::string_view text(std::string_view path) const {
        return view(get<kith_str>(path, "a string", table_->get_string));
    }
    /// An option that counts milliseconds. More than 30 years, either way, are 30 years: sums and products of a few such times are
    /// still times.
    [[nodiscard]] std::chrono::milliseconds milliseconds(std::string_view path) const {
        constexpr std::int64_t most = std::chrono::milliseconds(std::chrono::years(30)).count();
        return std::chrono::milliseconds(std::clamp(integer(path), -most, most));
    }
    /// Elements of an array, members of an object.
    [[nodiscard]] std::uint64_t size(std::string_view path) const {
        return get<std::uint64_t>(path, "a list or an object", table_->size);
    }
    [[nodiscard]] std::vector<std::string_view> texts(std::string_view path) const {
        std::vector<std::string_view> out;
        const auto count = size(path);
        for (std::uint64_t i = 0; i < count; ++i) out.push_back(text(std::string(path) + '/' + std::to_string(i)));
        return out;
    }
    /// Name of an object's member.
    [[nodiscard]] std::string_view member(std::string_view path, std::uint64_t index) const {
        kith_str out{};
        check(table_->member(raw_, str(path), index, &out), path, "an object with that many members");
        return view(out);
    }
    /// All options as JSON, secrets included.
    [[nodiscard]] std::string_view json() const noexcept { return view(table_->json(raw_)); }

  private:
    template <class T>
    T get(std::string_view path, const char *expected, std::int32_t (*getter)(const kith_host *, kith_str, T *)) const {
        T out{};
        check(getter(raw_, str(path), &out), path, expected);
        return out;
    }
    static void check(std::int32_t status, std::string_view path, const char *expected) {
        if (status >= 0) return;
        throw error(status, "option " + std::string(path) + (status == KITH_NOT_FOUND ? " is missing: expected " : " is not ") +
                                expected);
    }

    const kith_host *raw_;
    const kith_options_host *table_;
};

} // namespace kith
