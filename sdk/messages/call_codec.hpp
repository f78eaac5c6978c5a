// SPDX-License-Identifier: MIT
//
// A call of the ABI as a message, by nothing but the types of its parameters:
//
//     number, string                       its value
//     const void *, size                   bytes
//     const T *, count [, stride]          a list
//     const T *                            one, or none
//     T *                                  an answer: goes back with the reply
//     void *, size                         so many bytes go back
//
// A parameter of another type, such as a function, does not compile.
#pragma once

#include <sdk/messages/struct_codec.hpp>

#include <cstddef>
#include <tuple>

namespace kith::messages {

template <class T>
constexpr bool has_stride =
    std::is_same_v<T, kith_peer> || std::is_same_v<T, kith_link> || std::is_same_v<T, kith_datagram> ||
    std::is_same_v<T, kith_event> || std::is_same_v<T, kith_spool_record> || std::is_same_v<T, kith_message>;
template <class T>
constexpr bool has_count = std::is_same_v<T, kith_attribute> || std::is_same_v<T, kith_str> || std::is_same_v<T, double>;

enum class Part : std::uint8_t { value, bytes, list, strided, optional, answer, bytes_back };

template <class... Args>
struct Signature {
    using Values = std::tuple<Args...>;
    static constexpr std::size_t count = sizeof...(Args);

    template <std::size_t I>
    using At = std::tuple_element_t<I, Values>;
    template <std::size_t I>
    static constexpr bool is_number() {
        if constexpr (I < count) return std::is_integral_v<At<I>>;
        return false;
    }

    template <std::size_t I>
    static constexpr Part part() {
        using T = At<I>;
        if constexpr (std::is_same_v<T, const void *>)
            return Part::bytes;
        else if constexpr (std::is_same_v<T, void *>)
            return Part::bytes_back;
        else if constexpr (std::is_pointer_v<T>) {
            using Pointed = std::remove_pointer_t<T>;
            static_assert(!std::is_function_v<Pointed>, "T4: a function cannot be a message");
            if constexpr (!std::is_const_v<Pointed>)
                return Part::answer;
            else if constexpr (has_stride<std::remove_const_t<Pointed>> && is_number<I + 1>())
                return Part::strided;
            else if constexpr (has_count<std::remove_const_t<Pointed>> && is_number<I + 1>())
                return Part::list;
            else
                return Part::optional;
        } else {
            return Part::value;
        }
    }
    /// How many parameters a part takes.
    template <std::size_t I>
    static constexpr std::size_t width() {
        constexpr Part p = part<I>();
        return p == Part::strided ? 3 : p == Part::bytes || p == Part::bytes_back || p == Part::list ? 2 : 1;
    }

    template <std::size_t I = 0>
    static void write(Writer &out, const Values &v) {
        if constexpr (I < count) {
            constexpr Part p = part<I>();
            if constexpr (p == Part::value)
                out.one(std::get<I>(v));
            else if constexpr (p == Part::bytes)
                out.raw(std::get<I>(v), std::get<I + 1>(v));
            else if constexpr (p == Part::list)
                out.list(std::get<I>(v), std::get<I + 1>(v));
            else if constexpr (p == Part::strided)
                out.strided(std::get<I>(v), std::get<I + 1>(v), std::get<I + 2>(v));
            else if constexpr (p == Part::optional)
                out.optional(std::get<I>(v));
            else if constexpr (p == Part::bytes_back)
                out.one(std::get<I + 1>(v));
            write<I + width<I>()>(out, v);
        }
    }

    template <std::size_t I = 0>
    static void read(Reader &in, Values &v) {
        if constexpr (I < count) {
            constexpr Part p = part<I>();
            if constexpr (p == Part::value)
                in.one(std::get<I>(v));
            else if constexpr (p == Part::bytes)
                in.raw(std::get<I>(v), std::get<I + 1>(v));
            else if constexpr (p == Part::list)
                in.list(std::get<I>(v), std::get<I + 1>(v));
            else if constexpr (p == Part::strided)
                in.strided(std::get<I>(v), std::get<I + 1>(v), std::get<I + 2>(v));
            else if constexpr (p == Part::optional)
                in.optional(std::get<I>(v));
            else if constexpr (p == Part::answer)
                std::get<I>(v) = in.keep().template array<std::remove_pointer_t<At<I>>>(1);
            else {
                in.one(std::get<I + 1>(v));
                std::get<I>(v) = in.space(std::get<I + 1>(v));
            }
            read<I + width<I>()>(in, v);
        }
    }

    /// The answers, on the end that has them.
    template <std::size_t I = 0>
    static void write_back(Writer &out, const Values &v) {
        if constexpr (I < count) {
            if constexpr (part<I>() == Part::answer) out.one(*std::get<I>(v));
            if constexpr (part<I>() == Part::bytes_back) out.raw(std::get<I>(v), std::get<I + 1>(v));
            write_back<I + width<I>()>(out, v);
        }
    }

    /// The answers, into the caller's places; one that is null is not asked for. Strings are kept by the reader's keep.
    template <std::size_t I = 0>
    static void read_back(Reader &in, const Values &v) {
        if constexpr (I < count) {
            if constexpr (part<I>() == Part::answer) {
                std::remove_pointer_t<At<I>> value{};
                in.one(value);
                if constexpr (std::is_same_v<decltype(value), kith_str>) value = in.keep().text({value.data, value.size});
                if (std::get<I>(v) != nullptr) *std::get<I>(v) = value;
            }
            if constexpr (part<I>() == Part::bytes_back) {
                kith_str bytes{};
                in.one(bytes);
                if (bytes.size != 0) std::memcpy(std::get<I>(v), bytes.data, bytes.size);
            }
            read_back<I + width<I>()>(in, v);
        }
    }

    /// Which one is `user`, the plugin's own number for an operation, which the host hands back: before the operation's id where it is
    /// begun, the first where it completes. count: there is none.
    static constexpr std::size_t user() {
        if constexpr (count >= 2)
            if constexpr (std::is_same_v<At<count - 1>, std::uint64_t *> && std::is_same_v<At<count - 2>, std::uint64_t>)
                return count - 2;
        if constexpr (count >= 3)
            if constexpr (std::is_same_v<At<0>, std::uint64_t> && std::is_same_v<At<1>, std::uint64_t> &&
                          std::is_same_v<At<2>, std::int32_t>)
                return 0;
        return count;
    }
};

} // namespace kith::messages
