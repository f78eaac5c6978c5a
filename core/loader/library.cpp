// SPDX-License-Identifier: MIT
#include "core/loader/library.hpp"

#include "core/loader/bytes.hpp"
#include "core/loader/descriptor.hpp"
#include "core/loader/elf.hpp"
#include "core/loader/path_rule.hpp"

#include <boost/dll/shared_library.hpp>

#include <algorithm>
#include <cstring>

namespace kith::core {

namespace fs = std::filesystem;

namespace {

constexpr const char *entry_symbol = "kith_plugin_entry";

Refusal refusal(const fs::path &file, std::string rule, std::string reason, std::string remedy) {
    return {file.native(), std::move(rule), std::move(reason), std::move(remedy)};
}

std::string allow_line(const Pin &pin) { return "\"plugins\": { \"allow\": [\"" + to_string(pin) + "\"] }"; }

std::string first_of(const std::vector<std::string_view> &names) {
    constexpr std::size_t shown = 3;
    std::string text;
    for (std::size_t i = 0; i < std::min(shown, names.size()); ++i) (text += i == 0 ? "" : ", ") += names[i];
    if (names.size() > shown) text += " and " + std::to_string(names.size() - shown) + " more";
    return text;
}

// What the file is, looked at before anything of it runs: rule L2, and the version and size that the entry begins with.
std::optional<Refusal> check_image(std::span<const std::byte> bytes, const fs::path &file, const Offer &offer) {
    const auto image = elf::Image::read(bytes);
    if (!image)
        return refusal(file, "L2", "it " + image.error().text,
                       "remove it from the plugins directory, or put the right file there");
    const elf::Symbol *entry = nullptr;
    std::vector<std::string_view> others, unique;
    for (const auto &symbol : image->exports()) {
        if (symbol.unique) unique.push_back(symbol.name);
        if (symbol.name == entry_symbol)
            entry = &symbol;
        else
            others.push_back(symbol.name);
    }
    const std::string link =
        "link it with the version script { global: kith_plugin_entry; local: *; }; kith_add_plugin() of the SDK does";
    if (entry == nullptr)
        return refusal(file, "L2", "it exports no kith_plugin_entry: it is a library, but not a kith plugin",
                       "remove it from the plugins directory, or build it with kith_add_plugin() of the SDK");
    if (!unique.empty())
        return refusal(file, "L2", "it has symbols that are unique in the whole process (STB_GNU_UNIQUE): " + first_of(unique),
                       "compile it with -fno-gnu-unique and " + link);
    if (!others.empty()) return refusal(file, "L2", "it exports more than kith_plugin_entry: " + first_of(others), link);
    if (entry->type != elf::Type::object)
        return refusal(file, "L2", "its kith_plugin_entry is not data",
                       "define it as: const kith_entry kith_plugin_entry = { ... };");
    EntryHead head{};
    const auto start = image->initial(entry->value, sizeof head);
    if (entry->size < sizeof head || !start)
        return refusal(file, "A2",
                       "its kith_plugin_entry has " + std::to_string(entry->size) + " bytes, fewer than any version had",
                       "define it as: const kith_entry kith_plugin_entry = { ... };");
    std::memcpy(&head, start->data(), sizeof head);
    if (auto wrong = check_head(head, offer)) {
        wrong->file = file.native();
        return wrong;
    }
    if (head.struct_size > entry->size)
        return refusal(file, "A2",
                       "its kith_plugin_entry says it has " + std::to_string(head.struct_size) + " bytes and has " +
                           std::to_string(entry->size),
                       "set struct_size to sizeof(kith_entry)");
    return std::nullopt;
}

// dlopen's own words tell which of these it was.
std::string remedy_for(std::string_view text, const fs::path &file, bool pinned) {
    if (pinned && text.starts_with("cannot open shared object file"))
        return "mount /proc: it is through it that a pinned file is loaded from memory";
    if (text.find("undefined symbol") != std::string_view::npos)
        return "a plugin brings what it calls: link the library that defines the symbol into it (-Wl,-z,defs finds this when "
               "linking)";
    if (text.find("version `") != std::string_view::npos)
        return "possibly it is built on a newer system than this one: build it on this one, or on an older one";
    if (text.find("cannot open shared object file") != std::string_view::npos) return "install the library that it needs";
    if (text.find("failed to map segment") != std::string_view::npos)
        return "the directory may be on a file system that is mounted noexec: move the plugins to another";
    return "see what it needs: ldd -r " + file.native();
}

} // namespace

bool Offer::has(std::string_view service) const { return std::ranges::find(services, service) != services.end(); }

bool Plugin::answers_to(std::string_view name) const {
    return id() == name || std::ranges::find(aliases_, name) != aliases_.end();
}

bool Plugin::declares(std::string_view service) const {
    return std::ranges::find(required_, service) != required_.end() || std::ranges::find(optional_, service) != optional_.end();
}

std::int32_t Plugin::create(const kith_host &host, const kith_instance **out) const {
    *out = nullptr;
    const kith_instance *made = nullptr;
    const std::int32_t status = library_->entry().create(&host, descriptor_.id, &made);
    if (status >= 0) *out = made;
    return status;
}

struct Library::Handle {
    boost::dll::shared_library library;
    Fd staged; // the bytes of a pinned file; open as long as they are loaded, since its number is in the path they are known by
    Handle *next = nullptr;
};

// Makes a library step by step; the first step that fails is the refusal.
struct LibraryBuilder {
    using Result = boost::system::result<std::unique_ptr<Library>, Refusal>;

