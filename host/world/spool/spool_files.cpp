// SPDX-License-Identifier: MIT
#include "spool_files.hpp"

#include <core/file_descriptor.hpp>

#include <kith/service/spool.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <optional>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

namespace kith::app {

namespace {

constexpr std::string_view segment_suffix = ".records";
constexpr std::size_t name_digits = 20;
constexpr std::uint64_t segments_of_bound = 8; // so at most an eighth of the spool is dropped at a time

// Before each record, in the byte order of the machine, which does not change within a state_dir.
struct RecordHead {
    std::uint32_t size;
    std::uint32_t checksum; // of number and data
    std::uint64_t number;
};
static_assert(sizeof(RecordHead) == 16);

// Two of them are in the file of acknowledgements and are written by turns, so that one is always whole.
struct AcknowledgedSlot {
    std::uint64_t number;
    std::uint64_t checksum;
};
static_assert(sizeof(AcknowledgedSlot) == 16);

constexpr auto crc_table = [] {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t i = 0; i < 256; ++i) {
        std::uint32_t value = i;
        for (int bit = 0; bit < 8; ++bit) value = (value & 1U) != 0 ? value >> 1U ^ 0x82f63b78U : value >> 1U; // CRC-32C
        table[i] = value;
    }
    return table;
}();

std::uint32_t crc32c(std::uint32_t begun, const void *data, std::size_t size) {
    std::uint32_t crc = ~begun;
    const auto *byte = static_cast<const unsigned char *>(data);
    for (std::size_t i = 0; i < size; ++i) crc = crc_table[(crc ^ byte[i]) & 0xffU] ^ crc >> 8U;
    return ~crc;
}

std::uint32_t checksum_of(std::uint64_t number, std::string_view data) {
    return crc32c(crc32c(0, &number, sizeof number), data.data(), data.size());
}

bool read_at(int fd, void *to, std::size_t size, std::uint64_t offset) {
    auto *at = static_cast<char *>(to);
    while (size != 0) {
        const ssize_t got = ::pread(fd, at, size, static_cast<off_t>(offset));
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) {
            if (got == 0) errno = ENODATA;
            return false;
        }
        at += got;
        size -= static_cast<std::size_t>(got);
        offset += static_cast<std::uint64_t>(got);
    }
    return true;
}

bool write_at(int fd, std::string_view data, std::uint64_t offset) {
    while (!data.empty()) {
        const ssize_t put = ::pwrite(fd, data.data(), data.size(), static_cast<off_t>(offset));
        if (put < 0 && errno == EINTR) continue;
        if (put < 0) return false;
        data.remove_prefix(static_cast<std::size_t>(put));
        offset += static_cast<std::uint64_t>(put);
    }
    return true;
}

/// Nullopt when the record there is cut short, damaged, or not the one of that number.
std::optional<std::string> record_at(int fd, std::uint64_t offset, std::uint64_t number) {
    RecordHead head{};
    if (!read_at(fd, &head, sizeof head, offset)) return std::nullopt;
    if (head.number != number || head.size > KITH_SPOOL_MAX_RECORD) return std::nullopt;
    std::string data(head.size, '\0');
    if (!read_at(fd, data.data(), data.size(), offset + sizeof head)) return std::nullopt;
    if (head.checksum != checksum_of(number, data)) return std::nullopt;
    return data;
}

void sync_directory(const std::string &path) {
    const core::Fd directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (directory) ::fsync(directory.get());
}

} // namespace

SpoolFiles::~SpoolFiles() {
    if (tail_ >= 0) ::close(tail_);
    if (acknowledged_file_ >= 0) ::close(acknowledged_file_);
}

SpoolFiles::Outcome SpoolFiles::failure(std::string_view what) const {
    const int error = errno;
    return {KITH_IO, directory_ + std::string(what) + ": " + std::strerror(error), 0};
}

std::string SpoolFiles::path_of(std::uint64_t first) const {
    const std::string digits = std::to_string(first);
    return directory_ + '/' + std::string(name_digits - digits.size(), '0') + digits + std::string(segment_suffix);
}

