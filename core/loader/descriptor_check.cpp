// SPDX-License-Identifier: MIT
#include "core/loader/descriptor_check.hpp"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/parse.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace kith::core {

namespace {

constexpr std::uint64_t max_id = 64;
constexpr std::uint64_t max_word = 256;
constexpr std::uint64_t max_summary = 1024;
constexpr std::size_t max_schema_depth = 64;

Refusal fault(std::string rule, std::string reason, std::string remedy = remedy_author) {
    return {"", std::move(rule), std::move(reason), std::move(remedy)};
}

std::string in_quotes(std::string_view text) { return '"' + std::string(text) + '"'; }

bool is_utf8(std::string_view text) {
    const auto *at = reinterpret_cast<const unsigned char *>(text.data());
    const auto *const end = at + text.size();
    while (at != end) {
        const unsigned char lead = *at++;
        if (lead < 0x80) continue;
        const int more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : 1;
        if (lead < 0xc2 || lead > 0xf4 || end - at < more) return false;
        std::uint32_t code = lead & (0x3fu >> more);
        for (int i = 0; i < more; ++i) {
            if ((at[i] & 0xc0) != 0x80) return false;
            code = code << 6 | (at[i] & 0x3fu);
        }
        const bool overlong = (more == 2 && code < 0x800) || (more == 3 && code < 0x10000);
        if (overlong || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return false;
        at += more;
    }
    return true;
}

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

bool is_id(std::string_view text) {
    return !text.empty() && text.size() <= max_id && is_lower(text[0]) &&
           std::ranges::all_of(text, [](char c) { return is_lower(c) || is_digit(c) || c == '_'; });
}

// The three numbers of https://semver.org; the parts after - and + are not checked.
bool is_version(std::string_view text) {
    text = text.substr(0, text.find_first_of("-+"));
    for (int part = 0; part < 3; ++part) {
        const auto digits = text.find_first_not_of("0123456789");
        const auto size = digits == std::string_view::npos ? text.size() : digits;
        if (size == 0) return false;
        text.remove_prefix(size);
        if (part == 2) return text.empty();
        if (text.empty() || text[0] != '.') return false;
        text.remove_prefix(1);
    }
    return false;
}

bool is_service(std::string_view text) {
    const auto slash = text.rfind('/');
    return slash != std::string_view::npos && slash > 0 && slash + 1 < text.size() && text.size() <= max_word &&
           std::all_of(text.begin() + static_cast<std::ptrdiff_t>(slash) + 1, text.end(), is_digit) &&
           std::ranges::none_of(text, [](char c) { return is_control(c) || c == ' '; });
}

bool is_variable(std::string_view text) {
    return !text.empty() && text.size() <= max_word &&
           std::ranges::none_of(text, [](char c) { return is_control(c) || c == '=' || c == ' '; });
}

// Checks one descriptor. Errors contain its id as soon as that is known to be valid.
class Check {
  public:
    Check(const kith_descriptor &descriptor, const EntryHead &entry, const LoaderSettings &settings)
        : descriptor_(descriptor), entry_(entry), settings_(settings) {}

    EntryError run() {
        if (auto wrong = check_identity()) return wrong;
        if (auto wrong = check_text()) return wrong;
        if (auto wrong = check_schema()) return wrong;
        if (auto wrong = check_lists()) return wrong;
        if (auto wrong = check_services()) return wrong;
        // A newer minor version may define more values.
        if (descriptor_.prune > KITH_PRUNE_REPORT && entry_.abi_minor <= settings_.abi_minor)
            return fault("L5", who_ + ": prune is " + std::to_string(descriptor_.prune) + ", which is not a KITH_PRUNE_ value");
        return std::nullopt;
    }

  private:
    EntryError check_string(const kith_str &text, const char *what, std::uint64_t max) const {
        if (text.size > max) return fault("L5", who_ + ": its " + what + " is longer than " + std::to_string(max) + " bytes");
        if (text.size > 0 && text.data == nullptr) return fault("M1", who_ + ": its " + what + " has a size and no data");
        if (!is_utf8(view(text))) return fault("M1", who_ + ": its " + what + " is not UTF-8");
        return std::nullopt;
    }

    EntryError check_identity() {
        if (auto wrong = check_string(descriptor_.id, "id", max_id)) return wrong;
        if (descriptor_.id.size == 0) return fault("L5", "a descriptor has no id");
        if (!is_id(view(descriptor_.id)))
            return fault("L5", "the id " + in_quotes(view(descriptor_.id)) +
                                   " does not consist of lower-case letters, digits and _, beginning with a letter");
        who_ = "the descriptor of " + in_quotes(view(descriptor_.id));
        if (descriptor_.kind < KITH_KIND_STRATEGY || descriptor_.kind > KITH_KIND_SINK)
            return fault("L5", who_ + ": kind " + std::to_string(descriptor_.kind) +
                                   " is not a kind of plugin that this kith supports");
        return std::nullopt;
    }

    EntryError check_text() const {
        if (auto wrong = check_string(descriptor_.version, "version", max_word)) return wrong;
        if (!is_version(view(descriptor_.version)))
            return fault("L5", who_ + ": the version " + in_quotes(view(descriptor_.version)) + " is not of the form 1.2.3");
        if (auto wrong = check_string(descriptor_.licence, "licence", max_word)) return wrong;
        if (auto wrong = check_string(descriptor_.summary, "summary", max_summary)) return wrong;
        if (descriptor_.licence.size == 0) return fault("L5", who_ + ": it names no licence");
        if (descriptor_.summary.size == 0) return fault("L5", who_ + ": it has no summary");
        for (const auto &text : {descriptor_.licence, descriptor_.summary})
            if (std::ranges::any_of(view(text), is_control))
                return fault("L5", who_ + ": licence and summary must be one line each");
        return std::nullopt;
    }

    EntryError check_schema() const {
        if (auto wrong = check_string(descriptor_.options, "options schema", max_schema)) return wrong;
        if (descriptor_.options.size == 0) return std::nullopt;
        // Checks the grammar only, without building a value.
        boost::json::parse_options options;
        options.max_depth = max_schema_depth;
        boost::json::basic_parser<Grammar> parser(options);
        boost::system::error_code error;
        const auto text = view(descriptor_.options);
        const std::size_t read = parser.write_some(false, text.data(), text.size(), error);
        if (!error && read < text.size()) error = boost::json::error::extra_data;
        if (error)
            return fault("L5",
                         who_ + ": its options schema is not JSON: " + error.message() + " at byte " + std::to_string(read));
        if (text[text.find_first_not_of(" \t\r\n")] != '{')
            return fault("L5", who_ + ": its options schema is not a JSON object");
        return std::nullopt;
    }

    EntryError check_list(const kith_str *list, std::uint32_t count, const char *what,
                          bool (*is_good)(std::string_view)) const {
        if (count > max_ids) return fault("L5", who_ + ": it has more than " + std::to_string(max_ids) + " " + what + "s");
        if (count > 0 && list == nullptr) return fault("L5", who_ + ": its list of " + what + "s has a count and no data");
        for (std::uint32_t i = 0; i < count; ++i) {
            if (auto wrong = check_string(list[i], what, max_word)) return wrong;
            if (!is_good(view(list[i]))) return fault("L5", who_ + ": " + in_quotes(view(list[i])) + " is not a valid " + what);
        }
        return std::nullopt;
    }

    EntryError check_lists() const {
        const auto &d = descriptor_;
        if (auto wrong = check_list(d.required, d.required_count, "required service", is_service)) return wrong;
        if (auto wrong = check_list(d.optional, d.optional_count, "optional service", is_service)) return wrong;
        if (auto wrong = check_list(d.aliases, d.alias_count, "alias", is_id)) return wrong;
        return check_list(d.env, d.env_count, "environment variable", is_variable);
    }

    EntryError check_services() const {
        std::string missing;
        for (std::uint32_t i = 0; i < descriptor_.required_count; ++i)
            if (const auto id = view(descriptor_.required[i]); !settings_.has(id))
                (missing += missing.empty() ? "" : ", ") += id;
        if (missing.empty()) return std::nullopt;
        const std::string reason =
            in_quotes(view(descriptor_.id)) + " requires " + missing + ", which this kith does not offer";
        if (entry_.abi_minor > settings_.abi_minor)
            return fault("A1",
                         reason + " (the plugin is built for ABI " + std::to_string(entry_.abi_major) + "." +
                             std::to_string(entry_.abi_minor) + ", this is " + std::to_string(settings_.abi_major) + "." +
                             std::to_string(settings_.abi_minor) + ")",
                         "install a newer kith, or an older version of the plugin");
        return fault("A1", reason, "install a version of the plugin for this kith, or a kith that offers the service");
    }

    // A parse handler that accepts everything.
    struct Grammar {
        static constexpr std::size_t max_object_size = std::size_t(-1), max_array_size = std::size_t(-1),
                                     max_key_size = std::size_t(-1), max_string_size = std::size_t(-1);
        using Error = boost::system::error_code;
        using Text = boost::json::string_view;
        bool on_document_begin(Error &) { return true; }
        bool on_document_end(Error &) { return true; }
        bool on_object_begin(Error &) { return true; }
        bool on_object_end(std::size_t, Error &) { return true; }
        bool on_array_begin(Error &) { return true; }
        bool on_array_end(std::size_t, Error &) { return true; }
        bool on_key_part(Text, std::size_t, Error &) { return true; }
        bool on_key(Text, std::size_t, Error &) { return true; }
        bool on_string_part(Text, std::size_t, Error &) { return true; }
        bool on_string(Text, std::size_t, Error &) { return true; }
        bool on_number_part(Text, Error &) { return true; }
        bool on_int64(std::int64_t, Text, Error &) { return true; }
        bool on_uint64(std::uint64_t, Text, Error &) { return true; }
        bool on_double(double, Text, Error &) { return true; }
        bool on_bool(bool, Error &) { return true; }
        bool on_null(Error &) { return true; }
        bool on_comment_part(Text, Error &) { return true; }
        bool on_comment(Text, Error &) { return true; }
    };

    const kith_descriptor &descriptor_;
    const EntryHead &entry_;
    const LoaderSettings &settings_;
    std::string who_ = "a descriptor";
};

} // namespace

EntryError check_head(const EntryHead &head, const LoaderSettings &settings) {
    const std::string remedy = "build the plugin again with the SDK of this kith, or install a matching version of the plugin";
    if (head.struct_size == 0)
        return fault("A2", "kith_plugin_entry is zero in the file: it must be constant data, not initialized by code when the "
                           "library is loaded");
    if (head.struct_size < sizeof(EntryHead))
        return fault("A2", "the struct_size of kith_plugin_entry is " + std::to_string(head.struct_size) +
                               " bytes, less than in any version");
    if (head.abi_major != settings.abi_major)
        return fault("A1",
                     "it is built for major version " + std::to_string(head.abi_major) +
                         " of the plugin ABI; this kith supports major version " + std::to_string(settings.abi_major),
                     remedy);
    if (head.struct_size < min_entry_size)
        return fault("A2", "the struct_size of kith_plugin_entry is " + std::to_string(head.struct_size) +
                               " bytes; version 1.0 has " + std::to_string(min_entry_size));
    if (head.descriptor_count == 0) return fault("L5", "it contains no plugin: descriptor_count is 0");
    if (head.descriptor_count > max_descriptors)
        return fault("L5", "it contains " + std::to_string(head.descriptor_count) + " plugins; at most " +
                               std::to_string(max_descriptors) + " are allowed in one library");
    return std::nullopt;
}

EntryError check_description(const Description &description, const LoaderSettings &settings) {
    if (auto wrong = check_head(description.head, settings)) return wrong;
    if (!description.has_descriptors)
        return fault("L5", "descriptors of kith_plugin_entry is null although descriptor_count is not 0");
    if (!description.has_create) return fault("L5", "kith_plugin_entry has no create function");
    std::vector<std::pair<std::uint32_t, std::string_view>> names; // ids and aliases of one kind share one namespace
    for (const auto &[given, descriptor] : description.descriptors) {
        if (!given) return fault("L5", "one of its descriptors is null");
        if (descriptor.struct_size < min_descriptor_size)
            return fault("A2", "the struct_size of a descriptor is " + std::to_string(descriptor.struct_size) +
                                   " bytes; version 1.0 has " + std::to_string(min_descriptor_size));
        if (auto wrong = Check(descriptor, description.head, settings).run()) return wrong;
        names.emplace_back(descriptor.kind, view(descriptor.id));
        for (std::uint32_t i = 0; i < descriptor.alias_count; ++i)
            names.emplace_back(descriptor.kind, view(descriptor.aliases[i]));
    }
    if (description.descriptors.size() != description.head.descriptor_count)
        return fault("L5", "its descriptor_count is " + std::to_string(description.head.descriptor_count) + ", but it has " +
                               std::to_string(description.descriptors.size()) + " descriptors");
    std::ranges::sort(names);
    const auto twice = std::ranges::adjacent_find(names);
    if (twice == names.end()) return std::nullopt;
    return fault("L5", "it uses the name " + in_quotes(twice->second) + " twice for plugins of one kind");
}

// Unknown values count as not set (A4).
kith_descriptor known_fields(const kith_descriptor &descriptor, const LoaderSettings &settings, std::uint32_t abi_minor) {
    kith_descriptor result = descriptor;
    if (abi_minor > settings.abi_minor && result.prune > KITH_PRUNE_REPORT) result.prune = KITH_PRUNE_UNSAID;
    return result;
}

} // namespace kith::core
