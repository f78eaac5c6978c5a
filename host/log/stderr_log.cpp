// SPDX-License-Identifier: MIT
#include "stderr_log.hpp"

#include "progress_line.hpp"
#include "repeat_limiter.hpp"

#include <kith/service/log.h>

#include <boost/log/attributes/attribute_value_set.hpp>
#include <boost/log/attributes/constant.hpp>
#include <boost/log/core/core.hpp>
#include <boost/log/core/record_view.hpp>
#include <boost/log/sinks/basic_sink_backend.hpp>
#include <boost/log/sinks/unlocked_frontend.hpp>
#include <boost/log/sources/record_ostream.hpp>
#include <boost/make_shared.hpp>

#include <atomic>
#include <climits>
#include <ctime>
#include <mutex>
#include <poll.h>
#include <unistd.h>
#include <vector>

namespace kith::app {

namespace {

namespace logging = boost::log;

// Writes formatted lines. Called by the log with its mutex held.
class Backend : public logging::sinks::basic_sink_backend<logging::sinks::concurrent_feeding> {
  public:
    void consume(const logging::record_view &record) {
        static const logging::attribute_name line("Line");
        if (const auto text = logging::extract<std::string_view>(line, record)) put(*text);
    }

    std::uint64_t lost = 0; // lost lines, total

  private:
    void put(std::string_view text) {
        erase_progress_line();
        if (partial_line_ && write("\n") == 1) partial_line_ = false;
        const std::size_t size = partial_line_ ? 0 : write(text);
        if (size == text.size()) return;
        ++lost;
        partial_line_ = partial_line_ || size != 0;
    }

    // Returns how many bytes were written without blocking. A pipe that is writable by poll(2) accepts PIPE_BUF bytes without blocking, so
    // the descriptor, which other processes can share, does not have to be non-blocking.
    static std::size_t write(std::string_view text) {
        std::size_t done = 0;
        while (done < text.size()) {
            pollfd ready{STDERR_FILENO, POLLOUT, 0};
            if (::poll(&ready, 1, 0) != 1 || (ready.revents & POLLOUT) == 0) break;
            const ssize_t wrote =
                ::write(STDERR_FILENO, text.data() + done, std::min<std::size_t>(text.size() - done, PIPE_BUF));
            if (wrote < 0 && errno == EINTR) continue;
            if (wrote < 0) break;
            done += static_cast<std::size_t>(wrote);
        }
        return done;
    }

    bool partial_line_ = false; // only the beginning of the last line was written
};

// The subject of a line: lines with the same message and subject are repeats. It consists of topology, connector, source and peer; without
// these it is the reason, for example of a refused plugin.
void append_subject(std::string &out, std::span<const kith_attribute> fields) {
    for (const kith_attribute &field : fields) {
        const std::string_view name(field.name.data, field.name.size);
        if (name != "topology" && name != "connector" && name != "source" && name != "peer") continue;
        if (!out.empty()) out += ' ';
        out.append(field.value.data, field.value.size);
    }
    for (const kith_attribute &field : fields) {
        if (out.empty() && std::string_view(field.name.data, field.name.size) == "reason")
            out.append(field.value.data, field.value.size);
    }
}

std::int64_t wall() {
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec * 1'000'000'000 + now.tv_nsec;
}

RepeatLimiter::Time monotonic() {
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

} // namespace

struct StderrLog::Impl {
    std::mutex mutex; // lines are written by any thread
    LogFormat format;
    std::atomic<std::uint32_t> level;
    RepeatLimiter limiter;
    std::string line;
    std::string subject;
    std::uint64_t reported_lost = 0; // lost lines that were already reported
    boost::shared_ptr<Backend> backend = boost::make_shared<Backend>();
    boost::shared_ptr<logging::sinks::unlocked_sink<Backend>> sink =
        boost::make_shared<logging::sinks::unlocked_sink<Backend>>(backend);

    Impl(LogFormat form_, std::uint32_t level_) : format(form_), level(level_) {}

    void put(const LogLine &what) {
        put_lost();
        push(what);
    }

    // Reports the lines that were lost since the last report, in a line of its own.
    void put_lost() {
        const std::uint64_t lost = backend->lost;
        if (lost == reported_lost) return;
        const std::string count = std::to_string(lost - reported_lost);
        const kith_attribute field{{"lines", 5}, {count.data(), count.size()}};
        push({KITH_LOG_WARNING, wall(), {}, "lines of the log could not be written to standard error", {&field, 1}});
        if (backend->lost == lost)
            reported_lost = lost;
        else
            backend->lost = lost; // the report itself does not count as a lost line
    }

    // The record has one attribute, the formatted line, and no global ones, so that nothing has to be looked up or copied.
    void push(const LogLine &what) {
        line.clear();
        append_line(line, format, what);
        logging::attribute_set attributes;
        attributes["Line"] = logging::attributes::constant<std::string_view>(line);
        if (logging::record record = logging::core::get()->open_record(attributes))
            logging::core::get()->push_record(std::move(record));
    }

    void put_summaries(const std::vector<RepeatLimiter::Summary> &summaries) {
        for (const RepeatLimiter::Summary &sum : summaries) {
            const std::string times = std::to_string(sum.suppressed);
            const kith_attribute fields[] = {{{"times", 5}, {times.data(), times.size()}},
                                             {{"subject", 7}, {sum.subject.data(), sum.subject.size()}}};
            put({sum.level,
                 wall(),
                 sum.who,
                 "repeated, not shown each time: " + sum.message,
                 {fields, sum.subject.empty() ? 1U : 2U}});
        }
    }
};

StderrLog::StderrLog(LogOptions options, std::uint32_t level)
    : impl_(std::make_unique<Impl>(options.json                   ? LogFormat::json
                                   : ::isatty(STDERR_FILENO) == 1 ? LogFormat::colour
                                                                  : LogFormat::text,
                                   level)) {
    logging::core::get()->add_sink(impl_->sink);
}

StderrLog::~StderrLog() {
    {
        const std::lock_guard lock(impl_->mutex);
        impl_->put_summaries(impl_->limiter.remaining());
        impl_->put_lost();
    }
    logging::core::get()->remove_sink(impl_->sink);
}

std::uint32_t StderrLog::level() const noexcept { return impl_->level.load(std::memory_order_relaxed); }

void StderrLog::write(std::uint32_t level, std::string_view who, std::string_view message,
                      std::span<const kith_attribute> fields) noexcept {
    try {
        if (level < this->level()) return;
        const std::lock_guard lock(impl_->mutex);
        impl_->subject.clear();
        append_subject(impl_->subject, fields);
        if (impl_->limiter.allow(level, who, message, impl_->subject, monotonic()))
            impl_->put({level, wall(), who, message, fields});
    } catch (...) { // out of memory: the line is lost
    }
}

void StderrLog::log(std::uint32_t level, std::string_view message,
                    std::initializer_list<std::pair<std::string_view, std::string_view>> fields) noexcept {
    kith_attribute list[8];
    std::size_t count = 0;
    for (const auto &[name, value] : fields) {
        if (count < std::size(list)) list[count++] = {{name.data(), name.size()}, {value.data(), value.size()}};
    }
    write(level, {}, message, {list, count});
}

void StderrLog::write_summaries() noexcept {
    try {
        const std::lock_guard lock(impl_->mutex);
        impl_->put_summaries(impl_->limiter.summaries(monotonic()));
        impl_->put_lost();
    } catch (...) {
    }
}

} // namespace kith::app
