// SPDX-License-Identifier: MIT
//
// Extracts selected members from JSON texts that arrive in pieces (streaming). Other members are parsed but not stored, so a list of a
// hundred megabytes needs only the memory of its largest selected string.
#pragma once

#include <kith/result.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace k8s {

/// Identifies a member for the handler; the caller chooses the numbers.
using Field = std::uint8_t;

/// A selected member and the required type of its value. null counts as a missing member.
struct FieldSpec {
    enum class Kind : std::uint8_t {
        text,
        number,
        flag,
        object,
        texts,
        objects,
        object_or_other, ///< an object; a value of another type is ignored
    };
    std::string_view name;
    Kind kind;
    Field field;
    std::span<const FieldSpec> members{}; ///< selected members of an object, or of each object of a list
};

/// Receives the selected values, in the order of the text.
class FieldHandler {
  public:
    virtual ~FieldHandler() = default;
    virtual void opened(Field) {}                 ///< begin of an object, or of an element of a list of objects
    virtual void closed(Field) {}                 ///< end of it
    virtual void text(Field, std::string_view) {} ///< a string, or an element of a list of strings; valid during the call
    virtual void number(Field, std::int64_t) {}
    virtual void flag(Field, bool) {}
};

class JsonFieldExtractor {
  public:
    static constexpr std::size_t max_text = 16'384; ///< maximum size of a selected string in bytes; a larger one is an error

    /// members: selected members of the top-level object; static. to: outlives the extractor.
    JsonFieldExtractor(std::span<const FieldSpec> members, FieldHandler &to);
    ~JsonFieldExtractor();

    /// Parses the next piece. Returns how many of the bytes belong to the text. Error: KITH_PROTOCOL: not valid JSON, or a selected
    /// member has another type; the error text contains its path and the expected type. After an error only reset() may be called.
    kith::result<std::size_t> read(std::string_view bytes);

    /// The text is complete.
    bool done() const noexcept;

    /// No byte of the current text has been read yet.
    bool fresh() const noexcept;

    /// Begins a new text.
    void reset();

  private:
    class Body;
    std::unique_ptr<Body> body_;
};

} // namespace k8s
