// The observer in situations that the built-in reference does not produce: large messages in chunks, several
// candidates for a secret, records that hold something else.
#include <boost/test/unit_test.hpp>

#include "conformance/lab/lab.h"
#include "conformance/lab/reference.h"
#include "stack/wire/header.h"
#include "stack/wire/messages/algorithms.h"
#include "stack/wire/messages/challenge.h"
#include "stack/wire/messages/chunk.h"
#include "stack/wire/messages/digests.h"
#include "stack/wire/messages/session.h"
#include "stack/wire/messages/version.h"

namespace assay::lab {

namespace {

using wire::Version;

constexpr uint8_t kHandle = 9;
constexpr size_t kChunk = 100;

struct Bench {
    explicit Bench(const record::Transport& transport = record::none(), ReferenceOptions options = {})
        : dut(make_reference_device(with(options, transport)), crypto::openssl_provider(),
              with(options, transport)),
          lab(dut, random, crypto::openssl_provider()) {}
    static ReferenceOptions with(ReferenceOptions options, const record::Transport& transport) {
        options.transport = &transport;
        return options;
    }
    ReferenceDut dut;
    SeededRandom random{3};
    Lab lab;
};

// Puts messages before an observer, in one piece or in chunks.
class Teller {
   public:
    explicit Teller(Version version) : observer(crypto::openssl_provider()), version_(version) {}

    void request(ByteView message) { observer.request(message); }
    void response(ByteView message) { observer.response(message); }

    // The response comes in chunks.
    void large_response(ByteView message) {
        response(Bytes{wire::byte(version_), byte(wire::code::error),
                       static_cast<uint8_t>(wire::ErrorCode::large_response), 0, kHandle});
        for (size_t i = 0; i * kChunk < message.size(); ++i) {
            request(chunk_get(i));
            response(chunk<wire::ChunkResponse>(message, i));
        }
    }
    // The request comes in chunks, and its response in the last acknowledgement.
    void large_request(ByteView message, ByteView answer) {
        for (size_t i = 0; i * kChunk < message.size(); ++i) {
            request(chunk<wire::ChunkSend>(message, i));
            wire::ChunkSendAck ack;
            ack.spdm_version = wire::byte(version_);
            ack.handle = kHandle;
            ack.chunk_seq_no = static_cast<uint32_t>(i);
            if ((i + 1) * kChunk >= message.size()) ack.response_to_large_request = to_bytes(answer);
            response(wire::encode_raw(ack, observer.request_context()));
        }
    }
    Bytes chunk_get(size_t number) const {
        wire::ChunkGet get;
        get.spdm_version = wire::byte(version_);
        get.handle = kHandle;
        get.chunk_seq_no = static_cast<uint32_t>(number);
        return wire::encode_raw(get, observer.request_context());
    }
    template <class M>
    Bytes chunk(ByteView message, size_t number) const {
        M one;
        one.spdm_version = wire::byte(version_);
        one.handle = kHandle;
        one.chunk_seq_no = static_cast<uint32_t>(number);
        one.large_message_size = static_cast<uint32_t>(message.size());
        ByteView rest = message.subspan(number * kChunk);
        one.spdm_chunk = to_bytes(rest.first(std::min(kChunk, rest.size())));
        if (rest.size() <= kChunk) one.param1 = wire::kLastChunk;
        return wire::encode_raw(one, observer.request_context());
    }

    Observer observer;