    const fs::path &file;
    const Offer &offer;
    std::unique_ptr<Library> library{new Library};

    Result load() {
        library->file_ = file.native();
        library->handle_ = std::make_unique<Library::Handle>();
        const auto named = [this](const Pin &pin) { return pin.file == file.filename(); };
        if (std::ranges::any_of(offer.pins, named)) return load_pinned();
        auto checked = open_checked(file, ::geteuid());
        if (!checked) return load_in_spite_of(checked.error());
        const auto mapping = Mapping::of(checked->fd);
        if (!mapping) return refusal(file, "L2", "it " + mapping.error().text, "remove it from the plugins directory");
        if (auto wrong = check_image(mapping->bytes(), file, offer)) return *std::move(wrong);
        // By its path, since nobody else can change what is there (path_rule.hpp): so $ORIGIN works, and debuggers know the file.
        return open(checked->path);
    }

    // A file that is named in plugins.allow is always held against its hash, wherever it lies.
    Result load_pinned() {
        auto staged = stage(file);
        if (!staged)
            return refusal(file, "L1", "it " + staged.error().text,
                           "it is in plugins.allow: put a readable library there, or remove that entry");
        const auto mapping = Mapping::of(*staged);
        if (!mapping) return refusal(file, "L1", "it " + mapping.error().text, "see whether the machine has memory left");
        library->sha256_ = sha256(mapping->bytes());
        const Pin is{file.filename().native(), library->sha256_};
        const auto allows = [&is](const Pin &pin) {
            return pin.sha256 == is.sha256 && (pin.file.empty() || pin.file == is.file);
        };
        if (std::ranges::none_of(offer.pins, allows))
            return refusal(file, "L1", "it is not the file that plugins.allow names: its SHA-256 is " + is.sha256,
                           "if you trust this one, set in the configuration: " + allow_line(is));
        if (auto wrong = check_image(mapping->bytes(), file, offer)) return *std::move(wrong);
        library->pinned_ = true;
        library->handle_->staged = std::move(*staged);
        // From the copy that was hashed, not from the path, where it may be another by now.
        return open("/proc/self/fd/" + std::to_string(library->handle_->staged.get()));
    }

    // The path rules say no; a pin without a name may still say yes. If not, we tell how one would.
    Result load_in_spite_of(const PathFault &fault) {
        auto staged = stage(file);
        if (!staged) return refusal(file, "L1", fault.reason, fault.remedy);
        const auto mapping = Mapping::of(*staged);
        if (!mapping) return refusal(file, "L1", fault.reason, fault.remedy);
        const Pin pin{file.filename().native(), sha256(mapping->bytes())};
        if (std::ranges::any_of(offer.pins, [&pin](const Pin &p) { return p.file.empty() && p.sha256 == pin.sha256; }))
            return load_pinned();
        return refusal(file, "L1", fault.reason,
                       fault.remedy + "; or, if you trust this very file, set in the configuration: " + allow_line(pin));
    }

