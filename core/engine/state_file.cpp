// SPDX-License-Identifier: MIT
#include <core/engine/state_file.hpp>

#include <kith/hosting/status.hpp>
#include <kith/result.hpp>
#include <kith/service/log.h>

#include <array>
#include <span>
#include <utility>

namespace kith::core {

namespace {

std::string reason_of(std::int32_t status, std::string_view text) {
    if (status == KITH_OK) return {};
    return std::string(text.empty() ? status_sentence(status) : text);
}

} // namespace

StateFile::StateFile(World &world, Logger &logger, Owner &owner, std::string path, std::string who)
    : world_(world),
      logger_(logger),
      owner_(owner),
      path_(std::move(path)),
      who_(std::move(who)),
      files_(static_cast<const kith_file_host *>(world.service(KITH_FILE))) {
    handle_.struct_size = sizeof handle_;
    handle_.abi_minor = KITH_ABI_MINOR;
    handle_.instance = str(who_);
    handle_.engine = this;
    handle_.error = [](const kith_host *host, kith_str text) { static_cast<StateFile *>(host->engine)->refused_ = view(text); };
    world_.open(handle_, *this);
}

StateFile::~StateFile() { world_.close(handle_); }

void StateFile::read(std::size_t limit) {
    std::uint64_t op = 0;
    const std::int32_t status = files_ == nullptr ? KITH_UNSUPPORTED : files_->read(&handle_, str(path_), limit, 0, &op);
    if (status != KITH_OK) owner_.was_read(status, reason_of(status, std::exchange(refused_, {})), {}, nullptr);
}

void StateFile::write(const std::string &text) {
    std::uint64_t op = 0;
    const std::int32_t status =
        files_ == nullptr ? KITH_UNSUPPORTED : files_->write(&handle_, str(path_), text.data(), text.size(), 0600, 0, &op);
    if (status != KITH_OK) owner_.was_written(status, reason_of(status, std::exchange(refused_, {})));
}

const char *StateFile::untrusted(const kith_file_info *info) {
    if (info == nullptr) return nullptr;
    if (info->ours == 0 && info->owner != 0) return "the file belongs to another user";
    if ((info->mode & 022U) != 0) return "group or others could have written the file; expected mode 0600";
    return nullptr;
}

void StateFile::log(std::uint32_t level, std::string_view message, std::string_view reason) {
    const std::array<kith_attribute, 2> fields{{{str("file"), str(path_)}, {str("reason"), str(reason)}}};
    logger_.write(level, who_, message, std::span(fields).first(reason.empty() ? 1 : 2));
}

const void *StateFile::service(std::string_view id) noexcept {
    static constexpr kith_file_plugin side = {
        .read =
            [](void *self, std::uint64_t, std::uint64_t, std::int32_t status, kith_str text, const void *data,
               std::uint64_t size, const kith_file_info *info) {
                static_cast<StateFile *>(self)->owner_.was_read(status, reason_of(status, view(text)),
                                                                {static_cast<const char *>(data), size}, info);
            },
        .written =
            [](void *self, std::uint64_t, std::uint64_t, std::int32_t status, kith_str text) {
                static_cast<StateFile *>(self)->owner_.was_written(status, reason_of(status, view(text)));
            },
        .changed = [](void *, std::uint64_t, std::uint64_t, std::int32_t, kith_str) {},
    };
    return id == KITH_FILE ? &side : nullptr;
}

} // namespace kith::core
