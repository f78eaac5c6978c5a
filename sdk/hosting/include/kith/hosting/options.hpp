// SPDX-License-Identifier: MIT
//
// The options of one instance for kith.options/1. The header does not include Boost.
#pragma once

#include <kith/service/options.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace boost::json {
class value;
}

namespace kith {

/// Immutable JSON, read by JSON Pointer. Each member is the function of that name in kith_options_host. 5.0 is accepted as an
/// integer, as in JSON Schema.
class Options {
  public:
    /// json: the options of the plugin, with defaults filled in. Throws std::invalid_argument when it is not JSON.
    explicit Options(std::string_view json);
    ~Options();
    Options(const Options &) = delete;
    Options &operator=(const Options &) = delete;

    std::uint32_t type(std::string_view path) const noexcept;
    std::int32_t get_bool(std::string_view path, std::uint32_t &out) const noexcept;
    std::int32_t get_integer(std::string_view path, std::int64_t &out) const noexcept;
    std::int32_t get_number(std::string_view path, double &out) const noexcept;
    std::int32_t get_string(std::string_view path, std::string_view &out) const noexcept;
    std::int32_t size(std::string_view path, std::uint64_t &out) const noexcept;
    std::int32_t member(std::string_view path, std::uint64_t index, std::string_view &out) const noexcept;
    std::string_view json() const noexcept { return text_; }

  private:
    const boost::json::value *find(std::string_view path) const noexcept;

    std::string text_;
    std::unique_ptr<boost::json::value> root_;
};

/// Fills absent members of `options` with the top-level defaults of a JSON Schema. Both are JSON text; a text that is not a
/// JSON object is returned unchanged.
std::string with_defaults(std::string_view options, std::string_view schema);

namespace detail {

template <auto Find>
struct OptionsTable {
    static std::string_view view(kith_str s) noexcept {
        return s.size == 0 ? std::string_view{} : std::string_view{s.data, s.size};
    }

    static std::int32_t text(std::int32_t status, std::string_view found, kith_str *out) noexcept {
        if (status == KITH_OK) *out = {found.data(), found.size()};
        return status;
    }

    static constexpr kith_options_host table = {
        .type = [](const kith_host *host, kith_str path) noexcept -> std::uint32_t { return Find(host).type(view(path)); },
        .get_bool = [](const kith_host *host, kith_str path, std::uint32_t *out) noexcept -> std::int32_t {
            return Find(host).get_bool(view(path), *out);
        },
        .get_integer = [](const kith_host *host, kith_str path, std::int64_t *out) noexcept -> std::int32_t {
            return Find(host).get_integer(view(path), *out);
        },
        .get_number = [](const kith_host *host, kith_str path, double *out) noexcept -> std::int32_t {
            return Find(host).get_number(view(path), *out);
        },
        .get_string = [](const kith_host *host, kith_str path, kith_str *out) noexcept -> std::int32_t {
            std::string_view found;
            return text(Find(host).get_string(view(path), found), found, out);
        },
        .size = [](const kith_host *host, kith_str path, std::uint64_t *out) noexcept -> std::int32_t {
            return Find(host).size(view(path), *out);
        },
        .member = [](const kith_host *host, kith_str path, std::uint64_t index, kith_str *out) noexcept -> std::int32_t {
            std::string_view found;
            return text(Find(host).member(view(path), index, found), found, out);
        },
        .json = [](const kith_host *host) noexcept -> kith_str {
            const std::string_view all = Find(host).json();
            return {all.data(), all.size()};
        },
    };
};

} // namespace detail

/// The table of kith.options/1 for a hoster. Find returns the options of an instance: `const Options &(*)(const kith_host *)`,
/// noexcept.
template <auto Find>
constexpr const kith_options_host *options_table() noexcept {
    return &detail::OptionsTable<Find>::table;
}

} // namespace kith
