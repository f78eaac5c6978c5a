// SPDX-License-Identifier: MIT
//
// The files of one kith.spool/1: a directory of segments, each named by the number of its first record and filled one after the other, and a
// file with the number of the last acknowledged record. A segment is removed when all of its records are acknowledged, or to make room.
// What a crash has cut short is found by checksums and cut off when the spool is opened, which the first call does.
//
// Blocking: called on worker threads, one call at a time.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kith::app {

class SpoolFiles {
  public:
    /// directory: is created when it is missing, and so is the directory above it.
    explicit SpoolFiles(std::string directory) : directory_(std::move(directory)) {}
    ~SpoolFiles();
    SpoolFiles(const SpoolFiles &) = delete;
    SpoolFiles &operator=(const SpoolFiles &) = delete;

    /// status, and the reason of a failure; after a failure nothing has changed.
    struct Outcome {
        std::int32_t status = 0;
        std::string text;
        std::uint64_t number = 0; ///< of the appended record
    };
    struct Record {
        std::uint64_t number;
        std::string data;
    };
    struct Records {
        std::int32_t status = 0;
        std::string text;
        std::vector<Record> records;
        std::uint64_t dropped = 0;
    };

    Outcome append(std::string_view data, std::uint64_t bound);
    Records read(std::uint64_t after, std::uint64_t max);
    Outcome acknowledge(std::uint64_t number);

  private:
    struct Segment {
        std::uint64_t first = 0, end = 0; // numbers: of its first record, and after its last
        std::uint64_t bytes = 0;
    };
    struct Position {
        std::uint64_t segment = 0, number = 0, offset = 0; // where the record of that number begins
    };

    Outcome open();
    Outcome failure(std::string_view what) const;
    void scan(Segment &segment);
    void read_acknowledged();
    Outcome open_tail(bool fresh);
    void remove_first();
    void remove_acknowledged();
    std::string path_of(std::uint64_t first) const;
    std::uint64_t offset_of(const Segment &segment, std::uint64_t number, int file) const;

    std::string directory_;
    bool opened_ = false;
    int acknowledged_file_ = -1; // also the lock against another process
    int tail_ = -1;              // the last segment, open for appending; -1: none
    std::deque<Segment> segments_;
    std::uint64_t bytes_ = 0; // of all segments
    std::uint64_t next_ = 1;  // number of the next record
    std::uint64_t acknowledged_ = 0;
    std::uint64_t slot_ = 0; // of the file of acknowledgements, written last
    Position cursor_;        // where the last read ended
};

} // namespace kith::app
