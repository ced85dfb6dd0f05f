// Cases on MCTP: the message body (DSP0275), and its packets (DSP0236) where the adapter carries them.
#include <fmt/format.h>

#include "conformance/suites/responder/frames.h"

namespace assay::cases {

namespace {

using transport::MctpHeader;

constexpr uint8_t kSpdm = 0x05, kSecured = 0x06, kIntegrity = 0x80;
constexpr uint8_t kOurs = 0x08, kTheirs = transport::kMctpEndpoint;

Bytes body(uint8_t type, const Bytes& message = get_version()) { return concat({Bytes{type}, message}); }

MctpHeader to_them(uint8_t tag = 0) { return {.destination = kTheirs, .source = kOurs, .tag = tag}; }

const Case kCases[] = {
    {
        .id = "trn/mctp-other-type",
        .title = "A body of another message type is not taken for SPDM",
        .requirements = {"SPDM-TRN-001"},
        .negative = true,
        .once = true,
        .waits = true,
        .run = framed([](CaseContext& test) -> CheckResult {
            FrameSender units(test, FrameLayer::unit);
            TRY(units.applies(Binding::mctp));
            for (uint8_t type : std::initializer_list<uint8_t>{0x01, 0x04, 0x3f, 0x7d})
                TRY(units.dropped(body(type), "SPDM-TRN-001",
                                  fmt::format("GET_VERSION under message type {:02x}h", type)));
            return {};
        }),
    },
    // With the four bytes that a check would have, and without them.
    {
        .id = "trn/mctp-integrity",
        .title = "A body with the integrity check bit is dropped",
        .requirements = {"SPDM-TRN-016"},
        .negative = true,
        .once = true,
        .waits = true,
        .run = framed([](CaseContext& test) -> CheckResult {
            FrameSender units(test, FrameLayer::unit);
            TRY(units.applies(Binding::mctp));
            for (const Bytes& check : {Bytes{}, Bytes(4)})
                TRY(units.dropped(concat({body(kSpdm | kIntegrity), check}), "SPDM-TRN-016",
                                  "a body with the integrity check bit"));
            lab::Frames came = TRY(units.send(units.frames(get_version()), 1));
            bool plain = came.frames.size() == 1 && !came.frames[0].empty() && came.frames[0][0] == kSpdm;
            return test.expect_that(plain, "SPDM-TRN-016",
                                    "an answer of message type 05h, the integrity check bit clear",
                                    came.frames.empty() ? "nothing" : to_hex(came.frames[0]));
        }),
    },
    {
        .id = "trn/mctp-types-agree",
        .title = "Records and messages go under their own message types",
        .requirements = {"SPDM-TRN-018"},
        .negative = true,
        .once = true,
        .waits = true,
        .run = framed([](CaseContext& test) { return types_agree(test, Binding::mctp, "SPDM-TRN-018"); }),
    },
    {
        .id = "trn/packet-tag",
        .title = "An answer has the tag of its request and goes back where it came from",
        .requirements = {"SPDM-TRN-017", "SPDM-TRN-024"},
        .negative = true,
        .once = true,
        .run = framed([](CaseContext& test) -> CheckResult {
            FrameSender packets(test, FrameLayer::packet);
            TRY(packets.applies(Binding::mctp));
            for (uint8_t tag = 0; tag < 8; ++tag) {
                const Bytes request = transport::mctp_packet(to_them(tag), body(kSpdm));
                lab::Frames came = TRY(packets.send(std::span(&request, 1), 1));
                auto answer = came.frames.size() == 1 ? transport::parse_mctp_packet(came.frames[0])
                                                      : transport::refuse(transport::Framing::packet_short);
                TRY(packets.expect(answer.has_value(), "SPDM-TRN-017", "VERSION in one packet",
                                   "another number of packets"));
                const MctpHeader& header = answer->header;
                TRY(test.expect_that(
                    !header.tag_owner && header.tag == tag, "SPDM-TRN-017",
                    fmt::format("tag {}, its owner bit clear", tag),
                    fmt::format("tag {}, owner bit {}", header.tag, header.tag_owner ? 1 : 0)));
                TRY(test.expect_that(header.destination == kOurs && header.source == kTheirs, "SPDM-TRN-024",
                                     "an answer from the endpoint that was asked to the one that asked",
                                     fmt::format("{:02x}h to {:02x}h", header.source, header.destination)));
            }
            return {};
        }),
    },
    // A message that is longer than one transmission unit; what it is answered with is not looked at.
    {
        .id = "trn/packet-pieces",
        .title = "A message in several packets is put together",
        .requirements = {"SPDM-TRN-023"},
        .negative = true,
        .once = true,
        .run = framed([](CaseContext& test) -> CheckResult {
            FrameSender packets(test, FrameLayer::packet);
            TRY(packets.applies(Binding::mctp));
            Bytes request = header(v1_0, code::vendor_defined_request);
            request.resize(3 * transport::kMctpUnit, 0);
            for (uint8_t first = 0; first < 4; ++first) {
                MctpHeader begin = to_them();
                begin.sequence = first;
                auto parts = transport::mctp_packets(begin, body(kSpdm, request));
                lab::Frames came = TRY(packets.send(parts, 1));
                TRY(test.expect_that(
                    packets.messages(came).size() == 1, "SPDM-TRN-023",
                    fmt::format("an answer to {} packets from sequence number {} on", parts.size(), first),
                    "none"));
            }
            return {};
        }),
    },
    // GET_VERSION behind a first packet of 64 bytes would be no GET_VERSION: whatever is answered here was
    // put together from packets that do not belong together.
    {
        .id = "trn/packet-order",
        .title = "Packets that do not follow each other are no message",
        .requirements = {"SPDM-TRN-023"},
        .negative = true,
        .once = true,
        .run = framed([](CaseContext& test) -> CheckResult {
            FrameSender packets(test, FrameLayer::packet);
            TRY(packets.applies(Binding::mctp));
            Bytes request = header(v1_0, code::vendor_defined_request);
            request.resize(3 * transport::kMctpUnit, 0);
            auto parts = transport::mctp_packets(to_them(), body(kSpdm, request));
            const std::pair<const char*, std::vector<Bytes>> rows[] = {
                {"a message without its second packet", {parts[0], parts[2], parts[3]}},
                {"a message whose second packet comes twice",
                 {parts[0], parts[1], parts[1], parts[2], parts[3]}},
                {"packets in another order", {parts[0], parts[2], parts[1], parts[3]}},
                {"the rest of a message whose first packet did not come", {parts[1], parts[2], parts[3]}}};
            for (const auto& [what, sent] : rows) TRY(packets.dropped(sent, "SPDM-TRN-023", what));
            MctpHeader last = to_them();
            last.som = false;
            return packets.dropped(transport::mctp_packet(last, body(kSpdm)), "SPDM-TRN-023",
                                   "a last packet whose message has not begun");
        }),
    },
    {
        .id = "trn/packet-begins-anew",
        .title = "A first packet begins a message anew",
        .requirements = {"SPDM-TRN-023"},
        .negative = true,
        .once = true,
        .run = framed([](CaseContext& test) -> CheckResult {
            FrameSender packets(test, FrameLayer::packet);
            TRY(packets.applies(Binding::mctp));
            Bytes request = header(v1_0, code::vendor_defined_request);
            request.resize(2 * transport::kMctpUnit, 0);
            auto parts = transport::mctp_packets(to_them(), body(kSpdm, request));
            const std::vector<Bytes> sent = {parts[0], transport::mctp_packet(to_them(), body(kSpdm))};
            return packets.answered(sent, "SPDM-TRN-023", "a message that begins within another");
        }),
    },
    {
        .id = "trn/packet-header",
        .title = "A packet of an unknown header version is dropped",
        .requirements = {"SPDM-TRN-022"},
        .negative = true,
        .once = true,
        .run = framed([](CaseContext& test) -> CheckResult {
            FrameSender packets(test, FrameLayer::packet);
            TRY(packets.applies(Binding::mctp));
            for (uint8_t version : std::initializer_list<uint8_t>{0x00, 0x02, 0x0f}) {
                MctpHeader header = to_them();
                header.version = version;
                TRY(packets.dropped(transport::mctp_packet(header, body(kSpdm)), "SPDM-TRN-022",
                                    fmt::format("a packet of header version {}", version)));
            }
            TRY(packets.dropped(transport::mctp_packet(to_them(), {}), "SPDM-TRN-022",
                                "a packet of nothing but its header"));
            Bytes reserved = transport::mctp_packet(to_them(), body(kSpdm));
            reserved[0] |= 0xf0;
            return packets.answered(std::span(&reserved, 1), "SPDM-TRN-022",
                                    "a packet with reserved bits set");
        }),
    },
    {
        .id = "trn/packet-destination",
        .title = "A packet for another endpoint is not answered",
        .requirements = {"SPDM-TRN-024"},
        .negative = true,
        .once = true,
        .run = framed([](CaseContext& test) -> CheckResult {
            FrameSender packets(test, FrameLayer::packet);
            TRY(packets.applies(Binding::mctp));
            MctpHeader elsewhere = to_them();
            elsewhere.destination = kTheirs + 1;
            return packets.dropped(transport::mctp_packet(elsewhere, body(kSpdm)), "SPDM-TRN-024",
                                   "a packet for another endpoint");
        }),
    },
    {
        .id = "trn/packet-owner",
        .title = "A response that nobody asked for is dropped",
        .requirements = {"SPDM-TRN-025"},
        .negative = true,
        .once = true,
        .run = framed([](CaseContext& test) -> CheckResult {
            FrameSender packets(test, FrameLayer::packet);
            TRY(packets.applies(Binding::mctp));
            MctpHeader response = to_them();
            response.tag_owner = false;
            return packets.dropped(transport::mctp_packet(response, body(kSpdm)), "SPDM-TRN-025",
                                   "a message whose tag owner bit is clear");
        }),
    },
};

const Case kEmptyCases[] = {
    {
        .id = "trn/mctp-no-message",
        .title = "A body of no message is dropped",
        .requirements = {"SPDM-TRN-002"},
        .negative = true,
        .once = true,
        .waits = true,
        .run = framed([](CaseContext& test) -> CheckResult {
            FrameSender units(test, FrameLayer::unit);
            TRY(units.applies(Binding::mctp));
            TRY(units.dropped(Bytes{}, "SPDM-TRN-002", "a body of no bytes"));
            for (uint8_t type : {kSecured, kSpdm})
                TRY(units.dropped(Bytes{type}, "SPDM-TRN-002",
                                  fmt::format("a body of the one byte {:02x}h", type)));
            return {};
        }),
    },
};

}  // namespace

void add_transport_mctp(CaseList& cases) { add(cases, kCases); }

void add_transport_mctp_empty(CaseList& cases) { add(cases, kEmptyCases); }

}  // namespace assay::cases