SpoolFiles::Outcome SpoolFiles::open() {
    if (opened_) return {};
    const std::string above = std::filesystem::path(directory_).parent_path().string();
    if (::mkdir(above.c_str(), 0700) != 0 && errno != EEXIST) return {KITH_IO, above + ": " + std::strerror(errno), 0};
    if (::mkdir(directory_.c_str(), 0700) != 0 && errno != EEXIST) return failure("");
    core::Fd acknowledged(::open((directory_ + "/acknowledged").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (!acknowledged) return failure("/acknowledged");
    if (::flock(acknowledged.get(), LOCK_EX | LOCK_NB) != 0)
        return {KITH_BUSY, directory_ + ": another process uses this spool", 0};
    // Both slots, so that no acknowledgement needs room on a full disk.
    const AcknowledgedSlot slots[2] = {};
    if (::lseek(acknowledged.get(), 0, SEEK_END) < static_cast<off_t>(sizeof slots) &&
        !write_at(acknowledged.get(), {reinterpret_cast<const char *>(slots), sizeof slots}, 0))
        return failure("/acknowledged");
    std::deque<Segment> found;
    std::error_code error;
    for (std::filesystem::directory_iterator at(directory_, error), end; !error && at != end; at.increment(error)) {
        const std::string name = at->path().filename().string();
        Segment one;
        const auto [rest, wrong] = std::from_chars(name.data(), name.data() + std::min(name.size(), name_digits), one.first);
        if (wrong != std::errc() ||
            std::string_view(name).substr(static_cast<std::size_t>(rest - name.data())) != segment_suffix)
            continue;
        found.push_back(one);
    }
    if (error) return {KITH_IO, directory_ + ": " + error.message(), 0};
    std::ranges::sort(found, {}, &Segment::first);
    if (acknowledged_file_ >= 0) ::close(acknowledged_file_);
    acknowledged_file_ = acknowledged.release();
    read_acknowledged();
    next_ = acknowledged_ + 1;
    segments_.clear();
    bytes_ = 0;
    for (Segment &segment : found) {
        scan(segment);
        if (segment.bytes == 0) {
            ::unlink(path_of(segment.first).c_str());
            continue;
        }
        next_ = std::max(next_, segment.end);
        bytes_ += segment.bytes;
        segments_.push_back(segment);
    }
    remove_acknowledged();
    opened_ = true;
    return {};
}

// Finds where the valid records of a segment end, and cuts off what is behind them.
void SpoolFiles::scan(Segment &segment) {
    segment.end = segment.first;
    segment.bytes = 0;
    const core::Fd file(::open(path_of(segment.first).c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
    if (!file) return;
    while (const auto data = record_at(file.get(), segment.bytes, segment.end)) {
        segment.bytes += sizeof(RecordHead) + data->size();
        ++segment.end;
    }
    (void)!::ftruncate(file.get(), static_cast<off_t>(segment.bytes));
}

void SpoolFiles::read_acknowledged() {
    acknowledged_ = 0;
    for (const std::uint64_t at : {0U, 1U}) {
        AcknowledgedSlot slot{};
        if (!read_at(acknowledged_file_, &slot, sizeof slot, at * sizeof slot)) continue;
        if (slot.checksum == checksum_of(slot.number, "acknowledged")) acknowledged_ = std::max(acknowledged_, slot.number);
    }
}

// The last segment is open for appending afterwards; fresh: it is a new one.
SpoolFiles::Outcome SpoolFiles::open_tail(bool fresh) {
    if (tail_ >= 0) ::close(std::exchange(tail_, -1));
    const std::uint64_t first = fresh ? next_ : segments_.back().first;
    tail_ = ::open(path_of(first).c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | (fresh ? O_TRUNC : 0), 0600);
    if (tail_ < 0) return failure("");
    if (fresh) {
        segments_.push_back({first, first, 0});
        sync_directory(directory_);
    }
    return {};
}

void SpoolFiles::remove_first() {
    if (segments_.size() == 1 && tail_ >= 0) ::close(std::exchange(tail_, -1));
    ::unlink(path_of(segments_.front().first).c_str());
    bytes_ -= segments_.front().bytes;
    segments_.pop_front();
}

// The last one stays, so that a spool that is read as fast as it is written does not make a file for each record.
void SpoolFiles::remove_acknowledged() {
    while (segments_.size() > 1 && segments_.front().end <= acknowledged_ + 1) remove_first();
}

SpoolFiles::Outcome SpoolFiles::append(std::string_view data, std::uint64_t bound) {
    if (Outcome opened = open(); opened.status != KITH_OK) return opened;
    const std::uint64_t size = sizeof(RecordHead) + data.size();
    while (!segments_.empty() && bytes_ + size > bound) remove_first();
    const bool fresh = segments_.empty() || segments_.back().end != next_ ||
                       (segments_.back().bytes != 0 && segments_.back().bytes + size > bound / segments_of_bound);
    if (fresh || tail_ < 0) {
        if (Outcome begun = open_tail(fresh); begun.status != KITH_OK) return begun;
    }
    Segment &segment = segments_.back();
    const RecordHead head{static_cast<std::uint32_t>(data.size()), checksum_of(next_, data), next_};
    std::string bytes(reinterpret_cast<const char *>(&head), sizeof head);
    bytes += data;
    if (!write_at(tail_, bytes, segment.bytes) || ::fdatasync(tail_) != 0) {
        Outcome failed = failure("");
        (void)!::ftruncate(tail_, static_cast<off_t>(segment.bytes));
        return failed;
    }
    segment.bytes += size;
    bytes_ += size;
    segment.end = ++next_;
    return {KITH_OK, {}, next_ - 1};
}

// Reads are usually of what follows the last read; otherwise the heads before it are skipped one by one.
std::uint64_t SpoolFiles::offset_of(const Segment &segment, std::uint64_t number, int file) const {
    std::uint64_t offset = 0, at = segment.first;
    if (cursor_.segment == segment.first && cursor_.number <= number) {
        offset = cursor_.offset;
        at = cursor_.number;
    }
    for (; at < number; ++at) {
        RecordHead head{};
        if (!read_at(file, &head, sizeof head, offset) || head.number != at) return segment.bytes;
        offset += sizeof head + head.size;
    }
    return offset;
}

SpoolFiles::Records SpoolFiles::read(std::uint64_t after, std::uint64_t max) {
    Records out;
    // Before the first append there is none, also on a full disk, where it cannot be made.
    if (!opened_ && ::access((directory_ + "/acknowledged").c_str(), F_OK) != 0 && errno == ENOENT) return out;
    if (const Outcome opened = open(); opened.status != KITH_OK) return {opened.status, opened.text, {}, 0};
    const std::uint64_t from = std::max(after, acknowledged_) + 1;
    std::uint64_t bytes = 0;
    for (const Segment &segment : segments_) {
        if (segment.end <= from) continue;
        std::uint64_t number = std::max(from, segment.first);
        if (!out.records.empty() && out.records.back().number + 1 != number) break; // the next read reports the gap
        const core::Fd file(::open(path_of(segment.first).c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
        if (!file) continue;
        std::uint64_t offset = offset_of(segment, number, file.get());
        for (; number < segment.end; ++number) {
            auto data = record_at(file.get(), offset, number);
            if (!data) break; // damaged, as is all behind it
            bytes += data->size();
            if (!out.records.empty() && bytes > max) {
                out.dropped = out.records.front().number - from;
                return out;
            }
            offset += sizeof(RecordHead) + data->size();
            out.records.push_back({number, *std::move(data)});
            cursor_ = {segment.first, number + 1, offset};
        }
    }
    if (!out.records.empty()) out.dropped = out.records.front().number - from;
    return out;
}

SpoolFiles::Outcome SpoolFiles::acknowledge(std::uint64_t number) {
    if (Outcome opened = open(); opened.status != KITH_OK) return opened;
    if (number == 0 || number >= next_) return {KITH_INVALID, "there is no record " + std::to_string(number) + " yet", 0};
    if (number <= acknowledged_) return {};
    const AcknowledgedSlot slot{number, checksum_of(number, "acknowledged")};
    slot_ = 1 - slot_;
    if (!write_at(acknowledged_file_, {reinterpret_cast<const char *>(&slot), sizeof slot}, slot_ * sizeof slot))
        return failure("/acknowledged");
    acknowledged_ = number;
    remove_acknowledged();
    return {};
}

} // namespace kith::app
