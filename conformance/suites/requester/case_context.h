// One run of a case against a requester.
#pragma once

#include <deque>
#include <map>

#include "conformance/engine/runner.h"
#include "conformance/suites/requester/fault.h"

namespace assay::cases::requester {

using engine::CheckResult;
using engine::Finding;
using engine::Verdict;

// What the requester sent, as text.
std::string request_name(const Exchange& exchange);

// What a run of the requester against a responder came to.
struct Run {
    std::unique_ptr<lab::HostileResponder> responder;
    lab::RequesterEnd end;

    const std::vector<Exchange>& exchanges() const { return responder->exchanges(); }
    const lab::Observer& seen() const { return responder->seen(); }
    // The first exchange with that request; null: there is none.
    const Exchange* first(wire::Code code) const;
    size_t count(wire::Code code) const;
    size_t place(const Exchange* exchange) const {
        return static_cast<size_t>(exchange - exchanges().data());
    }
};

// A requester, what was learned of it, and the honest runs so far, so that each kind is made once.
class Subject {
   public:
    Subject(lab::RequesterDut& dut, ResponderOptions options) : dut_(&dut), options_(std::move(options)) {}

    lab::RequesterDut& dut() { return *dut_; }
    const ResponderOptions& options() const { return options_; }
    // An honest run, as far as the ends of a plain flow go. Errors: as RequesterDut::run.
    Result<const Run*> honest(wire::Version version, const lab::FlowOptions& flow);
    Result<Run> run(const lab::FlowOptions& flow, Ends ends, lab::Faults faults = {}, bool twice = false);

   private:
    lab::RequesterDut* dut_;
    ResponderOptions options_;
    std::deque<std::tuple<wire::Version, lab::FlowOptions, Run>> honest_;
};

class CaseContext {
   public:
    CaseContext(Subject& subject, wire::Version version) : subject_(&subject), version_(version) {}

    Subject& subject() { return *subject_; }
    wire::Version version() const { return version_; }
    bool at_least(wire::Version version) const { return version_ >= version; }

    // What is compared: an honest run with `setup`, which must show what the case needs. Ends the case as not
    // applicable, with the reason, where the requester does not get through it.
    std::expected<const Run*, Finding> honest(const lab::FlowOptions& flow, const Setup& setup = {});
    // A run with faults; its exchanges are those of the case.
    std::expected<const Run*, Finding> faulty(const lab::FlowOptions& flow, const Setup& setup,
                                              lab::Faults faults, bool twice = false);

    // A fact about the run, whose exchanges are kept; `exchange`: the one that shows it.
    CheckResult expect_that(bool holds, std::string_view requirement, std::string expected, std::string got,
                            std::string_view field = {}, size_t exchange = Finding::npos);
    // Ends the case as not applicable unless the requester claimed one of these capabilities.
    static CheckResult claims(const Run& run, uint32_t flags, std::string_view name);
    // Parts of a case, each of which may not be applicable: the case is not if none is.
    static CheckResult each_that_applies(const std::vector<std::function<CheckResult()>>& parts);
    // A fact that only weakens a pass.
    void note(std::string_view requirement, std::string expected, std::string got);
    static std::unexpected<Finding> not_applicable(std::string reason);

    const std::vector<Finding>& notes() const { return notes_; }
    // Of the last run.
    std::vector<Exchange> exchanges() const;

   private:
    std::expected<Ends, Finding> ends(const lab::FlowOptions& flow, const Setup& setup) const;
    CheckResult gets_through(const Run& run, const Ends& ends, const lab::FlowOptions& flow) const;

    Subject* subject_;
    wire::Version version_;
    std::vector<std::unique_ptr<Run>> runs_;  // that this case made
    const Run* last_ = nullptr;
    std::vector<Finding> notes_;
};

// A case. Its id never changes and is never used again for another.
struct RequesterCase {
    std::string id;
    std::string title;
    std::vector<std::string> requirements;
    std::function<CheckResult(CaseContext&)> run;
    wire::Version since = wire::Version::v1_0;
    wire::Version until = wire::Version::v1_4;
    // Of a fault, which is the same at each version: the one at which a requester is tried that speaks them
    // all in the same way, the built-in one.
    std::optional<wire::Version> usual{};
};

// With an honest responder.
void add_honest(std::vector<RequesterCase>& cases);
void add_honest_sessions(std::vector<RequesterCase>& cases);
// In sessions: under which keys it takes what, and what it answers when it is asked.
void add_session_behaviour(std::vector<RequesterCase>& cases);
// One for each fault.
void add_faults(std::vector<RequesterCase>& cases);

}  // namespace assay::cases::requester
