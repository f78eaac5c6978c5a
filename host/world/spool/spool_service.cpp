// SPDX-License-Identifier: MIT
#include "../instance_path.hpp"
#include "../tenant_resources.hpp"
#include "spool_files.hpp"

#include <kith/service/spool.h>

namespace kith::app {

namespace {

const kith_spool_plugin &spool_side(TenantResources &resources) { return *resources.side<kith_spool_plugin>(KITH_SPOOL); }

void report_appended(TenantResources &resources, std::uint64_t user, std::uint64_t op, const SpoolFiles::Outcome &outcome) {
    Entered guard(resources.tenant, "spool.appended");
    spool_side(resources).appended(resources.tenant.self(), user, op, outcome.status, borrow(outcome.text), outcome.number);
}

void report_records(TenantResources &resources, std::uint64_t user, std::uint64_t op, const SpoolFiles::Records &found) {
    std::vector<kith_spool_record> records;
    records.reserve(found.records.size());
    for (const auto &one : found.records) records.push_back({one.number, one.data.data(), one.data.size()});
    Entered guard(resources.tenant, "spool.read");
    spool_side(resources).read(resources.tenant.self(), user, op, found.status, borrow(found.text), records.data(),
                               static_cast<std::uint32_t>(records.size()), sizeof(kith_spool_record), found.dropped);
}

void report_acknowledged(TenantResources &resources, std::uint64_t user, std::uint64_t op, const SpoolFiles::Outcome &outcome) {
    Entered guard(resources.tenant, "spool.acknowledged");
    spool_side(resources).acknowledged(resources.tenant.self(), user, op, outcome.status, borrow(outcome.text));
}

// Calls `work` with the tenant's spool on a worker thread, in the order of the calls, then `report` on the loop.
template <class Result, class Work>
std::int32_t on_spool(const kith_host *host, std::uint64_t user, std::uint64_t *op, Work work,
                      void (*report)(TenantResources &, std::uint64_t, std::uint64_t, const Result &),
                      void (*cancelled)(TenantResources &, std::uint64_t, std::uint64_t)) noexcept {
    return guarded(host, [&](TenantResources &resources) -> std::int32_t {
        const auto *side = resources.side<kith_spool_plugin>(KITH_SPOOL);
        if (side == nullptr || !side->appended || !side->read || !side->acknowledged)
            return resources.refuse(KITH_INVALID, "the plugin has no complete kith_spool_plugin");
        if (resources.parts.options.state_dir.empty()) return resources.refuse(KITH_UNSUPPORTED, "no state_dir is configured");
        const std::string path = instance_path(resources, ".spool");
        if (!resources.spool) resources.spool = std::make_shared<SpoolFiles>(path);
        begin_on_disk(
            resources, path, user, op, [spool = resources.spool, work] { return work(*spool); }, report, cancelled);
        return KITH_OK;
    });
}

constexpr kith_spool_host spool_functions = {
    .append = [](const kith_host *host, const void *data, std::uint64_t size, std::uint64_t bound, std::uint64_t user,
                 std::uint64_t *op) noexcept -> std::int32_t {
        TenantResources &resources = TenantResources::of(host);
        if (size != 0 && data == nullptr) return resources.refuse(KITH_INVALID, "bytes are expected at `data`");
        if (bound < KITH_SPOOL_MIN_BOUND || bound > KITH_SPOOL_MAX_BOUND)
            return resources.refuse(KITH_INVALID, "a bound from 65536 to 1073741824 bytes is expected");
        if (size > KITH_SPOOL_MAX_RECORD || size > bound / 8)
            return resources.refuse(KITH_LIMIT, "a record has at most 1048576 bytes, and an eighth of the bound");
        return on_spool<SpoolFiles::Outcome>(
            host, user, op,
            [bytes = std::string(static_cast<const char *>(data), size), bound](SpoolFiles &spool) {
                return spool.append(bytes, bound);
            },
            report_appended,
            [](TenantResources &s, std::uint64_t u, std::uint64_t o) {
                report_appended(s, u, o, {KITH_CANCELLED, std::string(cancelled_text()), 0});
            });
    },
    .read = [](const kith_host *host, std::uint64_t after, std::uint64_t max, std::uint64_t user,
               std::uint64_t *op) noexcept -> std::int32_t {
        return on_spool<SpoolFiles::Records>(
            host, user, op,
            [after, most = std::min<std::uint64_t>(max, KITH_SPOOL_MAX_READ)](SpoolFiles &spool) {
                return spool.read(after, most);
            },
            report_records,
            [](TenantResources &s, std::uint64_t u, std::uint64_t o) {
                report_records(s, u, o, {KITH_CANCELLED, std::string(cancelled_text()), {}, 0});
            });
    },
    .acknowledge = [](const kith_host *host, std::uint64_t number, std::uint64_t user,
                      std::uint64_t *op) noexcept -> std::int32_t {
        return on_spool<SpoolFiles::Outcome>(
            host, user, op, [number](SpoolFiles &spool) { return spool.acknowledge(number); }, report_acknowledged,
            [](TenantResources &s, std::uint64_t u, std::uint64_t o) {
                report_acknowledged(s, u, o, {KITH_CANCELLED, std::string(cancelled_text()), 0});
            });
    },
};

} // namespace

const void *spool_table() noexcept { return &spool_functions; }

} // namespace kith::app
