// A case for each fault: the requester must notice it, and do nothing that needs what the fault spoiled.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "conformance/engine/requirement.h"
#include "conformance/suites/requester/case_context.h"
#include "stack/wire/header.h"
#include "stack/wire/messages/capabilities.h"
#include "stack/wire/messages/encapsulated.h"
#include "stack/wire/registry.h"

namespace assay::cases::requester {

using namespace wire;
using spdm::Check;

namespace {

// More often than any requester should repeat a request, and more than a chain has portions.
constexpr size_t kMostRepeats = 12;

// Whether the fault is in what is answered. Else it is in the responder's identity or configuration.
bool in_messages(const FaultRow& row) { return !row.wrong; }

// Whether the answer with the fault was in a session, and this request is not in it.
bool goes_elsewhere(const Run& run, size_t faulty, size_t at) {
    const std::optional<uint32_t> session = run.exchanges()[faulty].session;
    return session && run.exchanges()[at].session != session;
}

// Behind the answer that begins a session: whether the request goes on with that session. Another handshake
// does not.
bool relies_on_exchange(const Run& run, size_t faulty, size_t at) {
    const wire::Code asked = code_of(run.exchanges()[faulty].request);
    if (asked != code::key_exchange && asked != code::psk_exchange) return true;
    const wire::Code code = code_of(run.exchanges()[at].request);
    return run.exchanges()[at].session || code == code::finish || code == code::get_encapsulated_request ||
           code == code::deliver_encapsulated_response;
}

// Whether it is the request before, once more.
bool is_same_again(const Run& run, size_t at) {
    const Exchange& now = run.exchanges()[at];
    const Exchange& before = run.exchanges()[at - 1];
    return now.request == before.request && now.session == before.session;
}

// Whether it only asks again.
bool repeats(const Run& run, size_t at) {
    return code_of(run.exchanges()[at].request) == code::respond_if_ready || is_same_again(run, at);
}

// Whether this request, behind an answer with a fault, shows nothing of what the requester made of that: it
// only repeats one that was put off or not answered, reads the rest of a chain that can only be checked as a
// whole, continues a flow that never ends, begins a new connection or session, or takes leave.
bool shows_nothing(const Run& run, size_t faulty, size_t at, const FaultRow& row) {
    const Check check = row.check;
    const Bytes& request = run.exchanges()[at].request;
    if (goes_elsewhere(run, faulty, at) && row.flow.sessions == 1) return true;
    const bool whole_chain = check == Check::cert_digest || check == Check::cert_structure;
    if (whole_chain && code_of(request) == code::get_certificate) return true;
    if (check == Check::encap_steps && code_of(request) == code::deliver_encapsulated_response) return true;
    // A ResponseNotReady that is no right one must not be followed; one that comes again and again may be.
    if (check == Check::retries && code_of(request) == code::respond_if_ready) return true;
    if (code_of(request) == code::end_session) return true;
    if (!relies_on_exchange(run, faulty, at)) return true;
    return is_same_again(run, at);
}

// Whether it answers an encapsulated request with an encapsulated ERROR, which is how it refuses one.
bool refuses_encapsulated(const Exchange& seen) {
    if (code_of(seen.request) != code::deliver_encapsulated_response) return false;
    const auto message = decode<DeliverEncapsulatedResponse>(seen.request, seen.request_context);
    if (!message) return false;
    const Bytes& inner = message->encapsulated_response;
    return inner.size() >= kHeaderSize && code_of(inner) == code::error;
}

// Requests that only read what the responder says of itself, or ask it to prove that: they rely on nothing.
bool only_reads(wire::Code code) {
    constexpr wire::Code kReads[] = {code::get_capabilities, code::negotiate_algorithms,
                                     code::get_digests,      code::get_certificate,
                                     code::challenge,        code::key_exchange};
    return std::ranges::find(kReads, code) != std::end(kReads);
}

bool needs_authentic_device(const Exchange& seen) {
    constexpr wire::Code kNeeds[] = {code::challenge, code::get_measurements, code::key_exchange};
    return std::ranges::find(kNeeds, code_of(seen.request)) != std::end(kNeeds);
}

// The exchange by which the requester must have stopped; nullopt when it never got there.
std::optional<size_t> due_at(const Run& run, const FaultRow& row) {
    const std::optional<size_t> injected = run.responder->injected_at();
    if (row.noticed_by == wire::Code{} || (in_messages(row) && !injected)) return injected;
    for (size_t at = injected.value_or(0); at < run.exchanges().size(); ++at) {
        if (code_of(run.exchanges()[at].request) == row.noticed_by) return at;
    }
    return std::nullopt;
}

// A requirement about an attack is named before that of the check that prevents it. Where none of `versions`
// has the check's requirement, row.also stands for it.
std::vector<std::string> requirements_of(const FaultRow& row, const Versions& versions) {
    std::vector<std::string> ids;
    const std::string of_check(spdm::info(row.check).requirement);
    const engine::Requirement* known = engine::Requirements::embedded().find(of_check);
    bool here = known == nullptr || (versions.until >= known->since && versions.since <= known->until);
    if (here) ids.push_back(of_check);
    if (!row.also.empty()) {
        const bool first = row.noticed_by != wire::Code{} || row.is_of_also;
        ids.insert(first ? ids.begin() : ids.end(), row.also);
    }
    return ids;
}

// What is wrong, in words.
std::string violated_by(const FaultRow& row) {
    return row.violated.empty() ? std::string(spdm::info(row.check).violated) : row.violated;
}

// What one fault is judged with.
struct Judgement {
    CaseContext& test;
    const FaultRow& row;
    const Run& honest;
    const Run& run;
    std::string requirement = requirements_of(row, {test.version(), test.version()}).front();
    std::string violated = violated_by(row);

