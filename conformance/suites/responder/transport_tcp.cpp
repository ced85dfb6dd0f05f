// Cases on SPDM over TCP (DSP0287), and on the emulator's framing around any binding.
#include <fmt/format.h>

#include "conformance/suites/responder/frames.h"

namespace assay::cases {

namespace {

Bytes message() { return transport::wrap(Binding::tcp, get_version()); }

Bytes changed(size_t at, uint8_t value) {
    Bytes made = message();
    made[at] = value;
    return made;
}

// The one notice of DSP0287 that came back: its type.
std::optional<uint8_t> notice(const lab::Frames& came) {
    if (came.frames.size() != 1) return std::nullopt;
    auto inner = transport::unwrap(Binding::tcp, came.frames[0]);
    if (!inner || inner->payload == Payload::spdm || inner->payload == Payload::secured) return std::nullopt;
    return inner->type;
}

std::string named(std::optional<uint8_t> type) {
    return type ? fmt::format("message type {:02x}h", *type) : std::string("no notice");
}

// What a receiver can find in a stream: a PayloadLen that does not cover the header, or that counts a payload
// where the type has none.
CheckResult lengths_in_streams(CaseContext& test) {
    FrameSender stream(test, FrameLayer::tcp_stream);
    for (uint8_t length : std::initializer_list<uint8_t>{0, 1})
        TRY(stream.dropped(changed(0, length), "SPDM-TRN-021", fmt::format("PayloadLen {}", length)));
    Bytes inquiry = transport::tcp_notice(transport::kTcpRoleInquiry);
    inquiry[0] = 1;
    return stream.dropped(inquiry, "SPDM-TRN-021", "Role-Inquiry with PayloadLen 1");
}

const Case kCases[] = {
    {
        .id = "trn/tcp-pieces",
        .title = "A read is not a message",
        .requirements = {"SPDM-TRN-008"},
        .negative = true,
        .once = true,
        .run = framed([](CaseContext& test) -> CheckResult {
            FrameSender stream(test, FrameLayer::tcp_stream);
            TRY(stream.applies(Binding::tcp));
            std::vector<Bytes> bytes;
            for (uint8_t byte : message()) bytes.push_back(Bytes{byte});
            TRY(stream.answered(bytes, "SPDM-TRN-008", "GET_VERSION byte by byte"));
            const Bytes two = concat({message(), message()});
            return stream.answered(std::span(&two, 1), "SPDM-TRN-008", "GET_VERSION twice in one piece", 2);
        }),
    },
    // A reader that does not look at the field is disputed (vectors/disputes.json,
    // DISPUTE-TCP-BINDING-VERSION).
    {
        .id = "trn/tcp-version",
        .title = "A message of another BindingVersion is refused",
        .requirements = {"SPDM-TRN-009"},
        .negative = true,
        .once = true,
        .run = framed([](CaseContext& test) -> CheckResult {
            FrameSender units(test, FrameLayer::unit);
            TRY(units.applies(Binding::tcp));
            for (uint8_t version : std::initializer_list<uint8_t>{0x00, 0x02, 0x81})
                TRY(units.dropped(changed(2, version), "SPDM-TRN-009",
                                  fmt::format("BindingVersion {:02x}h", version)));
            return {};
        }),
    },
    {
        .id = "trn/tcp-unknown-type",
        .title = "An unknown message type is named",
        .requirements = {"SPDM-TRN-010"},
        .negative = true,
        .once = true,
        .run = framed([](CaseContext& test) -> CheckResult {
            FrameSender units(test, FrameLayer::unit);
            TRY(units.applies(Binding::tcp));
            for (uint8_t type : std::initializer_list<uint8_t>{0x07, 0xbe}) {
                const Bytes sent = changed(3, type);
                lab::Frames came = TRY(units.send(std::span(&sent, 1), 1));
                TRY(units.answered(units.frames(get_version()), "SPDM-TRN-010",
                                   "GET_VERSION after an unknown type"));
                auto answer = notice(came);
                TRY(test.expect_that(answer == transport::kTcpNotSupported, "SPDM-TRN-010",
                                     fmt::format("C1h for message type {:02x}h", type), named(answer),
                                     "MessageType"));
            }
            return {};
        }),
    },
    // What is too large for the target is named; what is not is answered.
    {
        .id = "trn/tcp-largest",
        .title = "The largest message is answered, or named as too large",
        .requirements = {"SPDM-TRN-010"},
        .negative = true,
        .once = true,
        .run = framed([](CaseContext& test) -> CheckResult {
            FrameSender stream(test, FrameLayer::tcp_stream);
            TRY(stream.applies(Binding::tcp));
            Bytes request = header(v1_0, code::vendor_defined_request);
            request.resize(transport::max_message(Binding::tcp), 0);
            lab::Frames came = TRY(stream.send(stream.frames(request), 1));
            TRY(stream.answered(stream.frames(get_version()), "SPDM-TRN-010",
                                "GET_VERSION after a large message"));
            auto answer = notice(came);
            return test.expect_that(answer == transport::kTcpTooLarge || !stream.messages(came).empty(),
                                    "SPDM-TRN-010", "C0h, or an answer, for the largest message",
                                    named(answer), "MessageType");
        }),
    },
    {
        .id = "trn/tcp-types-agree",
        .title = "Records and messages go under their own types",
        .requirements = {"SPDM-TRN-011"},
        .negative = true,
        .once = true,
        .run = framed([](CaseContext& test) { return types_agree(test, Binding::tcp, "SPDM-TRN-011"); }),
    },
    {
        .id = "trn/tcp-role-inquiry",
        .title = "Role-Inquiry is answered",
        .requirements = {"SPDM-TRN-012"},
        .negative = true,
        .once = true,
        .run = framed([](CaseContext& test) -> CheckResult {
            FrameSender units(test, FrameLayer::unit);
            TRY(units.applies(Binding::tcp));
            const Bytes inquiry = transport::tcp_notice(transport::kTcpRoleInquiry);
            lab::Frames came = TRY(units.send(std::span(&inquiry, 1), 1));
            TRY(units.answered(units.frames(get_version()), "SPDM-TRN-012",
                               "GET_VERSION after Role-Inquiry"));
            auto answer = notice(came);
            bool said = answer == transport::kTcpNoRequester || answer == transport::kTcpNoResponder;
            return test.expect_that(said || !units.messages(came).empty(), "SPDM-TRN-012",
                                    "C2h, C3h, or a message in the peer's role", named(answer),
                                    "MessageType");
        }),
    },
    {
        .id = "trn/tcp-length",
        .title = "A PayloadLen that is wrong is refused",
        .requirements = {"SPDM-TRN-021"},
        .negative = true,
        .once = true,
        .run = framed([](CaseContext& test) -> CheckResult {
            FrameSender units(test, FrameLayer::unit);
            TRY(units.applies(Binding::tcp));
            if (test.lab().dut().carries_frames(FrameLayer::tcp_stream)) TRY(lengths_in_streams(test));
            // Where another layer bounds the units, more can be checked.
            if (!test.lab().dut().carries_frames(FrameLayer::emu_stream)) return {};
            uint8_t right = message()[0];
            for (int off : {-1, 1})
                TRY(units.dropped(changed(0, static_cast<uint8_t>(right + off)), "SPDM-TRN-021",
                                  fmt::format("PayloadLen {} for {}", right + off, right)));
            return {};
        }),
    },
    {
        .id = "trn/emu-unknown-command",
        .title = "An unknown command of the emulator's framing is named",
        .requirements = {"SPDM-TRN-014"},
        .negative = true,
        .once = true,
        .run = framed([](CaseContext& test) -> CheckResult {
            lab::Dut& dut = test.lab().dut();
            if (!dut.carries_frames(FrameLayer::emu_stream))
                return CaseContext::not_applicable("the target has no emulator's framing");
            FrameSender stream(test, FrameLayer::emu_stream);
            constexpr auto kUnknown = static_cast<uint32_t>(transport::EmuCommand::unknown);
            const Bytes unit = transport::emu_unit(dut.binding(), 0x7777, {});
            lab::Frames came = TRY(stream.send(std::span(&unit, 1), 1));
            bool said =
                came.frames.size() == 1 && came.frames[0] == transport::emu_unit(dut.binding(), kUnknown, {});
            TRY(test.expect_that(said, "SPDM-TRN-014", "FFFFh for command 7777h",
                                 came.frames.empty() ? "nothing" : to_hex(came.frames[0])));
            return stream.answered(stream.frames(get_version()), "SPDM-TRN-014",
                                   "GET_VERSION after an unknown command");
        }),
    },
};

const Case kEmptyCases[] = {
    {
        .id = "trn/tcp-no-message",
        .title = "A header without its message is dropped",
        .requirements = {"SPDM-TRN-031"},
        .negative = true,
        .once = true,
        .run = framed([](CaseContext& test) -> CheckResult {
            FrameSender units(test, FrameLayer::unit);
            TRY(units.applies(Binding::tcp));
            for (Payload payload : {Payload::secured, Payload::spdm})
                TRY(units.dropped(transport::wrap(Binding::tcp, {}, payload), "SPDM-TRN-031",
                                  "a header without a message"));
            return {};
        }),
    },
};

}  // namespace

void add_transport_tcp(CaseList& cases) { add(cases, kCases); }

void add_transport_tcp_empty(CaseList& cases) { add(cases, kEmptyCases); }

}  // namespace assay::cases
