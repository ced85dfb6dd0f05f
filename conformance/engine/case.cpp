#include "conformance/engine/case.h"

#include <fmt/format.h>

#include <algorithm>
#include <ranges>

#include "stack/base/ranges.h"
#include "stack/wire/annotate.h"
#include "stack/wire/header.h"

namespace assay::engine {

using wire::ErrorCode;

namespace {

std::string spelled(ErrorCode code) {
    std::string_view name = wire::error_name(static_cast<uint8_t>(code));
    return name.empty() ? fmt::format("0x{:02x}", static_cast<uint8_t>(code)) : std::string(name);
}

// The size that an ERROR must have at least (DSP0274, ERROR response message).
size_t least_size(ErrorCode code) {
    switch (code) {
        case ErrorCode::response_not_ready:
        case ErrorCode::response_too_large:
        case ErrorCode::data_too_large: return 8;
        case ErrorCode::large_response: return 5;
        default: return 4;
    }
}

// DISPUTE-OUT-OF-ORDER: where UnexpectedRequest is allowed, a device may ask for a new connection instead.
bool may_resynch(ErrorCode code, const Allowed& allowed) {
    return code == ErrorCode::request_resynch && contains(allowed.errors, ErrorCode::unexpected_request);
}

}  // namespace

uint8_t Claims::last_slot() const { return digests.empty() ? 0 : digests.rbegin()->first; }

std::optional<uint8_t> Claims::empty_slot() const {
    for (uint8_t slot = 0; slot < 8; ++slot) {
        if (!digests.contains(slot)) return slot;
    }
    return std::nullopt;
}

uint8_t Claims::absent_index() const {
    for (uint8_t index = 0xef; index > 0; --index) {
        if (!contains(measurements, index)) return index;
    }
    return 0xef;
}

Allowed refused(ErrorCode preferred, std::vector<ErrorCode> also) {
    Allowed allowed;
    allowed.errors = std::move(also);
    allowed.errors.insert(allowed.errors.begin(), preferred);
    return allowed;
}

bool stopped_by_flow(const lab::Exchange& exchange) {
    return exchange.error() == ErrorCode::request_in_flight ||
           exchange.error() == ErrorCode::unexpected_request;
}

std::string describe(const Allowed& allowed) {
    std::vector<std::string> ways;
    ways.reserve(allowed.errors.size() + 2);
    for (ErrorCode code : allowed.errors) ways.push_back("ERROR " + spelled(code));
    if (allowed.silence) ways.emplace_back("silence");
    if (allowed.answer) ways.emplace_back("the normal response");
    return fmt::format("{}", fmt::join(ways, " or "));
}

Finding CaseContext::finding(Verdict verdict, std::string_view requirement, std::string expected,
                             std::string got) const {
    Finding finding(verdict, std::string(requirement), std::move(expected), std::move(got));
    if (!lab_->exchanges().empty()) finding.exchange = lab_->exchanges().size() - 1;
    return finding;
}

void CaseContext::judge(const Rules& rules) {
    for (std::string_view id : rules.all()) {
        if (!contains(judged_, id)) judged_.emplace_back(id);
    }
}

CheckResult CaseContext::expect(const lab::Exchange& exchange, const Allowed& allowed, const Rules& rules) {
    auto wrong = [&](Verdict verdict) {
        return std::unexpected(finding(verdict, rules.first(), describe(allowed), lab::describe(exchange)));
    };
    if (!contains(allowed.errors, ErrorCode::request_too_large)) TRY(expect_taken(exchange));
    bool preferred = allowed.equal || allowed.errors.empty();
    auto said = exchange.error();
    if (said && !contains(allowed.errors, *said)) TRY(no_flow_first(exchange));
    judge(rules);
    if (exchange.silent()) {
        if (!allowed.silence) return wrong(Verdict::dead);
    } else if (auto error = exchange.error()) {
        const bool other = profile_allows(*error, allowed, rules.first());
        judges_resynch_ |= contains(allowed.errors, ErrorCode::request_resynch);
        if (!other && !may_resynch(*error, allowed) && !contains(allowed.errors, *error))
            return wrong(Verdict::fail);
        TRY(expect_error_form(exchange));
        preferred |= other || *error == allowed.errors.front();
    } else if (!allowed.answer || !exchange.answered()) {
        return wrong(Verdict::fail);
    }
    if (!preferred) {
        notes_.push_back(finding(Verdict::loose_pass, rules.first(),
                                 describe({.errors = {allowed.errors.front()}}), lab::describe(exchange)));
    }
    return {};
}

bool CaseContext::resynched_before(const Finding& finding) const {
    const std::vector<lab::Exchange>& exchanges = lab_->exchanges();
    if (judges_resynch_) return false;
    const size_t end = std::min(finding.exchange, exchanges.size());
    // What the device refuses on the old connection shows nothing; what it does there still does.
    if (end < exchanges.size() && exchanges[end].answered()) return false;
    return std::ranges::any_of(exchanges | std::views::take(end), [](const lab::Exchange& exchange) {
        return exchange.error() == ErrorCode::request_resynch;
    });
}

bool CaseContext::profile_allows(ErrorCode code, const Allowed& allowed, std::string_view requirement) const {
    return profile_ != nullptr &&
           profile_->other_answer(requirement, version(), code, allowed.errors) != nullptr;
}

CheckResult CaseContext::not_applicable(std::string reason) {
    return std::unexpected(Finding(Verdict::not_applicable, "", "", std::move(reason)));
}

// A request that the device need not take says nothing about it: the lab sends no chunks.
CheckResult CaseContext::expect_taken(const lab::Exchange& exchange) const {
    uint32_t most = lab_->seen().parameters().responder_data_transfer_size;
    if (most == 0 || exchange.request.size() <= most || exchange.answered()) return {};
    return not_applicable(fmt::format("the request has {} bytes, and the device's DataTransferSize is {}",
                                      exchange.request.size(), most));
}

// Before a version is agreed on, an ERROR carries 1.0 or the version that was asked for. Inside a session the
// refusal of GET_VERSION may carry the version in use too.
CheckResult CaseContext::expect_version(const lab::Exchange& exchange) {
    uint8_t version = wire::version_byte(*exchange.response);
    bool agreed = lab_->seen().state() >= spdm::ConnectionState::after_capabilities;
    bool is_version =
        exchange.request.size() > 1 && wire::code_of(exchange.request) == wire::code::get_version;
    uint8_t due = agreed && !is_version ? wire::byte(lab_->seen().parameters().version) : 0x10;
    bool asked = !agreed && !is_version && !exchange.request.empty() &&
                 version == wire::version_byte(exchange.request);
    asked |= exchange.session && version == wire::byte(lab_->seen().parameters().version);
    return expect_that(version == due || asked, "SPDM-HDR-002", fmt::format("SPDMVersion 0x{:02x}", due),
                       fmt::format("0x{:02x}", version), "SPDMVersion");
}

CheckResult CaseContext::expect_error_form(const lab::Exchange& exchange) {
    const Bytes& response = *exchange.response;
    ErrorCode code = *exchange.error();
    TRY(expect_version(exchange));
    wire::Version negotiated = lab_->seen().parameters().version;
    auto since = wire::error_since(wire::param1(response));
    TRY(expect_that(since && *since <= negotiated, "SPDM-HDR-014",
                    fmt::format("an error code of SPDM {}", wire::name(negotiated)), spelled(code),
                    "ErrorCode"));
    TRY(expect_that(response.size() >= least_size(code), "SPDM-HDR-013",
                    fmt::format("at least {} bytes", least_size(code)), fmt::format("{}", response.size()),
                    "ExtendedErrorData"));
    return expect_that(code == ErrorCode::vendor_defined || response.size() <= 4 + 32, "SPDM-HDR-013",
                       "at most 32 bytes of ExtendedErrorData", fmt::format("{}", response.size() - 4),
                       "ExtendedErrorData");
}

// RequestInFlight, or UnexpectedRequest before anything was fetched, is right while the device waits for a
// flow that the case does not run: whatever the case is about cannot be seen there.
CheckResult CaseContext::no_flow_first(const lab::Exchange& exchange) const {
    if (!stopped_by_flow(exchange) || !lab_->seen().flow_is_open()) return {};
    return std::unexpected(finding(Verdict::blocked, "SPDM-ENC-005", "a connection without an open flow",
                                   "a flow of encapsulated requests that the device asked for is open"));
}

CheckResult CaseContext::expect_answer(const lab::Exchange& exchange, const Rules& rules) {
    TRY(no_flow_first(exchange));
    std::string expected = exchange.request.size() > 1
                               ? wire::message_name(wire::response_to(wire::code_of(exchange.request)))
                               : std::string("an answer");
    TRY(expect_taken(exchange));
    judge(rules);
    if (exchange.silent()) {
        return std::unexpected(finding(Verdict::dead, rules.first(), expected, "silence"));
    }
    if (!exchange.answered()) {
        return std::unexpected(finding(Verdict::fail, rules.first(), expected, lab::describe(exchange)));
    }
    TRY(expect_version(exchange));
    wire::Annotation annotation = wire::annotate(*exchange.response, exchange.response_context);
    return expect_that(!annotation.error, rules, expected + " that can be read",
                       annotation.error ? annotation.error->text() : "",
                       annotation.error ? annotation.error->field : "");
}

CheckResult CaseContext::expect_signature(const lab::Exchange& exchange, const Rules& rules) {
    TRY(expect_answer(exchange, rules));
    if (!exchange.signature) {
        return std::unexpected(finding(Verdict::fail, rules.first(), "a signed response", "no signature"));
    }
    bool good = exchange.signature->result == lab::SignatureCheck::Result::good;
    return expect_that(good, rules, "a signature over the transcript on the wire", exchange.signature->why,
                       "Signature");
}

CheckResult CaseContext::expect_that(bool holds, const Rules& rules, std::string expected, std::string got,
                                     std::string_view field) {
    judge(rules);
    if (holds) return {};
    Finding wrong = finding(Verdict::fail, rules.first(), std::move(expected), std::move(got));
    wrong.field = field;
    return std::unexpected(std::move(wrong));
}

}  // namespace assay::engine
