// SPDX-License-Identifier: MIT
//
// The bodies of a list and of a watch, read as they come in, one object at a time.
// Source: Kubernetes API concepts, "Efficient detection of changes", "Retrieving large results sets in chunks".
#pragma once

#include "json_field_extractor.hpp"
#include "kubernetes_object.hpp"

#include <functional>
#include <optional>

namespace k8s {

/// What a server says in place of an object: v1 Status.
struct Status {
    std::int64_t code = 0;
    std::string reason;  ///< such as Expired, Forbidden
    std::string message; ///< for people
};

/// What is left to know of a page when its objects have been told.
struct Page {
    std::string version;        ///< metadata.resourceVersion
    std::string next;           ///< metadata.continue: empty on the last page
    std::int64_t remaining = 0; ///< metadata.remainingItemCount, where the server counts them
    std::size_t items = 0;
};

/// Reads one page of a list.
class ListParser {
  public:
    /// Each object is lent to `found`, which may change it.
    ListParser(Lookup lookup, std::function<void(Object &)> found);
    ~ListParser();

    kith::result<void> read(std::string_view bytes);
    /// The body is over. KITH_PROTOCOL: but not the text; or it was no list.
    kith::result<Page> end();

  private:
    class Body;
    std::unique_ptr<Body> body_;
};

struct Event {
    enum class Kind : std::uint8_t { added, modified, deleted, bookmark, error };
    Kind kind = Kind::error;
    Object object; ///< its version alone for a bookmark
    Status status; ///< error
};

/// Reads a watch: one event after the other, without an end.
class WatchParser {
  public:
    /// Bytes of one event; more is refused. etcd keeps no object of more than 1.5 MiB.
    static constexpr std::size_t max_event_size = 16 << 20;

    WatchParser(Lookup lookup, std::function<void(Event &)> found);
    ~WatchParser();

    kith::result<void> read(std::string_view bytes);
    /// The body is over: is it between two events?
    bool complete() const noexcept;

  private:
    class Body;
    std::unique_ptr<Body> body_;
};

/// A body that is a Status, in so far as it is one.
Status read_status(std::string_view body);

} // namespace k8s
