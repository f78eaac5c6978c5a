// SPDX-License-Identifier: MIT
#include "core/loader/library_builder.hpp"

#include "core/loader/description_cache.hpp"
#include "core/loader/description_zygote.hpp"
#include "core/loader/descriptor_check.hpp"
#include "core/loader/dynamic_library.hpp"
#include "core/loader/elf_image.hpp"
#include "core/loader/exports_and_entry_check.hpp"
#include "core/loader/file_bytes.hpp"
#include "core/loader/library_handle.hpp"
#include "core/loader/loadable_check.hpp"
#include "core/loader/path_permissions.hpp"

#include <sys/stat.h>

#include <algorithm>

namespace kith::core {

namespace fs = std::filesystem;

namespace {

std::string allow_line(const Pin &pin) { return "\"plugins\": { \"allow\": [\"" + to_string(pin) + "\"] }"; }

FileState state_of(const Fd &fd) {
    struct stat status {};
    if (::fstat(fd.get(), &status) != 0) return {};
    return {static_cast<std::uint64_t>(status.st_size), status.st_mtim.tv_sec * 1'000'000'000 + status.st_mtim.tv_nsec};
}

} // namespace

LibraryBuilder::Result LibraryBuilder::read() {
    library->file_ = file.native();
    library->handle_ = std::make_unique<Library::Handle>();
    const auto named = [this](const Pin &pin) { return pin.file == file.filename(); };
    if (std::ranges::any_of(settings.pins, named)) return read_pinned();
    const auto checked = context.paths.open(file, ::geteuid());
    if (!checked) return read_if_hash_is_pinned(checked.error());
    const auto data = read_bytes(checked->fd, context.buffer, Part::data);
    if (data) {
        auto wrong = check_bytes(*data, checked->fd);
        if (!wrong) return std::move(library);
        if (library->described_in_child_) return *std::move(wrong); // the child process has already loaded the whole file
    }
    // Reads the whole file before it is refused, since its data can be in the code segment.
    library.reset(new Library);
    library->file_ = file.native();
    library->handle_ = std::make_unique<Library::Handle>();
    const auto bytes = read_bytes(checked->fd, context.buffer);
    if (!bytes) return refusal(file, "L2", "it " + bytes.error().text, "remove it from the plugins directory");
    if (auto wrong = check_bytes(*bytes, checked->fd)) return *std::move(wrong);
    return std::move(library);
}

LibraryBuilder::Result LibraryBuilder::read_pinned() {
    const auto source = open_regular(file);
    auto copy = source ? make_sealed_copy(*source, file.filename()) : boost::system::result<Fd, FileError>(source.error());
    if (!copy)
        return refusal(file, "L1", "it " + copy.error().text,
                       "it is named in plugins.allow: install a readable library, or remove that entry");
    const auto mapping = Mapping::of(*copy);
    if (!mapping) return refusal(file, "L1", "it " + mapping.error().text, "check whether the machine has free memory");
    library->sha256_ = sha256(mapping->bytes());
    const Pin is{file.filename().native(), library->sha256_};
    const auto allows = [&is](const Pin &pin) { return pin.sha256 == is.sha256 && (pin.file.empty() || pin.file == is.file); };
    if (std::ranges::none_of(settings.pins, allows))
        return refusal(file, "L1", "its SHA-256 is not the one in plugins.allow; it is " + is.sha256,
                       "if you trust this file, set in the configuration: " + allow_line(is));
    library->pinned_ = true;
    library->file_state_ = state_of(*source);
    if (auto wrong = check_bytes(mapping->bytes(), *copy)) return *std::move(wrong);
    library->handle_->copy = std::move(*copy);
    return std::move(library);
}

LibraryBuilder::Result LibraryBuilder::read_if_hash_is_pinned(const PathError &fault) {
    const auto source = open_regular(file);
    if (!source) return refusal(file, "L1", fault.reason, fault.remedy);
    const auto bytes = read_bytes(*source, context.buffer);
    if (!bytes) return refusal(file, "L1", fault.reason, fault.remedy);
    const Pin pin{file.filename().native(), sha256(*bytes)};
    if (std::ranges::any_of(settings.pins, [&pin](const Pin &p) { return p.file.empty() && p.sha256 == pin.sha256; }))
        return read_pinned();
    return refusal(file, "L1", fault.reason,
                   fault.remedy + "; or, if you trust this file, set in the configuration: " + allow_line(pin));
}

std::optional<Refusal> LibraryBuilder::check_bytes(std::span<const std::byte> bytes, const Fd &source) {
    const auto image = elf::Image::read(bytes);
    if (!image)
        return refusal(file, "L2", "it " + image.error().text,
                       "remove it from the plugins directory, or replace it by the right file");
    std::uint64_t entry = 0;
    if (auto wrong = check_exports_and_entry(*image, file, settings, entry)) return wrong;
    if (auto wrong = check_loadable(*image, file)) return with_file(*std::move(wrong));
    library->go_ = image->has_go();
    ReadDescription reading = read_description(*image, entry);
    auto wrong = check_description(reading.description, settings);
    if (reading.complete && !wrong)
        library->description_ = std::move(reading.description);
    else if (reading.complete && reading.constant)
        return with_file(*std::move(wrong));
    else if (auto unseen = describe_in_child(source))
        return unseen;
    make_plugins();
    return check_go();
}

std::optional<Refusal> LibraryBuilder::describe_in_child(const Fd &source) {
    library->described_in_child_ = true;
    const Fd copy = copy_of(source);
    if (library->sha256_.empty()) library->sha256_ = hash_of(copy ? copy : source);
    if (auto complete = deserialize(load_cached_description(settings.state_dir, library->sha256_)))
        if (!check_description(*complete, settings)) {
            library->description_ = *std::move(complete);
            return std::nullopt;
        }
    std::string packed;
    if (auto wrong = run(copy, packed)) return wrong;
    auto description = deserialize(packed);
    if (!description) return refusal(file, "L5", "its description after loading is too large or cannot be read", remedy_author);
    if (auto wrong = check_description(*description, settings)) return with_file(*std::move(wrong));
    library->description_ = *std::move(description);
    store_cached_description(settings.state_dir, library->sha256_, packed);
    return std::nullopt;
}

std::string LibraryBuilder::hash_of(const Fd &whole) {
    Buffer buffer;
    const auto bytes = read_bytes(whole, buffer);
    return bytes ? sha256(*bytes) : std::string();
}

std::optional<Refusal> LibraryBuilder::run(const Fd &copy, std::string &packed) const {
    auto answer = context.zygote.ask(copy, file);
    if (!answer.end.empty())
        return refusal(file, "L5", "its description is initialized by code, and the process that loaded it " + answer.end,
                       remedy_constant);
    if (!answer.dlerror.empty())
        return refusal(file, "L2", "it cannot be loaded: " + answer.dlerror,
                       dlerror_remedy(answer.dlerror, file, static_cast<bool>(copy)));
    packed = std::move(answer.description);
    return std::nullopt;
}

Fd LibraryBuilder::copy_of(const Fd &source) const {
    if (!sealed_copy_obstacle().empty()) return {};
    auto copy = make_sealed_copy(source, file.filename());
    return copy ? std::move(*copy) : Fd();
}

void LibraryBuilder::make_plugins() {
    if (settings.manifest) {
        const auto listed = std::ranges::find(*settings.manifest, library->file_name(), &Pin::file);
        library->listed_ = listed == settings.manifest->end() ? std::string() : listed->sha256;
    }
    auto &described = library->description_;
    for (std::size_t i = 0; i < described.descriptors.size(); ++i) {
        auto plugin = std::make_unique<Plugin>();
        plugin->descriptor_ = known_fields(described.descriptors[i].descriptor, settings, described.head.abi_minor);
        const auto &d = plugin->descriptor_;
        plugin->required_ = views(d.required, d.required_count);
        plugin->optional_ = views(d.optional, d.optional_count);
        plugin->aliases_ = views(d.aliases, d.alias_count);
        plugin->env_ = views(d.env, d.env_count);
        plugin->library_ = library.get();
        plugin->index_ = i;
        library->plugins_.push_back(std::move(plugin));
    }
}

std::optional<Refusal> LibraryBuilder::check_go() const {
    const auto declares_service = [](const auto &plugin) { return plugin->has_flag(KITH_FLAG_THREADS); };
    if (!library->go_ || std::ranges::all_of(library->plugins_, declares_service)) return std::nullopt;
    return refusal(
        file, "P1",
        "it is built by Go, whose runtime starts threads and sets signal handlers, but does not declare KITH_FLAG_THREADS",
        "make it a program and run it with strategy_exec, connector_exec or sink_exec");
}

LibraryBuilder::Result LibraryBuilder::link(const kith_entry &entry) {
    library->description_ = read_description(entry);
    if (auto wrong = check_description(library->description_, settings)) return with_file(*std::move(wrong));
    library->entry_ = &entry;
    make_plugins();
    return std::move(library);
}

Refusal LibraryBuilder::with_file(Refusal wrong) const {
    wrong.file = file.native();
    return wrong;
}

std::vector<std::string_view> LibraryBuilder::views(const kith_str *list, std::uint32_t count) {
    std::vector<std::string_view> result(count);
    std::transform(list, list + count, result.begin(), view);
    return result;
}

std::optional<Refusal> LibraryBuilder::copy_unchanged_file(const Library &library, const LoaderSettings &settings,
                                                           const ReadContext &context, Fd &copy, FileState &state) {
    const fs::path file(library.file_);
    const auto checked = context.paths.open(file, ::geteuid());
    if (!checked) return refusal(file, "L1", checked.error().reason, checked.error().remedy);
    state = state_of(checked->fd);
    LibraryBuilder again{file, settings, context};
    again.library->file_ = library.file_;
    copy = again.copy_of(checked->fd);
    if (!copy) return std::nullopt;
    const auto mapping = Mapping::of(copy);
    if (!mapping) return refusal(file, "L2", "it " + mapping.error().text, "check whether the machine has free memory");
    if (library.described_in_child_ && sha256(mapping->bytes()) == library.sha256_) return std::nullopt;
    if (auto wrong = again.check_bytes(mapping->bytes(), copy)) return wrong;
    if (again.library->description_ == library.description_) return std::nullopt;
    return refusal(file, "L1", "the file was replaced by another plugin while kith started", "start kith again");
}

std::optional<Refusal> LibraryBuilder::compare(const Library &library, const kith_entry &entry) {
    const fs::path file(library.file_);
    if (read_description(entry) == library.description_) return std::nullopt;
    return refusal(file, "L5", "its description after loading differs from the one in its file", remedy_constant);
}

} // namespace kith::core
