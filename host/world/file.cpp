// SPDX-License-Identifier: MIT
#include "disk.hpp"
#include "watches.hpp"

namespace kith::app {

namespace {

const kith_file_plugin &side_of(Seat &seat) { return *seat.side<kith_file_plugin>(KITH_FILE); }

void tell_read(Seat &seat, std::uint64_t user, std::uint64_t op, const Contents &contents) {
    Entered guard(seat.tenant, "file.read");
    side_of(seat).read(seat.tenant.self(), user, op, contents.status, borrow(contents.text), contents.data.data(), contents.data.size(),
                       &contents.info);
}

void tell_written(Seat &seat, std::uint64_t user, std::uint64_t op, const Written &written) {
    Entered guard(seat.tenant, "file.written");
    side_of(seat).written(seat.tenant.self(), user, op, written.status, borrow(written.text));
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

constexpr kith_file_host table = {
    .read =
        [](const kith_host *host, kith_str path, std::uint64_t max, std::uint64_t user, std::uint64_t *op) noexcept {
            return guarded(host, [&](Seat &seat) -> std::int32_t {
                if (const std::int32_t status = check(seat, path); status != KITH_OK) return status;
                const std::uint64_t most = std::min<std::uint64_t>(max, KITH_FILE_MAX_READ);
                const std::uint64_t id = seat.begin(op, {user, [](Seat &s, std::uint64_t u, std::uint64_t o) {
                                                             tell_read(s, u, o, {KITH_CANCELLED, {}, {}, {}});
                                                         }, {}});
                on_worker(seat, id, [name = std::string(view(path)), most] { return read_whole(name, most); }, tell_read);
                return KITH_OK;
            });
        },
    .write =
        [](const kith_host *host, kith_str path, const void *data, std::uint64_t size, std::uint32_t mode, std::uint64_t user,
           std::uint64_t *op) noexcept {
            return guarded(host, [&](Seat &seat) -> std::int32_t {
                if (const std::int32_t status = check(seat, path); status != KITH_OK) return status;
                if (size > KITH_FILE_MAX_READ) return seat.refuse(KITH_LIMIT, "a file of at most 67108864 bytes is written");
                const std::uint64_t id = seat.begin(op, {user, [](Seat &s, std::uint64_t u, std::uint64_t o) {
                                                             tell_written(s, u, o, {KITH_CANCELLED, {}});
                                                         }, {}});
                on_worker(seat, id,
                      [name = std::string(view(path)), bytes = std::string(static_cast<const char *>(data), size), mode] {
                          return replace_whole(name, bytes, mode);
                      },
                      tell_written);
                return KITH_OK;
            });
        },
    .watch =
        [](const kith_host *host, kith_str path, std::uint64_t version, std::uint64_t user, std::uint64_t *op) noexcept {
            return guarded(host, [&](Seat &seat) -> std::int32_t {
                if (const std::int32_t status = check(seat, path); status != KITH_OK) return status;
                if (!seat.parts.watches) seat.parts.watches = std::make_unique<Watches>(seat.parts);
                seat.parts.watches->add(seat, std::string(view(path)), version, user, op);
                return KITH_OK;
            });
        },
};

} // namespace

const void *file_table() noexcept { return &table; }

} // namespace kith::app