   private:
    Version version_;
};

bool good(const std::optional<SignatureCheck>& check) {
    return check && check->result == SignatureCheck::Result::good;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(observer_suite)

BOOST_AUTO_TEST_CASE(transcripts_hold_what_came_in_chunks_and_not_the_chunks) {
    for (Version version : {Version::v1_2, Version::v1_3, Version::v1_4}) {
        BOOST_TEST_CONTEXT(wire::name(version)) {
            Bench bench;
            BOOST_REQUIRE(bench.lab.negotiated(version));
            BOOST_REQUIRE(bench.lab.send(wire::GetDigests{}));
            BOOST_REQUIRE(bench.lab.read_chain(0));
            BOOST_REQUIRE(bench.lab.send(bench.lab.challenge()));
            BOOST_REQUIRE(bench.lab.send(bench.lab.get_measurements(wire::kAllMeasurements, false)));
            BOOST_REQUIRE(bench.lab.send(bench.lab.get_measurements(wire::kAllMeasurements, true)));
            Teller teller(version);
            for (const Exchange& exchange : bench.lab.exchanges()) {
                wire::Code code = wire::code_of(exchange.request);
                if (code == wire::code::challenge) {
                    teller.large_request(exchange.request, *exchange.response);
                    BOOST_TEST(good(teller.observer.last_signature()));
                    BOOST_TEST(teller.observer.last_reassembled().size() == 2U);
                    continue;
                }
                teller.request(exchange.request);
                bool large = exchange.response->size() > kChunk && code != wire::code::negotiate_algorithms;
                if (large) {
                    teller.large_response(*exchange.response);
                    BOOST_REQUIRE(teller.observer.last_reassembled().size() == 1U);
                    BOOST_TEST(teller.observer.last_reassembled()[0].message == *exchange.response);
                } else {
                    teller.response(*exchange.response);
                    BOOST_TEST(teller.observer.last_reassembled().empty());
                }
            }
            BOOST_TEST(good(teller.observer.last_signature()));
            BOOST_TEST(teller.observer.signatures(SignatureCheck::Result::good) == 2U);
            BOOST_TEST(teller.observer.signatures(SignatureCheck::Result::bad) == 0U);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_transfer_that_is_broken_off_or_out_of_order_leaves_nothing) {
    Bench bench;
    BOOST_REQUIRE(bench.lab.negotiated(Version::v1_2));
    BOOST_REQUIRE(bench.lab.read_chain(0, 0x4000));
    Teller teller(Version::v1_2);
    for (const Exchange& exchange : bench.lab.exchanges()) {
        if (wire::code_of(exchange.request) == wire::code::get_certificate) continue;
        teller.request(exchange.request);
        teller.response(*exchange.response);
    }
    const Exchange& last = bench.lab.exchanges().back();
    const Bytes large_response = {0x12, byte(wire::code::error),
                                  static_cast<uint8_t>(wire::ErrorCode::large_response), 0, kHandle};
    // The second chunk before the first.
    teller.request(last.request);
    teller.response(large_response);
    for (size_t i : {1U, 0U, 2U}) {
        teller.request(teller.chunk_get(i));
        teller.response(teller.chunk<wire::ChunkResponse>(*last.response, i));
        BOOST_TEST(teller.observer.last_reassembled().empty());
    }
    BOOST_TEST(teller.observer.chains().empty());
    // Another request in between ends the transfer.
    teller.request(last.request);
    teller.response(large_response);
    teller.request(Bytes{0x12, byte(wire::code::get_digests), 0, 0});
    teller.response(Bytes{0x12, byte(wire::code::error), 0x01, 0});
    for (size_t i = 0; i * kChunk < last.response->size(); ++i) {
        teller.request(teller.chunk_get(i));
        teller.response(teller.chunk<wire::ChunkResponse>(*last.response, i));
        BOOST_TEST(teller.observer.last_reassembled().empty());
    }
}

// In the last record before it, the reference gives a large answer that this test hands out in pieces.
BOOST_AUTO_TEST_CASE(chunks_inside_a_session_are_put_together) {
    Bench bench(record::mctp());
    auto id = bench.lab.in_session(Version::v1_3);
    BOOST_REQUIRE(id.has_value());
    const spdm::Session& device = *bench.dut.responder().session(*id);
    uint64_t next = device.sequence(spdm::Direction::response);
    Bytes request = *bench.lab.encode(bench.lab.get_measurements(wire::kAllMeasurements, true));
    Bytes record = *bench.lab.seal(*id, request);
    auto answer = bench.dut.exchange_secured(record);
    BOOST_REQUIRE((answer && *answer));
    Observer& observer = bench.lab.observer();
    // What the device answered, read with a copy of its key, and taken back.
    auto parsed = record::parse((*answer)->bytes, record::mctp());
    auto plain = device.key(spdm::Direction::response).open({.session_id = *id, .sequence = next}, *parsed);
    BOOST_REQUIRE(plain.has_value());
    Bytes message = to_bytes(*record::from_application(
        record::mctp(), *record::application_data(record::Protection::encrypt, *plain)));
    bench.dut.set_sequence(*id, spdm::Direction::response, next);
    auto say = [&](ByteView response) {
        auto sealed = bench.dut.responder().seal(*id, record::to_application(record::mctp(), response));
        return observer.response_record(*sealed);
    };
    Teller teller(Version::v1_3);
    BOOST_REQUIRE(observer.request_record(record).has_value());
    BOOST_REQUIRE(say(Bytes{0x13, byte(wire::code::error),
                            static_cast<uint8_t>(wire::ErrorCode::large_response), 0, kHandle}));
    auto context = observer.request_context();
    for (size_t i = 0; i * kChunk < message.size(); ++i) {
        wire::ChunkGet get;
        get.spdm_version = 0x13;
        get.handle = kHandle;
        get.chunk_seq_no = static_cast<uint32_t>(i);
        BOOST_REQUIRE(observer.request_record(*bench.lab.seal(*id, wire::encode_raw(get, context))));
        BOOST_REQUIRE(say(teller.chunk<wire::ChunkResponse>(message, i)));
    }
    BOOST_REQUIRE(observer.last_reassembled().size() == 1U);
    BOOST_TEST(observer.last_reassembled()[0].message == message);
    BOOST_TEST(good(observer.last_signature()));
}

BOOST_AUTO_TEST_CASE(of_several_secrets_the_one_that_verify_data_confirms_is_taken) {
    Bytes shared;
    ReferenceOptions options;
    options.keylog = [&](spdm::SessionKind, ByteView secret) { shared = to_bytes(secret); };
    Bench bench(record::mctp(), options);
    BOOST_REQUIRE(bench.lab.in_psk_session(Version::v1_2).has_value());
    Observer observer(crypto::openssl_provider());
    observer.set_transport(record::mctp());
    observer.set_secrets([&](spdm::SessionKind, ByteView, ByteView) {
        return std::vector<Bytes>{Bytes(32, 1), shared, Bytes(32, 2)};
    });
    for (const Exchange& exchange : bench.lab.exchanges()) {
        if (exchange.session) {
            BOOST_TEST(observer.request_record(exchange.request_record).has_value());
            BOOST_TEST(observer.response_record(exchange.response_record).has_value());
        } else {
            observer.request(exchange.request);
            observer.response(*exchange.response);
        }
    }
    BOOST_TEST(observer.macs(true) == 2U);
    BOOST_TEST(observer.macs(false) == 0U);
}

BOOST_AUTO_TEST_CASE(what_became_of_a_record_is_told) {
    using Result = ObservedRecord::Result;
    Bench bench(record::mctp());
    auto id = bench.lab.in_session(Version::v1_2);
    BOOST_REQUIRE(id.has_value());
    Observer& observer = bench.lab.observer();
    Bytes beat = *bench.lab.seal(*id, *bench.lab.encode(wire::Heartbeat{}));
    BOOST_TEST(observer.request_record(beat).has_value());
    BOOST_TEST((observer.last_record().result == Result::message));
    BOOST_TEST(observer.last_record().session == *id);
    BOOST_TEST(observer.last_record().sequence == 0U);
    BOOST_TEST(!observer.request_record(beat).has_value());
    BOOST_TEST((observer.last_record().result == Result::refused));
    BOOST_TEST(observer.last_record().why.find("record_sequence") != std::string::npos);
    // PLDM, say.
    auto pldm = bench.lab.session(*id)
                    ->channel.key(spdm::Direction::request)
                    .seal({.session_id = *id, .sequence = 1}, record::mctp(), Bytes{1, 0x80, 0, 2});
    BOOST_TEST(!observer.request_record(*pldm).has_value());
    BOOST_TEST((observer.last_record().result == Result::application));
    BOOST_TEST(to_hex(observer.last_record().application_data) == "01800002");
    BOOST_TEST(observer.last_record().sequence == 1U);
    Bytes other = beat;
    other[0] ^= 1;
    BOOST_TEST(!observer.request_record(other).has_value());
    BOOST_TEST((observer.last_record().result == Result::no_session));
    BOOST_TEST(!observer.request_record(Bytes{1, 2}).has_value());
    BOOST_TEST((observer.last_record().result == Result::refused));
}

BOOST_AUTO_TEST_CASE(a_signature_by_an_algorithm_that_is_not_known_here_is_not_called_bad) {
    Bench bench;
    BOOST_REQUIRE(bench.lab.negotiated(Version::v1_4));
    BOOST_REQUIRE(bench.lab.read_chain(0));
    BOOST_REQUIRE(bench.lab.send(wire::Challenge{}).has_value());
    Observer observer(crypto::openssl_provider());
    for (const Exchange& seen : bench.lab.exchanges()) {
        Bytes response = seen.response.value_or(Bytes{});
        if (auto message = wire::decode<wire::Algorithms>(response, seen.response_context);
            message && wire::code_of(response) == wire::code::algorithms) {
            message->base_asym_sel = 0;
            message->pqc_asym_sel = 2;  // ML-DSA-65
            response = wire::encode_raw(*message, seen.response_context);
        }
        observer.request(seen.request);
        observer.response(response);
    }
    const auto& signature = observer.last_signature();
    BOOST_REQUIRE(signature.has_value());
    BOOST_TEST((signature->result == SignatureCheck::Result::no_key), signature->why);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::lab
