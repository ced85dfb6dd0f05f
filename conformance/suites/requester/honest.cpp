// What a requester does with an honest responder: it authenticates it, sends well-formed messages, and waits
// when it is put off.
#include <fmt/format.h>

#include <algorithm>

#include "conformance/suites/requester/case_context.h"
#include "stack/spdm/capability_rules.h"
#include "stack/wire/header.h"
#include "stack/wire/messages/capabilities.h"
#include "stack/wire/registry.h"

namespace assay::cases::requester {

using namespace wire;

namespace {

constexpr lab::FlowOptions kAttestation{};

// The end is what a requester that succeeds gives, where that can be seen.
CheckResult expect_success(CaseContext& test, const Run& run, std::string_view requirement) {
    if (!test.subject().dut().has_exit_status()) return {};
    return test.expect_that(run.end.succeeded(), requirement, "the requester completes the flow",
                            run.end.output.empty() ? lab::describe(run.end) : run.end.output);
}

CheckResult believes(CaseContext& test) {
    const Run* run = TRY(test.honest(kAttestation));
    const bool zeros = run->exchanges().front().request == Bytes{0x10, byte(code::get_version), 0, 0};
    TRY(test.expect_that(zeros, "SPDM-VER-017", "GET_VERSION at 1.0 with both parameters zero",
                         "another first request", {}, 0));
    return expect_success(test, *run, "SPDM-VER-005");
}

// Every request has the version and the size it must have, and nothing in its reserved fields: the strict
// encoder would have written it so.
CheckResult asks_well(CaseContext& test) {
    const Run* run = TRY(test.honest(kAttestation));
    for (size_t at = 0; at < run->exchanges().size(); ++at) {
        const Exchange& exchange = run->exchanges()[at];
        if (exchange.session) continue;
        const Bytes& request = exchange.request;
        const bool first = request.size() > 1 && code_of(request) == code::get_version;
        const Version version = first ? Version::v1_0 : test.version();
        TRY(test.expect_that(version_byte(request) == byte(version), "SPDM-HDR-001",
                             std::string(name(version)), fmt::format("0x{:02x}", version_byte(request)),
                             "SPDMVersion", at));
        size_t used = 0;
        auto message = decode_any(request, exchange.request_context, &used);
        TRY(test.expect_that(
            message.has_value() && used == request.size(), "SPDM-HDR-015", "a request of exactly its fields",
            message ? fmt::format("{} bytes more", request.size() - used) : message.error().text(), {}, at));
        auto again = encode_any(**message, exchange.request_context);
        TRY(test.expect_that(again.has_value(), "SPDM-HDR-008", "reserved fields of zero, counts that agree",
                             again ? "" : again.error().text(), {}, at));
    }
    return {};
}

CheckResult keeps_capability_rules(CaseContext& test) {
    const Run* run = TRY(test.honest(kAttestation));
    for (size_t at = 0; at < run->exchanges().size(); ++at) {
        const Exchange& exchange = run->exchanges()[at];
        if (code_of(exchange.request) != code::get_capabilities) continue;
        auto message = decode<GetCapabilities>(exchange.request, exchange.request_context);
        TRY(test.expect_that(message.has_value(), "SPDM-CAP-004", "a message that can be read",
                             message ? "" : message.error().text(), {}, at));
        auto kept = spdm::check_requester_capabilities(spdm::Checker(), test.version(), *message);
        if (kept) continue;
        return test.expect_that(false, spdm::info(kept.error().check).requirement,
                                "flags and sizes that go together", kept.error().text(), "Flags", at);
    }
    return {};
}

// Each request that may be put off is, first with Busy and then with ResponseNotReady, more than once.
CheckResult waits(CaseContext& test) {
    const Run* plain = TRY(test.honest(kAttestation));
    const Run* run = TRY(test.honest(kAttestation, [](Ends& ends) {
        for (wire::Code code : {code::get_digests, code::get_certificate, code::challenge,
                                code::get_measurements, code::vendor_defined_request}) {
            ends.device.deferrals[code] = {.busy = 1, .not_ready = 2};
        }
    }));
    if (plain->exchanges().size() <= 3)
        return CaseContext::not_applicable("the requester sends nothing that may be put off");
    if (run->count(code::respond_if_ready) == 0) {
        test.note("SPDM-DEF-011", "RESPOND_IF_READY", "the requester gives up when it is put off");
        return {};
    }
    return plain->end.succeeded() ? expect_success(test, *run, "SPDM-DEF-006") : CheckResult{};
}

// Whatever it does in between: who never ends cannot be used.
CheckResult comes_to_an_end(CaseContext& test) {
    using How = lab::RequesterEnd::How;
    for (const lab::Flow flow : lab::kFlows) {
        const Run* run = TRY(test.subject().honest(test.version(), {.flow = flow}));
        if (run->end.how != How::late && run->end.how != How::cut) continue;
        return std::unexpected(
            Finding(Verdict::dead, {}, fmt::format("the requester comes to an end ({})", lab::name(flow)),
                    fmt::format("{} behind {} exchanges", lab::describe(run->end), run->exchanges().size())));
    }
    return {};
}

struct Row {
    std::string id;
    std::string title;
    std::vector<std::string> requirements;
    CheckResult (*run)(CaseContext&);
};

std::vector<Row> rows() {
    return {
        {"req/well-formed",
         "A requester's messages have the negotiated version, exact sizes and nothing in reserved fields",
         {"SPDM-HDR-001", "SPDM-HDR-008", "SPDM-HDR-015", "SPDM-VER-014", "SPDM-CAP-003", "SPDM-CAP-004",
          "SPDM-CAP-034", "SPDM-ALG-002", "SPDM-ALG-003", "SPDM-ALG-004", "SPDM-ALG-007", "SPDM-ALG-008",
          "SPDM-ALG-027", "SPDM-ALG-029", "SPDM-CHL-015", "SPDM-MEA-001", "SPDM-MEA-045"},
         asks_well},
        {"req/ends",
         "With an honest responder a requester comes to an end in its time",
         {"SPDM-DEF-105"},
         comes_to_an_end},
        {"req/capability-rules",
         "A requester's flags and sizes go together",
         {"SPDM-CAP-006", "SPDM-CAP-007", "SPDM-CAP-008", "SPDM-CAP-009", "SPDM-CAP-010", "SPDM-CAP-011",
          "SPDM-CAP-012", "SPDM-CAP-013", "SPDM-CAP-014", "SPDM-CAP-015", "SPDM-CAP-016", "SPDM-CAP-017",
          "SPDM-CAP-018", "SPDM-CAP-019", "SPDM-CAP-020", "SPDM-CAP-021"},
         keeps_capability_rules},
        {"req/put-off",
         "A requester that is put off asks again, and its transcripts hold the exchange once",
         {"SPDM-DEF-006", "SPDM-DEF-007", "SPDM-DEF-011", "SPDM-MEA-025"},
         waits},
    };
}

RequesterCase make(const Row& row) { return {row.id, row.title, row.requirements, row.run}; }

}  // namespace

void add_honest(std::vector<RequesterCase>& cases) {
    for (Version version : kVersions) {
        Row row{
            fmt::format("req/honest-{}", byte(version) & 0xf),
            "An honest responder is authenticated, up to signed measurements",
            {"SPDM-VER-003", "SPDM-VER-004", "SPDM-VER-005", "SPDM-VER-017", "SPDM-CHL-022", "SPDM-MEA-022"},
            believes};
        // What the signing prefix goes into; before it there was none.
        if (version >= Version::v1_2) {
            row.requirements.insert(row.requirements.end(), {"SPDM-CHL-002", "SPDM-CHL-021", "SPDM-MEA-038"});
        } else {
            row.requirements.emplace_back("SPDM-CHL-102");
        }
        cases.push_back(make(row));
        cases.back().since = cases.back().until = version;
    }
    for (const Row& row : rows()) cases.push_back(make(row));
}

}  // namespace assay::cases::requester
