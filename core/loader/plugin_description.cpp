// SPDX-License-Identifier: MIT
#include "core/loader/plugin_description.hpp"

#include "core/loader/descriptor_check.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>

namespace kith::core {

namespace {

constexpr std::array text_members{&kith_descriptor::id, &kith_descriptor::version, &kith_descriptor::licence,
                                  &kith_descriptor::summary, &kith_descriptor::options};

struct ListMember {
    const kith_str *kith_descriptor::*list;
    std::uint32_t kith_descriptor::*count;
};
constexpr std::array<ListMember, 4> list_members{{{&kith_descriptor::required, &kith_descriptor::required_count},
                                                  {&kith_descriptor::optional, &kith_descriptor::optional_count},
                                                  {&kith_descriptor::aliases, &kith_descriptor::alias_count},
                                                  {&kith_descriptor::env, &kith_descriptor::env_count}}};

// The memory of a loaded library.
class LoadedMemory {
  public:
    static std::optional<elf::Data> data(std::uint64_t address, std::size_t size) {
        elf::Data result;
        result.bytes.resize(size);
        std::memcpy(result.bytes.data(), reinterpret_cast<const void *>(address), size);
        return result;
    }
    static bool is_pointer(const elf::Data &, std::size_t) { return true; }
};

// The memory that a library will have after loading, computed from its file.
class ImageMemory {
  public:
    explicit ImageMemory(const elf::Image &image) : image_(image) {}
    std::optional<elf::Data> data(std::uint64_t address, std::size_t size) const { return image_.data(address, size); }
    // A value without a relocation is not a pointer into the image.
    static bool is_pointer(const elf::Data &data, std::size_t offset) {
        return std::ranges::binary_search(data.pointers, offset);
    }

  private:
    const elf::Image &image_;
};

template <class Memory>
class DescriptionReader {
  public:
    explicit DescriptionReader(Memory memory) : memory_(std::move(memory)) {}

    ReadDescription run(std::uint64_t address) {
        Description &result = reading_.description;
        const auto head = get(address, sizeof(EntryHead));
        if (head) result.head = member<EntryHead>(*head, 0);
        if (!head || result.head.struct_size < min_entry_size || result.head.descriptor_count > max_descriptors)
            return std::move(reading_);
        const auto entry = data(address, min_entry_size);
        if (!entry) return std::move(reading_);
        // `create` can be a function of another library, so its value does not have to be known.
        result.has_create = !entry->complete || member<std::uint64_t>(*entry, offsetof(kith_entry, create)) != 0;
        const auto list = get(address, offsetof(kith_entry, create));
        const auto descriptors = list ? pointer(*list, offsetof(kith_entry, descriptors)) : 0;
        result.has_descriptors = descriptors != 0;
        if (!result.has_descriptors) return std::move(reading_);
        const auto pointers = get(descriptors, result.head.descriptor_count * sizeof(void *));
        for (std::uint32_t i = 0; pointers && i < result.head.descriptor_count; ++i)
            result.descriptors.push_back(descriptor(pointer(*pointers, i * sizeof(void *))));
        return std::move(reading_);
    }

  private:
    std::optional<elf::Data> data(std::uint64_t address, std::size_t size) {
        auto result = memory_.data(address, size);
        if (!result)
            reading_.complete = false;
        else
            reading_.constant = reading_.constant && result->constant;
        return result;
    }

    // As data(), for memory of which every byte must be known.
    std::optional<elf::Data> get(std::uint64_t address, std::size_t size) {
        auto result = data(address, size);
        if (result) reading_.complete = reading_.complete && result->complete;
        return result;
    }

    template <class T>
    static T member(const elf::Data &data, std::size_t offset) {
        T value{};
        std::memcpy(&value, data.bytes.data() + offset, std::min(sizeof value, data.bytes.size() - offset));
        return value;
    }

    // The address that a pointer refers to; 0: null, or outside of the image.
    std::uint64_t pointer(const elf::Data &data, std::size_t offset) {
        const auto value = member<std::uint64_t>(data, offset);
        if (value != 0 && !memory_.is_pointer(data, offset)) {
            reading_.complete = false;
            return 0;
        }
        return value;
    }

    Description::One descriptor(std::uint64_t address) {
        Description::One result;
        result.given = address != 0;
        const auto start = result.given ? get(address, sizeof(std::uint32_t)) : std::nullopt;
        if (!start) return result;
        auto &copy = result.descriptor;
        copy.struct_size = member<std::uint32_t>(*start, 0);
        if (copy.struct_size < min_descriptor_size) return result;
        const auto whole = get(address, std::min<std::size_t>(copy.struct_size, sizeof copy));
        if (!whole) return result;
        std::memcpy(&copy, whole->bytes.data(), whole->bytes.size());
        for (const auto text : text_members) copy.*text = string(*whole, offset_of(copy, copy.*text));
        for (const auto &[list, count] : list_members)
            copy.*list = strings(pointer(*whole, offset_of(copy, copy.*list)), copy.*count);
        return result;
    }

    template <class T>
    static std::size_t offset_of(const kith_descriptor &descriptor, const T &part) {
        return static_cast<std::size_t>(reinterpret_cast<const std::byte *>(&part) -
                                        reinterpret_cast<const std::byte *>(&descriptor));
    }

