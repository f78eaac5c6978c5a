// SPDX-License-Identifier: MIT
#include "core/loader/library.hpp"

#include "core/loader/description_cache.hpp"
#include "core/loader/description_zygote.hpp"
#include "core/loader/descriptor_check.hpp"
#include "core/loader/dynamic_library.hpp"
#include "core/loader/elf_image.hpp"
#include "core/loader/exports_and_entry_check.hpp"
#include "core/loader/file_bytes.hpp"
#include "core/loader/loadable_check.hpp"
#include "core/loader/path_permissions.hpp"

#include <sys/stat.h>

#include <algorithm>

namespace kith::core {

namespace fs = std::filesystem;

namespace {

constexpr const char *remedy_constant = "report this to the plugin's author: kith_plugin_entry and its descriptors should be "
                                        "constant data, which can be read without running code";

Refusal refusal(const fs::path &file, std::string rule, std::string reason, std::string remedy) {
    return {file.native(), std::move(rule), std::move(reason), std::move(remedy)};
}

std::string allow_line(const Pin &pin) { return "\"plugins\": { \"allow\": [\"" + to_string(pin) + "\"] }"; }

FileState state_of(const Fd &fd) {
    struct stat status {};
    if (::fstat(fd.get(), &status) != 0) return {};
    return {static_cast<std::uint64_t>(status.st_size), status.st_mtim.tv_sec * 1'000'000'000 + status.st_mtim.tv_nsec};
}

} // namespace

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

struct Library::Handle {
    Fd copy; // sealed; empty after it is opened
    DynamicLibrary opened;
    Handle *next = nullptr;
};

// Checks and builds a library step by step. The first failed check is the refusal.
struct LibraryBuilder {
    using Result = Library::Result;

    const fs::path &file;
    const LoaderSettings &settings;
    const ReadContext &context;
    std::unique_ptr<Library> library{new Library};

    Result read() {
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

    // The hash of a file that is named in plugins.allow is always checked, whatever its path is.
    Result read_pinned() {
        const auto source = open_regular(file);
        auto copy = source ? make_sealed_copy(*source, file.filename()) : boost::system::result<Fd, FileError>(source.error());
        if (!copy)
            return refusal(file, "L1", "it " + copy.error().text,
                           "it is named in plugins.allow: install a readable library, or remove that entry");
        const auto mapping = Mapping::of(*copy);
        if (!mapping) return refusal(file, "L1", "it " + mapping.error().text, "check whether the machine has free memory");
        library->sha256_ = sha256(mapping->bytes());
        const Pin is{file.filename().native(), library->sha256_};
        const auto allows = [&is](const Pin &pin) {
            return pin.sha256 == is.sha256 && (pin.file.empty() || pin.file == is.file);
        };
        if (std::ranges::none_of(settings.pins, allows))
            return refusal(file, "L1", "its SHA-256 is not the one in plugins.allow; it is " + is.sha256,
                           "if you trust this file, set in the configuration: " + allow_line(is));
        library->pinned_ = true;
        library->file_state_ = state_of(*source);
        if (auto wrong = check_bytes(mapping->bytes(), *copy)) return *std::move(wrong);
        library->handle_->copy = std::move(*copy);
        return std::move(library);
    }

    // Rule L1 does not allow the path. A pin without a file name can still allow the file; otherwise the remedy contains a pin that would.
    Result read_if_hash_is_pinned(const PathError &fault) {
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

    // Checks the bytes of the file. source: the file that they were read from, or a copy.
    std::optional<Refusal> check_bytes(std::span<const std::byte> bytes, const Fd &source) {
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

    // For a description that depends on other libraries, or that code of this one can change.
    std::optional<Refusal> describe_in_child(const Fd &source) {
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
        if (!description)
            return refusal(file, "L5", "its description after loading is too large or cannot be read", remedy_author);
        if (auto wrong = check_description(*description, settings)) return with_file(*std::move(wrong));
        library->description_ = *std::move(description);
        store_cached_description(settings.state_dir, library->sha256_, packed);
        return std::nullopt;
    }

    static std::string hash_of(const Fd &whole) {
        Buffer buffer;
        const auto bytes = read_bytes(whole, buffer);
        return bytes ? sha256(*bytes) : std::string();
    }

    std::optional<Refusal> run(const Fd &copy, std::string &packed) const {
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

    // Empty where copies cannot be loaded.
    Fd copy_of(const Fd &source) const {
        if (!sealed_copy_obstacle().empty()) return {};
        auto copy = make_sealed_copy(source, file.filename());
        return copy ? std::move(*copy) : Fd();
    }

    void make_plugins() {
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

    std::optional<Refusal> check_go() const {
        const auto declares_service = [](const auto &plugin) { return plugin->has_flag(KITH_FLAG_THREADS); };
        if (!library->go_ || std::ranges::all_of(library->plugins_, declares_service)) return std::nullopt;
        return refusal(
            file, "P1",
            "it is built by Go, whose runtime starts threads and sets signal handlers, but does not declare KITH_FLAG_THREADS",
            "make it a program and run it with strategy_exec, connector_exec or sink_exec");
    }

    Result link(const kith_entry &entry) {
        library->description_ = read_description(entry);
        if (auto wrong = check_description(library->description_, settings)) return with_file(*std::move(wrong));
        library->entry_ = &entry;
        make_plugins();
        return std::move(library);
    }

    Refusal with_file(Refusal wrong) const {
        wrong.file = file.native();
        return wrong;
    }

    static std::vector<std::string_view> views(const kith_str *list, std::uint32_t count) {
        std::vector<std::string_view> result(count);
        std::transform(list, list + count, result.begin(), view);
        return result;
    }

    // ---- of a library that was already read ----

    // Copies the file as it is now, and checks that it is still the same plugin. The copy is empty where copies cannot be loaded.
    static std::optional<Refusal> copy_unchanged_file(const Library &library, const LoaderSettings &settings,
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

    static std::optional<Refusal> compare(const Library &library, const kith_entry &entry) {
        const fs::path file(library.file_);
        if (read_description(entry) == library.description_) return std::nullopt;
        return refusal(file, "L5", "its description after loading differs from the one in its file", remedy_constant);
    }
};

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
