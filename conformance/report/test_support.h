// A report made by hand: one result of each verdict, and text with the special characters of every format.
#pragma once

#include <nlohmann/json.hpp>

#include "conformance/report/details.h"
#include "stack/wire/codes.h"

namespace assay::report::test {

inline constexpr std::string_view kRequirements = R"({"requirements": [
  {"id": "SPDM-CRT-003", "text": "An Offset at or beyond the end of the chain gets InvalidRequest.",
   "document": "DSP0274", "section": "GET_CERTIFICATE request and CERTIFICATE response messages",
   "level": "must", "role": "responder", "evidence": "read"},
  {"id": "SPDM-CHL-001", "text": "The signature of CHALLENGE_AUTH covers the transcript.",
   "document": "DSP0274", "section": "CHALLENGE request and CHALLENGE_AUTH response messages",
   "level": "must", "role": "responder", "evidence": "read", "threat": "firmware-spoofing"},
  {"id": "SPDM-HDR-101", "text": "A reserved bit that is set is \"ignored\" & not <refused>.",
   "document": "DSP0274", "section": "Reserved and unassigned values",
   "level": "should", "role": "responder", "evidence": "recalled"},
  {"id": "SPDM-SES-001", "text": "Sessions end.", "document": "DSP0274", "section": "END_SESSION",
   "level": "must", "role": "responder", "evidence": "read", "deferred": "sessions are not driven yet"},
  {"id": "SPDM-SES-002", "text": "Keys are wiped.", "document": "DSP0274", "section": "END_SESSION",
   "level": "must", "role": "both", "evidence": "read", "untestable": "memory cannot be seen"},
  {"id": "SPDM-SES-003", "text": "A heartbeat is answered.", "document": "DSP0274", "section": "HEARTBEAT",
   "level": "must", "role": "responder", "evidence": "read"},
  {"id": "SPDM-SES-004", "text": "A heartbeat may be late.", "document": "DSP0274", "section": "HEARTBEAT",
   "level": "may", "role": "responder", "evidence": "read"}
]})";

inline const engine::Requirements& requirements() {
    static const engine::Requirements all = [] {
        engine::Requirements read;
        read.add(kRequirements, "test_support.h").value();
        return read;
    }();
    return all;
}

inline wire::Context at(wire::Version version) {
    return {.version = version, .hash_size = 48, .signature_size = 96};
}

// An empty `response` is silence.
inline lab::Exchange exchange(std::string_view request, std::string_view response,
                              wire::Version version = wire::Version::v1_2) {
    lab::Exchange one;
    one.request = from_hex(request).value();
    if (!response.empty()) one.response = from_hex(response).value();
    one.request_context = one.response_context = at(version);
    return one;
}

inline lab::Exchange get_version() {
    return exchange("10840000", "10040000000200110012", wire::Version::v1_0);
}

inline engine::Finding finding(engine::Verdict verdict, std::string requirement, std::string expected,
                               std::string got, size_t exchange = engine::Finding::npos,
                               std::string field = {}) {
    engine::Finding finding(verdict, std::move(requirement), std::move(expected), std::move(got));
    finding.exchange = exchange;
    finding.field = std::move(field);
    return finding;
}

inline engine::CaseResult failed() {
    return {.id = "crt/offset-at-end",
            .title = "An Offset at the end of the chain is refused",
            .requirements = {"SPDM-CRT-003"},
            .judged = {"SPDM-CRT-003", "SPDM-HDR-002"},
            .version = wire::Version::v1_2,
            .verdict = engine::Verdict::fail,
            .findings = {finding(engine::Verdict::fail, "SPDM-CRT-003", "ERROR InvalidRequest", "CERTIFICATE",
                                 1, "PortionLength")},
            .exchanges = {get_version(), exchange("1282000000020004", "1202000004000000deadbeef")}};
}

inline engine::CaseResult badly_signed() {
    std::string nonce(64, '5');
    lab::Exchange challenge = exchange(
        "11830000" + nonce, "11030001" + std::string(96, 'c') + nonce + "0000" + std::string(192, 'a'),
        wire::Version::v1_1);
    challenge.signature = lab::SignatureCheck{.result = lab::SignatureCheck::Result::bad,
                                              .code = wire::code::challenge_auth,
                                              .transcript = {0x11, 0x22, 0x33},
                                              .why = "the signature does not verify"};
    return {.id = "chl/signature",
            .title = "CHALLENGE_AUTH is signed over the transcript",
            .requirements = {"SPDM-CHL-001"},
            .version = wire::Version::v1_1,
            .verdict = engine::Verdict::fail,
            .findings = {finding(engine::Verdict::fail, "SPDM-CHL-001",
                                 "a signature over the transcript on the wire",
                                 "the signature does not verify", 0, "Signature")},
            .exchanges = {challenge}};
}

// HEARTBEAT inside a session, answered in a record too.
inline lab::Exchange in_session() {
    lab::Exchange one = exchange("12e80000", "12680000");
    one.session = 0xfffeffff;
    one.request_record = from_hex("fffffeff00000016aabb").value();
    one.response_record = from_hex("fffffeff00000016ccdd").value();
    one.macs = {{true, wire::code::finish, {}}, {false, wire::code::finish_rsp, {0x5a}}};
    return one;
}

