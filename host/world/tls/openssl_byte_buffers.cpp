// SPDX-License-Identifier: MIT
#include "openssl_byte_buffers.hpp"

#include <algorithm>
#include <new>

namespace kith::app {

// Made once and never freed: the process may end while a connection exists.
const BIO_METHOD *OpensslByteBuffers::method() {
    static BIO_METHOD *const made = [] {
        BIO_METHOD *out = BIO_meth_new(BIO_TYPE_SOURCE_SINK | BIO_get_new_index(), "bytes of a TLS connection");
        if (out == nullptr) return out;
        BIO_meth_set_read(out, read);
        BIO_meth_set_write(out, write);
        BIO_meth_set_ctrl(out, control);
        return out;
    }();
    return made;
}

Bio OpensslByteBuffers::bio() {
    Bio out(method() == nullptr ? nullptr : BIO_new(method()));
    if (!out) return out;
    BIO_set_data(out.get(), this);
    BIO_set_init(out.get(), 1);
    return out;
}

void OpensslByteBuffers::feed(std::string_view bytes) {
    in_.erase(0, std::exchange(at_, 0));
    in_ += bytes;
}

int OpensslByteBuffers::read(BIO *bio, char *into, int size) {
    auto *me = static_cast<OpensslByteBuffers *>(BIO_get_data(bio));
    BIO_clear_flags(bio, BIO_FLAGS_RWS | BIO_FLAGS_SHOULD_RETRY);
    if (!me->fed()) {
        BIO_set_flags(bio, BIO_FLAGS_READ | BIO_FLAGS_SHOULD_RETRY);
        return -1;
    }
    const std::size_t taken = me->in_.copy(into, static_cast<std::size_t>(std::max(size, 0)), me->at_);
    me->at_ += taken;
    if (!me->fed()) {
        std::string().swap(me->in_); // many connections are idle most of the time
        me->at_ = 0;
    }
    return static_cast<int>(taken);
}

int OpensslByteBuffers::write(BIO *bio, const char *bytes, int size) {
    auto *me = static_cast<OpensslByteBuffers *>(BIO_get_data(bio));
    BIO_clear_flags(bio, BIO_FLAGS_RWS | BIO_FLAGS_SHOULD_RETRY);
    try {
        me->out_.append(bytes, static_cast<std::size_t>(std::max(size, 0)));
    } catch (const std::bad_alloc &) { // OpenSSL is C
        return -1;
    }
    return size;
}

long OpensslByteBuffers::control(BIO *, int what, long, void *) {
    return what == BIO_CTRL_FLUSH ? 1 : 0; // everything is accepted at once
}

} // namespace kith::app
