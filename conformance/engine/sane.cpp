// The sane exchange.
#include <algorithm>

#include "conformance/engine/judge.h"
#include "stack/wire/decode.h"
#include "stack/wire/messages/digests.h"
#include "stack/wire/messages/session.h"

namespace assay::engine {

using namespace wire;

namespace {

// The responder flags of the cases that need a stage.
uint32_t flags_of(Stage stage) {
    switch (stage) {
        case Stage::negotiation: return 0xffffffff;
        case Stage::certificates: return cap::cert;
        case Stage::challenge: return cap::chal;
        case Stage::measurements: return cap::meas;
        case Stage::sessions: return cap::key_ex;
    }
    return 0;
}

class Sane {
   public:
    explicit Sane(CaseContext& test) : trial_(test), lab_(test.lab()) {
        outcome_.claims.version = test.version();
    }

    SaneOutcome all() {
        if (!stage(Stage::negotiation, [&] { return negotiation(); })) return std::move(outcome_);
        const spdm::Parameters p = claims().parameters;
        if ((p.responder_flags & cap::cert) != 0) stage(Stage::certificates, [&] { return certificates(); });
        if ((p.responder_flags & cap::chal) != 0 && !claims().digests.empty())
            stage(Stage::challenge, [&] { return challenge(); });
        if (p.meas_cap() != 0 && p.measurement_specification != 0)
            stage(Stage::measurements, [&] { return measurements(); });
        bool possible = (p.responder_flags & cap::key_ex) != 0 && lab_.dut().carries_secured();
        if (trial_.at_least(Version::v1_1) && possible) stage(Stage::sessions, [&] { return sessions(); });
        return std::move(outcome_);
    }

   private:
    Claims& claims() { return outcome_.claims; }

    template <class Body>
    bool stage(Stage which, const Body& body) {
        learned_ = false;
        CheckResult judgement = body();
        if (judgement) return true;
        StageFailure failure{which, std::move(judgement).error(), false};
        keep(failure);
        outcome_.failures.push_back(std::move(failure));
        // Whatever the stage left behind, the next one begins on a connection of its own.
        fresh_ = false;
        return false;
    }

    void keep(StageFailure& failure) {
        Finding& finding = failure.finding;
        const auto& exchanges = lab_.exchanges();
        // No other case judges what the lab could not get through here.
        finding = charged(std::move(finding), lab_);
        failure.hides = !learned_ || finding.verdict == Verdict::dead;
        if (finding.exchange != Finding::npos) finding.exchange += outcome_.exchanges.size();
        outcome_.exchanges.insert(outcome_.exchanges.end(), exchanges.begin(), exchanges.end());
    }

    CheckResult connect() {
        if (!fresh_) TRY(lab_.negotiated(trial_.version()));
        fresh_ = true;
        return {};
    }

    CheckResult negotiation() {
        lab_.set_finish_transcript(spdm::FinishTranscript::whole);
        TRY(connect());
        claims().supported = true;
        claims().parameters = lab_.seen().parameters();
        return {};
    }

    CheckResult certificates() {
        TRY(connect());
        TRY(trial_.expect_answer(TRY(lab_.send(GetDigests{})), "SPDM-DIG-001"));
        claims().digests = lab_.seen().digests();
        learned_ = true;
        TRY(trial_.expect_that(claims().digests.contains(0), "SPDM-DIG-016", "slot 0 is provisioned",
                               "it is not", "ProvisionedSlotMask"));
        TRY(lab_.read_chain(0));
        return {};
    }

    CheckResult challenge() {
        TRY(connect());
        learned_ = true;
        return trial_.expect_signature(TRY(lab_.send(lab_.challenge())), "SPDM-CHL-001");
    }

