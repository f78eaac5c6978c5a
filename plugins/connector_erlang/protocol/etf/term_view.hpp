// SPDX-License-Identifier: MIT
//
// Reading the external term format without copying: a TermView is a view of bytes that `parse` has checked as a whole, so that walking
// it needs no further care. Atoms stay byte strings; nothing here keeps a table that a peer could fill.
#pragma once

#include "identifiers.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kith::erlang::etf {

enum class Kind : std::uint8_t {
    nothing, // behind the last element; no term at all
    integer, // one that fits 64 bits
    big,     // one that does not
    real,
    atom,
    tuple,
    list,
    string, // a list of bytes in its short form
    binary,
    bits,
    map,
    pid,
    port,
    reference,
    function,
};

class Elements;
struct Limits;
struct Parsed;

class TermView {
  public:
    TermView() = default;

    Kind kind() const noexcept;
    /// The bytes of this term and nothing else, without the version byte.
    std::string_view encoded() const noexcept { return bytes_; }

    bool is_atom(std::string_view utf8) const noexcept;
    bool is_tuple(std::size_t arity) const noexcept;
    bool is_nil() const noexcept;
    /// The empty list, a proper or improper list, or a list of small integers in its short form.
    bool is_list() const noexcept;

    /// An integer that fits.
    std::optional<std::int64_t> integer() const noexcept;
    std::optional<double> real() const noexcept;
    /// The text of an atom; that of a Latin-1 atom is made UTF-8.
    std::optional<std::string> atom() const;
    /// What is in a binary, a bit string (its last byte as it is), or a list in its short form.
    std::optional<std::string_view> bytes() const noexcept;
    std::optional<Pid> pid() const;
    std::optional<Reference> reference() const;

    /// The bytes of an integer of any size: little-endian magnitude, and whether it is negative.
    struct Big {
        std::string_view magnitude;
        bool negative = false;
    };
    std::optional<Big> big() const noexcept;

    /// What is in a tuple, a list (without its tail) or a map (keys and values by turns); nothing for the rest.
    Elements elements() const noexcept;
    /// How many `elements` brings.
    std::size_t size() const noexcept;

  private:
    friend class Elements;
    friend Parsed parse_bare(std::string_view, const Limits &) noexcept;
    explicit TermView(std::string_view bytes) noexcept : bytes_(bytes) {}
    std::string_view bytes_;
};

/// Walks a container once.
class Elements {
  public:
    /// The next one; a TermView of kind `nothing` after the last.
    TermView next() noexcept;
    std::size_t left() const noexcept { return left_; }
    /// Of a list, once all are taken: what is behind the last (nil when the list is proper).
    TermView tail() const noexcept;

  private:
    friend class TermView;
    std::string_view rest_;
    std::size_t left_ = 0;
};

/// Bounds on what a peer may make us walk.
struct Limits {
    std::size_t bytes = 16u << 20;
    std::size_t terms = 1u << 20;
    std::size_t depth = 128; // at most max_depth
    static constexpr std::size_t max_depth = 256;
};

enum class Fault : std::uint8_t {
    none,
    truncated, // the bytes end within the term
    version,   // the first byte is not 131
    tag,       // a tag that is not known, or not allowed here
    value,     // a field that cannot be, such as a bit string with 9 bits in its last byte
    size,      // over Limits::bytes
    terms,     // over Limits::terms
    depth,     // over Limits::depth
};
std::string_view to_string(Fault) noexcept;

struct Parsed {
    TermView term;
    std::string_view rest; // behind the term
    Fault fault = Fault::none;

    explicit operator bool() const noexcept { return fault == Fault::none; }
};

/// Check and view the term at the beginning of `bytes`, which has no version byte.
Parsed parse_bare(std::string_view bytes, const Limits &limits = {}) noexcept;
/// The same behind the version byte 131.
Parsed parse(std::string_view bytes, const Limits &limits = {}) noexcept;

} // namespace kith::erlang::etf
