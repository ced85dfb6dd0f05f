// GET_VERSION.
#include "stack/wire/messages/version.h"

#include <fmt/format.h>

#include "conformance/suites/responder/support.h"
#include "stack/wire/header.h"
#include "stack/wire/messages/digests.h"

namespace assay::cases {

namespace {

const Case kCases[] = {
    {
        .id = "ver/other-version",
        .title = "GET_VERSION with another version than 1.0 is VersionMismatch",
        .requirements = {"SPDM-VER-001"},
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            for (bool negotiated : {false, true}) {
                for (uint8_t version : Bytes{0x11, 0x12, 0x14, 0x00, 0xff}) {
                    if (negotiated) TRY(negotiate(test));
                    Exchange exchange = TRY(test.lab().send(Bytes{version, byte(code::get_version), 0, 0}));
                    TRY(test.expect(exchange, refused(ErrorCode::version_mismatch), "SPDM-VER-001"));
                }
            }
            return {};
        },
    },
    {
        .id = "ver/form",
        .title = "VERSION carries 1.0 and at least one entry",
        .requirements = {"SPDM-VER-002", "SPDM-VER-003", "SPDM-VER-004", "SPDM-VER-016", "SPDM-HDR-008"},
        .run = [](CaseContext& test) -> CheckResult {
            TRY(negotiate(test));
            Exchange exchange = TRY(test.lab().send(wire::GetVersion{}));
            TRY(test.expect_answer(exchange, "SPDM-VER-003"));
            const Bytes& response = *exchange.response;
            TRY(test.expect_that(wire::version_byte(response) == 0x10, "SPDM-VER-002", "SPDMVersion 0x10",
                                 fmt::format("0x{:02x}", wire::version_byte(response)), "SPDMVersion"));
            auto message = TRY(wire::decode<wire::VersionResponse>(response, exchange.response_context));
            TRY(test.expect_that(!message.entries.empty(), "SPDM-VER-003", "at least one entry", "none",
                                 "VersionNumberEntryCount"));
            for (uint16_t entry : message.entries) {
                TRY(test.expect_that(entry >> 12 == 1, "SPDM-VER-004", "major version 1 in bits 15:12",
                                     fmt::format("0x{:04x}", entry),
                                     "VersionNumberEntry[0].VersionNumberEntry"));
            }
            return test.expect_that(
                message.reserved == 0 && wire::param1(response) == 0 && wire::param2(response) == 0,
                {"SPDM-VER-016", "SPDM-HDR-008"}, "zeros where nothing is defined", "something else",
                "Reserved");
        },
    },
    // Of the versions that this program knows.
    {
        .id = "ver/every-listed",
        .title = "Every version of VERSION can be chosen",
        .requirements = {"SPDM-VER-103"},
        .run = [](CaseContext& test) -> CheckResult {
            TRY(test.lab().after_version());
            const std::vector<uint16_t> entries = test.lab().seen().versions();
            for (uint16_t entry : entries) {
                auto version = wire::version_from_byte(static_cast<uint8_t>(entry >> 8));
                if (!version) continue;
                TRY(test.lab().after_version());
                Bytes request = wire::encode_raw(test.lab().capabilities(*version), {.version = *version});
                Exchange exchange = TRY(test.lab().send(request));
                TRY(test.expect_that(exchange.answered(), "SPDM-VER-103",
                                     fmt::format("CAPABILITIES at {}", wire::name(*version)),
                                     lab::describe(exchange)));
            }
            return {};
        },
    },
    {
        .id = "ver/every-state",
        .title = "GET_VERSION is answered in every state",
        .requirements = {"SPDM-VER-009"},
        .run = [](CaseContext& test) -> CheckResult {
            lab::Lab& lab = test.lab();
            TRY(lab.reset());
            TRY(test.expect_answer(TRY(lab.send(wire::GetVersion{})), "SPDM-VER-009"));
            TRY(test.expect_answer(TRY(lab.send(wire::GetVersion{})), "SPDM-VER-009"));
            TRY(lab.after_capabilities(test.version()));
            TRY(test.expect_answer(TRY(lab.send(wire::GetVersion{})), "SPDM-VER-009"));
            TRY(negotiate(test));
            return test.expect_answer(TRY(lab.send(wire::GetVersion{})), "SPDM-VER-009");
        },
    },
    {
        .id = "ver/forgets-negotiation",
        .title = "After GET_VERSION nothing is negotiated",
        .requirements = {"SPDM-VER-008", "SPDM-VER-009"},
        .needs = cap::cert,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            TRY(negotiate(test));
            TRY(test.expect_answer(TRY(test.lab().send(wire::GetVersion{})), "SPDM-VER-009"));
            Exchange exchange = TRY(test.lab().send(header(test.version(), code::get_digests)));
            return test.expect(exchange,
                               refused(ErrorCode::unexpected_request,
                                       {ErrorCode::version_mismatch, ErrorCode::unsupported_request}),
                               "SPDM-VER-008");
        },
    },
    // A signature covers nothing from before GET_VERSION, and everything since.
    {
        .id = "ver/transcript-restarts",
        .title = "GET_VERSION restarts what is signed, without its padding",
        .requirements = {"SPDM-VER-008", "SPDM-VER-014", "SPDM-VER-015"},
        .needs = cap::cert | cap::chal,
        .run = [](CaseContext& test) -> CheckResult {
            TRY(negotiate_with_chain(test));
            TRY(test.expect_answer(TRY(test.lab().send(wire::GetDigests{})), "SPDM-VER-008"));
            // GET_VERSION with padding: four bytes of it are signed.
            Bytes padded = header(v1_0, code::get_version);
            padded.resize(8);
            Exchange version = TRY(test.lab().send(padded));
            TRY(test.expect(version, answer_despite_padding(test), "SPDM-VER-014"));
            if (version.error())
                TRY(test.expect_answer(TRY(test.lab().send(wire::GetVersion{})), "SPDM-VER-008"));
            TRY(test.expect_answer(TRY(test.lab().send(test.lab().capabilities(test.version()))),
                                   "SPDM-VER-008"));
            TRY(test.expect_answer(TRY(test.lab().send(test.lab().algorithms(test.version()))),
                                   "SPDM-VER-008"));
            TRY(test.lab().ensure_chain(0));
            return test.expect_signature(TRY(test.lab().send(test.lab().challenge())),
                                         {"SPDM-VER-008", "SPDM-VER-015"});
        },
    },
};

}  // namespace

void add_version(CaseList& cases) { add(cases, kCases); }

}  // namespace assay::cases
