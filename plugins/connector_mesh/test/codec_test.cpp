// SPDX-License-Identifier: MIT
#include "fact.hpp"
#include "frame.hpp"
#include "hello.hpp"
#include "message_frames.hpp"

#include <boost/test/unit_test.hpp>

using namespace kith::mesh;

namespace {

std::string bytes(std::string_view hex) {
    std::string out;
    for (std::size_t i = 0; i + 1 < hex.size();) {
        if (hex[i] == ' ') {
            ++i;
            continue;
        }
        out.push_back(static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
        i += 2;
    }
    return out;
}

Hello sample_hello() {
    Hello hello;
    hello.cluster = "shop";
    hello.name = "a@h";
    hello.run = {0x0102, 0x0304};
    hello.wall = 0x05;
    hello.expected = "b@h";
    return hello;
}

Fact accused() {
    Fact fact;
    fact.kind = FactKind::accused;
    fact.origin = "a@h";
    fact.run = {1, 2};
    fact.number = 3;
    fact.subject = "b@h";
    fact.subject_run = {4, 5};
    fact.alive = 6;
    fact.conclusive = true;
    fact.reason = "no";
    return fact;
}

Fact joined() {
    Fact fact;
    fact.kind = FactKind::joined;
    fact.origin = "a@h";
    fact.run = {1, 2};
    fact.number = 1;
    fact.address = "10.0.0.7";
    fact.port = 4747;
    return fact;
}

// The vectors of README.md.
const std::string hello_bytes =
    bytes("6b697468206d657368 01 00000000 0004 73686f70 0003 614068 0000000000000102 0000000000000304"
          "0010 000001f4 0000000000000005 0003 624068");
const std::string accused_bytes = bytes("02 0003 614068 0000000000000001 0000000000000002 00000003 0003 624068"
                                        "0000000000000004 0000000000000005 00000006 01 0002 6e6f");
const std::string joined_bytes = bytes("01 0003 614068 0000000000000001 0000000000000002 00000001 0008 31302e302e302e37 128b");
const std::string batch_header = bytes("10 0003 614068 0000000000000001 0000000000000002 0003 624068 0001 63"
                                       "0000000000000007 0000000000000005");
const std::string receipts_bytes =
    bytes("10 0003 614068 0000000000000001 0000000000000002 0003 624068 0001 63 0000000000000007 0002 0000");

MessageHeader sample_header() {
    MessageHeader out;
    out.hops = 16;
    out.origin = "a@h";
    out.run = {1, 2};
    out.to = "b@h";
    out.channel = "c";
    out.number = 7;
    out.oldest = 5;
    return out;
}
Receipt sample_receipt() {
    return {.hops = 16, .origin = "a@h", .run = {1, 2}, .to = "b@h", .channel = "c", .number = 7, .count = 2, .why = {}};
}

} // namespace

BOOST_AUTO_TEST_SUITE(codec)

BOOST_AUTO_TEST_CASE(frames_are_complete_for_any_split_of_the_bytes) {
    std::string stream;
    append_frame(stream, FrameKind::hello, "hello");
    append_frame(stream, FrameKind::kept, "");
    append_frame(stream, FrameKind::message, std::string(300, 'x'));
    BOOST_TEST(stream.substr(0, 10) == bytes("00000006 01 68656c6c6f"));
    for (std::size_t piece = 1; piece <= stream.size(); ++piece) {
        FrameReader reader;
        std::vector<std::string> got;
        for (std::size_t at = 0; at < stream.size(); at += piece) {
            reader.append(std::string_view(stream).substr(at, piece));
            while (const auto frame = reader.next())
                got.push_back(std::to_string(static_cast<int>(frame->kind)) + std::string(frame->body));
        }
        BOOST_REQUIRE_EQUAL(got.size(), 3u);
        BOOST_TEST(got[0] == "1hello");
        BOOST_TEST(got[1] == "5");
        BOOST_TEST(got[2] == "11" + std::string(300, 'x'));
        BOOST_TEST(reader.size() == 0u);
    }
}

BOOST_AUTO_TEST_CASE(a_length_of_zero_or_over_the_limit_ends_the_stream) {
    for (const char *length : {"00000000", "00010001", "ffffffff"}) {
        FrameReader reader;
        reader.append(bytes(length) + "x");
        BOOST_TEST(!reader.next());
        BOOST_TEST(reader.broken());
        reader.append(bytes("00000001 01"));
        BOOST_TEST(!reader.next());
    }
    FrameReader reader;
    std::string largest;
    append_frame(largest, FrameKind::message, std::string(largest_frame - 1, 'x'));
    reader.append(largest);
    BOOST_TEST(reader.next().has_value());
}

BOOST_AUTO_TEST_CASE(the_vectors_of_the_readme) {
    BOOST_TEST(encode(sample_hello()) == hello_bytes);
    const auto hello = read_hello(hello_bytes);
    BOOST_REQUIRE(hello);
    BOOST_TEST(hello->cluster == "shop");
    BOOST_TEST(hello->name == "a@h");
    BOOST_TEST((hello->run == Run{0x0102, 0x0304}));
    BOOST_TEST(hello->degree == 16);
    BOOST_TEST(hello->heartbeat == 500u);
    BOOST_TEST(hello->wall == 5u);
    BOOST_TEST(hello->expected == "b@h");

    std::string out;
    append(out, accused());
    BOOST_TEST(out == accused_bytes);
    out.clear();
    append(out, joined());
    BOOST_TEST(out == joined_bytes);
    out.clear();
    append(out, Document{joined(), 7, {accused()}});
    BOOST_TEST(out == joined_bytes + bytes("00000007 0001") + accused_bytes);
    Reader in(out);
    const auto document = read_document(in);
    BOOST_REQUIRE(document);
    BOOST_TEST(in.at_end());
    BOOST_TEST(document->complete == 7u);
    BOOST_TEST(document->joined.address == "10.0.0.7");
    BOOST_TEST(document->joined.port == 4747);
    BOOST_REQUIRE(document->accusations.size() == 1u);
    BOOST_TEST(document->accusations[0].subject == "b@h");
    BOOST_TEST(document->accusations[0].reason == "no");
    const std::string refused = encode(Refusal{RefusalCode::older_run, 9, "why"});
    const auto refusal = read_refusal(refused);
    BOOST_REQUIRE(refusal);
    BOOST_TEST((refusal->code == RefusalCode::older_run));
    BOOST_TEST(refusal->start == 9u);
    BOOST_TEST(refusal->reason == "why");
}

BOOST_AUTO_TEST_CASE(whatever_is_cut_off_is_not_read) {
    for (std::size_t size = 0; size < hello_bytes.size(); ++size) BOOST_TEST(!read_hello(hello_bytes.substr(0, size)));
    for (const std::string &whole : {accused_bytes, joined_bytes}) {
        for (std::size_t size = 0; size < whole.size(); ++size) {
            Reader in(std::string_view(whole).substr(0, size));
            BOOST_TEST(!read_fact(in));
        }
    }
    BOOST_TEST(read_hello(hello_bytes + "of a later version").has_value());
}

BOOST_AUTO_TEST_CASE(batches_and_their_receipts_as_in_the_readme) {
    std::string batch = encode_batch(sample_header());
    BOOST_TEST(batch == batch_header);
    append_text(batch, "hi");
    append_text(batch, "");
    BOOST_TEST(batch == batch_header + bytes("0002 6869 0000"));
    Batch read;
    BOOST_REQUIRE(decode_batch(batch, read));
    BOOST_REQUIRE(read.places.size() == 2u);
    BOOST_TEST(read.header.hops == 16);
    BOOST_TEST(read.header.origin == "a@h");
    BOOST_TEST((read.header.run == Run{1, 2}));
    BOOST_TEST(read.header.to == "b@h");
    BOOST_TEST(read.header.channel == "c");
    BOOST_TEST(read.header.number == 7u);
    BOOST_TEST(read.header.oldest == 5u);
    BOOST_TEST(read.text(read.places[0]) == "hi");
    BOOST_TEST(read.text(read.places[1]) == "");

    BOOST_TEST(encode_receipts(sample_receipt()) == receipts_bytes);
    Receipt receipt;
    BOOST_REQUIRE(decode_receipts(receipts_bytes, receipt));
    BOOST_TEST(receipt.number == 7u);
    BOOST_TEST(receipt.count == 2u);
    BOOST_TEST(receipt.why == "");
    BOOST_REQUIRE(decode_receipt(encode_receipt(sample_receipt()), receipt));
    BOOST_TEST(receipt.number == 7u);
    BOOST_TEST(receipt.count == 1u);
}

BOOST_AUTO_TEST_CASE(batches_and_receipts_without_sense_are_not_read) {
    const auto is_batch = [](const std::string &body) {
        Batch batch;
        return decode_batch(body, batch);
    };
    const auto refused = [&](MessageHeader header, std::size_t count, std::size_t size) {
        std::string out = encode_batch(header);
        for (std::size_t i = 0; i < count; ++i) append_text(out, std::string(size, 'x'));
        return !is_batch(out);
    };
    MessageHeader header = sample_header();
    BOOST_TEST(refused(header, 0, 0));
    BOOST_TEST(!refused(header, most_in_batch, 0));
    BOOST_TEST(refused(header, most_in_batch + 1, 0));
    BOOST_TEST(!refused(header, 1, largest_piece));
    BOOST_TEST(refused(header, 1, largest_piece + 1));
    header.number = 0;
    BOOST_TEST(refused(header, 1, 1));
    header.number = UINT64_MAX;
    BOOST_TEST(refused(header, 1, 1));
    header = sample_header();
    header.origin = {};
    BOOST_TEST(refused(header, 1, 1));
    header = sample_header();
    header.to = {};
    BOOST_TEST(refused(header, 1, 1));
    const std::string whole = batch_header + bytes("0002 6869 0001 78");
    for (std::size_t size = 0; size < whole.size(); ++size)
        BOOST_TEST(is_batch(whole.substr(0, size)) == (size == batch_header.size() + 4)); // the first alone

    MessageHeader piece = sample_header(), decoded;
    std::string_view text;
    BOOST_TEST(decode_piece(encode_piece(piece, ""), decoded, text));
    piece.total = 1;
    BOOST_TEST(decode_piece(encode_piece(piece, "x"), decoded, text));
    BOOST_TEST(!decode_piece(encode_piece(piece, ""), decoded, text));

    Receipt read;
    for (std::size_t size = 0; size < receipts_bytes.size(); ++size)
        BOOST_TEST(!decode_receipts(receipts_bytes.substr(0, size), read));
    Receipt receipt = sample_receipt();
    for (const std::uint16_t count : {0, 1025, 65535}) {
        receipt.count = count;
        BOOST_TEST(!decode_receipts(encode_receipts(receipt), read));
    }
    receipt = sample_receipt();
    receipt.number = UINT64_MAX - 1;
    BOOST_TEST(!decode_receipts(encode_receipts(receipt), read));
}

BOOST_AUTO_TEST_CASE(facts_without_sense_are_not_read) {
    const auto refused = [](Fact fact) {
        std::string out;
        append(out, fact);
        Reader in(out);
        return !read_fact(in);
    };
    Fact fact = accused();
    fact.subject = {};
    BOOST_TEST(refused(fact));
    fact = accused();
    fact.number = 0;
    BOOST_TEST(refused(fact));
    fact = joined();
    fact.run = {};
    BOOST_TEST(refused(fact));
    fact = joined();
    fact.origin = {};
    BOOST_TEST(refused(fact));
    std::string other = joined_bytes;
    other[0] = 9;
    Reader in(other);
    BOOST_TEST(!read_fact(in));
    Fact foreign = accused();
    foreign.origin = "x@h";
    std::string document;
    append(document, Document{joined(), 7, {foreign}});
    Reader documents(document);
    BOOST_TEST(!read_document(documents)); // of another origin than it says
}

BOOST_AUTO_TEST_SUITE_END()
