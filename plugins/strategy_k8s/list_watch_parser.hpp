// SPDX-License-Identifier: MIT
//
// Parses the bodies of a list and of a watch while they arrive, one object at a time.
// Source: Kubernetes API concepts, "Efficient detection of changes", "Retrieving large results sets in chunks".
#pragma once

#include "json_field_extractor.hpp"
#include "kubernetes_object.hpp"

#include <functional>
#include <optional>

namespace k8s {

/// The object that the server sends for an error: v1 Status.
struct Status {
    std::int64_t code = 0;
    std::string reason;  ///< such as Expired, Forbidden
    std::string message; ///< text
};

/// The metadata of a page of a list.
struct Page {
    std::string version;        ///< metadata.resourceVersion
    std::string next;           ///< metadata.continue: empty on the last page
    std::int64_t remaining = 0; ///< metadata.remainingItemCount, if the server sends it
    std::size_t items = 0;
};

/// Parses one page of a list.
class ListParser {
  public:
    /// `found` is called with each object and may modify it.
    ListParser(Lookup lookup, std::function<void(Object &)> found);
    ~ListParser();

    /// Parses the next piece. Error: KITH_PROTOCOL, with the path and the expected type.
    kith::result<void> read(std::string_view bytes);
    /// Nothing is missing.
    bool complete() const noexcept;
    /// Call when the body has ended. Returns KITH_PROTOCOL if the JSON was cut short or was not a list.
    kith::result<Page> end();

  private:
    class Body;
    std::unique_ptr<Body> body_;
};

struct Event {
    enum class Kind : std::uint8_t { added, modified, deleted, bookmark, error };
    Kind kind = Kind::error;
    Object object; ///< for a bookmark only its version is set
    Status status; ///< set for Kind::error
};

/// Parses a watch: a sequence of events without a defined end.
class WatchParser {
  public:
    /// Maximum size of an event in bytes; a larger one is an error. etcd limits objects to 1.5 MiB.
    static constexpr std::size_t max_event_size = 16 << 20;

    WatchParser(Lookup lookup, std::function<void(Event &)> found);
    ~WatchParser();

    kith::result<void> read(std::string_view bytes);
    /// Whether the bytes so far end between two events; false: in the middle of one.
    bool complete() const noexcept;

  private:
    class Body;
    std::unique_ptr<Body> body_;
};

/// Parses a body that is expected to be a Status; missing or invalid members are left at their defaults.
Status read_status(std::string_view body);

} // namespace k8s
