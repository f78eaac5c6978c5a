// SPDX-License-Identifier: MIT
//
// A file in which kith stores what a topology needs after a restart: read and written through the world's kith.file, one operation at a
// time, mode 0600. When to read and write, and what the text means, is the owner's.
#pragma once

#include <core/engine/logger.hpp>
#include <kith/hosting/world.hpp>
#include <kith/service/file.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace kith::core {

class StateFile final : private Tenant {
  public:
    /// Is called within read() and write() if the operation could not begin. `reason`: empty if status is KITH_OK. `info`: null unless it is.
    class Owner {
      public:
        virtual void was_read(std::int32_t status, std::string_view reason, std::string_view bytes,
                              const kith_file_info *info) = 0;
        virtual void was_written(std::int32_t status, std::string_view reason) = 0;

      protected:
        ~Owner() = default;
    };

    /// The arguments outlive the object. `who`: the name for the log.
    StateFile(World &world, Logger &logger, Owner &owner, std::string path, std::string who);
    ~StateFile();
    StateFile(const StateFile &) = delete;
    StateFile &operator=(const StateFile &) = delete;

    void read(std::size_t limit);
    void write(const std::string &text);

    /// Why a file is not used that somebody else could have written; null if only kith's user and root could.
    static const char *untrusted(const kith_file_info *info);

    /// Logs a message with the path and, if it is not empty, the reason.
    void log(std::uint32_t level, std::string_view message, std::string_view reason);

  private:
    const void *service(std::string_view id) noexcept override;
    void *self() noexcept override { return this; }
    void enter(const char *) noexcept override {}
    void leave() noexcept override {}
    bool may_read(std::string_view) const noexcept override { return false; }

    World &world_;
    Logger &logger_;
    Owner &owner_;
    std::string path_;
    std::string who_;
    kith_host handle_{};
    const kith_file_host *files_;
    std::string refused_; // the text of a refused call
};

} // namespace kith::core
