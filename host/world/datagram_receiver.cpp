// SPDX-License-Identifier: MIT
#include "datagram_receiver.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace kith::app {

namespace {

std::size_t padded(std::uint32_t size) { return (std::size_t{size} + 15) / 16 * 16; }

} // namespace

DatagramReceiver::DatagramReceiver() : bytes_(new std::byte[area]) {} // not make_unique, which would touch all pages

void DatagramReceiver::lay_out(std::uint32_t max_size) {
    if (size_ == max_size) return;
    size_ = max_size;
    const std::size_t apart = padded(max_size);
    for (std::size_t i = 0; i < slots; ++i) {
        const bool fits = (i + 1) * apart <= area;
        parts_[i] = {.iov_base = fits ? bytes_.get() + i * apart : nullptr, .iov_len = fits ? max_size : 0};
        std::memset(&headers_[i], 0, sizeof headers_[i]);
        headers_[i].msg_hdr.msg_iov = &parts_[i];
        headers_[i].msg_hdr.msg_iovlen = 1;
        headers_[i].msg_hdr.msg_name = &from_[i];
        headers_[i].msg_hdr.msg_namelen = sizeof from_[i];
    }
}

std::size_t DatagramReceiver::room(std::uint32_t most, std::uint32_t max_size) {
    return std::min({std::size_t{most}, slots, area / padded(max_size)});
}

std::span<const kith_datagram> DatagramReceiver::receive(int socket, std::uint32_t most, std::uint32_t max_size,
                                                         boost::system::error_code &error) {
    lay_out(max_size);
    const auto most_now = static_cast<unsigned>(room(most, max_size));
    const int count = ::recvmmsg(socket, headers_.data(), most_now, MSG_DONTWAIT, nullptr);
    if (count < 0) {
        error.assign(errno == EINTR ? EAGAIN : errno, boost::system::system_category());
        return {};
    }
    for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
        msghdr &header = headers_[i].msg_hdr;
        out_[i].data = parts_[i].iov_base;
        out_[i].size = headers_[i].msg_len;
        out_[i].flags = (header.msg_flags & MSG_TRUNC) != 0 ? KITH_DATAGRAM_TRUNCATED : 0;
        out_[i].remote = from_kernel(from_[i].any);
        header.msg_namelen = sizeof from_[i]; // the kernel has overwritten it with the actual length
    }
    return {out_.data(), static_cast<std::size_t>(count)};
}

} // namespace kith::app