inline engine::RunReport sample() {
    using engine::Verdict;
    using wire::Version;
    engine::RunReport report{.target = "exec:./device 'two words'",
                             .options = {},
                             .versions = {Version::v1_1, Version::v1_2},
                             .results = {},
                             .exchanges = 42,
                             .unreachable = true,
                             .killed_by = "mal/empty"};
    report.options.seed = 7;
    report.options.strict = true;
    report.options.profile.name = "bench";
    auto add = [&](Version version, Verdict verdict, std::string id, std::string title, std::string rule) {
        engine::CaseResult result{.id = std::move(id),
                                  .title = std::move(title),
                                  .requirements = {},
                                  .version = version,
                                  .verdict = verdict};
        if (!rule.empty()) result.requirements.push_back(std::move(rule));
        return &report.results.emplace_back(std::move(result));
    };
    add(Version::v1_1, Verdict::pass, "sane/first", "From GET_VERSION to signed measurements", "");
    report.results.push_back(badly_signed());
    add(Version::v1_1, Verdict::not_applicable, "mea/signed", "Signed measurements", "")->reason =
        "the device does not claim MEAS_CAP with signatures";
    add(Version::v1_2, Verdict::pass, "sane/first", "From GET_VERSION to signed measurements", "");
    report.results.push_back(failed());

    engine::CaseResult* loose =
        add(Version::v1_2, Verdict::loose_pass, "crt/slot-8", "Slot 8 is refused", "SPDM-CRT-003");
    loose->findings = {finding(Verdict::loose_pass, "SPDM-CRT-003", "ERROR InvalidRequest",
                               "ERROR UnsupportedRequest", 0, "ErrorCode")};
    loose->exchanges = {exchange("1282080000000004", "127f0700")};

    engine::CaseResult* warning =
        add(Version::v1_2, Verdict::warning, "hdr/reserved",
            "A reserved byte <Param2> is ignored & the answer comes", "SPDM-HDR-101");
    warning->findings = {finding(Verdict::warning, "SPDM-HDR-101", "DIGESTS",
                                 "a subject of \"\x1b[31m]]>\xff\n\xc3\xa9\"", 0, "Param2")};
    warning->exchanges = {exchange("1281000f", "127f0100")};

    add(Version::v1_2, Verdict::waived, "ver/entries", "Entries ascend", "")->reason =
        "firmware 3 is known for it";
    add(Version::v1_2, Verdict::unexpected_pass, "ver/twice", "GET_VERSION twice", "")->reason =
        "the profile expects a failure: firmware 2 was known for it";

    engine::CaseResult* dead =
        add(Version::v1_2, Verdict::dead, "mal/empty", "An empty message harms nothing", "SPDM-HDR-101");
    dead->findings = {finding(Verdict::dead, "", "the exchange goes through", "closed", 1)};
    dead->exchanges = {get_version(), exchange("", "")};

    engine::CaseResult* defect =
        add(Version::v1_2, Verdict::harness_error, "mal/late", "A late message harms nothing", "");
    defect->findings = {finding(Verdict::harness_error, "", "the exchange goes through", "no such engine")};

    for (const char* id : {"mal/long", "mal/short"})
        add(Version::v1_2, Verdict::blocked, id, "Blocked", "")->reason =
            "the target is gone since mal/empty";
    return report;
}

// Of a role without versions, which has columns and remarks.
inline engine::RunReport grouped() {
    using engine::Verdict;
    engine::RunReport report;
    report.target = "./verify {bundle}";
    report.role = "verifier";
    report.counted_by = "group";
    report.started_anew = true;
    report.columns = {{"verifier", "./verify {bundle}"}};
    report.remarks = {"it accepted, although:\n  1 × a nonce is another\n"};
    report.results = {{.id = "genuine/hopper", .title = "Genuine", .group = "genuine"},
                      {.id = "a-long-group-of-bundles/one",
                       .title = "One bit",
                       .verdict = Verdict::fail,
                       .reason = "accepted",
                       .group = "a-long-group-of-bundles",
                       .columns = {{"file", "gpu-0/report.bin"}, {"words", "\x1b[31mgood"}},
                       .remarks = {"where:    gpu-0/report.bin", "it said:  \x1b[31mgood"}},
                      {.id = "genuine/two", .title = "Two", .verdict = Verdict::dead, .group = "genuine"}};
    return report;
}

inline Details details() {
    static const std::vector<engine::Case> cases = [] {
        std::vector<engine::Case> list(2);
        list[0].id = "crt/offset-at-end";
        list[0].requirements = {"SPDM-CRT-003", "SPDM-CRT-999"};
        list[1].id = "hdr/reserved";
        list[1].requirements = {"SPDM-HDR-101"};
        return list;
    }();
    return {.requirements = &requirements(), .arguments = {"--profile", "my bench.json"}, .cases = cases};
}

}  // namespace assay::report::test
