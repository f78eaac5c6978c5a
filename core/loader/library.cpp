// SPDX-License-Identifier: MIT
#include "core/loader/library.hpp"

#include "core/loader/description_zygote.hpp"
#include "core/loader/descriptor_check.hpp"
#include "core/loader/elf_image.hpp"
#include "core/loader/exports_and_entry_check.hpp"
#include "core/loader/file_bytes.hpp"
#include "core/loader/library_builder.hpp"
#include "core/loader/library_handle.hpp"
#include "core/loader/loadable_check.hpp"

#include <algorithm>

namespace kith::core {

namespace fs = std::filesystem;

bool LoaderSettings::has(std::string_view service) const { return std::ranges::find(services, service) != services.end(); }

bool Plugin::is_named(std::string_view name) const {
    return id() == name || std::ranges::find(aliases_, name) != aliases_.end();
}

bool Plugin::declares_service(std::string_view service) const {
    return std::ranges::find(required_, service) != required_.end() || std::ranges::find(optional_, service) != optional_.end();
}

std::int32_t Plugin::create(const kith_host &host, const kith_instance **out) const {
    *out = nullptr;
    const kith_instance *made = nullptr;
    const kith_entry &entry = library_->entry();
    const std::int32_t status = entry.create(&host, entry.descriptors[index_]->id, &made);
    if (status >= 0) *out = made;
    return status;
}

Library::Library() = default;

// L4: a loaded library stays loaded until the process ends. The list keeps it reachable for leak checkers.
Library::~Library() {
    static Handle *kept = nullptr;
    if (!handle_ || !handle_->opened) return;
    handle_->next = kept;
    kept = handle_.release();
}

Library::Result Library::read(const fs::path &file, const LoaderSettings &settings, const ReadContext &context) {
    return LibraryBuilder{file, settings, context}.read();
}

Library::Result Library::load(const fs::path &file, const LoaderSettings &settings) {
    Zygote zygote;
    Buffer buffer;
    PathChecker paths;
    const ReadContext context{zygote, buffer, paths};
    auto library = read(file, settings, context);
    if (!library) return library;
    if (auto wrong = (*library)->open(settings, context)) return *std::move(wrong);
    return library;
}

Library::Result Library::link(const kith_entry &entry, std::string name, const LoaderSettings &settings) {
    const fs::path file(name);
    Zygote zygote;
    Buffer buffer;
    PathChecker paths;
    const ReadContext context{zygote, buffer, paths};
    LibraryBuilder builder{file, settings, context};
    builder.library->file_ = std::move(name);
    return builder.link(entry);
}

std::optional<Refusal> Library::seal(const LoaderSettings &settings, const ReadContext &context) {
    if (is_open() || handle_->copy) return std::nullopt;
    FileState state;
    if (auto wrong = LibraryBuilder::copy_unchanged_file(*this, settings, context, handle_->copy, state)) return wrong;
    file_state_ = state;
    first_party_.reset();
    return std::nullopt;
}

bool Library::first_party() const {
    if (!listed_) return true;
    if (listed_->empty()) return false; // a file that the manifest does not name is not hashed
    if (!first_party_) {
        const auto mapping = handle_ && handle_->copy ? Mapping::of(handle_->copy) : Mapping::Result(FileError{});
        first_party_ = (mapping ? core::sha256(mapping->bytes()) : sha256()) == *listed_;
    }
    return *first_party_;
}

int Library::sealed_copy() const {
    if (!handle_) return -1;
    return handle_->copy || handle_->opened.copies.empty() ? handle_->copy.get() : handle_->opened.copies.back().get();
}

std::optional<Refusal> Library::open(const LoaderSettings &settings, const ReadContext &context) {
    if (is_open()) return std::nullopt;
    const fs::path file(file_);
    if (auto wrong = seal(settings, context)) return wrong;
    Fd copy = std::move(handle_->copy);
    const bool copied = static_cast<bool>(copy);
    if (copied) {
        const auto mapping = Mapping::of(copy);
        const auto image = elf::Image::read(mapping ? mapping->bytes() : std::span<const std::byte>());
        if (!image) return refusal(file, "L2", "it " + image.error().text, remedy_author);
        handle_->opened = open_sealed_copy(std::move(copy), *image, file);
    } else {
        handle_->opened = open_path(file);
        warnings_.push_back("plugins are loaded by their paths, because their files cannot be copied into memory (" +
                            sealed_copy_obstacle() +
                            "): a process that writes into such a file, or truncates it, ends kith; replace files with mv or "
                            "install, not with cp");
        if (!first_party())
            warnings_.push_back(file_ +
                                " is not of this build, and runs in the process of kith with all its rights, since a process "
                                "of its own needs a copy of the file in memory: mount /proc, and permit executable memory "
                                "files (sysctl vm.memfd_noexec=0), or have such plugins refused (plugins.isolate: \"all\")");
    }
    if (!handle_->opened)
        return refusal(file, "L2", "it cannot be loaded: " + handle_->opened.error,
                       dlerror_remedy(handle_->opened.error, file, copied));
    const auto *const entry = static_cast<const kith_entry *>(handle_->opened.symbol(entry_symbol));
    if (entry == nullptr) return refusal(file, "L2", "it has no kith_plugin_entry after loading", remedy_author);
    if (auto wrong = LibraryBuilder::compare(*this, *entry)) return wrong;
    entry_ = entry;
    if (go_)
        warnings_.push_back(
            file_ + " is built by Go: its threads and signal handlers stay in the process until kith ends, earlier signal "
                    "handlers run on alternate stacks (SA_ONSTACK), and programs that kith starts no longer inherit an ignored "
                    "SIGPIPE; strategy_exec, connector_exec or sink_exec runs it as a program instead");
    return std::nullopt;
}

std::optional<Refusal> Library::load_in_child(const LoaderSettings &settings, const ReadContext &context) const {
    if (!handle_) return std::nullopt; // a linked entry
    const fs::path file(file_);
    Fd copy;
    FileState state;
    if (!handle_->copy)
        if (auto wrong = LibraryBuilder::copy_unchanged_file(*this, settings, context, copy, state)) return wrong;
    LibraryBuilder builder{file, settings, context};
    std::string packed;
    if (auto wrong = builder.run(handle_->copy ? handle_->copy : copy, packed)) return wrong;
    const auto description = deserialize(packed);
    if (description && *description == description_) return std::nullopt;
    return refusal(file, "L5", "its description after loading differs from the one in its file", remedy_constant);
}

std::string Library::abi() const {
    return std::to_string(description_.head.abi_major) + "." + std::to_string(description_.head.abi_minor);
}

const std::string &Library::sha256() const {
    if (!sha256_.empty() || !handle_) return sha256_;
    Buffer buffer;
    if (const auto file = open_regular(file_))
        if (const auto bytes = read_bytes(*file, buffer)) sha256_ = core::sha256(*bytes);
    return sha256_;
}

void Library::unload() {
    plugins_.clear();
    entry_ = nullptr;
    handle_->opened.close();
}

} // namespace kith::core
