// Cases on PCIe DOE: the header of a data object, padding, discovery.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "conformance/suites/responder/frames.h"
#include "stack/wire/header.h"
#include "stack/wire/messages/certificate.h"
#include "stack/wire/messages/measurements.h"

namespace assay::cases {

namespace {

constexpr size_t kHeader = 8;
// Of a discovery request: at capability version 1, and at version 2 and later.
constexpr std::initializer_list<uint8_t> kDiscoveryVersions = {0, 2};
// Types with a connection id (DOE 1.1), and types without a meaning.
constexpr uint8_t kOtherTypes[] = {0x03, 0x04, 0x7e, 0xee};

Bytes object() { return transport::doe_object(transport::kDoeSpdm, get_version()); }

// The same object with one byte changed.
Bytes changed(size_t at, uint8_t value) {
    Bytes made = object();
    made[at] = value;
    return made;
}

// Vendor and type of what discovery names.
using Named = std::set<std::pair<int, int>>;

Bytes asking(uint8_t index, uint8_t version) {
    return transport::doe_object(transport::kDoeDiscovery, transport::doe_discovery_request(index, version));
}

// The entry that came back; empty: none did.
std::expected<Bytes, engine::Finding> entry(const FrameSender& units, uint8_t index, uint8_t version) {
    const Bytes asked = asking(index, version);
    lab::Frames came = TRY(units.send(std::span(&asked, 1), 1));
    if (came.frames.size() != 1) return Bytes{};
    auto object = transport::unwrap(Binding::doe, came.frames[0]);
    bool entry = object && object->payload == Payload::doe_discovery &&
                 object->message.size() == transport::kDoeDiscoverySize;
    return entry ? to_bytes(object->message) : Bytes{};
}

// Asks for one index after the other with a version byte; nullopt: it is not answered.
std::expected<std::optional<Named>, engine::Finding> walk(const FrameSender& units, uint8_t version) {
    Named named;
    uint8_t index = 0;
    for (int step = 0; step < 256; ++step) {
        const Bytes found = TRY(entry(units, index, version));
        if (found.empty() && step == 0) return std::nullopt;
        TRY(units.expect(!found.empty(), "SPDM-TRN-007",
                         fmt::format("an entry of index {}, which the one before names", index), "none"));
        named.emplace(found[0] | found[1] << 8, found[2]);
        index = found[3];
        if (index == 0) return named;
    }
    TRY(units.expect(false, "SPDM-TRN-007", "an entry whose next index is 0", "256 entries without one"));
    return std::nullopt;
}

// At whichever version discovery answers.
std::expected<Named, engine::Finding> named_objects(const FrameSender& units) {
    std::optional<Named> named;
    for (uint8_t version : kDiscoveryVersions) {
        if (!named) named = TRY(walk(units, version));
    }
    TRY(units.expect(named.has_value(), "SPDM-TRN-019", "a discovery response for index 0",
                     "none at version 0 nor at version 2"));
    return std::move(*named);
}

const Case kCases[] = {
    {
        .id = "trn/doe-length",
        .title = "An object whose Length is not its own is dropped",
        .requirements = {"SPDM-TRN-003"},
        .negative = true,
        .once = true,
        .run = framed([](CaseContext& test) -> CheckResult {
            FrameSender units(test, FrameLayer::unit);
            TRY(units.applies(Binding::doe));
            uint8_t words = object()[4];
            for (int off : {-1, 1, 100})
                TRY(units.dropped(changed(4, static_cast<uint8_t>(words + off)), "SPDM-TRN-003",
                                  fmt::format("a Length of {} words for {}", words + off, words)));
            return units.dropped(concat({object(), Bytes(4)}), "SPDM-TRN-003",
                                 "four bytes more than Length counts");
        }),
    },
    {
        .id = "trn/doe-length-zero",
        .title = "Length 0 stands for the largest object alone",
        .requirements = {"SPDM-TRN-006"},
        .negative = true,
        .once = true,
        .run = framed([](CaseContext& test) -> CheckResult {
            FrameSender units(test, FrameLayer::unit);
            TRY(units.applies(Binding::doe));
            return units.dropped(changed(4, 0), "SPDM-TRN-006",
                                 "a short object with Length 0, which stands for 1 MiB");
        }),
    },
    {
        .id = "trn/doe-vendor",
        .title = "An object of another vendor is dropped",
        .requirements = {"SPDM-TRN-004"},
        .negative = true,
        .once = true,
        .run = framed([](CaseContext& test) -> CheckResult {
            FrameSender units(test, FrameLayer::unit);
            TRY(units.applies(Binding::doe));
            TRY(units.dropped(changed(0, 0), "SPDM-TRN-004", "vendor 0000h"));
            TRY(units.dropped(changed(0, 2), "SPDM-TRN-004", "vendor 0002h"));
            return units.dropped(changed(1, 1), "SPDM-TRN-004", "vendor 0101h");
        }),
    },
    // Either reading is accepted of a receiver (vectors/disputes.json, DISPUTE-DOE-RESERVED); a sender has
    // zeros.
    {
        .id = "trn/doe-reserved",
        .title = "Reserved bits do no harm, and are zero in what is sent",
        .requirements = {"SPDM-TRN-026"},
        .negative = true,
        .once = true,
        .run = framed([](CaseContext& test) -> CheckResult {
            FrameSender units(test, FrameLayer::unit);
            TRY(units.applies(Binding::doe));
            for (size_t at : {3U, 7U})
                for (uint8_t value : std::initializer_list<uint8_t>{0x01, 0x80})
                    TRY(units.harmless(changed(at, value), "SPDM-TRN-026",
                                       fmt::format("reserved bits {:02x}h", value)));
            lab::Frames came = TRY(units.send(units.frames(get_version()), 1));
            bool zero = came.frames.size() == 1 && came.frames[0].size() >= kHeader &&
                        came.frames[0][3] == 0 && (came.frames[0][6] & 0xfc) == 0 && came.frames[0][7] == 0;
            return test.expect_that(zero, "SPDM-TRN-026", "an object whose reserved bits are zero",
                                    came.frames.empty() ? "nothing" : to_hex(came.frames[0]));
        }),
    },
    {
        .id = "trn/doe-unknown-type",
        .title = "An object of an unknown type gets no SPDM answer",
        .requirements = {"SPDM-TRN-020", "SPDM-TRN-007", "SPDM-TRN-019"},
        .negative = true,
        .once = true,
        .run = framed([](CaseContext& test) -> CheckResult {
            FrameSender units(test, FrameLayer::unit);
            TRY(units.applies(Binding::doe));
            const Named named = TRY(named_objects(units));
            for (uint8_t type : kOtherTypes) {
                if (named.contains({1, type})) continue;
                TRY(units.dropped(changed(2, type), "SPDM-TRN-020",
                                  fmt::format("data object type {:02x}h", type)));
            }
            return {};
        }),
    },
    {
        .id = "trn/doe-types-agree",
        .title = "Records and messages go under their own object types",
        .requirements = {"SPDM-TRN-028"},
        .negative = true,
        .once = true,
        .run = framed([](CaseContext& test) { return types_agree(test, Binding::doe, "SPDM-TRN-028"); }),
    },
    // The ordinary answer, an error or none (vectors/disputes.json, DISPUTE-DOE-PADDING): but no signature
    // over padding.
    {
        .id = "trn/doe-padding-received",
        .title = "Padding is no part of what is signed",
        .requirements = {"SPDM-TRN-005"},
        .since = v1_1,
        .needs = cap::meas_sig,
        .negative = true,
        .once = true,
        .run = framed([](CaseContext& test) -> CheckResult {
            FrameSender units(test, FrameLayer::unit);
            TRY(units.applies(Binding::doe));
            TRY(negotiate_with_chain(test));
            lab::Lab& lab = test.lab();
            const Bytes request = TRY(lab.encode(lab.get_measurements(wire::kAllMeasurements, true)));
            Bytes frame = units.frames(request).front();
            for (size_t at = kHeader + request.size(); at < frame.size(); ++at) frame[at] = 0xff;
            lab::Frames came = TRY(units.send(std::span(&frame, 1), 1));
            auto found = units.messages(came);
            if (found.empty() ||
                (found.front().bytes.size() > 1 && wire::code_of(found.front().bytes) == code::error))
                return {};
            lab.observer().request(request);
            lab.observer().response(found.front().bytes);
            const auto& signature = lab.seen().last_signature();
            bool good = signature && signature->result == lab::SignatureCheck::Result::good;
            return test.expect_that(good, "SPDM-TRN-005",
                                    "measurements signed over the request without its padding",
                                    signature ? signature->why : "no signature", "Signature");
        }),
    },
    // Portions of all sizes modulo four.
    {
        .id = "trn/doe-padding-sent",
        .title = "What pads an object is zero",
        .requirements = {"SPDM-TRN-005"},
        .needs = cap::cert,
        .negative = true,
        .once = true,
        .run = framed([](CaseContext& test) -> CheckResult {
            FrameSender units(test, FrameLayer::unit);
            TRY(units.applies(Binding::doe));
            TRY(negotiate(test));
            for (uint16_t portion = 5; portion <= 8; ++portion) {
                const Bytes request = TRY(test.lab().encode(wire::GetCertificate{.length = portion}));
                lab::Frames came = TRY(units.send(units.frames(request), 1));
                auto found = units.messages(came);
                TRY(test.expect_that(found.size() == 1, "SPDM-TRN-005", "CERTIFICATE", "nothing"));
                const Bytes& answer = found.front().bytes;
                constexpr size_t kFields = 8;  // up to CertChain
                if (answer.size() < kFields || wire::code_of(answer) == code::error) continue;
                size_t size = kFields + answer[4] + (size_t{answer[5]} << 8);
                ByteView padding = ByteView(answer).subspan(std::min(size, answer.size()));
                bool zero = padding.size() < 4 &&
                            std::ranges::all_of(padding, [](uint8_t byte) { return byte == 0; });
                TRY(test.expect_that(zero, "SPDM-TRN-005", "less than four bytes of padding, all zero",
                                     to_hex(padding)));
            }
            return {};
        }),
    },
    {
        .id = "trn/doe-discovery",
        .title = "Discovery ends, and names what the device has, at both versions",
        .requirements = {"SPDM-TRN-007", "SPDM-TRN-019", "SPDM-TRN-029"},
        .negative = true,
        .once = true,
        .run = framed([](CaseContext& test) -> CheckResult {
            FrameSender units(test, FrameLayer::unit);
            TRY(units.applies(Binding::doe));
            const Named named = TRY(named_objects(units));
            std::vector<int> due = {transport::kDoeDiscovery, transport::kDoeSpdm};
            if (test.claims().has(cap::key_ex | cap::psk)) due.push_back(transport::kDoeSecured);
            for (int type : due)
                TRY(test.expect_that(named.contains({1, type}), "SPDM-TRN-019",
                                     fmt::format("an entry of vendor 0001h and type {:02x}h", type), "none"));
            for (uint8_t version : kDiscoveryVersions) {
                auto at = TRY(walk(units, version));
                TRY(test.expect_that(at == named, "SPDM-TRN-029",
                                     fmt::format("the same entries at version {}", version),
                                     at ? "other ones" : "no answer"));
            }
            return {};
        }),
    },
    {
        .id = "trn/doe-discovery-beyond",
        .title = "Discovery beyond the last entry says that there is none",
        .requirements = {"SPDM-TRN-027"},
        .negative = true,
        .once = true,
        .run = framed([](CaseContext& test) -> CheckResult {
            FrameSender units(test, FrameLayer::unit);
            TRY(units.applies(Binding::doe));
            std::vector<std::string> other;
            for (uint8_t version : kDiscoveryVersions) {
                const Bytes found = TRY(entry(units, 0xff, version));
                TRY(units.answered(units.frames(get_version()), "SPDM-TRN-027",
                                   "GET_VERSION after an index beyond the last"));
                if (found.size() == transport::kDoeDiscoverySize && found[0] == 0xff && found[1] == 0xff)
                    return {};
                other.push_back(found.empty() ? "nothing" : to_hex(found));
            }
            return units.expect(false, "SPDM-TRN-027", "vendor FFFFh for index 255, at either version",
                                fmt::format("{} and {}", other[0], other[1]));
        }),
    },
};

const Case kEmptyCases[] = {
    {
        .id = "trn/doe-no-message",
        .title = "An object of no message is dropped",
        .requirements = {"SPDM-TRN-030", "SPDM-TRN-003"},
        .negative = true,
        .once = true,
        .run = framed([](CaseContext& test) -> CheckResult {
            FrameSender units(test, FrameLayer::unit);
            TRY(units.applies(Binding::doe));
            for (uint8_t type : {transport::kDoeSecured, transport::kDoeSpdm})
                TRY(units.dropped(transport::doe_object(type, {}), "SPDM-TRN-030",
                                  fmt::format("an object of type {:02x}h and nothing in it", type)));
            for (size_t size : {0U, 4U, 7U}) {
                if (size % test.lab().dut().frame_alignment() != 0) continue;
                Bytes cut = object();
                cut.resize(size);
                TRY(units.dropped(cut, "SPDM-TRN-003", fmt::format("{} bytes of a header", size)));
            }
            return {};
        }),
    },
};

}  // namespace

void add_transport_doe(CaseList& cases) { add(cases, kCases); }

void add_transport_doe_empty(CaseList& cases) { add(cases, kEmptyCases); }

}  // namespace assay::cases
