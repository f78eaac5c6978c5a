// SPDX-License-Identifier: MIT
#include "core/loader/exports_and_entry_check.hpp"

#include "core/loader/descriptor_check.hpp"

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kith::core {

namespace {

Refusal refuse_image(const std::filesystem::path &file, std::string rule, std::string reason, std::string remedy) {
    return {file.native(), std::move(rule), std::move(reason), std::move(remedy)};
}

std::string first_of(const std::vector<std::string_view> &names) {
    constexpr std::size_t shown = 3;
    std::string text;
    for (std::size_t i = 0; i < std::min(shown, names.size()); ++i) (text += i == 0 ? "" : ", ") += names[i];
    if (names.size() > shown) text += " and " + std::to_string(names.size() - shown) + " more";
    return text;
}

} // namespace

std::optional<Refusal> check_exports_and_entry(const elf::Image &image, const std::filesystem::path &file,
                                               const LoaderSettings &settings, std::uint64_t &address) {
    const elf::Symbol *entry = nullptr;
    std::vector<std::string_view> others, unique;
    for (const auto &symbol : image.exports()) {
        if (symbol.unique) unique.push_back(symbol.name);
        if (symbol.name == entry_symbol)
            entry = &symbol;
        else
            others.push_back(symbol.name);
    }
    const std::string link =
        "link it with the version script { global: kith_plugin_entry; local: *; }; kith_add_plugin() of the SDK does";
    if (entry == nullptr)
        return refuse_image(file, "L2", "it does not export kith_plugin_entry, so it is not a kith plugin",
                            "remove it from the plugins directory, or build it with kith_add_plugin() of the SDK");
    if (!unique.empty())
        return refuse_image(file, "L2",
                            "it has symbols that are unique in the whole process (STB_GNU_UNIQUE): " + first_of(unique),
                            "compile it with -fno-gnu-unique and " + link);
    if (!others.empty())
        return refuse_image(file, "L2", "it exports other symbols than kith_plugin_entry: " + first_of(others), link);
    if (entry->type != elf::Type::object)
        return refuse_image(file, "L2", "its kith_plugin_entry is not data",
                            "define it as: const kith_entry kith_plugin_entry = { ... };");
    EntryHead head{};
    const auto start = image.initial(entry->value, sizeof head);
    if (entry->size < sizeof head || !start)
        return refuse_image(file, "A2",
                            "its kith_plugin_entry has " + std::to_string(entry->size) + " bytes, less than in any version",
                            "define it as: const kith_entry kith_plugin_entry = { ... };");
    std::memcpy(&head, start->data(), sizeof head);
    if (auto wrong = check_head(head, settings)) {
        wrong->file = file.native();
        return wrong;
    }
    if (head.struct_size > entry->size)
        return refuse_image(file, "A2",
                            "the struct_size of kith_plugin_entry is " + std::to_string(head.struct_size) + ", but it has " +
                                std::to_string(entry->size) + " bytes",
                            "set struct_size to sizeof(kith_entry)");
    address = entry->value;
    return std::nullopt;
}

} // namespace kith::core