    // The requester ended as it does when all is well, or how it ended cannot be seen.
    bool ended_as_honest() const { return run.end == honest.end; }
    bool end_tells() const { return test.subject().dut().has_exit_status() && honest.end.succeeded(); }
    bool refused_in_the_end() const { return end_tells() && !ended_as_honest(); }

    CheckResult fails(std::string expected, std::string got, size_t exchange = Finding::npos) const {
        return test.expect_that(false, requirement, std::move(expected), std::move(got), {}, exchange);
    }

    // It must end, and not by a crash.
    CheckResult ends() const {
        using How = lab::RequesterEnd::How;
        const bool ended = run.end.how == How::exited || run.end.how == How::closed;
        return test.expect_that(ended, requirement, "the requester gives up: " + violated,
                                lab::describe(run.end));
    }

    CheckResult at_the_end() const {
        if (!end_tells())
            return CaseContext::not_applicable("only its exit status could show what it makes of that");
        return test.expect_that(!ended_as_honest(), requirement,
                                "the requester does not authenticate the device: " + violated,
                                "it took the device for authentic");
    }

    // After a bad chain the requester must not go on to requests that need an authentic device.
    CheckResult of_identity() const {
        const bool read = run.count(code::get_certificate) != 0 || row.check == Check::request_fits;
        if (!read) return CaseContext::not_applicable("the requester reads no certificate chain");
        const auto trusted = std::ranges::find_if(run.exchanges(), [&](const Exchange& seen) {
            const bool fits = row.check == Check::request_fits && seen.request.size() <= kMinDataTransferSize;
            return needs_authentic_device(seen) && !fits;
        });
        if (trusted == run.exchanges().end()) return {};
        return went_on(static_cast<size_t>(trusted - run.exchanges().begin()), refused_in_the_end());
    }

    // `late`: it was refused all the same, and nothing was lost by it.
    CheckResult went_on(size_t at, bool late) const {
        const std::string what = fmt::format("it went on with {}, and ended with {}",
                                             request_name(run.exchanges()[at]), lab::describe(run.end));
        const std::string expected = "the requester gives up: " + violated;
        if (!late) return fails(expected, what, at);
        test.note(requirement, expected, what);
        return {};
    }

