// SPDX-License-Identifier: MIT
//
// Reads JSON texts that come in pieces and tells of the few members that are wanted. What is not wanted costs nothing but the parser's
// look at it, and no memory, so a list of a hundred megabytes is read in the space of its largest wanted text.
#pragma once

#include <kith/result.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace k8s {

/// Which member it is: a number of the reader's own.
using Field = std::uint8_t;

/// A member that is wanted, and what its value has to be. null is like a member that is not there.
struct FieldSpec {
    enum class Kind : std::uint8_t {
        text,
        number,
        flag,
        object,
        texts,
        objects,
        object_or_other, ///< an object; whatever else it is, is not wanted
    };
    std::string_view name;
    Kind kind;
    Field field;
    std::span<const FieldSpec> members{}; ///< of an object, or of each object of a list
};

/// Who is told, in the order of the text.
class FieldHandler {
  public:
    virtual ~FieldHandler() = default;
    virtual void opened(Field) {}                 ///< an object, or one of a list of objects
    virtual void closed(Field) {}                 ///< the same
    virtual void text(Field, std::string_view) {} ///< or one of a list of texts; valid for the call
    virtual void number(Field, std::int64_t) {}
    virtual void flag(Field, bool) {}
};

class JsonFieldExtractor {
  public:
    static constexpr std::size_t max_text = 16'384; ///< bytes of a wanted text; more is refused

    /// members: of the object that the text is; static. to: outlives it.
    JsonFieldExtractor(std::span<const FieldSpec> members, FieldHandler &to);
    ~JsonFieldExtractor();

    /// Some more of the text: how many of the bytes belong to it. KITH_PROTOCOL: it is not JSON, or a wanted member is not of its kind;
    /// the text tells where, and what was expected. After that only reset() helps.
    kith::result<std::size_t> read(std::string_view bytes);

    /// The text is complete.
    bool done() const noexcept;

    /// Nothing of a text has been read yet.
    bool fresh() const noexcept;

    /// Begin another text.
    void reset();

  private:
    class Body;
    std::unique_ptr<Body> body_;
};

} // namespace k8s
