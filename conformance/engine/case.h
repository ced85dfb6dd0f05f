// A conformance case and what it works with.
#pragma once

#include <concepts>
#include <functional>
#include <initializer_list>
#include <string>
#include <vector>

#include "conformance/engine/profile.h"
#include "conformance/engine/verdict.h"
#include "conformance/lab/lab.h"

namespace assay::engine {

// What a device claims at one version, learned from the sane exchange.
struct Claims {
    wire::Version version = wire::Version::v1_0;
    bool supported = false;             // VERSION lists it
    spdm::Parameters parameters;        // as negotiated with the default offer
    spdm::Parameters session;           // as negotiated with lab::session_offer(), where there are sessions
    std::map<uint8_t, Bytes> digests;   // by slot; empty without CERT_CAP
    std::vector<uint8_t> measurements;  // indices, ascending

    bool has(uint32_t responder_flags) const { return (parameters.responder_flags & responder_flags) != 0; }
    // The highest provisioned slot and the lowest empty one.
    uint8_t last_slot() const;
    std::optional<uint8_t> empty_slot() const;
    // A measurement index that is not there.
    uint8_t absent_index() const;
};

// What an expectation judges: one requirement, or several by the same look, of which a finding names the
// first. It is made where it is used, and refers to the ids.
class Rules {
   public:
    // NOLINTBEGIN(google-explicit-constructor): an expectation is given ids
    template <std::convertible_to<std::string_view> T>
    Rules(const T& id) : first_(id) {}
    Rules(std::initializer_list<std::string_view> ids) : first_(*ids.begin()), all_(ids) {}
    // NOLINTEND(google-explicit-constructor)

    std::string_view first() const { return first_; }
    std::vector<std::string_view> all() const {
        return all_.size() == 0 ? std::vector{first_} : std::vector<std::string_view>(all_);
    }

   private:
    std::string_view first_;
    std::initializer_list<std::string_view> all_;
};

// The answers that a case allows.
struct Allowed {
    std::vector<wire::ErrorCode> errors;  // the first is preferred, the others are a loose pass
    bool silence = false;                 // a loose pass unless `errors` is empty
    bool answer = false;                  // the normal response; a loose pass unless `errors` is empty
    bool equal = false;                   // everything above is as good as the first
};
Allowed refused(wire::ErrorCode preferred, std::vector<wire::ErrorCode> also = {});
// Whether a request was refused because an encapsulated flow is open (vectors/disputes.json,
// DISPUTE-IN-FLIGHT-UNFETCHED).
bool stopped_by_flow(const lab::Exchange& exchange);
// As text, for reports: "ERROR InvalidRequest (or UnsupportedRequest)".
std::string describe(const Allowed& allowed);

// One run of a case at one version. Its functions either pass, or give the finding that ends the case.
class CaseContext {
   public:
    // `profile` may allow other answers; null: none does.
    CaseContext(lab::Lab& lab, const Claims& claims, const Profile* profile = nullptr)
        : lab_(&lab), claims_(&claims), profile_(profile) {}

    lab::Lab& lab() { return *lab_; }
    const Claims& claims() const { return *claims_; }
    wire::Version version() const { return claims_->version; }
    bool at_least(wire::Version version) const { return claims_->version >= version; }

    // The response must be among the allowed; an ERROR must moreover be well-formed, carry the right version
    // and a code of this version (SPDM-HDR-002, -013, -014). A code that the profile has in place of one of
    // the allowed is as good. RequestResynch in place of UnexpectedRequest is a loose pass without a profile.
    CheckResult expect(const lab::Exchange& exchange, const Allowed& allowed, const Rules& rules);
    // The normal response must come.
    CheckResult expect_answer(const lab::Exchange& exchange, const Rules& rules);
    // The normal response must come, and be signed over the transcript that was on the wire.
    CheckResult expect_signature(const lab::Exchange& exchange, const Rules& rules);
    // A fact about the last exchange; `field` names the field that shows it.
    CheckResult expect_that(bool holds, const Rules& rules, std::string expected, std::string got,
                            std::string_view field = {});

    // Ends the case: the device does not do what the case is about.
    static CheckResult not_applicable(std::string reason);

    // Whether the device asked for a new connection (RequestResynch) before what the finding is about, in a
    // case that does not judge RequestResynch itself: what it refuses then on the old connection shows
    // nothing.
    bool resynched_before(const Finding& finding) const;

    // Findings that did not end the case: loose passes.
    const std::vector<Finding>& notes() const { return notes_; }

    // The requirements that were judged so far, held or not, each once, in the order in which they first
    // were. Every expectation adds its own; judge() adds that of what judges without one.
    const std::vector<std::string>& judged() const { return judged_; }
    void judge(const Rules& rules);

   private:
    Finding finding(Verdict verdict, std::string_view requirement, std::string expected,
                    std::string got) const;
    CheckResult no_flow_first(const lab::Exchange& exchange) const;
    CheckResult expect_taken(const lab::Exchange& exchange) const;
    bool profile_allows(wire::ErrorCode code, const Allowed& allowed, std::string_view requirement) const;
    CheckResult expect_version(const lab::Exchange& exchange);
    CheckResult expect_error_form(const lab::Exchange& exchange);

    lab::Lab* lab_;
    const Claims* claims_;
    const Profile* profile_;
    bool judges_resynch_ = false;
    std::vector<Finding> notes_;
    std::vector<std::string> judged_;
};

// A case: one literal, with its body in it. Its id never changes and is never used again for another.
struct Case {
    std::string id;     // "group/what-it-does", in lower case
    std::string title;  // a sentence: what must hold
    std::vector<std::string> requirements;
    wire::Version since = wire::Version::v1_0;
    wire::Version until = wire::Version::v1_4;
    uint32_t needs = 0;  // responder flags, all of which must be claimed (a two-bit field: any of its bits)
    // Request codes whose refusal while the lab prepares a state is a failure in this case. In every other
    // case it blocks, and the reason names this one.
    std::vector<wire::Code> judges{};
    bool negative = false;  // afterwards the device is checked to be alive and unharmed
    bool writes = false;    // changes the device for good
    bool once = false;      // what it shows does not depend on the version: it is run at the last one only
    bool waits = false;     // for silence, where that is a right answer: it takes as long as the target may
    std::function<CheckResult(CaseContext&)> run;
};

}  // namespace assay::engine
