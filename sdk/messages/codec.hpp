// SPDX-License-Identifier: MIT
//
// Values of the ABI as bytes (rule T4). Numbers are in this machine's order: both ends of a pipe are on one machine.
#pragma once

#include <kith/plugin.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory_resource>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>

namespace kith::messages {

template <class Io, class T>
void fields(Io &io, T &value);

/// Memory for what a message contains: it lives as long as the message is handled, or as an instance.
class Keep {
  public:
    /// `count` values, each zero.
    template <class T>
    T *array(std::size_t count) {
        static_assert(std::is_trivially_destructible_v<T>);
        T *const made = static_cast<T *>(all_.allocate(count * sizeof(T), alignof(T)));
        for (std::size_t i = 0; i < count; ++i) new (made + i) T{};
        return made;
    }
    kith_str text(std::string_view from) {
        if (from.empty()) return {};
        char *bytes = static_cast<char *>(all_.allocate(from.size(), 1));
        std::memcpy(bytes, from.data(), from.size());
        return {bytes, from.size()};
    }

  private:
    std::array<std::byte, 256> first_; // enough for most messages
    std::pmr::monotonic_buffer_resource all_{first_.data(), first_.size()};
};

template <class T>
concept Number = std::is_arithmetic_v<T>;

class Writer {
  public:
    template <Number T>
    void one(const T &value) {
        bytes.append(reinterpret_cast<const char *>(&value), sizeof value);
    }
    void one(const kith_str &text) { raw(text.data, text.size); }
    template <class T>
    requires std::is_class_v<T>
    void one(const T &value) {
        fields(*this, const_cast<T &>(value)); // fields() of a Writer changes nothing
    }
    void raw(const void *data, std::uint64_t size) {
        one(size);
        if (size != 0) bytes.append(static_cast<const char *>(data), size);
    }
    template <class T, class Count>
    void list(const T *values, Count count) {
        strided(values, count, sizeof(T));
    }
    template <class T, class Count, class Stride>
    void strided(const T *values, Count count, Stride stride) {
        one(std::uint64_t{count});
        for (Count i = 0; i < count; ++i)
            one(*reinterpret_cast<const T *>(reinterpret_cast<const char *>(values) + std::size_t{i} * stride));
    }
    template <class T>
    void optional(const T *value) {
        one(std::uint8_t{value != nullptr});
        if (value != nullptr) one(*value);
    }
    void struct_size(std::uint32_t, std::size_t) {}

    std::string bytes;
};

/// Reads any bytes: what is no message throws std::runtime_error, and memory is used only for what the bytes contain. The values point into
/// the bytes that are read, and into what is kept.
class Reader {
  public:
    Reader(std::string_view bytes, Keep &keep) : left_(bytes), keep_(keep) {}

    template <Number T>
    void one(T &value) {
        std::memcpy(&value, take(sizeof value), sizeof value);
    }
    void one(kith_str &text) {
        one(text.size);
        text.data = take(text.size);
    }
    template <class T>
    requires std::is_class_v<T>
    void one(T &value) {
        value = T{};
        fields(*this, value);
    }
    template <class Size>
    void raw(const void *&data, Size &size) {
        kith_str text{};
        one(text);
        data = text.data;
        size = static_cast<Size>(text.size);
    }
    template <class T, class Count>
    void list(const T *&values, Count &count) {
        std::uint64_t told = 0;
        one(told);
        if (told > left_.size() / smallest_element) throw std::runtime_error("a list is longer than its message");
        count = static_cast<Count>(told);
        T *made = keep_.array<T>(told);
        for (std::uint64_t i = 0; i < told; ++i) one(made[i]);
        values = made;
    }
    template <class T, class Count, class Stride>
    void strided(const T *&values, Count &count, Stride &stride) {
        list(values, count);
        stride = sizeof(T);
    }
    template <class T>
    void optional(const T *&value) {
        std::uint8_t there = 0;
        one(there);
        value = nullptr;
        if (there == 0) return;
        T *made = keep_.array<T>(1);
        one(*made);
        value = made;
    }
    void struct_size(std::uint32_t &size, std::size_t whole) { size = static_cast<std::uint32_t>(whole); }
    /// So many bytes for an answer, zero.
    void *space(std::uint64_t size) {
        if (size > max_answer) throw std::runtime_error("an answer of that size is not possible");
        return keep_.array<char>(size);
    }

    bool done() const noexcept { return left_.empty(); }
    Keep &keep() noexcept { return keep_; }

  private:
    static constexpr std::size_t smallest_element = 8; // bytes of the smallest element of a list, a number or an empty string
    static constexpr std::uint64_t max_answer = std::uint64_t{1} << 20;

    const char *take(std::uint64_t size) {
        if (size > left_.size()) throw std::runtime_error("a message ends too soon");
        const char *at = left_.data();
        left_.remove_prefix(size);
        return at;
    }

    std::string_view left_;
    Keep &keep_;
};

} // namespace kith::messages
