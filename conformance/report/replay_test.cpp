#include "conformance/report/replay.h"

#include <boost/test/unit_test.hpp>

#include "conformance/lab/reference.h"
#include "stack/spdm/key_schedule.h"
#include "stack/transport/binding.h"
#include "stack/wire/header.h"
#include "stack/wire/messages/session.h"

namespace assay::report {

namespace {

// A connection with the reference, as packets, and what its keylog says.
struct Recorded {
    std::string keylog;
    std::vector<Packet> packets;

    explicit Recorded(LinkType link) {
        lab::ReferenceOptions options;
        options.transport = link == LinkType::mctp ? &record::mctp() : &record::doe();
        options.keylog = [this](spdm::SessionKind kind, ByteView secret) {
            keylog += spdm::keylog_line(kind, secret) + "\n";
        };
        lab::ReferenceDut dut(lab::make_reference_device(options), crypto::openssl_provider(), options);
        SeededRandom random(4);
        lab::Lab lab(dut, random, crypto::openssl_provider());
        // The chain has to be in the capture: TH holds its digest.
        BOOST_REQUIRE(lab.negotiated(wire::Version::v1_2, lab::session_offer()));
        BOOST_REQUIRE(lab.read_chain(0));
        auto first = lab.new_session();
        BOOST_REQUIRE(first.has_value());
        auto second = lab.new_psk_session();
        BOOST_REQUIRE(second.has_value());
        for (uint32_t id : {*first, *second}) {
            BOOST_REQUIRE(lab.send_in(id, wire::Heartbeat{})->answered());
            BOOST_REQUIRE(lab.send_in(id, wire::EndSession{})->answered());
        }
        packets = to_packets(lab.exchanges(), link);
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(replay_suite)

BOOST_AUTO_TEST_CASE(secrets_are_read_line_by_line) {
    auto secrets =
        parse_secrets("# two sessions\r\n[DHE Secret]: 0102\n\n[PSK]: 03\n[PSK]: 03 \n[DHE Secret]: 0102");
    BOOST_REQUIRE(secrets.has_value());
    BOOST_TEST(secrets->shared.size() == 2U);
    BOOST_TEST(secrets->pre_shared.size() == 1U);
    for (const char* wrong : {"[DHE Secret]:\n", "[DHE Secret]: 0\n", "[PSK]: \n", "0102"}) {
        auto read = parse_secrets(std::string("\n") + wrong);
        BOOST_REQUIRE(!read.has_value());
        BOOST_TEST(read.error().detail.starts_with("line 2 is neither"), wrong);
    }
}

BOOST_AUTO_TEST_CASE(a_recorded_session_opens_with_its_keylog_and_with_nothing_else) {
    for (LinkType link : {LinkType::mctp, LinkType::pci_doe}) {
        Recorded recorded(link);
        size_t records = 0, good = 0;
        replay(recorded.packets, parse_secrets(recorded.keylog).value(), [&](const Seen& seen) {
            BOOST_TEST((seen.kind == Seen::Kind::message), seen.why);
            records += seen.session.has_value();
            for (const lab::MacCheck& mac : seen.macs) good += mac.good;
        });
        // Two of a handshake, two of HEARTBEAT and two of END_SESSION in each session.
        BOOST_TEST(records == 12U);
        BOOST_TEST(good == 4U);
        size_t sealed = 0;
        replay(recorded.packets, {}, [&](const Seen& seen) { sealed += seen.kind == Seen::Kind::sealed; });
        BOOST_TEST(sealed == 12U);
        // The secret of another session: the handshake's verify data do not fit, and nothing opens.
        size_t refused = 0, bad = 0;
        replay(recorded.packets, {.shared = {Bytes(48, 1)}, .pre_shared = {}}, [&](const Seen& seen) {
            refused += seen.kind == Seen::Kind::refused;
            for (const lab::MacCheck& mac : seen.macs) bad += !mac.good;
        });
        BOOST_TEST(refused == 6U);
        BOOST_TEST(bad == 1U);
    }
}

BOOST_AUTO_TEST_CASE(a_record_that_was_changed_is_refused_and_the_next_one_opens) {
    Recorded recorded(LinkType::mctp);
    Packet changed = recorded.packets.back();
    changed.bytes.back() ^= 1;
    recorded.packets.insert(recorded.packets.end() - 1, changed);
    size_t refused = 0;
    Seen last;
    replay(recorded.packets, parse_secrets(recorded.keylog).value(), [&](const Seen& seen) {
        refused += seen.kind == Seen::Kind::refused;
        last = seen;
    });
    BOOST_TEST(refused == 1U);
    BOOST_TEST((last.kind == Seen::Kind::message));
    BOOST_TEST(wire::code_of(last.bytes) == wire::code::end_session_ack);
    BOOST_TEST(!last.request);
}

// The way of a record shows by the key that opens it.
BOOST_AUTO_TEST_CASE(a_request_after_an_answer_that_is_missing_is_taken_for_one) {
    Recorded recorded(LinkType::mctp);
    // HEARTBEAT_ACK, before END_SESSION.
    recorded.packets.erase(recorded.packets.end() - 3);
    std::vector<Seen> all;
    replay(recorded.packets, parse_secrets(recorded.keylog).value(),
           [&](const Seen& seen) { all.push_back(seen); });
    BOOST_TEST((all[all.size() - 2].kind == Seen::Kind::message));
    BOOST_TEST(all[all.size() - 2].request);
    BOOST_TEST(wire::code_of(all[all.size() - 2].bytes) == wire::code::end_session);
    // A record is missing from the capture, so that the answer's number is one higher than the expected one.
    BOOST_TEST((all.back().kind == Seen::Kind::refused));
}

BOOST_AUTO_TEST_CASE(application_data_has_the_name_of_its_type) {
    BOOST_TEST(application_name(LinkType::mctp, Bytes{0x01, 2}) == "MCTP type 01h (PLDM)");
    BOOST_TEST(application_name(LinkType::mctp, Bytes{0x55}) == "MCTP type 55h (not known)");
    BOOST_TEST(application_name(LinkType::mctp, {}) == "application data");
    BOOST_TEST(application_name(LinkType::pci_doe, Bytes{0x01}) == "application data");
}

// Each packet's link type and bytes, and the kind and bytes of what is seen in it.
BOOST_AUTO_TEST_CASE(packets_with_and_without_headers_and_in_pieces_hold_the_same_messages) {
    using Kind = Seen::Kind;
    constexpr std::string_view kVersion = "1004000000013012";
    const struct {
        LinkType link;
        std::vector<const char*> packets;
        Kind first, last;
    } rows[] = {
        {LinkType::mctp, {"010a08c80510840000", "010a08c0051004000000013012"}, Kind::message, Kind::message},
        {LinkType::mctp, {"0510840000", "051004000000013012"}, Kind::message, Kind::message},
        {LinkType::mctp,
         {"010a08c80510840000", "010a08800510040000", "010a085000013012"},
         Kind::message,
         Kind::message},
        {LinkType::pci_doe,
         {"010000000300000000020000", "010000000300000001000001", "010001000300000010840000",
          "01000100040000001004000000013012"},
         Kind::discovery,
         Kind::message},
    };
    for (const auto& row : rows) {
        std::vector<Packet> packets;
        for (const char* hex : row.packets) {
            packets.push_back({.link = row.link, .bytes = from_hex(hex).value()});
            packets.back().wire_size = static_cast<uint32_t>(packets.back().bytes.size());
        }
        std::vector<Seen> all;
        replay(packets, {}, [&](const Seen& seen) { all.push_back(seen); });
        BOOST_REQUIRE(all.size() == row.packets.size());
        BOOST_TEST((all.front().kind == row.first));
        BOOST_TEST((all.back().kind == row.last), all.back().why);
        BOOST_TEST(to_hex(all.back().bytes) == kVersion);
        BOOST_TEST(all.back().packet == packets.size() - 1);
    }
}

BOOST_AUTO_TEST_CASE(discovery_is_told_apart_by_its_turn) {
    const char* const objects[] = {"00020000", "00020000", "01000001", "01020000", "01000100"};
    const char* const says[] = {"index 0, version 2", "index 0, version 2",
                                "vendor 0001h, data object type 00h, next index 1", "index 1, version 2",
                                "vendor 0001h, data object type 01h, next index 0"};
    std::vector<Packet> packets;
    for (const char* object : objects) {
        packets.push_back({.link = LinkType::pci_doe,
                           .wire_size = 12,
                           .bytes = transport::doe_object(transport::kDoeDiscovery, *from_hex(object))});
    }
    size_t at = 0;
    replay(packets, {}, [&](const Seen& seen) { BOOST_TEST(seen.says == says[at++]); });
    BOOST_TEST(at == 5U);
}

BOOST_AUTO_TEST_CASE(a_message_that_does_not_end_is_refused_at_the_end) {
    Packet first{.link = LinkType::mctp, .wire_size = 9, .bytes = *from_hex("010a08880510840000")};
    std::vector<Seen> all;
    replay({&first, 1}, {}, [&](const Seen& seen) { all.push_back(seen); });
    BOOST_REQUIRE(all.size() == 2U);
    BOOST_TEST((all[0].kind == Seen::Kind::part));
    BOOST_TEST((all[1].kind == Seen::Kind::refused));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::report
