// SPDX-License-Identifier: MIT
//
// kith.spool/1 of a simulated machine. FailService makes its operations fail, such as "spool.append" as on a full disk.
#include "simulated_machine_body.hpp"

#include <kith/hosting/status.hpp>

#include <algorithm>
#include <vector>

namespace kith::testkit {

namespace {

constexpr std::uint64_t spool_disk = 50'000;   // nanoseconds for one operation
constexpr std::uint64_t head_bytes = 16;       // of each record, as in the real world
constexpr std::uint64_t segments_of_bound = 8; // of which the oldest is dropped at a time

std::string spool_text_of(const Op &op) {
    return op.status < 0 ? op.name + ": " + std::string(status_sentence(op.status)) : std::string();
}

const kith_spool_plugin &spool_side(TenantResources &resources) { return *resources.side<kith_spool_plugin>(KITH_SPOOL); }

Op *begin_on_spool(TenantResources &resources, const char *what, Op::Deliver deliver, std::uint64_t user, std::uint64_t *id,
                   std::int32_t &status) {
    SimulatedMachine::Body &on = *resources.body;
    status = on.called(resources, what);
    if (status != KITH_OK) return nullptr;
    const auto *table = resources.side<kith_spool_plugin>(KITH_SPOOL);
    if (table == nullptr || !table->appended || !table->read || !table->acknowledged) {
        status = resources.refuse(KITH_INVALID, "the plugin has no complete kith_spool_plugin");
        return nullptr;
    }
    if (!on.has_state_dir) {
        status = resources.refuse(KITH_UNSUPPORTED, "no state_dir is configured");
        return nullptr;
    }
    Op &op = on.begin(resources, what, deliver, user, id);
    op.name = "spool of " + resources.instance;
    on.ready_in(op, spool_disk);
    return &op;
}

void appended(TenantResources &resources, Op &op) {
    SimulatedMachine::Body &on = *resources.body;
    std::uint64_t number = 0;
    if (op.status == KITH_OK) {
        SimulatedSpool &spool = on.spools[resources.instance];
        const std::uint64_t size = head_bytes + op.data.size();
        const auto drop = [&] {
            spool.bytes -= head_bytes + spool.records.front().size();
            spool.records.pop_front();
            ++spool.first;
        };
        if (spool.bytes + size > op.number) {
            for (std::uint64_t room = 0; !spool.records.empty() && room < op.number / segments_of_bound;) {
                room += head_bytes + spool.records.front().size();
                drop();
            }
        }
        spool.bytes += size;
        spool.records.push_back(op.data);
        number = spool.first + spool.records.size() - 1;
    }
    on.trace("spool.appended", op.id, op.status, op.data);
    const std::string text = spool_text_of(op);
    const Entered entered(*resources.tenant, "spool.appended");
    spool_side(resources).appended(resources.tenant->self(), op.user, op.id, op.status, str(text), number);
}

void found(TenantResources &resources, Op &op) {
    SimulatedMachine::Body &on = *resources.body;
    std::vector<kith_spool_record> records;
    std::uint64_t dropped = 0;
    if (op.status == KITH_OK) {
        const SimulatedSpool &spool = on.spools[resources.instance];
        const std::uint64_t from = std::max(op.number, spool.acknowledged) + 1;
        const std::uint64_t end = spool.first + spool.records.size();
        std::uint64_t bytes = 0;
        for (std::uint64_t number = std::max(from, spool.first); number < end; ++number) {
            const std::string &data = spool.records[number - spool.first];
            bytes += data.size();
            if (!records.empty() && bytes > op.dial) break;
            records.push_back({number, data.data(), data.size()});
        }
        if (!records.empty()) dropped = records.front().number - from;
    }
    on.trace("spool.read", op.id, op.status);
    const std::string text = spool_text_of(op);
    const Entered entered(*resources.tenant, "spool.read");
    spool_side(resources).read(resources.tenant->self(), op.user, op.id, op.status, str(text), records.data(),
                               static_cast<std::uint32_t>(records.size()), sizeof(kith_spool_record), dropped);
}

void acknowledged(TenantResources &resources, Op &op) {
    SimulatedMachine::Body &on = *resources.body;
    if (op.status == KITH_OK) {
        SimulatedSpool &spool = on.spools[resources.instance];
        if (op.number == 0 || op.number >= spool.first + spool.records.size()) op.status = KITH_INVALID;
        if (op.status == KITH_OK) spool.acknowledged = std::max(spool.acknowledged, op.number);
        while (!spool.records.empty() && spool.first <= spool.acknowledged) {
            spool.bytes -= head_bytes + spool.records.front().size();
            spool.records.pop_front();
            ++spool.first;
        }
    }
    on.trace("spool.acknowledged", op.id, op.status);
    const std::string text = spool_text_of(op);
    const Entered entered(*resources.tenant, "spool.acknowledged");
    spool_side(resources).acknowledged(resources.tenant->self(), op.user, op.id, op.status, str(text));
}

constexpr kith_spool_host spool_table = {
    .append = [](const kith_host *host, const void *data, std::uint64_t size, std::uint64_t bound, std::uint64_t user,
                 std::uint64_t *id) noexcept -> std::int32_t {
        TenantResources &resources = SimulatedMachine::Body::seat_of(host);
        if (size != 0 && data == nullptr) return resources.refuse(KITH_INVALID, "bytes are expected at `data`");
        if (bound < KITH_SPOOL_MIN_BOUND || bound > KITH_SPOOL_MAX_BOUND)
            return resources.refuse(KITH_INVALID, "a bound from 65536 to 1073741824 bytes is expected");
        if (size > KITH_SPOOL_MAX_RECORD || size > bound / 8)
            return resources.refuse(KITH_LIMIT, "a record has at most 1048576 bytes, and an eighth of the bound");
        std::int32_t status = KITH_OK;
        Op *op = begin_on_spool(resources, "spool.append", appended, user, id, status);
        if (op == nullptr) return status;
        op->number = bound;
        if (size != 0) op->data.assign(static_cast<const char *>(data), size);
        return KITH_OK;
    },
    .read = [](const kith_host *host, std::uint64_t after, std::uint64_t max, std::uint64_t user,
               std::uint64_t *id) noexcept -> std::int32_t {
        std::int32_t status = KITH_OK;
        Op *op = begin_on_spool(SimulatedMachine::Body::seat_of(host), "spool.read", found, user, id, status);
        if (op == nullptr) return status;
        op->number = after;
        op->dial = std::min<std::uint64_t>(max, KITH_SPOOL_MAX_READ); // bytes
        return KITH_OK;
    },
    .acknowledge = [](const kith_host *host, std::uint64_t number, std::uint64_t user,
                      std::uint64_t *id) noexcept -> std::int32_t {
        std::int32_t status = KITH_OK;
        Op *op = begin_on_spool(SimulatedMachine::Body::seat_of(host), "spool.acknowledge", acknowledged, user, id, status);
        if (op != nullptr) op->number = number;
        return status;
    },
};

} // namespace

const kith_spool_host *spool_service() noexcept { return &spool_table; }

} // namespace kith::testkit