    kith_str string(const elf::Data &data, std::size_t offset) {
        const auto address = pointer(data, offset + offsetof(kith_str, data));
        const auto size = member<std::uint64_t>(data, offset + offsetof(kith_str, size));
        if (address == 0 || size > max_schema || size == 0) return {nullptr, size};
        const auto text = get(address, static_cast<std::size_t>(size));
        if (!text) return {nullptr, size};
        const auto &kept = reading_.description.texts.emplace_back(reinterpret_cast<const char *>(text->bytes.data()),
                                                                   static_cast<std::size_t>(size));
        return {kept.data(), size};
    }

    const kith_str *strings(std::uint64_t address, std::uint32_t count) {
        if (address == 0 || count == 0 || count > max_ids) return nullptr;
        const auto array = get(address, count * sizeof(kith_str));
        if (!array) return nullptr;
        auto &kept = reading_.description.lists.emplace_back();
        for (std::uint32_t i = 0; i < count; ++i) kept.push_back(string(*array, i * sizeof(kith_str)));
        return kept.data();
    }

    Memory memory_;
    ReadDescription reading_;
};

// ---- serialization ----

constexpr std::string_view magic = "kith description 1\n";

class Serializer {
  public:
    std::string bytes{magic};
    template <class T>
    void number(T value) {
        bytes.append(reinterpret_cast<const char *>(&value), sizeof value);
    }
    void text(const kith_str &value) {
        number(value.size);
        number<std::uint8_t>(value.data != nullptr);
        if (value.data != nullptr) bytes.append(view(value));
    }
};

class Deserializer {
  public:
    explicit Deserializer(std::string_view bytes) : rest_(bytes) {}
    bool good = true;
    bool at_end() const { return rest_.empty(); }

    std::string_view take(std::uint64_t size) {
        if (size > rest_.size()) good = false;
        if (!good) return {};
        const auto result = rest_.substr(0, static_cast<std::size_t>(size));
        rest_.remove_prefix(result.size());
        return result;
    }
    template <class T>
    T number() {
        T value{};
        const auto bytes = take(sizeof value);
        if (good) std::memcpy(&value, bytes.data(), sizeof value);
        return value;
    }
    kith_str text(Description &into) {
        const auto size = number<std::uint64_t>();
        if (number<std::uint8_t>() == 0) return {nullptr, size};
        const auto &kept = into.texts.emplace_back(take(size));
        return {kept.data(), kept.size()};
    }

  private:
    std::string_view rest_;
};

} // namespace

ReadDescription read_description(const elf::Image &image, std::uint64_t entry) {
    return DescriptionReader<ImageMemory>(ImageMemory(image)).run(entry);
}

Description read_description(const kith_entry &entry) {
    return DescriptionReader<LoadedMemory>(LoadedMemory()).run(reinterpret_cast<std::uint64_t>(&entry)).description;
}

std::string serialize(const Description &description) {
    Serializer out;
    out.number(description.head);
    out.number<std::uint8_t>(description.has_descriptors);
    out.number<std::uint8_t>(description.has_create);
    out.number(static_cast<std::uint32_t>(description.descriptors.size()));
    for (const auto &[given, descriptor] : description.descriptors) {
        out.number<std::uint8_t>(given);
        for (const auto number : {descriptor.struct_size, descriptor.kind, descriptor.flags, descriptor.prune,
                                  descriptor.parallel, descriptor.reserved})
            out.number(number);
        for (const auto text : text_members) out.text(descriptor.*text);
        for (const auto &[list, count] : list_members) {
            out.number(descriptor.*count);
            out.number<std::uint8_t>(descriptor.*list != nullptr);
            for (std::uint32_t i = 0; descriptor.*list != nullptr && i < descriptor.*count; ++i)
                out.text((descriptor.*list)[i]);
        }
    }
    return std::move(out.bytes);
}

std::optional<Description> deserialize(std::string_view bytes) {
    if (!bytes.starts_with(magic)) return std::nullopt;
    Deserializer in(bytes.substr(magic.size()));
    Description result;
    result.head = in.number<EntryHead>();
    result.has_descriptors = in.number<std::uint8_t>() != 0;
    result.has_create = in.number<std::uint8_t>() != 0;
    const auto count = in.number<std::uint32_t>();
    if (count > max_descriptors) return std::nullopt;
    for (std::uint32_t i = 0; in.good && i < count; ++i) {
        auto &[given, descriptor] = result.descriptors.emplace_back();
        given = in.number<std::uint8_t>() != 0;
        for (auto *const number : {&descriptor.struct_size, &descriptor.kind, &descriptor.flags, &descriptor.prune,
                                   &descriptor.parallel, &descriptor.reserved})
            *number = in.number<std::uint32_t>();
        for (const auto text : text_members) descriptor.*text = in.text(result);
        for (const auto &[list, size] : list_members) {
            descriptor.*size = in.number<std::uint32_t>();
            if (in.number<std::uint8_t>() == 0) continue;
            if (descriptor.*size > max_ids) return std::nullopt;
            auto &kept = result.lists.emplace_back();
            for (std::uint32_t j = 0; in.good && j < descriptor.*size; ++j) kept.push_back(in.text(result));
            descriptor.*list = kept.data();
        }
    }
    if (!in.good || !in.at_end()) return std::nullopt;
    return result;
}

bool Description::operator==(const Description &other) const { return serialize(*this) == serialize(other); }

} // namespace kith::core
