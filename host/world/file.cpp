// SPDX-License-Identifier: MIT
#include "disk.hpp"
#include "watches.hpp"

#include <algorithm>
#include <utility>

namespace kith::app {

namespace {

const kith_file_plugin &file_side(Seat &seat) { return *seat.side<kith_file_plugin>(KITH_FILE); }

void tell_read(Seat &seat, std::uint64_t user, std::uint64_t op, const Contents &contents) {
    Entered guard(seat.tenant, "file.read");
    file_side(seat).read(seat.tenant.self(), user, op, contents.status, borrow(contents.text), contents.data.data(),
                         contents.data.size(), &contents.info);
}

void tell_written(Seat &seat, std::uint64_t user, std::uint64_t op, const Written &written) {
    Entered guard(seat.tenant, "file.written");
    file_side(seat).written(seat.tenant.self(), user, op, written.status, borrow(written.text));
}

std::int32_t check(Seat &seat, kith_str path) {
    const auto *side = seat.side<kith_file_plugin>(KITH_FILE);
    if (side == nullptr || !side->read || !side->written || !side->changed) {
        return seat.refuse(KITH_INVALID, "the plugin has no complete kith_file_plugin");
    }
    if (path.size == 0 || view(path).find('\0') != std::string_view::npos) {
        return seat.refuse(KITH_INVALID, "a path is expected, without zero bytes");
    }
    return KITH_OK;
}

std::int32_t read(Seat &seat, const std::string &path, std::uint64_t max, std::uint64_t user, std::uint64_t *op) {
    const std::uint64_t most = std::min<std::uint64_t>(max, KITH_FILE_MAX_READ);
    begin_on_disk(
        seat, path, user, op, [path, most] { return read_whole(path, most); }, tell_read,
        [](Seat &s, std::uint64_t u, std::uint64_t o) {
            tell_read(s, u, o, {KITH_CANCELLED, std::string(cancelled_text()), {}, {}});
        });
    return KITH_OK;
}

std::int32_t write(Seat &seat, const std::string &path, const void *data, std::uint64_t size, std::uint32_t mode,
                   std::uint64_t user, std::uint64_t *op) {
    if (size > KITH_FILE_MAX_READ) return seat.refuse(KITH_LIMIT, "a file of at most 67108864 bytes is written");
    if (size != 0 && data == nullptr) return seat.refuse(KITH_INVALID, "bytes are expected at `data`");
    std::string bytes(static_cast<const char *>(data), size);
    begin_on_disk(
        seat, path, user, op, [path, bytes = std::move(bytes), mode] { return replace_whole(path, bytes, mode); }, tell_written,
        [](Seat &s, std::uint64_t u, std::uint64_t o) {
            tell_written(s, u, o, {KITH_CANCELLED, std::string(cancelled_text())});
        });
    return KITH_OK;
}

std::int32_t watch(Seat &seat, std::string path, std::uint64_t version, std::uint64_t user, std::uint64_t *op) {
    if (!seat.parts.watches) seat.parts.watches = std::make_unique<Watches>(seat.parts);
    seat.parts.watches->add(seat, std::move(path), version, user, op);
    return KITH_OK;
}

// `begin` gets the seat and the path, when both are in order.
template <class F>
std::int32_t with_path(const kith_host *host, kith_str path, F &&begin) noexcept {
    return guarded(host, [&](Seat &seat) -> std::int32_t {
        const std::int32_t status = check(seat, path);
        return status == KITH_OK ? begin(seat, std::string(view(path))) : status;
    });
}

constexpr kith_file_host file_functions = {
    .read =
        [](const kith_host *host, kith_str path, std::uint64_t max, std::uint64_t user, std::uint64_t *op) noexcept {
            return with_path(host, path, [&](Seat &seat, const std::string &name) { return read(seat, name, max, user, op); });
        },
    .write =
        [](const kith_host *host, kith_str path, const void *data, std::uint64_t size, std::uint32_t mode, std::uint64_t user,
           std::uint64_t *op) noexcept {
            return with_path(host, path, [&](Seat &seat, std::string &&name) {
                return write(seat, std::move(name), data, size, mode, user, op);
            });
        },
    .watch =
        [](const kith_host *host, kith_str path, std::uint64_t version, std::uint64_t user, std::uint64_t *op) noexcept {
            return with_path(host, path,
                             [&](Seat &seat, std::string &&name) { return watch(seat, std::move(name), version, user, op); });
        },
};

} // namespace

const void *file_table() noexcept { return &file_functions; }

} // namespace kith::app
