// GET_CAPABILITIES.
#include "conformance/suites/responder/capabilities.h"

#include <fmt/format.h>

#include <algorithm>

#include "stack/base/ranges.h"
#include "stack/spdm/capability_rules.h"
#include "stack/wire/annotate.h"
#include "stack/wire/header.h"
#include "stack/wire/messages/certificate.h"
#include "stack/wire/messages/digests.h"
#include "stack/wire/messages/version.h"

namespace assay::cases {

namespace {

constexpr uint32_t kSession = cap::key_ex | cap::mac | cap::encrypt;

const Case kCases[] = {
    {
        .id = "cap/before-version",
        .title = "GET_CAPABILITIES is unexpected before GET_VERSION",
        .requirements = {"SPDM-CAP-001"},
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            // A target that keeps its state over a new connection is past that point: then it is a second
            // one, and at 1.0 nothing distinguishes it from a retry of the first.
            TRY(negotiate(test));
            TRY(test.lab().reset());
            wire::GetCapabilities message = test.lab().capabilities(test.version());
            message.ct_exponent = 7;
            // The version may be looked at before the order, and a device that just started may say that it
            // knows nothing.
            Allowed allowed = refused(ErrorCode::unexpected_request,
                                      {ErrorCode::version_mismatch, ErrorCode::request_resynch});
            allowed.silence = true;
            allowed.answer = !test.at_least(v1_1);
            return test.expect(TRY(send_capabilities(test, message, wait_for(allowed))), allowed,
                               "SPDM-CAP-001");
        },
    },
    // The same request once more may be a retry, and then gets the same answer; another one is out of order.
    {
        .id = "cap/twice",
        .title = "A second GET_CAPABILITIES is unexpected",
        .requirements = {"SPDM-CAP-001", "SPDM-CAP-101"},
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            for (bool negotiated : {false, true}) {
                auto reach = [&]() -> CheckResult {
                    if (negotiated) return negotiate(test);
                    TRY(test.lab().after_capabilities(test.version()));
                    return {};
                };
                TRY(reach());
                Bytes first = last_answer(test, code::get_capabilities);
                wire::GetCapabilities message = test.lab().capabilities(test.version());
                Allowed allowed = unexpected();
                allowed.answer = allowed.equal = true;
                Exchange exchange = TRY(send_capabilities(test, message));
                TRY(test.expect(exchange, allowed, {"SPDM-CAP-001", "SPDM-CAP-101"}));
                TRY(test.expect_that(!exchange.answered() || *exchange.response == first,
                                     {"SPDM-CAP-001", "SPDM-CAP-101"}, "the same answer as before", "another",
                                     "Flags"));
                if (!test.at_least(v1_1)) continue;
                TRY(reach());
                message.ct_exponent = 7;
                allowed = unexpected();
                allowed.silence = allowed.equal = true;
                TRY(test.expect(TRY(send_capabilities(test, message, wait_for(allowed))), allowed,
                                {"SPDM-CAP-001", "SPDM-CAP-101"}));
            }
            return {};
        },
    },
    {
        .id = "cap/version-not-offered",
        .title = "GET_CAPABILITIES at a version that was not offered is VersionMismatch",
        .requirements = {"SPDM-CAP-002"},
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            std::vector<uint8_t> listed;
            TRY(test.lab().after_version());
            for (uint16_t entry : test.lab().seen().versions())
                listed.push_back(static_cast<uint8_t>(entry >> 8));
            std::vector<uint8_t> others = {static_cast<uint8_t>(std::ranges::max(listed) + 1), 0x0f, 0x00,
                                           0xff, 0x20};
            for (Version version : wire::kVersions) {
                if (!contains(listed, wire::byte(version))) others.push_back(wire::byte(version));
            }
            for (uint8_t other : others) {
                TRY(test.lab().after_version());
                wire::GetCapabilities message = test.lab().capabilities(test.version());
                message.spdm_version = other;
                TRY(test.expect(TRY(send_capabilities(test, message)), refused(ErrorCode::version_mismatch),
                                "SPDM-CAP-002"));
            }
            return {};
        },
    },
    {
        .id = "cap/fixes-version",
        .title = "GET_CAPABILITIES fixes the version of the connection",
        .requirements = {"SPDM-CAP-003", "SPDM-HDR-001"},
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            TRY(test.lab().after_capabilities(test.version()));
            Bytes request = TRY(test.lab().encode(test.lab().algorithms(test.version())));
            for (int other : {wire::version_byte(request) + 1, wire::version_byte(request) - 1}) {
                Bytes changed = request;
                changed[0] = static_cast<uint8_t>(other);
                TRY(test.expect(TRY(test.lab().send(changed)), refused(ErrorCode::version_mismatch),
                                {"SPDM-CAP-003", "SPDM-HDR-001"}));
            }
            return test.expect_answer(TRY(test.lab().send(request)), "SPDM-CAP-003");
        },
    },
    {
        .id = "cap/too-short",
        .title = "GET_CAPABILITIES of an earlier version's size is InvalidRequest",
        .requirements = {"SPDM-CAP-004"},
        .since = v1_1,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            Bytes whole =
                wire::encode_raw(test.lab().capabilities(test.version()), {.version = test.version()});
            for (size_t size : {4U, 8U, 11U, 12U, 16U, 19U}) {
                if (test.lab().arriving(size) >= whole.size()) break;
                TRY(test.lab().after_version());
                TRY(test.expect(TRY(test.lab().send(ByteView(whole).first(size))), invalid(),
                                "SPDM-CAP-004"));
            }
            return {};
        },
    },
    // Bits without a meaning change nothing, and do not come back.
    {
        .id = "cap/reserved-flags",
        .title = "Flags without a meaning at this version are ignored",
        .requirements = {"SPDM-CAP-005", "SPDM-CAP-105", "SPDM-HDR-008"},
        .since = v1_1,
        .run = [](CaseContext& test) -> CheckResult {
            TRY(test.lab().after_capabilities(test.version()));
            const Exchange& plain = test.lab().exchanges().back();
            auto due = TRY(wire::decode<wire::Capabilities>(*plain.response, plain.response_context));
            TRY(test.lab().after_version());
            wire::GetCapabilities message = test.lab().capabilities(test.version());
            message.flags |= ~wire::known_requester_flags(test.version());
            message.reserved = 0xff;
            if (!test.at_least(v1_4)) message.ext_flags = 0xffff;
            Exchange exchange = TRY(send_capabilities(test, message));
            TRY(test.expect_answer(exchange, "SPDM-CAP-005"));
            auto answer =
                TRY(wire::decode<wire::Capabilities>(*exchange.response, exchange.response_context));
            TRY(test.expect_that(answer.flags == due.flags, "SPDM-CAP-105",
                                 fmt::format("the flags 0x{:08x} as without them", due.flags),
                                 fmt::format("0x{:08x}", answer.flags), "Flags"));
            TRY(expect_nothing_reserved(test, exchange, "SPDM-HDR-008"));
            return test.expect_answer(TRY(test.lab().send(test.lab().algorithms(test.version()))),
                                      "SPDM-CAP-005");
        },
    },
    {
        .id = "cap/form",
        .title = "CAPABILITIES has its version's size and flags that go together",
        .requirements = {"SPDM-CAP-030", "SPDM-CAP-105", "SPDM-CAP-022", "SPDM-CAP-023", "SPDM-CAP-024",
                         "SPDM-CAP-025", "SPDM-CAP-026", "SPDM-CAP-027", "SPDM-CAP-028", "SPDM-CAP-029",
                         "SPDM-CAP-107", "SPDM-CAP-111", "SPDM-CAP-114", "SPDM-CAP-120", "SPDM-CAP-131",
                         "SPDM-CAP-032", "SPDM-HDR-008"},
        .run = [](CaseContext& test) -> CheckResult {
            TRY(test.lab().after_capabilities(test.version()));
            const Exchange& exchange = test.lab().exchanges().back();
            TRY(test.expect_answer(exchange, "SPDM-CAP-030"));
            auto message =
                TRY(wire::decode<wire::Capabilities>(*exchange.response, exchange.response_context));
            uint16_t used = test.at_least(v1_4) ? wire::kSlotMgmtCap : 0;
            TRY(test.expect_that((message.ext_flags & ~used) == 0, "SPDM-CAP-032",
                                 fmt::format("no ExtFlags outside 0x{:04x}", used),
                                 fmt::format("0x{:04x}", message.ext_flags), "ExtFlags"));
            TRY(test.expect_that((message.flags & ~wire::known_responder_flags(test.version())) == 0,
                                 "SPDM-CAP-105", "only flags of this version",
                                 fmt::format("0x{:08x}", message.flags), "Flags"));
            spdm::Checked<> rules =
                spdm::check_responder_capabilities(spdm::Checker{}, test.version(), message, false);
            if (!rules) {
                const spdm::CheckInfo& rule = spdm::info(rules.error().check);
                return test.expect_that(false, rule.requirement, "flags that go together",
                                        std::string(rule.violated), "Flags");
            }
            test.judge({"SPDM-CAP-022", "SPDM-CAP-023", "SPDM-CAP-024", "SPDM-CAP-025", "SPDM-CAP-026",
                        "SPDM-CAP-027", "SPDM-CAP-028", "SPDM-CAP-029", "SPDM-CAP-107", "SPDM-CAP-111",
                        "SPDM-CAP-114", "SPDM-CAP-120", "SPDM-CAP-131"});
            return test.expect_that(
                message.reserved == 0 && message.param2 == 0 && (message.param1 & 0xfe) == 0, "SPDM-HDR-008",
                "reserved fields are zero", "they are not", "Reserved");
        },
    },
    // The block of algorithms is given to those who asked for it and can take it in chunks.
    {
        .id = "cap/supported-algorithms",
        .title = "The Supported Algorithms block needs CHUNK_CAP on both sides",
        .requirements = {"SPDM-CAP-022"},
        .since = v1_3,
        .run = [](CaseContext& test) -> CheckResult {
            lab::Offer offer{.flags = cap::chunk};
            TRY(test.lab().after_version());
            wire::GetCapabilities message = test.lab().capabilities(test.version(), offer);
            message.param1 = wire::kSupportedAlgorithms;
            Exchange exchange = TRY(send_capabilities(test, message));
            TRY(test.expect_answer(exchange, "SPDM-CAP-022"));
            auto answer =
                TRY(wire::decode<wire::Capabilities>(*exchange.response, exchange.response_context));
            bool block = (answer.param1 & wire::kSupportedAlgorithms) != 0;
            bool chunks = (answer.flags & cap::chunk) != 0;
            return test.expect_that(!block || chunks, "SPDM-CAP-022",
                                    "the block only with CHUNK_CAP on both sides",
                                    "the block, without CHUNK_CAP of the responder", "Param1");
        },
    },
    // What stands next to the illegal combinations is legal.
    {
        .id = "cap/legal-neighbours",
        .title = "Combinations next to the illegal ones are accepted",
        .requirements = {"SPDM-CAP-106", "SPDM-CAP-018"},
        .since = v1_1,
        .run = [](CaseContext& test) -> CheckResult {
            std::vector<uint32_t> sets = {kSession,
                                          kSession | cap::handshake_in_the_clear | cap::hbeat | cap::key_upd,
                                          cap::psk_requester | cap::mac, cap::cert | cap::chal,
                                          cap::cert | cap::chal | cap::mut_auth | cap::encap};
            if (test.at_least(v1_2)) sets.push_back(cap::cert | cap::chal | cap::mut_auth);
            if (test.at_least(v1_3)) sets.push_back(cap::cert | cap::ep_info_sig);
            for (uint32_t flags : sets) {
                TRY(test.lab().after_version());
                wire::GetCapabilities message = test.lab().capabilities(test.version());
                message.flags = flags;
                TRY(test.expect_answer(TRY(send_capabilities(test, message)), "SPDM-CAP-106"));
            }
            if (!test.at_least(v1_2)) return {};
            TRY(test.lab().after_version());
            wire::GetCapabilities smallest = test.lab().capabilities(test.version());
            smallest.data_transfer_size = smallest.max_spdm_msg_size = wire::kMinDataTransferSize;
            return test.expect_answer(TRY(send_capabilities(test, smallest)), "SPDM-CAP-018");
        },
    },
    // What a transport adds to GET_CAPABILITIES is in no transcript.
    {
        .id = "cap/padding-is-not-signed",
        .title = "Bytes behind GET_CAPABILITIES are no part of the transcript",
        .requirements = {"SPDM-CAP-034"},
        .needs = cap::cert,
        .run = [](CaseContext& test) -> CheckResult {
            for (size_t padding : {1U, 3U}) {
                TRY(test.lab().after_version());
                Bytes request =
                    wire::encode_raw(test.lab().capabilities(test.version()), {.version = test.version()});
                Exchange exchange = TRY(test.lab().send(padded(request, padding)));
                TRY(test.expect(exchange, answer_despite_padding(test), "SPDM-CAP-034"));
                if (exchange.error()) continue;
                TRY(test.expect_answer(TRY(test.lab().send(test.lab().algorithms(test.version()))),
                                       "SPDM-CAP-034"));
                TRY(expect_signed_vca(test, "SPDM-CAP-034"));
            }
            return {};
        },
    },
    // After a refusal the right request is due, or everything from GET_VERSION on.
    {
        .id = "cap/refused-agrees-on-nothing",
        .title = "After a refused GET_CAPABILITIES the right one, or GET_VERSION, is answered",
        .requirements = {"SPDM-CAP-037", "SPDM-CAP-004"},
        .since = v1_1,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            TRY(test.lab().after_version());
            wire::GetCapabilities good = test.lab().capabilities(test.version());
            TRY(test.expect(TRY(test.lab().send(header(test.version(), code::get_capabilities))), invalid(),
                            "SPDM-CAP-004"));
            Exchange exchange = TRY(send_capabilities(test, good));
            if (exchange.error()) {
                TRY(test.expect(exchange, unexpected(), "SPDM-CAP-037"));
                TRY(test.expect_answer(TRY(test.lab().send(wire::GetVersion{})), "SPDM-CAP-037"));
                exchange = TRY(send_capabilities(test, good));
            }
            TRY(test.expect_answer(exchange, "SPDM-CAP-037"));
            return test.expect_answer(TRY(test.lab().send(test.lab().algorithms(test.version()))),
                                      "SPDM-CAP-037");
        },
    },
    // A requester that takes 42 bytes gets no more at once, whatever it asks for.
    {
        .id = "cap/transfer-size",
        .title = "Nothing larger than the requester's DataTransferSize is sent at once",
        .requirements = {"SPDM-CAP-038"},
        .since = v1_2,
        .run = [](CaseContext& test) -> CheckResult {
            lab::Offer offer;
            offer.data_transfer_size = wire::kMinDataTransferSize;
            lab::Lab& lab = test.lab();
            TRY(lab.negotiated(test.version(), offer));
            std::vector<Bytes> requests;
            if (test.claims().has(cap::cert)) {
                requests.push_back(TRY(lab.encode(wire::GetDigests{})));
                requests.push_back(
                    TRY(lab.encode(wire::GetCertificate{.slot_id = 0, .offset = 0, .length = 0xffff})));
                if (test.claims().has(cap::chal)) requests.push_back(TRY(lab.encode(lab.challenge())));
            }
            if (test.claims().parameters.measurement_specification != 0) {
                for (uint8_t operation : {wire::kMeasurementCount, wire::kAllMeasurements}) {
                    requests.push_back(TRY(lab.encode(lab.get_measurements(operation, false))));
                }
            }
            for (const Bytes& request : requests) {
                Exchange exchange = TRY(lab.send(request));
                if (exchange.error()) {
                    Allowed allowed = refused(
                        ErrorCode::response_too_large,
                        {ErrorCode::invalid_request, ErrorCode::unspecified, ErrorCode::unsupported_request});
                    TRY(test.expect(exchange, allowed, "SPDM-CAP-038"));
                    continue;
                }
                TRY(test.expect_answer(exchange, "SPDM-CAP-038"));
                // Without the padding of the transport.
                size_t size = wire::annotate(*exchange.response, exchange.response_context).used;
                TRY(test.expect_that(size <= wire::kMinDataTransferSize, "SPDM-CAP-038", "at most 42 bytes",
                                     fmt::format("{}", size)));
            }
            if (requests.empty())
                return CaseContext::not_applicable(
                    "the device claims nothing whose answer could be too long");
            return {};
        },
    },
};

}  // namespace

Result<Exchange> send_capabilities(CaseContext& test, const wire::GetCapabilities& message, lab::Wait wait) {
    wire::Context context;
    context.version = test.version();
    return test.lab().send(wire::encode_raw(message, context), wait);
}

void add_capabilities(CaseList& cases) { add(cases, kCases); }

}  // namespace assay::cases
