// SPDX-License-Identifier: MIT
#include "message_frames.hpp"

#include "hello.hpp"

#include <algorithm>

namespace kith::mesh {

namespace {

void append_run(std::string &out, Run run) {
    append_number<8>(out, run.start);
    append_number<8>(out, run.nonce);
}

Run run_of(Reader &in) {
    Run out;
    out.start = in.u64();
    out.nonce = in.u64();
    return out;
}

/// What pieces, batches and receipts have in common: from whom, to whom and on which channel the messages are.
template <class Frame>
void append_stream(std::string &out, const Frame &frame) {
    append_text(out, frame.origin);
    append_run(out, frame.run);
    append_text(out, frame.to);
    append_text(out, frame.channel);
}

template <class Frame>
void read_stream(Reader &in, Frame &frame) {
    frame.origin = in.text(longest_name);
    frame.run = run_of(in);
    frame.to = in.text(longest_name);
    frame.channel = in.text(longest_channel);
}

std::string encode(const Receipt &receipt, bool several) {
    std::string out;
    out.reserve(40 + receipt.origin.size() + receipt.to.size() + receipt.channel.size() + receipt.why.size());
    append_number<1>(out, receipt.hops);
    append_stream(out, receipt);
    append_number<8>(out, receipt.number);
    if (several) append_number<2>(out, receipt.count);
    append_text(out, receipt.why.substr(0, longest_reason));
    return out;
}

bool decode(std::string_view body, Receipt &receipt, bool several) {
    Reader in(body);
    receipt.hops = in.u8();
    read_stream(in, receipt);
    receipt.number = in.u64();
    receipt.count = several ? in.u16() : 1;
    receipt.why = in.text(longest_reason);
    return in.good() && receipt.count != 0 && receipt.count <= most_in_batch && receipt.number <= UINT64_MAX - receipt.count;
}

} // namespace

std::string encode_piece(const MessageHeader &header, std::string_view text) {
    std::string out;
    out.reserve(96 + header.origin.size() + header.to.size() + header.channel.size() + text.size());
    append_number<1>(out, header.hops);
    append_number<1>(out, header.to_all ? 1 : 0);
    append_stream(out, header);
    append_number<8>(out, header.number);
    append_number<8>(out, header.oldest);
    append_number<4>(out, header.total);
    append_number<4>(out, header.at);
    out.append(text);
    return out;
}

bool decode_piece(std::string_view body, MessageHeader &header, std::string_view &text) {
    Reader in(body);
    header.hops = in.u8();
    header.to_all = in.u8() != 0;
    read_stream(in, header);
    header.number = in.u64();
    header.oldest = in.u64();
    header.total = in.u32();
    header.at = in.u32();
    text = in.rest();
    return in.good() && !header.origin.empty() && header.number != 0 && header.total <= largest_message &&
           header.at <= header.total && text.size() <= header.total - header.at && text.empty() == (header.total == 0) &&
           header.to_all == header.to.empty();
}

std::string encode_batch(const MessageHeader &header) {
    std::string out;
    append_number<1>(out, header.hops);
    append_stream(out, header);
    append_number<8>(out, header.number);
    append_number<8>(out, header.oldest);
    return out;
}

bool decode_batch(std::string_view body, Batch &batch) {
    Reader in(body);
    MessageHeader &header = batch.header;
    header.hops = in.u8();
    read_stream(in, header);
    header.number = in.u64();
    header.oldest = in.u64();
    batch.bytes = in.rest();
    batch.places.reserve(std::min(batch.bytes.size() / 2, most_in_batch));
    while (in.good() && !in.at_end() && batch.places.size() <= most_in_batch) {
        const std::string_view text = in.text(largest_piece);
        batch.places.push_back({static_cast<std::size_t>(text.data() - batch.bytes.data()), text.size()});
    }
    return in.good() && !batch.places.empty() && batch.places.size() <= most_in_batch && !header.origin.empty() &&
           !header.to.empty() && header.number != 0 && header.number <= UINT64_MAX - batch.places.size();
}

std::string encode_receipt(const Receipt &receipt) { return encode(receipt, false); }
std::string encode_receipts(const Receipt &receipt) { return encode(receipt, true); }
bool decode_receipt(std::string_view body, Receipt &receipt) { return decode(body, receipt, false); }
bool decode_receipts(std::string_view body, Receipt &receipt) { return decode(body, receipt, true); }

} // namespace kith::mesh