    CheckResult measurements() {
        TRY(connect());
        TRY(trial_.expect_answer(TRY(lab_.send(lab_.get_measurements(kMeasurementCount, false))),
                                 "SPDM-MEA-005"));
        lab::Exchange all = TRY(lab_.send(lab_.get_measurements(kAllMeasurements, false)));
        TRY(trial_.expect_answer(all, "SPDM-MEA-009"));
        auto message = TRY(decode<Measurements>(*all.response, all.response_context));
        auto record = TRY(decode_exact<MeasurementRecord>(message.measurement_record, all.response_context));
        for (const MeasurementBlock& block : record.blocks) claims().measurements.push_back(block.index);
        learned_ = true;
        bool signs = claims().parameters.meas_cap() == cap::meas_sig;
        if (!signs || !lab_.seen().chains().contains(0)) return {};
        return trial_.expect_signature(TRY(lab_.send(lab_.get_measurements(kAllMeasurements, true))),
                                       "SPDM-MEA-021");
    }

    CheckResult sessions() {
        fresh_ = false;
        TRY(lab_.negotiated_with_chain(trial_.version()));
        claims().session = lab_.seen().parameters();
        learned_ = true;
        if (!claims().session.both(cap::key_ex) || !claims().session.both(cap::mac)) return {};
        TRY(use_session(TRY(first_session())));
        if (lab_.finish_transcript() == spdm::FinishTranscript::whole) return {};
        Finding other(
            Verdict::warning, "SPDM-FIN-014",
            "the signature and the verify data of FINISH cover its opaque data",
            "they cover the header alone (DISPUTE-FINISH-OPAQUE): nobody authenticates the opaque data");
        other.exchange = lab_.exchanges().size() - 1;
        return std::unexpected(std::move(other));
    }

    // At 1.4 a device may read the transcript of FINISH in another way, which every later session then takes.
    Result<uint32_t> first_session() {
        auto id = lab_.new_session();
        if (id || !trial_.at_least(Version::v1_4) || lab_.refused_step() != code::finish) return id;
        lab_.set_finish_transcript(spdm::FinishTranscript::header);
        Result<> again = lab_.negotiated_with_chain(trial_.version());
        auto other = again ? lab_.new_session() : std::unexpected(again.error());
        if (!other) lab_.set_finish_transcript(spdm::FinishTranscript::whole);
        return other ? other : id;
    }

    // A session from its exchange to its end.
    CheckResult use_session(uint32_t id) {
        for (const lab::MacCheck& mac : lab_.exchanges().back().macs) {
            TRY(trial_.expect_that(mac.good, "SPDM-KEX-018", to_hex(mac.due), "another HMAC", "VerifyData"));
        }
        lab::Exchange digests = TRY(lab_.send_in(id, GetDigests{}));
        if (claims().has(cap::cert)) TRY(trial_.expect_answer(digests, "SPDM-DIG-013"));
        return trial_.expect_answer(TRY(lab_.send_in(id, EndSession{})), "SPDM-SES-021");
    }

    CaseContext& trial_;
    lab::Lab& lab_;
    SaneOutcome outcome_;
    bool fresh_ = false;    // the connection is negotiated, and no stage has failed on it
    bool learned_ = false;  // the stage has filled in its part of the claims
};

}  // namespace

const StageFailure* SaneOutcome::hides(uint32_t needs) const {
    auto hiding = std::ranges::find_if(failures, [needs](const StageFailure& failure) {
        bool needed = failure.stage == Stage::negotiation || (flags_of(failure.stage) & needs) != 0;
        return failure.hides && needed;
    });
    return hiding == failures.end() ? nullptr : &*hiding;
}

SaneOutcome sane_exchange(CaseContext& test) { return Sane(test).all(); }

bool is_sane_step(wire::Code request_code) {
    switch (request_code) {
        case code::get_version:
        case code::get_capabilities:
        case code::negotiate_algorithms:
        case code::get_digests:
        case code::get_certificate:
        case code::challenge:
        case code::get_measurements:
        case code::key_exchange:
        case code::finish:
        case code::end_session: return true;
        default: return false;
    }
}

}  // namespace assay::engine