    // In a session the requester goes on with another request than in an honest run: it did not take the
    // answer, and its application made nothing of that.
    bool leaves_out_what_follows(size_t at, size_t next) const {
        if (!run.exchanges()[at].session || at + 1 >= honest.exchanges().size()) return false;
        const Bytes& usual = honest.exchanges()[at + 1].request;
        const Bytes& now = run.exchanges()[next].request;
        return code_of(usual) != code_of(now) || param1(usual) != param1(now);
    }

    CheckResult of_messages() const {
        if (in_messages(row) && !run.responder->injected_at())
            return CaseContext::not_applicable(
                "the requester sends no request whose answer could have the fault");
        const std::optional<size_t> at = due_at(run, row);
        if (!at) {
            TRY(ends());
            return stopped_before();
        }
        size_t next = *at + 1;
        if (next < run.exchanges().size() && refuses_encapsulated(run.exchanges()[next])) {
            const bool due = row.check == Check::response_malformed;
            return due ? CheckResult{} : went_on(next, true);
        }
        TRY(ends());
        size_t repeated = 0;
        const auto is_new = [&] { return code_of(run.exchanges()[next].request) == code::get_version; };
        while (next < run.exchanges().size() && !is_new() && shows_nothing(run, *at, next, row))
            repeated += repeats(run, next++) ? 1 : 0;
        if (next < run.exchanges().size() && !is_new()) {
            const bool late = refused_in_the_end() && only_reads(code_of(run.exchanges()[next].request));
            return went_on(next, late || row.may_go_on || goes_elsewhere(run, *at, next) ||
                                     leaves_out_what_follows(*at, next));
        }
        if (repeated > kMostRepeats)
            return fails("the requester gives up: " + violated, "it asked again and again");
        if (!end_tells()) return unseen_end(*at);
        if (!ended_as_honest() || run.exchanges().size() < honest.exchanges().size()) return {};
        if (!row.may_go_on) return fails("the requester gives up: " + violated, "it went on to the end", *at);
        test.note(requirement, "the requester gives up: " + violated, "it went on to the end");
        return {};
    }

    // The fault was noticed before the request whose answer would have shown it.
    CheckResult stopped_before() const {
        const bool passed_over = ended_as_honest() && run.exchanges().size() >= honest.exchanges().size();
        if (passed_over) return CaseContext::not_applicable("the requester does not send what would show it");
        return {};
    }

    // Without an exit status, a refusal of the last answer of a run cannot be seen.
    CheckResult unseen_end(size_t at) const {
        const bool last = at + 1 >= honest.exchanges().size();
        if (!last) return {};
        return CaseContext::not_applicable(
            "only its exit status could show what it makes of the last answer");
    }
};

CheckResult judge(CaseContext& test, const FaultRow& row) {
    if (row.built_in && !test.subject().dut().configurable())
        return CaseContext::not_applicable("it depends on the slots that the requester has");
    const Run* honest = TRY(test.honest(row.flow, row.setup));
    const Setup setup =
        row.wrong && row.setup ? both(row.setup, row.wrong) : (row.wrong ? row.wrong : row.setup);
    const Run* run = TRY(test.faulty(row.flow, setup, faults_of(row), row.twice));
    const Judgement judged{test, row, *honest, *run};
    if (!row.later && (in_messages(row) || row.noticed_by != wire::Code{})) return judged.of_messages();
    TRY(judged.ends());
    return row.later ? judged.at_the_end() : judged.of_identity();
}

std::string dashed(std::string_view name) {
    std::string text(name);
    std::ranges::replace(text, '_', '-');
    return text;
}

}  // namespace

void add_faults(std::vector<RequesterCase>& cases) {
    std::map<Check, int> numbers;
    for (const FaultRow& row : fault_rows()) {
        const Versions versions = versions_of(row);
        cases.push_back(
            {.id = fmt::format("req/{}-{}", dashed(spdm::info(row.check).name), ++numbers[row.check]),
             .title = "A requester gives up: " + violated_by(row),
             .requirements = requirements_of(row, versions),
             .run = [&row](CaseContext& test) { return judge(test, row); },
             .since = versions.since,
             .until = versions.until,
             .usual = std::clamp(Version::v1_2, versions.since, versions.until)});
    }
}

}  // namespace assay::cases::requester
