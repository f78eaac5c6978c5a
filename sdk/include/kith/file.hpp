// SPDX-License-Identifier: MIT
//
// kith.file/1: small files, read whole and written whole, and watched.
#pragma once

#include "operation.hpp"
#include "service/file.h"

#include <span>

namespace kith {

struct file_content {
    std::string bytes;
    kith_file_info info{};
};

namespace file_detail {

class reading : public detail::completion<file_content> {
  public:
    reading(detail::context &home, kith_file_info *seen) noexcept : completion(home), seen_(seen) {}
    void see(const kith_file_info *info) const noexcept {
        if (seen_ != nullptr && info != nullptr) *seen_ = *info;
    }

  private:
    kith_file_info *seen_;
};

inline void read(void *p, std::uint64_t user, std::uint64_t, std::int32_t status, kith_str text, const void *data,
                 std::uint64_t size, const kith_file_info *info) noexcept {
    detail::self(p).enter([=] {
        auto &item = static_cast<reading &>(detail::completion<file_content>::from(user));
        item.see(info);
        finish(item, status, text, [=] {
            file_content out{std::string(view({static_cast<const char *>(data), size})), {}};
            if (info != nullptr) out.info = *info;
            return out;
        });
    });
}

inline void done(void *p, std::uint64_t user, std::uint64_t, std::int32_t status, kith_str text) noexcept {
    detail::self(p).enter([=] { finish(detail::completion<void>::from(user), status, text, [] { return result<void>(); }); });
}

inline constexpr kith_file_plugin table{.read = read, .written = done, .changed = done};

} // namespace file_detail

class file {
  public:
    static constexpr std::string_view id = KITH_FILE;

    explicit file(host h) : home_(&h.context()), table_(h.service<kith_file_host>(id)) {
        home_->provide(id, &file_detail::table);
    }

    /// The whole file, KITH_LIMIT when it is larger than max. seen: gets the file's info also when reading it fails.
    [[nodiscard]] auto read(std::string_view path, std::uint64_t max = KITH_FILE_MAX_READ,
                            kith_file_info *seen = nullptr) const {
        return detail::operate<file_detail::reading>(
            [h = home_, t = table_, path, max](std::uint64_t user, std::uint64_t *op) {
                return t->read(h->raw, str(path), max, user, op);
            },
            *home_, seen);
    }

    /// Replaces the file in one step. mode: permission bits.
    [[nodiscard]] auto write(std::string_view path, std::string_view bytes, std::uint32_t mode) const {
        return detail::operate<detail::completion<void>>(
            [h = home_, t = table_, path, bytes, mode](std::uint64_t user, std::uint64_t *op) {
                return t->write(h->raw, str(path), bytes.data(), bytes.size(), mode, user, op);
            },
            *home_);
    }

    /// Completes as soon as the file's version differs from this one, which a read returned (0: there was no file).
    [[nodiscard]] auto watch(std::string_view path, std::uint64_t version) const {
        return detail::operate<detail::completion<void>>(
            [h = home_, t = table_, path, version](std::uint64_t user, std::uint64_t *op) {
                return t->watch(h->raw, str(path), version, user, op);
            },
            *home_);
    }

  private:
    detail::context *home_;
    const kith_file_host *table_;
};

} // namespace kith
