// SPDX-License-Identifier: MIT
//
// The first header that a plugin of the C++ layer includes. It derives a class from kith::strategy, kith::connector or kith::sink, describes
// the plugin in static members, and ends with KITH_PLUGIN(the class, or several):
//
//     static constexpr kith::about about{.id = "...", .version = "1.0.0", .licence = "MIT", .summary = "...", .options = R"({...})"};
//     using required = kith::services<kith::options, kith::timer>;   // a host without one of them refuses the plugin
//     using optional = kith::services<...>;                          // not needed; kith::log is in it anyway
//     static constexpr std::string_view aliases[] = {"..."};         // not needed: other ids of the plugin
//     static constexpr std::string_view env[] = {"..."};             // not needed: environment variables for kith::env
//
// Lists may be a std::array too.
#pragma once

#include "connector.hpp"
#include "discovery.hpp"
#include "options.hpp"
#include "sink.hpp"

#include <array>
#include <memory>
#include <type_traits>

namespace kith {

struct about {
    std::string_view id;
    std::string_view version;
    std::string_view licence;
    std::string_view summary;
    std::string_view options = R"({"type":"object","additionalProperties":false})"; // JSON Schema
    std::uint32_t flags = 0;                                                        // KITH_FLAG_...
    std::uint32_t prune = KITH_PRUNE_UNSAID;
    std::uint32_t parallel = 0;
};

namespace detail {

template <std::size_t N>
constexpr std::array<kith_str, N> strings(const std::string_view (&list)[N]) {
    std::array<kith_str, N> out{};
    for (std::size_t i = 0; i < N; ++i) out[i] = str(list[i]);
    return out;
}

// A list that is defined elsewhere, such as in the header of the functions that read it.
template <std::size_t N>
constexpr std::array<kith_str, N> strings(const std::array<std::string_view, N> &list) {
    std::array<kith_str, N> out{};
    for (std::size_t i = 0; i < N; ++i) out[i] = str(list[i]);
    return out;
}

template <class... Service>
inline constexpr std::array<std::string_view, sizeof...(Service)> all_ids{Service::id...};

template <std::size_t N>
constexpr bool repeated(const std::array<std::string_view, N> &list, std::size_t i) {
    for (std::size_t k = 0; k < i; ++k) {
        if (list[k] == list[i]) return true;
    }
    return false;
}

template <std::size_t N>
constexpr std::size_t distinct(const std::array<std::string_view, N> &list) {
    std::size_t n = 0;
    for (std::size_t i = 0; i < N; ++i) n += repeated(list, i) ? 0U : 1U;
    return n;
}

/// The ids of two lists of services, each once.
template <class... A, class... B>
constexpr auto ids(services<A...>, services<B...>) {
    constexpr const auto &all = all_ids<A..., B...>;
    std::array<kith_str, distinct(all)> out{};
    for (std::size_t i = 0, at = 0; i < all.size(); ++i) {
        if (!repeated(all, i)) out[at++] = str(all[i]);
    }
    return out;
}

template <class T>
constexpr auto required_of() {
    if constexpr (requires { typename T::required; })
        return ids(typename T::needs{}, typename T::required{});
    else
        return ids(typename T::needs{}, services<>{});
}

template <class T>
constexpr auto optional_of() {
    if constexpr (requires { typename T::optional; })
        return ids(services<log>{}, typename T::optional{});
    else
        return ids(services<log>{}, services<>{});
}

template <class T>
constexpr auto aliases_of() {
    if constexpr (requires { T::aliases; })
        return strings(T::aliases);
    else
        return std::array<kith_str, 0>{};
}

template <class T>
constexpr auto env_of() {
    if constexpr (requires { T::env; })
        return strings(T::env);
    else
        return std::array<kith_str, 0>{};
}

/// The descriptor of the plugin T.
template <class T>
struct described {
    static_assert(!std::is_abstract_v<T>,
                  "a plugin's class overrides each function that its base leaves open: a strategy `void refresh()`, a "
                  "connector `connect` and `disconnect`, a sink `events`");
    static constexpr auto required = required_of<T>();
    static constexpr auto optional = optional_of<T>();
    static constexpr auto aliases = aliases_of<T>();
    static constexpr auto env = env_of<T>();
    static constexpr kith_descriptor descriptor{
        .struct_size = sizeof(kith_descriptor),
        .kind = T::kind,
        .id = str(T::about.id),
        .version = str(T::about.version),
        .licence = str(T::about.licence),
        .summary = str(T::about.summary),
        .options = str(T::about.options),
        .required = required.data(),
        .optional = optional.data(),
        .aliases = aliases.data(),
        .env = env.data(),
        .required_count = required.size(),
        .optional_count = optional.size(),
        .alias_count = aliases.size(),
        .env_count = env.size(),
        .flags = T::about.flags,
        .prune = T::about.prune,
        .parallel = T::about.parallel,
        .reserved = 0,
    };
};

template <class T>
void destroy(void *p) noexcept {
    std::unique_ptr<context> home(&self(p));
    home->abandon();
    delete static_cast<T *>(home->object);
}

template <class T>
const kith_instance *make(const kith_host *raw) {
    auto home = std::make_unique<context>(raw);
    home->object = std::make_unique<T>(host(*home)).release();
    home->face = {sizeof(kith_instance), 0, home.get(), start_instance, stop_instance, destroy<T>, service_of_instance};
    return &home.release()->face;
}

template <class... T>
std::int32_t create(const kith_host *raw, kith_str id, const kith_instance **out) noexcept {
    std::int32_t status = KITH_NOT_FOUND;
    const auto refuse = [&](std::int32_t why, std::string_view text) {
        status = why < 0 ? why : KITH_INTERNAL;
        raw->error(raw, str(text));
    };
    try {
        const kith_instance *made = nullptr;
        (void)((view(id) == T::about.id && (made = make<T>(raw)) != nullptr) || ...);
        if (made != nullptr) {
            *out = made;
            return KITH_OK;
        }
        refuse(KITH_NOT_FOUND, "this library has no plugin of that id");
    } catch (const error &e) {
        refuse(e.status, e.text);
    } catch (const std::exception &e) {
        refuse(KITH_INTERNAL, e.what());
    } catch (...) {
        refuse(KITH_INTERNAL, "an exception of a type that is not std::exception");
    }
    return status;
}

template <class... T>
inline constexpr const kith_descriptor *descriptors[] = {&described<T>::descriptor...};

template <class... T>
inline constexpr kith_entry entry{sizeof(kith_entry), KITH_ABI_MAJOR,    KITH_ABI_MINOR,
                                  sizeof...(T),       descriptors<T...>, create<T...>};

} // namespace detail
} // namespace kith

/// Once in each library, outside every namespace.
#define KITH_PLUGIN(...) constinit const kith_entry kith_plugin_entry = kith::detail::entry<__VA_ARGS__>;
