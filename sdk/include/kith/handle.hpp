// SPDX-License-Identifier: MIT
//
// What is open at the host under an id: a stream, a listener, a socket. Plugins do not use this header themselves; the service
// headers do.
#pragma once

#include "context.hpp"

namespace kith::detail {

/// Closes when it is destroyed. Table: the host's table of a service, with `close(host, id)`.
template <class Table>
class handle {
  public:
    handle() = default;
    handle(context &home, const Table &table, std::uint64_t id) noexcept : home_(&home), table_(&table), id_(id) {}
    handle(handle &&other) noexcept : home_(other.home_), table_(other.table_), id_(std::exchange(other.id_, 0)) {}
    handle &operator=(handle &&other) noexcept {
        if (this != &other) {
            close();
            home_ = other.home_;
            table_ = other.table_;
            id_ = std::exchange(other.id_, 0);
        }
        return *this;
    }
    ~handle() { close(); }

    /// What is outstanding on it completes with KITH_CANCELLED.
    void close() noexcept {
        const auto id = std::exchange(id_, 0);
        if (id != 0 && !home_->over) table_->close(home_->raw, id);
    }
    [[nodiscard]] bool open() const noexcept { return id_ != 0; }

  protected:
    context *home_ = nullptr;
    const Table *table_ = nullptr;
    std::uint64_t id_ = 0;
};

} // namespace kith::detail
