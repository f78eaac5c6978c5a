// SPDX-License-Identifier: MIT
#include "file_watches.hpp"
#include "read_and_replace_file.hpp"

#include <algorithm>
#include <utility>

namespace kith::app {

namespace {

const kith_file_plugin &file_side(TenantResources &resources) { return *resources.side<kith_file_plugin>(KITH_FILE); }

void report_read(TenantResources &resources, std::uint64_t user, std::uint64_t op, const Contents &contents) {
    Entered guard(resources.tenant, "file.read");
    file_side(resources).read(resources.tenant.self(), user, op, contents.status, borrow(contents.text), contents.data.data(),
                              contents.data.size(), &contents.info);
}

void report_written(TenantResources &resources, std::uint64_t user, std::uint64_t op, const Written &written) {
    Entered guard(resources.tenant, "file.written");
    file_side(resources).written(resources.tenant.self(), user, op, written.status, borrow(written.text));
}

std::int32_t check(TenantResources &resources, kith_str path) {
    const auto *side = resources.side<kith_file_plugin>(KITH_FILE);
    if (side == nullptr || !side->read || !side->written || !side->changed) {
        return resources.refuse(KITH_INVALID, "the plugin has no complete kith_file_plugin");
    }
    if (path.size == 0 || view(path).find('\0') != std::string_view::npos) {
        return resources.refuse(KITH_INVALID, "a path is expected, without zero bytes");
    }
    if (const auto why = resources.why_not_open(view(path)); !why.empty()) return resources.refuse(KITH_DENIED, why);
    return KITH_OK;
}

std::int32_t read(TenantResources &resources, const std::string &path, std::uint64_t max, std::uint64_t user,
                  std::uint64_t *op) {
    const std::uint64_t most = std::min<std::uint64_t>(max, KITH_FILE_MAX_READ);
    begin_on_disk(
        resources, path, user, op, [path, most] { return read_whole(path, most); }, report_read,
        [](TenantResources &s, std::uint64_t u, std::uint64_t o) {
            report_read(s, u, o, {KITH_CANCELLED, std::string(cancelled_text()), {}, {}});
        });
    return KITH_OK;
}

std::int32_t write(TenantResources &resources, const std::string &path, const void *data, std::uint64_t size,
                   std::uint32_t mode, std::uint64_t user, std::uint64_t *op) {
    if (size > KITH_FILE_MAX_READ) return resources.refuse(KITH_LIMIT, "a file of at most 67108864 bytes is written");
    if (size != 0 && data == nullptr) return resources.refuse(KITH_INVALID, "bytes are expected at `data`");
    std::string bytes(static_cast<const char *>(data), size);
    begin_on_disk(
        resources, path, user, op, [path, bytes = std::move(bytes), mode] { return replace_whole(path, bytes, mode); },
        report_written,
        [](TenantResources &s, std::uint64_t u, std::uint64_t o) {
            report_written(s, u, o, {KITH_CANCELLED, std::string(cancelled_text())});
        });
    return KITH_OK;
}

std::int32_t watch(TenantResources &resources, std::string path, std::uint64_t version, std::uint64_t user, std::uint64_t *op) {
    if (!resources.parts.watches) resources.parts.watches = std::make_unique<FileWatches>(resources.parts);
    resources.parts.watches->add(resources, std::move(path), version, user, op);
    return KITH_OK;
}

// Calls `begin` with the tenant and the path when both are valid.
template <class F>
std::int32_t with_path(const kith_host *host, kith_str path, F &&begin) noexcept {
    return guarded(host, [&](TenantResources &resources) -> std::int32_t {
        const std::int32_t status = check(resources, path);
        return status == KITH_OK ? begin(resources, std::string(view(path))) : status;
    });
}

constexpr kith_file_host file_functions = {
    .read =
        [](const kith_host *host, kith_str path, std::uint64_t max, std::uint64_t user, std::uint64_t *op) noexcept {
            return with_path(host, path, [&](TenantResources &resources, const std::string &name) {
                return read(resources, name, max, user, op);
            });
        },
    .write =
        [](const kith_host *host, kith_str path, const void *data, std::uint64_t size, std::uint32_t mode, std::uint64_t user,
           std::uint64_t *op) noexcept {
            return with_path(host, path, [&](TenantResources &resources, std::string &&name) {
                return write(resources, std::move(name), data, size, mode, user, op);
            });
        },
    .watch =
        [](const kith_host *host, kith_str path, std::uint64_t version, std::uint64_t user, std::uint64_t *op) noexcept {
            return with_path(host, path, [&](TenantResources &resources, std::string &&name) {
                return watch(resources, std::move(name), version, user, op);
            });
        },
};

} // namespace

const void *file_table() noexcept { return &file_functions; }

} // namespace kith::app
