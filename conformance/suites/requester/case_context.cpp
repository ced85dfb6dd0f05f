#include "conformance/suites/requester/case_context.h"

#include <fmt/format.h>

#include <algorithm>

#include "stack/wire/header.h"
#include "stack/wire/messages/capabilities.h"
#include "stack/wire/registry.h"

namespace assay::cases::requester {

using namespace wire;

namespace {

// Where the flags of two settings differ, what the requester does not offer as the second has it.
std::string other_flags(const Run& run, const lab::RequesterSettings& usual,
                        const lab::RequesterSettings& wanted) {
    const uint32_t offered = run.seen().parameters().requester_flags;
    const uint32_t wrong = (usual.flags ^ wanted.flags) & (offered ^ wanted.flags);
    for (const Bits& bit : responder_flag_bits()) {
        if ((wrong >> bit.low & 1) == 0) continue;
        const bool must = (wanted.flags >> bit.low & 1) != 0;
        return fmt::format("the requester {} {}", must ? "does not claim" : "claims", bit.name);
    }
    return {};
}

std::string last_request(const Run& run) {
    return run.exchanges().empty() ? "nothing" : request_name(run.exchanges().back());
}

}  // namespace

std::string request_name(const Exchange& exchange) {
    const bool readable = !exchange.request.empty() && code_of(exchange.request) != wire::Code{};
    if (exchange.sent_application) return "application data";
    return readable ? message_name(code_of(exchange.request)) : "a record that does not open";
}

const Exchange* Run::first(wire::Code code) const {
    const auto found =
        std::ranges::find_if(exchanges(), [&](const Exchange& one) { return code_of(one.request) == code; });
    return found == exchanges().end() ? nullptr : &*found;
}

size_t Run::count(wire::Code code) const {
    return static_cast<size_t>(std::ranges::count_if(
        exchanges(), [&](const Exchange& one) { return code_of(one.request) == code; }));
}

Result<Run> Subject::run(const lab::FlowOptions& flow, Ends ends, lab::Faults faults, bool twice) {
    Run run;
    const std::map<crypto::SignAlgo, spdm::Identity> known = ends.device.requester_identities;
    const Version version = ends.device.versions.back();
    run.responder =
        std::make_unique<lab::HostileResponder>(std::move(ends.device), std::move(faults), options_.seed);
    // Who is known beforehand sends no chain.
    for (const auto& [algo, slots] : lab::requester_identities()) {
        if (spdm::bit(algo) != ends.settings.req_base_asym) continue;
        for (uint8_t slot = 0; slot < spdm::kSlots; ++slot) {
            if (!slots[slot]) continue;
            run.responder->provide_requester_chain(
                slot, slots[slot]->chain(crypto::openssl_provider(), crypto::HashAlgo::sha256, version));
        }
    }
    lab::FlowOptions with = flow;
    for (int round = 0; round < (twice ? 2 : 1); ++round, ++with.seed)
        run.end = TRY(dut_->run(with, ends.settings, *run.responder));
    return run;
}

Result<const Run*> Subject::honest(Version version, const lab::FlowOptions& flow) {
    for (const auto& [at, with, run] : honest_) {
        if (at == version && with == flow) return &run;
    }
    Run made = TRY(run(flow, honest_ends(options_, version, flow.flow, *dut_)));
    honest_.emplace_back(version, flow, std::move(made));
    return &std::get<Run>(honest_.back());
}

std::unexpected<Finding> CaseContext::not_applicable(std::string reason) {
    return std::unexpected(Finding(Verdict::not_applicable, {}, {}, std::move(reason)));
}

std::expected<Ends, Finding> CaseContext::ends(const lab::FlowOptions& flow, const Setup& setup) const {
    const record::Transport* carried = subject_->dut().transport();
    Ends ends = honest_ends(subject_->options(), version_, flow.flow, subject_->dut());
    const lab::RequesterSettings usual = ends.settings;
    if (setup) setup(ends);
    if (!ends.impossible.empty()) return not_applicable(ends.impossible);
    if (carried != nullptr && ends.needs != nullptr && ends.needs != carried)
        return not_applicable("its records are carried by another transport than the case is about");
    if (subject_->dut().configurable()) return ends;
    // Of what it should offer, capabilities and versions are seen on the wire.
    lab::RequesterSettings compared = ends.settings;
    compared.flags = usual.flags;
    compared.versions = usual.versions;
    compared.transport = usual.transport;
    if (compared != usual) return not_applicable("the case needs a requester that can be told what to offer");
    if (flow.req_session_id)
        return not_applicable("the case needs a requester that can be told its ReqSessionID");
    return ends;
}

// Whether an honest run shows something to compare with.
CheckResult CaseContext::gets_through(const Run& run, const Ends& ends, const lab::FlowOptions& flow) const {
    const auto fails = [&](std::string_view what) {
        const std::string said = run.end.output.substr(0, run.end.output.find('\n'));
        return not_applicable(fmt::format("{} with an honest responder ({} behind {}{}{})", what,
                                          lab::describe(run.end), last_request(run), said.empty() ? "" : ": ",
                                          said));
    };
    using How = lab::RequesterEnd::How;
    if (run.end.declined())
        return not_applicable(fmt::format("the requester says that it cannot do the flow {} (exit status {})",
                                          lab::name(flow.flow), run.end.code));
    if (run.end.how == How::absent)
        return std::unexpected(
            Finding(Verdict::dead, {}, "a requester that connects", lab::describe(run.end)));
    if (run.end.how == How::late || run.end.how == How::cut) return fails("the requester does not end");
    if (run.seen().parameters().version != ends.device.versions.back() ||
        run.seen().state() == spdm::ConnectionState::not_started)
        return fails(fmt::format("the requester does not speak {}", name(ends.device.versions.back())));
    if (flow.flow == lab::Flow::key_exchange && run.count(code::key_exchange) == 0)
        return fails("the requester sends no KEY_EXCHANGE");
    if (flow.flow == lab::Flow::psk && run.count(code::psk_exchange) == 0)
        return fails("the requester sends no PSK_EXCHANGE");
    const Ends usual = honest_ends(subject_->options(), version_, flow.flow, subject_->dut());
    const std::string other = other_flags(run, usual.settings, ends.settings);
    if (!other.empty()) return not_applicable(other);
    return {};
}

std::expected<const Run*, Finding> CaseContext::honest(const lab::FlowOptions& flow, const Setup& setup) {
    const Ends made = TRY(ends(flow, setup));
    const Run* run = nullptr;
    if (!setup) {
        run = TRY(subject_->honest(version_, flow));
    } else {
        runs_.push_back(std::make_unique<Run>(TRY(subject_->run(flow, made))));
        run = runs_.back().get();
    }
    last_ = run;
    TRY(gets_through(*run, made, flow));
    return run;
}

std::expected<const Run*, Finding> CaseContext::faulty(const lab::FlowOptions& flow, const Setup& setup,
                                                       lab::Faults faults, bool twice) {
    Ends made = TRY(ends(flow, setup));
    runs_.push_back(
        std::make_unique<Run>(TRY(subject_->run(flow, std::move(made), std::move(faults), twice))));
    last_ = runs_.back().get();
    if (last_->end.how == lab::RequesterEnd::How::absent)
        return std::unexpected(
            Finding(Verdict::dead, {}, "a requester that connects", lab::describe(last_->end)));
    return last_;
}

CheckResult CaseContext::expect_that(bool holds, std::string_view requirement, std::string expected,
                                     std::string got, std::string_view field, size_t exchange) {
    if (holds) return {};
    Finding finding(Verdict::fail, std::string(requirement), std::move(expected), std::move(got));
    const size_t count = last_ != nullptr ? last_->exchanges().size() : 0;
    if (exchange < count) {
        finding.exchange = exchange;
    } else if (count != 0) {
        finding.exchange = count - 1;
    }
    finding.field = field;
    return std::unexpected(std::move(finding));
}

CheckResult CaseContext::claims(const Run& run, uint32_t flags, std::string_view name) {
    if ((run.seen().parameters().requester_flags & flags) != 0) return {};
    return not_applicable(fmt::format("the requester does not claim {}", name));
}

CheckResult CaseContext::each_that_applies(const std::vector<std::function<CheckResult()>>& parts) {
    CheckResult none;
    bool any = false;
    for (const auto& part : parts) {
        CheckResult one = part();
        if (!one && one.error().verdict != Verdict::not_applicable) return one;
        any = any || one.has_value();
        if (!one) none = std::move(one);
    }
    return any ? CheckResult{} : none;
}

void CaseContext::note(std::string_view requirement, std::string expected, std::string got) {
    notes_.emplace_back(Verdict::loose_pass, std::string(requirement), std::move(expected), std::move(got));
}

std::vector<Exchange> CaseContext::exchanges() const {
    return last_ != nullptr ? last_->exchanges() : std::vector<Exchange>{};
}

}  // namespace assay::cases::requester