    Result open(const fs::path &path) {
        namespace dll = boost::dll;
        try {
            library->handle_->library.load(path, dll::load_mode::rtld_now | dll::load_mode::rtld_local);
        } catch (const std::exception &error) {
            // The text of dlerror is in it: "... (dlerror system message: <path>: undefined symbol: x): Bad file descriptor".
            std::string text = error.what();
            constexpr std::string_view before = "(dlerror system message: ";
            if (const auto start = text.find(before); start != std::string::npos)
                text = text.substr(start + before.size(), text.rfind(')') - start - before.size());
            if (text.starts_with(path.native() + ": ")) text.erase(0, path.native().size() + 2);
            return refusal(file, "L2", "it cannot be loaded: " + text, remedy_for(text, file, library->pinned_));
        }
        return read(library->handle_->library.get<const kith_entry>(entry_symbol));
    }

    Result read(const kith_entry &entry) {
        const EntryHead head{entry.struct_size, entry.abi_major, entry.abi_minor, entry.descriptor_count};
        if (auto wrong = check_head(head, offer)) return in_file(*std::move(wrong));
        library->entry_ = copy_entry(entry);
        if (auto wrong = check_entry(library->entry_)) return in_file(*std::move(wrong));
        for (std::uint32_t i = 0; i < library->entry_.descriptor_count; ++i) {
            auto plugin = std::make_unique<Plugin>();
            if (auto wrong = check_descriptor(library->entry_.descriptors[i], library->entry_, offer, plugin->descriptor_))
                return in_file(*std::move(wrong));
            const auto &d = plugin->descriptor_;
            plugin->required_ = views(d.required, d.required_count);
            plugin->optional_ = views(d.optional, d.optional_count);
            plugin->aliases_ = views(d.aliases, d.alias_count);
            plugin->env_ = views(d.env, d.env_count);
            plugin->library_ = library.get();
            library->plugins_.push_back(std::move(plugin));
        }
        if (auto wrong = check_names()) return *std::move(wrong);
        return std::move(library);
    }

    // Ids and aliases of one kind share one space.
    std::optional<Refusal> check_names() const {
        std::vector<std::pair<std::uint32_t, std::string_view>> names;
        for (const auto &plugin : library->plugins_) {
            names.emplace_back(plugin->kind(), plugin->id());
            for (const auto alias : plugin->aliases()) names.emplace_back(plugin->kind(), alias);
        }
        std::ranges::sort(names);
        const auto twice = std::ranges::adjacent_find(names);
        if (twice == names.end()) return std::nullopt;
        return refusal(file, "L5", "it uses the name \"" + std::string(twice->second) + "\" twice for plugins of one kind",
                       remedy_author);
    }

    Refusal in_file(Refusal wrong) const {
        wrong.file = file.native();
        return wrong;
    }

    static std::vector<std::string_view> views(const kith_str *list, std::uint32_t count) {
        std::vector<std::string_view> result(count);
        std::transform(list, list + count, result.begin(), view);
        return result;
    }
};

Library::Library() = default;

// L4: what is loaded stays, as long as the process does. In a list, so that leak checkers find it.
Library::~Library() {
    static Handle *kept = nullptr;
    if (!handle_) return;
    handle_->next = kept;
    kept = handle_.release();
}

boost::system::result<std::unique_ptr<Library>, Refusal> Library::load(const fs::path &file, const Offer &offer) {
    return LibraryBuilder{file, offer}.load();
}

boost::system::result<std::unique_ptr<Library>, Refusal> Library::link(const kith_entry &entry, std::string name,
                                                                       const Offer &offer) {
    const fs::path file(name);
    LibraryBuilder builder{file, offer};
    builder.library->file_ = std::move(name);
    return builder.read(entry);
}

std::string Library::abi() const { return std::to_string(entry_.abi_major) + "." + std::to_string(entry_.abi_minor); }

const std::string &Library::sha256() const {
    if (!sha256_.empty() || !handle_) return sha256_;
    if (const auto staged = stage(file_))
        if (const auto mapping = Mapping::of(*staged)) sha256_ = core::sha256(mapping->bytes());
    return sha256_;
}

void Library::unload() {
    plugins_.clear();
    entry_ = {};
    handle_.reset();
}

} // namespace kith::core
